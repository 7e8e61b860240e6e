"""An X archive, as an account's owner downloads it: what that account posted.

Layout as in the archive's own ``data/README.txt`` and in the examples of
https://github.com/TheExGenesis/community-archive (``docs/archive_data.md``). Posts read as those
of the live connector do; only the conversation that a reply stands in is not told.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, ClassVar, Final

from listener.connectors import ConnectorError
from listener.connectors.x_post import post
from listener.history import Mark
from listener.history.elements import Elements, Value, objects, text
from listener.history.files import Files
from listener.history.lines import BadLine
from store.records import Post

_TWEETS: Final = re.compile(r"(community-)?tweets?(-part\d+)?\.js")
_ACCOUNT: Final = "account.js"
_MOST: Final = 2**20
_REPOST: Final = re.compile(r"RT @\w{1,15}: ")


class XArchive:
    """The posts of one account; what it liked, deleted and wrote in private is passed over."""

    by_lines: ClassVar[bool] = False

    def __init__(self, files: Files, site: str | None = None) -> None:
        self._files = files
        found = [one for one in files.sizes if files.single or _holds_posts(one)]
        self.parts: Sequence[str] = tuple(found)
        self._account = _account(files)

    def read(self, part: str, mark: Mark) -> Elements:
        """Open one of the files after the mark."""
        return Elements(self._files.open(part), mark, "item", self.parse, begin=b"[")

    def close(self) -> None:
        """Nothing was gathered."""

    def parse(self, value: Value) -> Post | None:
        """One post; None for a repost. Raises BadLine."""
        tweet = value.get("tweet", value)
        if not isinstance(tweet, Mapping):
            raise BadLine("tweet: expected an object")
        if _REPOST.match(text(tweet, "full_text")):
            return None
        try:
            found = post(
                _as_sent(tweet, self._account["id"]), {self._account["id"]: self._account}, None
            )
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise BadLine(f"not a post of X: {error!r}") from None
        return found if found.parent_id is None else replace(found, thread_id=None)


def _holds_posts(name: str) -> bool:
    return _TWEETS.fullmatch(PurePosixPath(name).name) is not None


def _account(files: Files) -> dict[str, str]:
    """Whose archive it is, as X's API says of an account."""
    beside = files.path.with_name(_ACCOUNT)
    if files.single:
        head = beside.read_bytes()[:_MOST] if beside.is_file() else b""
    else:
        name = files.named(_ACCOUNT)
        head = b"" if name is None else files.head(name, _MOST)
    try:
        account = json.loads(head[head.index(b"[") :])[0]["account"]
        return {
            "id": str(int(account["accountId"])),
            "username": str(account["username"]),
            "name": str(account["accountDisplayName"]),
        }
    except (ValueError, LookupError, TypeError):
        raise ConnectorError(
            f"{files.path}: no account.js beside the posts, which tells whose they are; "
            "import the whole archive, as a zip or unpacked",
            permanent=True,
        ) from None


def _as_sent(tweet: Value, author: str) -> dict[str, Any]:
    """The post as X's API would send it."""
    entities = tweet.get("entities") or {}
    mentions = objects(entities.get("user_mentions"))
    replied = tweet.get("in_reply_to_status_id_str") or tweet.get("in_reply_to_status_id")
    return {
        "id": text(tweet, "id_str") if "id_str" in tweet else text(tweet, "id"),
        "author_id": author,
        "created_at": _created(text(tweet, "created_at")),
        "text": text(tweet, "full_text"),
        "edit_history_tweet_ids": list(_versions(tweet)),
        "in_reply_to_user_id": tweet.get("in_reply_to_user_id_str"),
        "lang": tweet.get("lang"),
        "public_metrics": {"like_count": int(tweet.get("favorite_count") or 0)},
        "referenced_tweets": [{"type": "replied_to", "id": replied}] if replied else [],
        "entities": {
            "urls": [{"expanded_url": url, "media_key": ""} for url in _media(tweet)],
            "hashtags": [{"tag": one.get("text")} for one in objects(entities.get("hashtags"))],
            "mentions": [
                {"id": one.get("id_str"), "username": one.get("screen_name")} for one in mentions
            ],
        },
    }


def _created(found: str) -> str:
    """When, as X's API writes it: ``Sat Feb 18 12:33:11 +0000 2023`` in ISO 8601."""
    return datetime.strptime(found, "%a %b %d %H:%M:%S %z %Y").isoformat()


def _versions(tweet: Value) -> Iterator[str]:
    """The ids of the post and of its edits, oldest first, where X kept them."""
    info = tweet.get("edit_info")
    first = info.get("initial") if isinstance(info, Mapping) else None
    if isinstance(first, Mapping) and isinstance(first.get("editTweetIds"), list):
        yield from map(str, first["editTweetIds"][:1])
    later = info.get("edit") if isinstance(info, Mapping) else None
    if isinstance(later, Mapping) and later.get("initialTweetId"):
        yield str(later["initialTweetId"])


def _media(tweet: Value) -> list[str]:
    """Addresses of pictures and films; one of several is listed by the longer list."""
    for name in ("extended_entities", "entities"):
        found = objects((tweet.get(name) or {}).get("media"))
        if found:
            return list(dict.fromkeys(str(one.get("expanded_url")) for one in found))
    return []
