"""Mastodon on loopback: hashtag and public timelines, search, mentions, threads, second looks.

Fields, ids, Link and rate-limit headers are those of a recorded Mastodon 4.6.4 (cassettes
``test_hashtag_tl``, ``test_status_reply``, ``test_status_context`` and
``test_notifications_mentions_only`` of Mastodon.py); paging, the array of ids and what a public
timeline leaves out are those of docs.joinmastodon.org ("timelines", "statuses", "search").
"""

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape, unescape
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

from listener.connectors import Deletions
from listener.connectors.mastodon import MastodonOptions
from tests.peers.http import FAULTS, HttpServer, Reply, Request
from tests.peers.search_syntax import MASTODON, Found, Search

TAG: Final = "acme"
TOKEN: Final = "token-of-the-bot"
OWN_ACCOUNT: Final = "117020566092212359"
_ACCOUNT: Final[Mapping[str, Any]] = {
    "display_name": "",
    "locked": False,
    "bot": False,
    "discoverable": True,
    "indexable": True,
    "group": False,
    "created_at": "2026-08-01T00:00:00.000Z",
    "note": "",
    "noindex": False,
    "roles": [],
    "fields": [],
}
_STATUS: Final[Mapping[str, Any]] = {
    "in_reply_to_id": None,
    "in_reply_to_account_id": None,
    "sensitive": False,
    "spoiler_text": "",
    "visibility": "public",
    "language": "en",
    "replies_count": 0,
    "reblogs_count": 0,
    "favourites_count": 0,
    "quotes_count": 0,
    "edited_at": None,
    "filtered": [],
    "reblog": None,
    "media_attachments": [],
    "mentions": [],
    "tags": [],
    "emojis": [],
    "quote": None,
    "card": None,
    "poll": None,
}
_NOT_FOUND: Final = Reply({"error": "Record not found"}, 404)
_LOGIN: Final = Reply({"error": "This method requires an authenticated user"}, 401)


class MastodonPeer:
    """One server. What is said carries the hashtag TAG beside its words, as posts of blogs do."""

    word = "mastodon"
    secrets: Mapping[str, str] = {}
    edits = True
    deletions = Deletions.RECHECK
    faults = FAULTS
    options: MastodonOptions = MastodonOptions(hashtags=(TAG,))
    largest = 40

    def __init__(self, *, has_many: bool = True) -> None:
        self.has_many = has_many
        """Whether several statuses can be asked for at once, as from 4.3 on."""
        self.left = 300
        self._lock = Lock()
        self._statuses: dict[int, dict[str, Any]] = {}
        self._tags: dict[str, list[int]] = {}
        self._roots: list[int] = []
        self._replies: dict[int, list[int]] = {}
        self._accounts: dict[str, str] = {}
        self._notifications: list[dict[str, Any]] = []
        self.server = HttpServer(self._answer)
        self.host = urlsplit(self.server.url).netloc

    @property
    def url(self) -> str:
        return self.server.url

    def say(
        self, text: str, at: datetime, *, author: str = "ann", parent: str | None = None
    ) -> str:
        return self.toot(text, at, author=author, parent=parent)

    def toot(
        self,
        text: str,
        at: datetime,
        *,
        author: str = "ann",
        parent: str | None = None,
        tags: Sequence[str] = (TAG,),
        account: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> str:
        """Somebody writes, with fields of the status and of its account as given."""
        with self._lock:
            number = self._number(at)
            above = None if parent is None else parent.rpartition("/")[2]
            status = self._status(number, text, at, self._account(author, account or {}))
            status |= {"in_reply_to_id": above, "tags": [self._tag(one) for one in tags]} | fields
            self._keep(number, status)
            if any(one["id"] == OWN_ACCOUNT for one in status["mentions"]):
                self._notify(status)
            return f"{self.host}/{number}"

    def edit(self, platform_id: str, text: str, at: datetime) -> None:
        with self._lock:
            status = self._statuses[int(platform_id.rpartition("/")[2])]
            status |= {"content": _html(text), "edited_at": _written(at)}

    def delete(self, platform_id: str) -> None:
        number = int(platform_id.rpartition("/")[2])
        with self._lock:
            status = self._statuses.pop(number)
            for ids in (*(self._tags[one["name"]] for one in status["tags"]), self._roots):
                at = bisect_left(ids, number)
                if at < len(ids) and ids[at] == number:
                    del ids[at]

    def fail(self, fault: str) -> None:
        self.server.fail(fault)

    def close(self) -> None:
        self.server.close()

    def _number(self, at: datetime) -> int:
        """A server dates the id of what comes from elsewhere by when it was written there."""
        number = int(at.timestamp() * 1000) << 16
        while number in self._statuses:
            number += 1
        return number

    def _keep(self, number: int, status: dict[str, Any]) -> None:
        self._statuses[number] = status
        for one in status["tags"]:
            insort(self._tags.setdefault(one["name"], []), number)
        if status["in_reply_to_id"] is None:
            insort(self._roots, number)
        else:
            self._replies.setdefault(int(status["in_reply_to_id"]), []).append(number)

    def _notify(self, status: Mapping[str, Any]) -> None:
        number = len(self._notifications) + 1
        self._notifications.append(
            {
                "id": str(number),
                "type": "mention",
                "created_at": status["created_at"],
                "account": status["account"],
                "status": status,
            }
        )

    def _status(
        self, number: int, text: str, at: datetime, account: Mapping[str, Any]
    ) -> dict[str, Any]:
        name = account["username"]
        return {
            **_STATUS,
            "id": str(number),
            "created_at": _written(at),
            "uri": f"{self.url}/ap/users/{account['id']}/statuses/{number}",
            "url": f"{self.url}/@{name}/{number}",
            "content": _html(text),
            "account": account,
        }

    def _account(self, name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        id_ = self._accounts.setdefault(name, str(117020566092212400 + len(self._accounts)))
        return {
            **_ACCOUNT,
            "id": id_,
            "username": name,
            "acct": name,
            "url": f"{self.url}/@{name}",
            "uri": f"{self.url}/ap/users/{id_}",
            **fields,
        }

    def _tag(self, name: str) -> dict[str, str]:
        return {"name": name, "url": f"{self.url}/tags/{name}"}

    def _answer(self, request: Request) -> Reply:
        with self._lock:
            reply = self._found(request)
        headers = {
            "X-RateLimit-Limit": "300",
            "X-RateLimit-Remaining": str(self.left),
            "X-RateLimit-Reset": _written(datetime.now(UTC)),
        }
        return Reply(reply.body, reply.status, {**headers, **reply.headers})

    def _found(self, request: Request) -> Reply:
        match request.path.removeprefix("/api/").split("/"):
            case ["v1", "timelines", "tag", name]:
                return self._page(request, self._tags.get(name, []))
            case ["v1", "timelines", "public"]:
                return self._page(request, self._roots)
            case ["v1", "statuses"] if self.has_many:
                ids = [int(one) for one in request.queries.get("id[]", [])]
                return Reply([self._statuses[one] for one in ids if one in self._statuses])
            case ["v1", "statuses", id_] if int(id_) in self._statuses:
                return Reply(self._statuses[int(id_)])
            case ["v1", "statuses", id_, "context"] if int(id_) in self._statuses:
                return Reply({"ancestors": self._above(id_), "descendants": self._below(int(id_))})
            case _:
                return self._for_members(request)

    def _for_members(self, request: Request) -> Reply:
        if request.path.removeprefix("/api/") not in (
            "v1/notifications", "v1/accounts/verify_credentials", "v2/search",
        ):  # fmt: skip
            return _NOT_FOUND
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _LOGIN
        match request.path.rpartition("/")[2]:
            case "notifications":
                below = int(request.query.get("max_id") or len(self._notifications) + 1)
                return Reply(self._notifications[: below - 1][::-1][: self.largest])
            case "verify_credentials":
                return Reply({**self._account("bot", {}), "id": OWN_ACCOUNT})
            case _:
                search = Search(request.query["q"], MASTODON)
                ids = [n for n, one in self._statuses.items() if search.finds(_seen(one))]
                found = self._page(request, sorted(ids)).body
                return Reply({"accounts": [], "hashtags": [], "statuses": found})

    def _page(self, request: Request, ids: Sequence[int]) -> Reply:
        limit = min(int(request.query.get("limit") or 20), self.largest)
        below = request.query.get("max_id")
        end = bisect_left(ids, int(below)) if below else len(ids)
        begin = bisect_right(ids, int(request.query.get("since_id") or 0))
        chosen = ids[max(begin, end - limit) : end][::-1]
        headers = {}
        if chosen:
            address = f"{self.url}{request.path}"
            headers["Link"] = (
                f'<{address}?max_id={chosen[-1]}>; rel="next", '
                f'<{address}?min_id={chosen[0]}>; rel="prev"'
            )
        return Reply([self._statuses[one] for one in chosen], 200, headers)

    def _above(self, id_: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        parent = self._statuses[int(id_)]["in_reply_to_id"]
        while parent is not None and int(parent) in self._statuses:
            found.insert(0, self._statuses[int(parent)])
            parent = found[0]["in_reply_to_id"]
        return found

    def _below(self, number: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for one in self._replies.get(number, []):
            if one in self._statuses:
                found += [self._statuses[one], *self._below(one)]
        return found


def _seen(status: Mapping[str, Any]) -> Found:
    return Found([unescape(re.sub("<[^>]*>", " ", status["content"]))])


def _html(text: str) -> str:
    return f"<p>{escape(text, quote=False)}</p>"


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
