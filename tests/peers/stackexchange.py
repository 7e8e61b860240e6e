"""Stack Exchange on loopback: one site behind the interface 2.3, with filters and a quota.

Parameters, fields and errors are those of https://api.stackexchange.com/docs: "/wrapper",
"/throttle", "/error-handling", "/filters", "/create-filter", "/paging", "/min-max", "/compression",
"/questions", "/excerpt-search", "/advanced-search", "/comments" and "/types/…" (question, answer,
comment, shallow-user, search-excerpt; which of their fields the default filter includes, too).
The wait of a throttle_violation and the refusal of page 26 are as answered by the live interface.
"""

import gzip
import json
from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from html import escape
from threading import Lock
from typing import Any, Final

from listener.connectors import Deletions
from listener.connectors.stackexchange import StackExchangeOptions
from tests.peers.http import FAULTS, HttpServer, Reply, Request

QUESTION: Final[Mapping[str, Any]] = {
    "tags": ["typescript", "interface"],
    "owner": {"user_type": "does_not_exist", "display_name": "user6101582"},
    "is_answered": True,
    "view_count": 316934,
    "accepted_answer_id": 37233777,
    "answer_count": 20,
    "score": 1296,
    "last_activity_date": 1630869321,
    "creation_date": 1463277232,
    "last_edit_date": 1623235800,
    "question_id": 37233735,
    "content_license": "CC BY-SA 4.0",
    "link": "https://stackoverflow.com/questions/37233735/typescript-interfaces-vs-types",
    "title": "TypeScript: Interfaces vs Types",
}
"""As /search answered it in 2021; its owner is gone."""
TRUSTING: Final = "too many requests from this IP, more requests available in {} seconds"
PAGE_26: Final = "page above 25 requires access token or app key"
_DEFAULT: Final = {
    ".": "backoff error_id error_message error_name has_more items quota_max quota_remaining",
    "question": "accepted_answer_id answer_count content_license creation_date is_answered"
    " last_activity_date last_edit_date link owner question_id score tags title view_count",
    "answer": "answer_id content_license creation_date is_accepted last_activity_date"
    " last_edit_date owner question_id score",
    "comment": "comment_id content_license creation_date edited owner post_id reply_to_user score",
    "shallow_user": "display_name link profile_image reputation user_id user_type",
    "search_excerpt": "answer_id body creation_date excerpt is_accepted item_type"
    " last_activity_date question_id score tags title",
}
_PLAIN = frozenset(
    f"{kind.strip('.')}.{name}" for kind, names in _DEFAULT.items() for name in names.split()
)
_LARGEST = 100
Row = dict[str, Any]


class StackExchangePeer:
    """One site; what answers a question is an answer, what replies to an answer a comment."""

    word = "stackexchange"
    secrets: Mapping[str, str] = {}
    edits = True
    deletions = Deletions.RECHECK
    faults = (*FAULTS, "throttled")
    options: StackExchangeOptions = StackExchangeOptions()
    site = "stackoverflow"

    def __init__(self) -> None:
        self._lock = Lock()
        self._posts: dict[int, Row] = {}
        self._comments: dict[int, Row] = {}
        self._on: dict[int, list[int]] = {}
        self._answers: dict[int, list[int]] = {}
        self._people: dict[str, int] = {}
        self._active: list[tuple[int, int]] = []
        self._said: list[tuple[int, int]] = []
        self._commented: list[tuple[int, int]] = []
        self._newest = 0
        self._throttled: deque[int] = deque()
        self.filters = {"default": _PLAIN, "withbody": _PLAIN | _bodies()}
        self.quota = 10**9
        self.backoff: int | None = None
        self.links = True
        self.server = HttpServer(self.answer)

    @property
    def url(self) -> str:
        return self.server.url

    def say(
        self, text: str, at: datetime, *, author: str = "ann", parent: str | None = None
    ) -> str:
        with self._lock:
            self._newest += 1
            when = int(at.timestamp())
            row: Row = {
                "owner": self._owner(author), "score": 0, "creation_date": when,
                "body": _html(text), "content_license": "CC BY-SA 4.0",
            }  # fmt: skip
            if parent is None:
                return self._ask(row)
            _, kind, number = parent.split("/")
            if kind == "q":
                return self._reply(row, int(number))
            on = int(number) if kind == "a" else self._comments[int(number)]["post_id"]
            return self._remark(row, on)

    def remark(self, text: str, at: datetime, on: str, *, author: str = "cay") -> str:
        """A comment, on a question too."""
        with self._lock:
            self._newest += 1
            row: Row = {
                "owner": self._owner(author), "score": 0, "body": _html(text),
                "creation_date": int(at.timestamp()),
            }  # fmt: skip
            return self._remark(row, int(on.rpartition("/")[2]))

    def put(self, question: Mapping[str, Any]) -> None:
        """A question as it is in a document."""
        with self._lock:
            id_ = question["question_id"]
            self._posts[id_] = {"body": "<p>?</p>", **question}
            insort(self._active, (question["last_activity_date"], id_))
            insort(self._said, (question["last_activity_date"], id_))

    def change(self, platform_id: str, **fields: object) -> None:
        """Something that makes nothing active: a vote, an accepted answer, other tags."""
        _, kind, number = platform_id.split("/")
        with self._lock:
            (self._comments if kind == "c" else self._posts)[int(number)].update(fields)

    def edit(self, platform_id: str, text: str, at: datetime) -> None:
        _, kind, number = platform_id.split("/")
        with self._lock:
            if kind == "c":
                self._comments[int(number)] |= {"body": _html(text), "edited": True}
                return
            row = self._posts[int(number)]
            row |= {"body": _html(text), "last_edit_date": int(at.timestamp())}
            self._stir(int(number), int(at.timestamp()))
            if kind == "a":
                self._stir(row["question_id"], int(at.timestamp()))

    def delete(self, platform_id: str) -> None:
        _, kind, number = platform_id.split("/")
        with self._lock:
            if kind == "c":
                row = self._comments.pop(int(number))
                self._on[row["post_id"]].remove(int(number))
                _drop(self._commented, (row["creation_date"], int(number)))
                return
            row = self._posts.pop(int(number))
            _drop(self._said, (row["last_activity_date"], int(number)))
            if kind == "q":
                _drop(self._active, (row["last_activity_date"], int(number)))
            else:
                self._answers[row["question_id"]].remove(int(number))

    def fail(self, fault: str) -> None:
        if fault == "throttled":
            self._throttled.append(1)
        else:
            self.server.fail(fault)

    def close(self) -> None:
        self.server.close()

    def answer(self, request: Request) -> Reply:
        with self._lock:
            if self._throttled:
                return _error(502, TRUSTING.format(self._throttled.popleft()))
            if self.quota <= 0:
                return _error(502, TRUSTING.format(17524))
            self.quota -= 1
            try:
                return self._answered(request)
            except _Refused as refused:
                return refused.reply

    def _answered(self, request: Request) -> Reply:
        query = request.query
        parts = request.path.strip("/").split("/")
        assert parts.pop(0) == "2.3"
        if parts == ["filters", "create"]:
            return self._wrapped(self._filter(query), more=False)
        if query.get("site") != self.site:
            raise _Refused(400, f"No site found for name `{query.get('site')}`")
        fields = self.filters.get(query.get("filter", "default"))
        if fields is None:
            raise _Refused(400, "Invalid filter specified")
        rows, more = self._read(parts, query, fields)
        return self._wrapped(rows, more=more)

    def _read(
        self, parts: Sequence[str], query: Mapping[str, str], fields: frozenset[str]
    ) -> tuple[list[Row], bool]:
        match parts:
            case ["questions"]:
                assert "tagged" not in query, "it would mean all of them"
                return self._active_ones(query, fields)
            case ["search", "advanced"]:
                return self._active_ones(query, fields)
            case ["search", "excerpts"]:
                rows, more = self._listed(self._said, self._posts, query, self._fits(query))
                return [_shaped("search_excerpt", self._excerpt(row), fields) for row in rows], more
            case ["comments"]:
                assert query["sort"] == "creation"
                rows, more = self._listed(self._commented, self._comments, query)
                return [self._comment(row, fields) for row in rows], more
            case ["questions", ids]:
                rows = [row for row in _picked(self._posts, ids) if "answer_id" not in row]
                return [self._question(row, fields) for row in rows], False
            case ["answers", ids]:
                rows = [row for row in _picked(self._posts, ids) if "answer_id" in row]
                return [_shaped("answer", row, fields) for row in rows], False
            case ["comments", ids]:
                return [self._comment(row, fields) for row in _picked(self._comments, ids)], False
            case ["posts", ids, "comments"]:
                numbers = [one for id_ in ids.split(";") for one in self._on.get(int(id_), ())]
                rows = sorted((self._comments[one] for one in numbers), key=_made)
                page, size = int(query["page"]), int(query["pagesize"])
                shown = rows[(page - 1) * size : page * size]
                return [self._comment(row, fields) for row in shown], len(rows) > page * size
        raise _Refused(404, "no method found with this name")

    def _active_ones(
        self, query: Mapping[str, str], fields: frozenset[str]
    ) -> tuple[list[Row], bool]:
        rows, more = self._listed(self._active, self._posts, query, self._fits(query))
        return [self._question(row, fields) for row in rows], more

    def _listed(
        self,
        index: Sequence[tuple[int, int]],
        rows: Mapping[int, Row],
        query: Mapping[str, str],
        fits: Callable[[Row], bool] | None = None,
    ) -> tuple[list[Row], bool]:
        assert query["order"] == "desc"
        page, size = int(query.get("page", 1)), int(query.get("pagesize", 30))
        if size > _LARGEST:
            raise _Refused(400, "pagesize")
        if page > 25 and "key" not in query:
            raise _Refused(403, PAGE_26)
        low = bisect_left(index, (int(query.get("min", 0)), -1))
        high = bisect_right(index, (int(query.get("max", 2**60)), 2**60))
        found: list[Row] = []
        for at in range(high - 1, low - 1, -1):
            row = rows[index[at][1]]
            if fits is None or fits(row):
                found.append(row)
            if len(found) > page * size:
                break
        return found[(page - 1) * size : page * size], len(found) > page * size

    def _fits(self, query: Mapping[str, str]) -> Callable[[Row], bool]:
        wanted = {tag for tag in query.get("tagged", "").split(";") if tag}
        words = query.get("q", "").strip('"').casefold()

        def fits(row: Row) -> bool:
            asked = self._posts.get(row["question_id"], row)
            if wanted and wanted.isdisjoint(asked.get("tags", ())):
                return False
            return words in row["body"].casefold() or words in row.get("title", "").casefold()

        return fits

    def _ask(self, row: Row) -> str:
        id_ = self._newest
        self._posts[id_] = row | {
            "question_id": id_, "title": "How do I &#39;quote&#39;?", "tags": ["python"],
            "last_activity_date": row["creation_date"], "is_answered": False, "answer_count": 0,
            "link": f"https://stackoverflow.com/questions/{id_}/how-do-i-quote", "view_count": 1,
        }  # fmt: skip
        insort(self._active, (row["creation_date"], id_))
        insort(self._said, (row["creation_date"], id_))
        return f"{self.site}/q/{id_}"

    def _reply(self, row: Row, asked: int) -> str:
        id_ = self._newest
        self._posts[id_] = row | {
            "answer_id": id_, "question_id": asked, "is_accepted": False,
            "last_activity_date": row["creation_date"],
        }  # fmt: skip
        self._answers.setdefault(asked, []).append(id_)
        insort(self._said, (row["creation_date"], id_))
        self._stir(asked, row["creation_date"])
        return f"{self.site}/a/{id_}"

    def _remark(self, row: Row, on: int) -> str:
        id_, post = self._newest, self._posts[on]
        kind = "answer" if "answer_id" in post else "question"
        link = f"https://stackoverflow.com/questions/{post['question_id']}/x#comment{id_}_{on}"
        self._comments[id_] = row | {
            "comment_id": id_, "post_id": on, "post_type": kind, "edited": False, "link": link,
            "reply_to_user": post["owner"],
        }  # fmt: skip
        self._on.setdefault(on, []).append(id_)
        insort(self._commented, (row["creation_date"], id_))
        return f"{self.site}/c/{id_}"

    def _stir(self, id_: int, at: int) -> None:
        row = self._posts[id_]
        before, now = row["last_activity_date"], max(at, row["last_activity_date"])
        row["last_activity_date"] = now
        for index in (self._said, self._active) if "answer_id" not in row else (self._said,):
            _drop(index, (before, id_))
            insort(index, (now, id_))

    def _owner(self, name: str) -> Row:
        number = self._people.setdefault(name, 22656 + len(self._people))
        return {
            "account_id": number, "reputation": 1, "user_id": number, "user_type": "registered",
            "display_name": escape(name), "link": f"https://stackoverflow.com/users/{number}",
        }  # fmt: skip

    def _filter(self, query: Mapping[str, str]) -> list[Row]:
        assert query["base"] == "none"
        included = frozenset(query["include"].split(";"))
        name = "!" + sha256(query["include"].encode()).hexdigest()[:12]
        self.filters[name] = included
        shown = {"filter": name, "filter_type": "safe", "included_fields": sorted(included)}
        return [shown]

    def _question(self, row: Row, fields: frozenset[str]) -> Row:
        answers = [self._posts[one] for one in self._answers.get(row["question_id"], ())]
        shown = _shaped("question", row, fields)
        if answers and "question.answers" in fields:
            shown["answers"] = [_shaped("answer", one, fields) for one in answers]
        return shown

    def _comment(self, row: Row, fields: frozenset[str]) -> Row:
        shown = _shaped("comment", row, fields)
        return shown if self.links else {name: shown[name] for name in shown if name != "link"}

    def _excerpt(self, row: Row) -> Row:
        kind = "answer" if "answer_id" in row else "question"
        return row | {"item_type": kind, "excerpt": row["body"]}

    def _wrapped(self, items: list[Row], *, more: bool) -> Reply:
        body = {"items": items, "has_more": more, "quota_max": 300, "quota_remaining": self.quota}
        return _packed(body if self.backoff is None else body | {"backoff": self.backoff})


class _Refused(Exception):
    def __init__(self, number: int, message: str) -> None:
        super().__init__(message)
        self.reply = _error(number, message)


def _error(number: int, message: str) -> Reply:
    names = {
        400: "bad_parameter",
        403: "access_denied",
        404: "no_method",
        502: "throttle_violation",
    }
    body = {"error_id": number, "error_message": message, "error_name": names[number]}
    return _packed(body, 400)


def _packed(body: Mapping[str, Any], status: int = 200) -> Reply:
    headers = {"Content-Encoding": "gzip"}
    return Reply(gzip.compress(json.dumps(body).encode(), 1), status, headers)


def _shaped(kind: str, row: Row, fields: Iterable[str]) -> Row:
    shown = {name: value for name, value in row.items() if f"{kind}.{name}" in fields}
    for name in ("owner", "reply_to_user"):
        if name in shown:
            shown[name] = _shaped("shallow_user", shown[name], fields)
    return shown


def _picked(rows: Mapping[int, Row], ids: str) -> list[Row]:
    numbers = [int(one) for one in ids.split(";")]
    if len(numbers) > _LARGEST:
        raise _Refused(400, "ids")
    return [rows[one] for one in numbers if one in rows]


def _made(row: Row) -> tuple[int, int]:
    return row["creation_date"], row["comment_id"]


def _drop(index: list[tuple[int, int]], entry: tuple[int, int]) -> None:
    index.pop(bisect_left(index, entry))


def _bodies() -> frozenset[str]:
    return frozenset(("question.body", "answer.body", "comment.body"))


def _html(text: str) -> str:
    return f"<p>{escape(text, quote=False)}</p>\n"
