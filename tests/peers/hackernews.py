"""Hacker News on loopback: the official interface and the search, over the same items.

Fields, paths and the shape of deleted items are those of https://github.com/HackerNews/API
(README.md, "Items", "Max Item ID", "Changed Items and Profiles"); the story and the comment below
are its examples 8863 and 2921983. Search parameters are those of "Search" at
https://hn.algolia.com/api (algolia/hn-search, app/assets/templates/api.html.haml), its records
those of app/models/item.rb there.
"""

from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Mapping
from datetime import datetime
from html import escape, unescape
from threading import Lock
from typing import Any, Final

from listener.connectors import Deletions
from listener.connectors.hackernews import Api, HackerNewsOptions
from tests.peers.http import FAULTS, HttpServer, Reply, Request
from tests.peers.search_syntax import HACKERNEWS, Found, Search

STORY: Final[Mapping[str, Any]] = {
    "by": "dhouston",
    "descendants": 71,
    "id": 8863,
    "kids": [8952, 9224, 8917],
    "score": 111,
    "time": 1175714200,
    "title": "My YC app: Dropbox - Throw away your USB drive",
    "type": "story",
    "url": "http://www.getdropbox.com/u/2/screencast.html",
}
COMMENT: Final[Mapping[str, Any]] = {
    "by": "norvig",
    "id": 2921983,
    "kids": [2922097, 2922429],
    "parent": 2921506,
    "text": "Aw shucks, guys ... you make me blush with your compliments.<p>Tell you what, Ill "
    "make a deal: I'll keep writing if you keep reading. K?",
    "time": 1314211127,
    "type": "comment",
}
_MOST_HITS = 1_000


class HackerNewsPeer:
    """One community of numbered items."""

    word = "hackernews"
    secrets: Mapping[str, str] = {}
    edits = True
    deletions = Deletions.RECHECK
    faults = FAULTS
    options: HackerNewsOptions = HackerNewsOptions()

    def __init__(self) -> None:
        self._lock = Lock()
        self._items: dict[int, dict[str, Any]] = {}
        self._by_time: list[tuple[int, int]] = []
        self._newest = 0
        self._changed: deque[int] = deque(maxlen=100)
        self.server = HttpServer(self.answer)

    @property
    def url(self) -> str:
        return self.server.url

    def say(
        self, text: str, at: datetime, *, author: str = "ann", parent: str | None = None
    ) -> str:
        with self._lock:
            self._newest += 1
            number = self._newest
            item = {"by": author, "id": number, "time": int(at.timestamp()), "text": _html(text)}
            if parent is None:
                item |= {"type": "story", "title": "Ask HN: Q&amp;A", "score": 1, "descendants": 0}
            else:
                item |= {"type": "comment", "parent": int(parent)}
                self._items[int(parent)].setdefault("kids", []).append(number)
                self._changed.append(int(parent))
            self._items[number] = item
            insort(self._by_time, (int(at.timestamp()), number))
        return str(number)

    def put(self, item: Mapping[str, Any]) -> None:
        """An item as it is in a document."""
        with self._lock:
            self._items[item["id"]] = dict(item)
            insort(self._by_time, (item["time"], item["id"]))
            self._newest = max(self._newest, item["id"])

    def hold_back(self) -> None:
        """The next number is given to something that cannot be read yet."""
        with self._lock:
            self._newest += 1

    def edit(self, platform_id: str, text: str, at: datetime) -> None:
        with self._lock:
            self._items[int(platform_id)]["text"] = _html(text)
            self._changed.append(int(platform_id))

    def delete(self, platform_id: str) -> None:
        with self._lock:
            old = self._items[int(platform_id)]
            kept = {name: old[name] for name in old if name in ("id", "time", "type", "parent")}
            self._items[int(platform_id)] = kept | {"deleted": True}
            self._changed.append(int(platform_id))

    def fail(self, fault: str) -> None:
        self.server.fail(fault)

    def close(self) -> None:
        self.server.close()

    def answer(self, request: Request) -> Reply:
        with self._lock:
            match request.path.strip("/").split("/"):
                case ["v0", "maxitem.json"]:
                    return Reply(self._newest)
                case ["v0", "updates.json"]:
                    return Reply({"items": list(self._changed), "profiles": ["thefox"]})
                case ["v0", "item", name]:
                    return Reply(self._items.get(int(name.removesuffix(".json"))))
                case ["api", "v1", "search_by_date"]:
                    return Reply(self._found(request.query))
                case ["api", "v1", "items", number] if self._is_there(int(number)):
                    return Reply(self._tree(int(number)))
        return Reply({"status": 404, "error": "Not Found"}, 404)

    def _is_there(self, number: int) -> bool:
        return number in self._items and not self._items[number].get("deleted")

    def _found(self, query: Mapping[str, str]) -> dict[str, Any]:
        first, last = _bounds(query.get("numericFilters", ""))
        low = bisect_left(self._by_time, (first, 0))
        high = bisect_right(self._by_time, (last, 2**60))
        search = Search(query["query"], HACKERNEWS) if query["query"] else None
        size, page = int(query["hitsPerPage"]), int(query["page"])
        assert size <= _MOST_HITS
        hits: list[dict[str, Any]] = []
        end = min((page + 1) * size, _MOST_HITS)
        for at in range(high - 1, low - 1, -1):
            item = self._items[self._by_time[at][1]]
            if not item.get("deleted") and (search is None or search.finds(_seen(item))):
                hits.append(item)
            if len(hits) >= end:
                break
        shown = [self._hit(item) for item in hits[page * size : end]]
        return {
            "hits": shown, "nbHits": len(hits), "page": page, "nbPages": 1, "hitsPerPage": size,
            "processingTimeMS": 1, "query": query["query"], "params": "",
        }  # fmt: skip

    def _root(self, item: Mapping[str, Any]) -> int:
        while "parent" in item:
            item = self._items[item["parent"]]
        return int(item["id"])

    def _hit(self, item: Mapping[str, Any]) -> dict[str, Any]:
        is_comment = item["type"] == "comment"
        root = self._root(item)
        return {
            "created_at": "", "title": item.get("title"), "url": item.get("url"),
            "author": item["by"], "points": item.get("score"),
            "story_text": None if is_comment else item["text"],
            "comment_text": item["text"] if is_comment else None,
            "num_comments": item.get("descendants"),
            "story_id": root if is_comment else None,
            "story_title": None, "story_url": None, "parent_id": item.get("parent"),
            "created_at_i": item["time"],
            "_tags": [item["type"], f"author_{item['by']}", f"story_{root}"],
            "objectID": str(item["id"]),
        }  # fmt: skip

    def _tree(self, number: int) -> dict[str, Any]:
        item = self._items[number]
        is_gone = item.get("deleted", False)
        return {
            "id": number, "created_at": "", "created_at_i": item["time"], "type": item["type"],
            "author": None if is_gone else item["by"], "title": item.get("title"),
            "url": item.get("url"), "text": item.get("text"), "points": item.get("score"),
            "parent_id": item.get("parent"), "story_id": self._root(item),
            "children": [self._tree(kid) for kid in item.get("kids", ())],
        }  # fmt: skip


class HackerNewsSearchPeer(HackerNewsPeer):
    """The same, read by the search."""

    edits = True
    options = HackerNewsOptions(api=Api.ALGOLIA)


def _html(text: str) -> str:
    return escape(text).replace("\n\n", "<p>")


def _seen(item: Mapping[str, Any]) -> Found:
    return Found([item.get("title") or "", unescape(item.get("text", ""))])


def _bounds(filters: str) -> tuple[int, int]:
    first, last = 0, 2**60
    for one in filters.split(","):
        if one.startswith("created_at_i>="):
            first = int(one.removeprefix("created_at_i>="))
        elif one.startswith("created_at_i<="):
            last = int(one.removeprefix("created_at_i<="))
    return first, last
