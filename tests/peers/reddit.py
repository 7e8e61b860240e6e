"""Reddit on loopback: one subreddit with its listings, search, trees and ids.

Shapes are those of recordings of the real site: a comment and a page of comments of
`TestSubredditStreams.test_comments__with_continue_after_id` (2023), a submission of
`TestSubmission.test_hide_multiple_in_batches` (2026), a deleted comment and a deleted submission of
`TestComment.test_delete` and `TestSubmission.test_delete`, "more" and its answer of
`TestCommentForest.test_comment_forest_refresh_error` (2020), the token of any. That a page after an
item which is gone is empty is `IDBuilder._get_after` in r2/models/builder.py of
reddit-archive/reddit.
"""

from bisect import bisect_left, insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from threading import Lock
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs

from listener.connectors import Deletions
from listener.connectors.reddit import RedditOptions
from tests.peers.http import FAULTS, HttpServer, Reply, Request
from tests.peers.search_syntax import REDDIT, Found, Search

SUBREDDIT: Final = "laurels_test"
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(slots=True)
class Item:
    """A submission or a comment."""

    name: str
    author: str
    text: str
    at: datetime
    parent: str | None
    link: str
    edited: datetime | None = None
    deleted: bool = False
    replies: list[str] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    """Fields that a test sets otherwise."""

    @property
    def place(self) -> tuple[float, str]:
        """Where it stands in a listing."""
        return self.at.timestamp(), self.name


class RedditPeer:
    """A subreddit whose every request wants the token that was given out last."""

    word = "reddit"
    options: object = RedditOptions(user="laurels_bot", subreddits=(SUBREDDIT,))
    secrets: Mapping[str, str] = {
        "LAURELS_REDDIT_CLIENT_ID": "loopback",
        "LAURELS_REDDIT_CLIENT_SECRET": "no secret",
    }
    edits = True
    deletions: ClassVar[Deletions] = Deletions.RECHECK
    faults: tuple[str, ...] = FAULTS

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.listed: dict[str, list[tuple[float, str]]] = {"t3": [], "t1": []}
        """Oldest first, without what is deleted."""
        self.cap: int | None = None
        """How many of the newest a listing shows; Reddit: about 1,000."""
        self.shown = 10_000
        """How many replies of one parent are shown before the others are folded away."""
        self.limits: dict[str, str] = {}
        self.refused: dict[str, Reply] = {}
        """By path, what is answered instead."""
        self.token = 0
        self._lock = Lock()
        self._server = HttpServer(self._answer)

    @property
    def url(self) -> str:
        """Both the site and its API."""
        return self._server.url

    @property
    def asked(self) -> list[Request]:
        """The requests so far."""
        return self._server.asked

    def say(
        self, text: str, at: datetime, *, author: str = "ann", parent: str | None = None
    ) -> str:
        """A submission, or a comment below `parent`."""
        with self._lock:
            name = ("t3_" if parent is None else "t1_") + _base36(len(self.items) + 1_000_000)
            link = name if parent is None else self.items[parent].link
            item = Item(name, author, text, at, parent, link)
            self.items[name] = item
            if parent is not None:
                self.items[parent].replies.append(name)
            insort(self.listed[name[:2]], item.place)
        return name

    def edit(self, platform_id: str, text: str, at: datetime) -> None:
        """The author changes the words."""
        item = self.items[platform_id]
        item.text, item.edited = text, at

    def delete(self, platform_id: str) -> None:
        """It leaves the listings; a tree shows that something was there."""
        with self._lock:
            item = self.items[platform_id]
            item.deleted = True
            listed = self.listed[platform_id[:2]]
            del listed[bisect_left(listed, item.place)]

    def fail(self, fault: str) -> None:
        """The next request fails so."""
        self._server.fail(fault)

    def expire(self) -> None:
        """The token is no longer good."""
        self.token += 1

    def close(self) -> None:
        """Stop serving."""
        self._server.close()

    def _answer(self, request: Request) -> Reply:
        path = request.path.strip("/")
        if path in self.refused:
            return self.refused[path]
        if path == "api/v1/access_token":
            return Reply(self._token())
        if request.headers.get("authorization") != f"bearer {self._bearer()}":
            return Reply({"message": "Unauthorized", "error": 401}, 401)
        found = self._routed(path, request)
        if found is None:
            return Reply({"message": "Not Found", "error": 404}, 404)
        return Reply(found, headers=self.limits)

    def _routed(self, path: str, request: Request) -> object:
        match path.split("/"):
            case ["r", name, "new"] if name == SUBREDDIT:
                return self._listing("t3", request)
            case ["r", name, "comments"] if name == SUBREDDIT:
                return self._listing("t1", request)
            case ["search"] | ["r", _, "search"]:
                return self._listing("t3", request, request.query["q"])
            case ["comments", id_, *rest] if f"t3_{id_}" in self.items:
                return self._tree(f"t3_{id_}", rest[1] if len(rest) > 1 else None, request)
            case ["api", "info"]:
                names = request.query["id"].split(",")
                return _page([self._thing(name) for name in names if name in self.items])
            case ["api", "morechildren"]:
                return self._more(request)
        return None

    def _token(self) -> Mapping[str, object]:
        self.token += 1
        token = {"access_token": self._bearer(), "token_type": "bearer"}
        return {**token, "expires_in": 86400, "scope": "*"}

    def _bearer(self) -> str:
        return f"token-{self.token}"

    def _listing(self, kind: str, request: Request, search: str | None = None) -> object:
        listed = self.listed[kind] if search is None else list(self.listed[kind])
        if search is not None:
            asked = Search(search, REDDIT)
            listed = [one for one in listed if asked.finds(self._seen(self.items[one[1]]))]
        first = 0 if self.cap is None else max(0, len(listed) - self.cap)
        end = self._end(listed, request.query.get("after"))
        begin = max(first, end - int(request.query.get("limit", "25")))
        names = [name for _, name in reversed(listed[begin:end])]
        after = names[-1] if names and begin > first else None
        return _page([self._thing(name) for name in names], after)

    def _seen(self, item: Item) -> Found:
        return Found([item.text], item.author, SUBREDDIT)

    def _end(self, listed: list[tuple[float, str]], after: str | None) -> int:
        if after is None:
            return len(listed)
        place = self.items[after].place
        at = bisect_left(listed, place)
        return at if at < len(listed) and listed[at] == place else 0

    def _tree(self, link: str, focus: str | None, request: Request) -> object:
        depth = int(request.query.get("depth", "10"))
        root = _page([self._thing(link)])
        if focus is None:
            return [root, _page(self._below(link, 0, depth))]
        top = f"t1_{focus}"
        for _ in range(int(request.query.get("context", "0"))):
            parent = self.items[top].parent
            if parent is None or parent == link:
                break
            top = parent
        return [root, _page([self._thing(top, self._below(top, 1, depth))])]

    def _below(self, parent: str, level: int, depth: int) -> list[object]:
        replies = self.items[parent].replies
        if replies and level >= depth:
            return [_folded(parent, [], level)]
        shown = [self._thing(n, self._below(n, level + 1, depth)) for n in replies[: self.shown]]
        hidden = replies[self.shown :]
        return shown + ([_folded(parent, hidden, level)] if hidden else [])

    def _more(self, request: Request) -> object:
        form = parse_qs(request.body.decode())
        names = [f"t1_{id_}" for id_ in form["children"][0].split(",")]
        things: list[object] = []
        while names:
            name = names.pop(0)
            things.append(self._thing(name))
            names = self.items[name].replies + names
        return {"json": {"errors": [], "data": {"things": things}}}

    def _thing(self, name: str, replies: list[object] | None = None) -> object:
        item = self.items[name]
        data = _submission(item) if item.parent is None else _comment(item)
        if replies:
            data["replies"] = _page(replies)
        return {"kind": name[:2], "data": data | item.more}


def _page(children: list[object], after: str | None = None) -> dict[str, object]:
    return {
        "kind": "Listing",
        "data": {
            "after": after, "dist": len(children), "modhash": "", "geo_filter": "",
            "children": children, "before": None,
        },
    }  # fmt: skip


def _folded(parent: str, hidden: list[str], level: int) -> object:
    ids = [name[3:] for name in hidden]
    first = ids[0] if ids else "_"
    return {
        "kind": "more",
        "data": {
            "count": len(ids), "name": f"t1_{first}", "id": first, "parent_id": parent,
            "depth": level, "children": ids,
        },
    }  # fmt: skip


def _shared(item: Item) -> dict[str, Any]:
    at = float(int(item.at.timestamp()))
    id_ = item.name[3:]
    author = sha256(item.author.encode()).hexdigest()[:8]
    return {
        "subreddit_id": "t5_2qq2q", "subreddit": SUBREDDIT, "approved_at_utc": None,
        "author": "[deleted]" if item.deleted else item.author,
        **({} if item.deleted else {"author_fullname": f"t2_{author}"}),
        "author_flair_text": None, "mod_reason_title": None, "gilded": 0, "likes": None,
        "saved": False, "id": id_, "name": item.name, "archived": False, "no_follow": True,
        "send_replies": True, "score": 1, "ups": 1, "downs": 0, "over_18": False,
        "edited": False if item.edited is None else item.edited.timestamp(),
        "distinguished": None, "stickied": False, "locked": False, "created": at,
        "created_utc": at, "all_awardings": [], "awarders": [], "treatment_tags": [],
        "mod_note": None, "num_reports": None, "removal_reason": None, "report_reasons": None,
        "subreddit_type": "restricted", "subreddit_name_prefixed": f"r/{SUBREDDIT}",
    }  # fmt: skip


def _submission(item: Item) -> dict[str, Any]:
    path = f"/r/{SUBREDDIT}/comments/{item.name[3:]}/title/"
    return _shared(item) | {
        "title": "[deleted by user]" if item.deleted else "A title",
        "selftext": "[deleted]" if item.deleted else item.text,
        "selftext_html": "", "is_self": True, "domain": f"self.{SUBREDDIT}",
        "permalink": path, "url": "https://www.reddit.com" + path, "hide_score": False,
        "link_flair_text": None, "removed_by_category": "deleted" if item.deleted else None,
        "num_comments": 0, "upvote_ratio": 1.0, "media": None, "is_video": False,
        "spoiler": False, "pinned": False, "num_crossposts": 0, "view_count": None,
    }  # fmt: skip


def _comment(item: Item) -> dict[str, Any]:
    link = item.link[3:]
    return _shared(item) | {
        "body": "[deleted]" if item.deleted else item.text,
        "body_html": "", "link_id": item.link, "parent_id": item.parent, "replies": "",
        "score_hidden": False, "controversiality": 0, "collapsed": False, "is_submitter": False,
        "permalink": f"/r/{SUBREDDIT}/comments/{link}/title/{item.name[3:]}/",
        "link_permalink": f"https://www.reddit.com/r/{SUBREDDIT}/comments/{link}/title/",
        "link_title": "A title", "link_author": "ann", "num_comments": 1,
    }  # fmt: skip


def _base36(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text
