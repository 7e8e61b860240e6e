"""What X's API v2 says of posts, as posts: texts, threads, edits and who was addressed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from listener.connectors import Reject
from store.records import Author, Kind, Post

FIELDS: Final = ",".join(
    (
        "author_id", "conversation_id", "created_at", "edit_history_tweet_ids", "entities",
        "in_reply_to_user_id", "lang", "note_tweet", "public_metrics", "referenced_tweets",
    )
)  # fmt: skip
"""What is asked of each post: fields cost nothing, expansions do."""
_EPOCH: Final = datetime(2010, 11, 4, 1, 42, 54, 657_000, tzinfo=UTC)
_FIRST_SNOWFLAKE: Final = 30_000_000_000
_NOT_SHOWN: Final = ("resource-not-found", "not-authorized-for-resource")
_RAW_KEPT: Final = 4_000
_NO_LANGUAGE: Final = frozenset({"und", "art", "qam", "qct", "qht", "qme", "qst", "zxx"})
"""What X says of posts of links, tags or pictures only, and of scripts that it cannot tell."""


def moment(id_: int) -> datetime:
    """When a post got its id: ids are snowflakes, which hold the millisecond."""
    return _EPOCH + timedelta(milliseconds=id_ >> 22)


def mark(at: datetime) -> int:
    """The lowest id that a post of that moment can have; 0 before there were such ids."""
    return max(0, (at - _EPOCH) // timedelta(milliseconds=1)) << 22


def items(found: Mapping[str, Any]) -> list[Any]:
    """The posts of an answer, unread; none where it holds only errors."""
    data = found.get("data")
    return data if isinstance(data, list) else []


def ids_of(found: Mapping[str, Any]) -> list[str]:
    """The ids of an answer's posts, also of those that cannot be read otherwise."""
    return [str(one["id"]) for one in items(found) if isinstance(one, dict) and "id" in one]


def next_token(found: Mapping[str, Any]) -> str | None:
    """How to ask for the page after this one."""
    meta = found.get("meta")
    token = meta.get("next_token") if isinstance(meta, dict) else None
    return str(token) if token else None


def users(found: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The accounts that were expanded beside the posts, by id."""
    includes = found.get("includes")
    listed = includes.get("users") if isinstance(includes, dict) else None
    named = [one for one in listed or () if isinstance(one, dict) and "id" in one]
    return {str(one["id"]): one for one in named}


def failures(found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What X says it could not tell, beside what it told."""
    errors = found.get("errors")
    return [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []


def posts(found: Mapping[str, Any], own: str | None) -> tuple[list[Post], list[Reject]]:
    """What an answer holds, without reposts; `own` is the id of the organisation's account."""
    named = users(found)
    read: list[Post] = []
    rejects = list(_untold(found))
    for number, item in enumerate(items(found)):
        try:
            if not _is_repost(item):
                read.append(post(item, named, own))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            rejects.append(Reject(number, f"not a post of X: {error!r}", _raw(item)))
    return read, rejects


def hidden(found: Mapping[str, Any]) -> Iterator[str]:
    """Ids of the posts that X says are deleted, or protected or suspended with their authors."""
    for error in failures(found):
        if str(error.get("type", "")).endswith(_NOT_SHOWN):
            yield str(error.get("resource_id") or error.get("value"))


def superseded(found: Mapping[str, Any]) -> list[str]:
    """The newest versions' ids of those posts that are there in an older one."""
    versions = [
        (one.get("id"), one.get("edit_history_tweet_ids") or [None])
        for one in items(found)
        if isinstance(one, dict)
    ]
    return [str(all_[-1]) for id_, all_ in versions if len(all_) > 1 and all_[-1] != id_]


def depth(post: Post, known: Mapping[str, Post]) -> int:
    """How many posts stand between a post and the first one of its thread, as far as known."""
    steps, seen = 0, {post.platform_id}
    while post.parent_id is not None and post.parent_id in known and post.parent_id not in seen:
        post = known[post.parent_id]
        seen.add(post.platform_id)
        steps += 1
    return steps


def post(item: Mapping[str, Any], named: Mapping[str, Mapping[str, Any]], own: str | None) -> Post:
    """One post. An edited one keeps the id of its first version; its score is its likes.

    Raises KeyError, TypeError, ValueError or AttributeError for what is no post.
    """
    history = [str(id_) for id_ in item.get("edit_history_tweet_ids") or ()]
    id_ = str(int(item["id"]))
    first = history[0] if history else id_
    author = _author(str(item["author_id"]), named, own)
    parent = next((str(one["id"]) for one in _references(item, "replied_to")), None)
    entities = item.get("entities") or {}
    return Post(
        platform="x",
        platform_id=first,
        kind=Kind.COMMENT if parent else Kind.POST,
        author=author,
        created_at=_created(item, int(first)),
        text=_text(item),
        thread_id=_thread(item, id_, first),
        parent_id=parent,
        addressed=_addressed(item, entities),
        media=tuple(str(u["expanded_url"]) for u in entities.get("urls", ()) if "media_key" in u),
        score=(item.get("public_metrics") or {}).get("like_count"),
        tags=tuple(str(one["tag"]) for one in entities.get("hashtags", ())),
        lang=_lang(item),
        url=f"https://x.com/{author.handle if author.handle != author.platform_id else 'i'}"
        f"/status/{first}",
        edited_at=moment(int(id_)) if id_ != first else None,
    )


def _created(item: Mapping[str, Any], first: int) -> datetime:
    # What X says of a later version is when that version was made.
    if first >= _FIRST_SNOWFLAKE:
        return moment(first)
    return datetime.fromisoformat(str(item["created_at"])).astimezone(UTC)


def _text(item: Mapping[str, Any]) -> str:
    text = (item.get("note_tweet") or {}).get("text") or item["text"]
    if not isinstance(text, str):
        raise TypeError("its text is no text")
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _thread(item: Mapping[str, Any], id_: str, first: str) -> str:
    thread = str(item.get("conversation_id") or first)
    return first if thread == id_ else thread


def _author(id_: str, named: Mapping[str, Mapping[str, Any]], own: str | None) -> Author:
    user = named.get(id_, {})
    return Author(id_, str(user.get("username") or id_), user.get("name"), is_own=id_ == own)


def _addressed(item: Mapping[str, Any], entities: Mapping[str, Any]) -> tuple[str, ...]:
    found = [str(one.get("id") or one["username"]) for one in entities.get("mentions", ())]
    if answered := item.get("in_reply_to_user_id"):
        found.append(str(answered))
    return tuple(dict.fromkeys(found))


def _lang(item: Mapping[str, Any]) -> str | None:
    lang = item.get("lang")
    return None if not isinstance(lang, str) or lang in _NO_LANGUAGE else lang


def _references(item: Mapping[str, Any], kind: str) -> Sequence[Mapping[str, Any]]:
    return [one for one in item.get("referenced_tweets") or () if one.get("type") == kind]


def _is_repost(item: Mapping[str, Any]) -> bool:
    return bool(_references(item, "retweeted"))


def _untold(found: Mapping[str, Any]) -> Iterator[Reject]:
    for number, error in enumerate(failures(found)):
        # An author that cannot be told leaves a post without a handle, which is still a post.
        if error.get("resource_type") != "user":
            reason = f"X could not tell it: {error.get('title', 'no reason given')}"
            yield Reject(number, reason, _raw(error))


def _raw(item: object) -> str:
    return json.dumps(item, ensure_ascii=False)[:_RAW_KEPT]
