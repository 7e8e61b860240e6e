"""Stack Exchange on loopback: one site of the API, version 2.3.

The wrapper, `backoff`, `quota_remaining`, filters, `min`, `max` and paging are as described at
https://api.stackexchange.com/docs ("Common Wrapper Object", "Throttles", "Custom Filters",
"Complex Queries", "Paging"). A missing user is the example "Non-Existent" of
https://api.stackexchange.com/docs/types/shallow-user. A search finds by /docs/excerpt-search what
/docs/types/search-excerpt describes, questions and answers apart, and only questions by
/docs/advanced-search. ANSWERS is an answer of the live API to
/questions/72755863/answers, as kept in yjorayev/Guess-StackOverflow, src/models/Answer.ts; the
throttle's words are from https://stackapps.com/questions/2904, those of page 26 and of an unknown
filter as the live API answers them.
"""

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape, unescape
from threading import Lock
from typing import Any, Final

from listener.connectors import Deletions
from listener.connectors.stackexchange import StackExchangeOptions
from listener.connectors.stackexchange_api import KEY
from tests.peers.http import FAULTS, HttpServer, Reply, Request
from tests.peers.search_syntax import STACKEXCHANGE, Found, Search

SITE: Final = "stackoverflow"
NOBODY: Final = {"user_type": "does_not_exist", "display_name": "Old Display Name"}
ANSWERS: Final = [
    {
        "owner": {
            "account_id": 25351770, "reputation": 787, "user_id": 19168512,
            "user_type": "registered",
            "profile_image": "https://i.stack.imgur.com/81Wlw.jpg?s=256&g=1",
            "display_name": "BhusalC_Bipin",
            "link": "https://stackoverflow.com/users/19168512/bhusalc-bipin",
        },
        "is_accepted": True, "score": 1, "last_activity_date": 1656182873,
        "last_edit_date": 1656182873, "creation_date": 1656180148, "answer_id": 72756207,
        "question_id": 72755863, "content_license": "CC BY-SA 4.0",
    },
]  # fmt: skip
THROTTLED: Final = {
    "error_id": 502,
    "error_message": "too many requests from this IP, more requests available in 84600 seconds",
    "error_name": "throttle_violation",
}
INVALID_FILTER: Final = {
    "error_id": 400, "error_message": "Invalid filter specified", "error_name": "bad_parameter",
}  # fmt: skip
PAGE_26: Final = {
    "error_id": 403, "error_message": "page above 25 requires access token or app key",
    "error_name": "access_denied",
}  # fmt: skip


class StackExchangePeer:
    """One site with its questions."""

    word = "stackexchange"
    options: StackExchangeOptions = StackExchangeOptions()
    secrets: Mapping[str, str] = {KEY: "loopback"}
    edits = True
    deletions = Deletions.RECHECK
    faults = FAULTS

    def __init__(self) -> None:
        self._lock = Lock()
        self._posts: dict[int, dict[str, Any]] = {}
        self._comments: dict[int, dict[str, Any]] = {}
        self._active: list[tuple[int, int]] = []
        self._said: list[tuple[int, int]] = []
        self._written: list[tuple[int, int]] = []
        self._next = 72_755_863
        self.filter = "!9Z(-wzu0T"
        self.quota = 1_000_000
        self.backoff: int | None = None
        self.silent = False
        """Comments within a question come without their words."""
        self.server = HttpServer(self.answer)

    @property
    def url(self) -> str:
        return f"{self.server.url}/2.3"

    def say(
        self, text: str, at: datetime, *, author: str = "ann", parent: str | None = None
    ) -> str:
        with self._lock:
            self._next += 1
            common = {
                "owner": _owner(author), "score": 0, "creation_date": int(at.timestamp()),
                "body": _html(text), "content_license": "CC BY-SA 4.0",
            }  # fmt: skip
            if parent is None:
                return self._ask_question(self._next, common)
            _, letter, number = parent.split("/")
            if letter == "q":
                return self._give_answer(self._next, int(number), common)
            return self._comment_on(self._next, int(number), letter, common)

    def comment(self, text: str, at: datetime, on: str) -> str:
        """Somebody comments on a question or an answer."""
        with self._lock:
            self._next += 1
            common = {
                "owner": _owner("cat"), "score": 0, "creation_date": int(at.timestamp()),
                "body": _html(text), "edited": False,
            }  # fmt: skip
            return self._comment_on(self._next, int(on.split("/")[2]), "a", common)

    def accept(self, platform_id: str) -> None:
        """The asker accepts an answer, which is no activity."""
        with self._lock:
            number = int(platform_id.split("/")[2])
            self._posts[number]["is_accepted"] = True

    def without_author(self, platform_id: str) -> None:
        """Who wrote it leaves the site."""
        with self._lock:
            self._posts[int(platform_id.split("/")[2])]["owner"] = NOBODY

    def edit(self, platform_id: str, text: str, at: datetime) -> None:
        with self._lock:
            _, letter, number = platform_id.split("/")
            where = self._comments if letter == "c" else self._posts
            where[int(number)]["body"] = _html(text)
            if letter != "c":
                where[int(number)]["last_edit_date"] = int(at.timestamp())
                for one in {int(number), where[int(number)]["question_id"]}:
                    self._act(one, int(at.timestamp()))

    def delete(self, platform_id: str) -> None:
        with self._lock:
            _, letter, number = platform_id.split("/")
            gone = (self._comments if letter == "c" else self._posts).pop(int(number))
            if letter == "q":
                self._active.remove((gone["last_activity_date"], int(number)))
            if letter != "c":
                self._written.remove((gone["last_activity_date"], int(number)))
            if letter == "c":
                self._said.remove((gone["creation_date"], int(number)))

    def fail(self, fault: str) -> None:
        self.server.fail(fault)

    def close(self) -> None:
        self.server.close()

    def _ask_question(self, number: int, common: dict[str, Any]) -> str:
        at = common["creation_date"]
        self._posts[number] = common | {
            "question_id": number, "title": "How to <b> & survive", "tags": ["python", "acme"],
            "last_activity_date": at, "is_answered": False, "view_count": 1,
            "link": f"https://stackoverflow.com/questions/{number}/how-to-b-survive",
            "_answers": [], "_comments": [],
        }  # fmt: skip
        insort(self._active, (at, number))
        insort(self._written, (at, number))
        return f"{SITE}/q/{number}"

    def _give_answer(self, number: int, question: int, common: dict[str, Any]) -> str:
        self._posts[number] = common | {
            "answer_id": number, "question_id": question, "is_accepted": False,
            "last_activity_date": common["creation_date"], "_comments": [],
            "link": f"https://stackoverflow.com/a/{number}",
        }  # fmt: skip
        self._posts[question]["_answers"].append(number)
        insort(self._written, (common["creation_date"], number))
        self._act(question, common["creation_date"])
        return f"{SITE}/a/{number}"

    def _comment_on(self, number: int, above: int, letter: str, common: dict[str, Any]) -> str:
        if letter == "c":
            above = self._comments[above]["post_id"]
        post = self._posts[above]
        question = post["question_id"]
        self._comments[number] = common | {
            "comment_id": number, "post_id": above,
            "post_type": "answer" if "answer_id" in post else "question",
            "link": f"https://stackoverflow.com/questions/{question}/x#comment{number}_{above}",
        }  # fmt: skip
        post["_comments"].append(number)
        insort(self._said, (common["creation_date"], number))
        return f"{SITE}/c/{number}"

    def _act(self, number: int, at: int) -> None:
        post = self._posts[number]
        before = post["last_activity_date"]
        if at <= before:
            return
        post["last_activity_date"] = at
        for order in (self._written,) if "answer_id" in post else (self._written, self._active):
            del order[bisect_left(order, (before, number))]
            insort(order, (at, number))

    def answer(self, request: Request) -> Reply:
        """What the API answers."""
        with self._lock:
            self.quota -= 1
            if request.query.get("filter", self.filter) != self.filter:
                return Reply(INVALID_FILTER, 400)
            items, more = self._found(request)
            if items is None:
                body = {"error_id": 404, "error_name": "no_method", "error_message": "no method"}
                return Reply(body, 404)
            wrapper = {
                "items": items, "has_more": more, "quota_max": 300, "quota_remaining": self.quota,
            }  # fmt: skip
            return Reply(wrapper if self.backoff is None else wrapper | {"backoff": self.backoff})

    def _found(self, request: Request) -> tuple[list[dict[str, Any]] | None, bool]:
        match request.path.strip("/").split("/"):
            case ["2.3", "filters", "create"]:
                assert request.query["unsafe"] == "true"
                return [{"filter": self.filter, "filter_type": "unsafe"}], False
            case ["2.3", "questions"] | ["2.3", "search", "advanced"]:
                return self._page(request, self._active)
            case ["2.3", "search", "excerpts"]:
                items, more = self._page(request, self._written)
                return [self._excerpt(one) for one in items], more
            case ["2.3", "comments"]:
                return self._page(request, self._said)
            case ["2.3", _, listed]:
                assert len(listed.split(";")) <= int(request.query.get("pagesize", 30)) <= 100
                return [
                    self._shown(int(one)) for one in listed.split(";") if self._is_there(int(one))
                ], False
        return None, False

    def _page(
        self, request: Request, order: Sequence[tuple[int, int]]
    ) -> tuple[list[dict[str, Any]], bool]:
        query = request.query
        assert query["site"] == SITE
        assert query["filter"] == self.filter
        assert query["order"] == "desc"
        size, page = int(query["pagesize"]), int(query["page"])
        assert size <= 100
        assert page <= 25, "a key is needed for page 26"
        low = bisect_left(order, (int(query.get("min", 0)), 0))
        high = bisect_right(order, (int(query.get("max", 2**60)), 2**60))
        if query.get("q"):
            search = Search(query["q"], STACKEXCHANGE)
            fitting = [one for one in order[low:high] if search.finds(self._seen(one[1]))]
            order, low, high = fitting, 0, len(fitting)
        last = high - (page - 1) * size
        some = order[max(low, last - size) : max(low, last)]
        return [self._shown(number) for _, number in reversed(some)], last - size > low

    def _seen(self, number: int) -> Found:
        return Found([unescape(re.sub("<[^>]*>", " ", self._posts[number]["body"]))])

    def _excerpt(self, item: dict[str, Any]) -> dict[str, Any]:
        """As at /docs/types/search-excerpt; only a question tells whether one was accepted."""
        common = {
            "tags": ["python", "acme"], "title": "How to <b> & survive", "body": item["body"],
            "excerpt": item["body"], "item_type": "answer" if "answer_id" in item else "question",
        }  # fmt: skip
        names = (
            "question_id", "answer_id", "last_activity_date", "creation_date", "score",
            "is_accepted",
        )  # fmt: skip
        return common | {name: item[name] for name in names if name in item}

    def _is_there(self, number: int) -> bool:
        return number in self._posts or number in self._comments

    def _shown(self, number: int) -> dict[str, Any]:
        item = self._posts.get(number) or self._comments[number]
        shown = {name: value for name, value in item.items() if not name.startswith("_")}
        for name in ("answers", "comments"):
            inner = [self._shown(one) for one in item.get(f"_{name}", ()) if self._is_there(one)]
            for one in inner:
                if self.silent and name == "comments":
                    del one["body"]
            if inner:
                shown[name] = inner
        return shown


def _owner(name: str) -> dict[str, Any]:
    number = sum(ord(letter) * 31**at for at, letter in enumerate(name)) % 10**7
    return {
        "reputation": 9001, "user_id": number, "user_type": "registered", "accept_rate": 55,
        "profile_image": "https://www.gravatar.com/avatar/a007be5a61f6aa8f3e85ae2fc18dd66e",
        "display_name": name, "link": f"http://example.stackexchange.com/users/{number}/{name}",
    }  # fmt: skip


def _html(text: str) -> str:
    return f"<p>{escape(text)}</p>\n"
