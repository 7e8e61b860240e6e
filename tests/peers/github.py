"""GitHub on loopback: one repository with its issues, comments and discussions.

ISSUE and COMMENT are the examples of https://docs.github.com/en/rest/issues/issues ("List
repository issues") and https://docs.github.com/en/rest/issues/comments ("List issue comments for a
repository"), less the addresses nobody reads here. `since`, `sort`, `direction` and Link are as
described there, conditional requests as in "Best practices for using the REST API", discussions as
in https://docs.github.com/en/graphql/guides/using-the-graphql-api-for-discussions.
"""

import hashlib
import json
import re
from bisect import bisect_left, insort
from collections.abc import Mapping
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Final

from listener.connectors import Deletions
from listener.connectors.github import GitHubOptions
from tests.peers.http import FAULTS, HttpServer, Reply, Request
from tests.peers.search_syntax import GITHUB, Found, Search

NAME: Final = "octocat/Hello-World"
_API: Final = "https://api.github.com"
USER: Final[Mapping[str, Any]] = {
    "login": "octocat", "id": 1, "node_id": "MDQ6VXNlcjE=",
    "avatar_url": "https://github.com/images/error/octocat_happy.gif", "gravatar_id": "",
    "url": "https://api.github.com/users/octocat", "html_url": "https://github.com/octocat",
    "type": "User", "site_admin": False,
}  # fmt: skip
ISSUE: Final[Mapping[str, Any]] = {
    "id": 1, "node_id": "MDU6SXNzdWUx", "url": f"{_API}/repos/{NAME}/issues/1347",
    "repository_url": f"{_API}/repos/{NAME}",
    "comments_url": f"{_API}/repos/{NAME}/issues/1347/comments",
    "html_url": f"https://github.com/{NAME}/issues/1347", "number": 1347, "state": "open",
    "title": "Found a bug", "body": "I'm having a problem with this.", "user": USER,
    "labels": [
        {
            "id": 208045946, "node_id": "MDU6TGFiZWwyMDgwNDU5NDY=", "name": "bug",
            "description": "Something isn't working", "color": "f29513", "default": True,
        },
    ],
    "locked": True, "active_lock_reason": "too heated", "comments": 0, "closed_at": None,
    "created_at": "2011-04-22T13:33:48Z", "updated_at": "2011-04-22T13:33:48Z",
    "author_association": "COLLABORATOR", "state_reason": "completed",
}  # fmt: skip
COMMENT: Final[Mapping[str, Any]] = {
    "id": 1, "node_id": "MDEyOklzc3VlQ29tbWVudDE=",
    "url": f"{_API}/repos/{NAME}/issues/comments/1",
    "html_url": f"https://github.com/{NAME}/issues/1347#issuecomment-1", "body": "Me too",
    "user": USER, "created_at": "2011-04-14T16:00:49Z", "updated_at": "2011-04-14T16:00:49Z",
    "issue_url": f"{_API}/repos/{NAME}/issues/1347", "author_association": "COLLABORATOR",
}  # fmt: skip
_MISSING: Final = {
    "message": "Not Found", "status": "404",
    "documentation_url": "https://docs.github.com/rest/issues/issues#get-an-issue",
}  # fmt: skip
_NO_KIND: Final = {
    "message": "Query must include 'is:issue' or 'is:pull-request'", "status": "422",
    "documentation_url":
        "https://docs.github.com/rest/search/search#search-issues-and-pull-requests",
}  # fmt: skip


class GitHubPeer:
    """One repository."""

    word = "github"
    options: GitHubOptions = GitHubOptions(repositories=(NAME,))
    secrets: Mapping[str, str] = {}
    edits = True
    deletions = Deletions.RECHECK
    faults = FAULTS

    def __init__(self) -> None:
        self._lock = Lock()
        self._issues: dict[int, dict[str, Any]] = {}
        self._comments: dict[int, dict[str, Any]] = {}
        self._under: dict[int, list[int]] = {}
        self._changed: dict[str, list[tuple[str, int]]] = {"issues": [], "comments": []}
        self._next = 1347
        self.discussions: list[dict[str, Any]] = []
        self.spent: Mapping[str, str] = {}
        self.server = HttpServer(self.answer)

    @property
    def url(self) -> str:
        return self.server.url

    def say(
        self, text: str, at: datetime, *, author: str = "ann", parent: str | None = None
    ) -> str:
        with self._lock:
            self._next += 1
            common = {"body": text, "user": _user(author), "author_association": "NONE"}
            times = {"created_at": _iso(at), "updated_at": _iso(at)}
            if parent is None:
                return self._open(self._next, {**common, **times})
            issue = int(parent.partition("#")[2].partition("/")[0])
            return self._comment(self._next, issue, {**common, **times})

    def put(self, issue: int, changes: Mapping[str, Any]) -> None:
        """Change fields of an issue without a trace."""
        with self._lock:
            self._issues[issue] |= changes

    def edit(self, platform_id: str, text: str, at: datetime) -> None:
        with self._lock:
            where, number = self._place(platform_id)
            items = self._issues if where == "issues" else self._comments
            items[number]["body"] = text
            self._touch(where, items[number], number, _iso(at))

    def delete(self, platform_id: str) -> None:
        with self._lock:
            where, number = self._place(platform_id)
            gone = (self._issues if where == "issues" else self._comments).pop(number)
            self._changed[where].remove((gone["updated_at"], number))
            if where == "comments":
                issue = int(platform_id.partition("#")[2].partition("/")[0])
                self._under[issue].remove(number)
                self._issues[issue]["comments"] -= 1

    def fail(self, fault: str) -> None:
        self.server.fail(fault)

    def close(self) -> None:
        self.server.close()

    def _open(self, number: int, common: dict[str, Any]) -> str:
        here = f"{_API}/repos/{NAME}/issues/{number}"
        self._issues[number] = {
            **ISSUE, **common, "id": number, "number": number, "url": here,
            "html_url": f"https://github.com/{NAME}/issues/{number}",
        }  # fmt: skip
        insort(self._changed["issues"], (common["updated_at"], number))
        return f"{NAME}#{number}"

    def _comment(self, number: int, issue: int, common: dict[str, Any]) -> str:
        self._comments[number] = {
            **COMMENT, **common, "id": number,
            "html_url": f"https://github.com/{NAME}/issues/{issue}#issuecomment-{number}",
            "issue_url": f"{_API}/repos/{NAME}/issues/{issue}",
        }  # fmt: skip
        insort(self._changed["comments"], (common["updated_at"], number))
        self._under.setdefault(issue, []).append(number)
        self._issues[issue]["comments"] += 1
        self._touch("issues", self._issues[issue], issue, common["updated_at"])
        return f"{NAME}#{issue}/c/{number}"

    def _touch(self, where: str, item: dict[str, Any], number: int, at: str) -> None:
        if at > item["updated_at"]:
            order = self._changed[where]
            del order[bisect_left(order, (item["updated_at"], number))]
            item["updated_at"] = at
            insort(order, (at, number))

    def _place(self, platform_id: str) -> tuple[str, int]:
        issue, _, comment = platform_id.partition("#")[2].partition("/c/")
        return ("comments", int(comment)) if comment else ("issues", int(issue))

    def answer(self, request: Request) -> Reply:
        """What the API answers."""
        with self._lock:
            reply = self._reply(request)
        etag = f'W/"{hashlib.sha256(reply.bytes()).hexdigest()}"'
        if request.headers.get("if-none-match") == etag:
            return Reply(b"", 304, {"ETag": etag})
        return Reply(reply.body, reply.status, {"ETag": etag, **self.spent, **reply.headers})

    def _reply(self, request: Request) -> Reply:
        match request.path.removeprefix(f"/repos/{NAME}").strip("/").split("/"):
            case ["graphql"]:
                return Reply(self._graphql(request.json()))
            case ["search", "issues"]:
                return self._searched(request.query)
            case ["issues", "comments"]:
                return self._listed("comments", self._comments, request)
            case ["issues"]:
                return self._listed("issues", self._issues, request)
            case ["issues", "comments", number] if int(number) in self._comments:
                return Reply(self._comments[int(number)])
            case ["issues", number] if int(number) in self._issues:
                return Reply(self._issues[int(number)])
            case ["issues", number, "comments"] if int(number) in self._issues:
                return self._listed_under(int(number), request)
        return Reply(_MISSING, 404)

    def _listed(self, where: str, items: Mapping[int, Any], request: Request) -> Reply:
        query, order = request.query, self._changed[where]
        assert (query["sort"], query["direction"]) == ("updated", "asc")
        size, page = int(query["per_page"]), int(query["page"])
        assert size <= 100
        first = bisect_left(order, (query["since"], 0)) + (page - 1) * size
        some = [items[number] for _, number in order[first : first + size]]
        return Reply(some, headers=self._link(request, first + size < len(order)))

    def _listed_under(self, issue: int, request: Request) -> Reply:
        since, size = request.query.get("since", ""), int(request.query["per_page"])
        assert size <= 100
        said = [self._comments[number] for number in self._under.get(issue, ())]
        said = [one for one in said if one["updated_at"] >= since]
        first = (int(request.query["page"]) - 1) * size
        some = said[first : first + size]
        return Reply(some, headers=self._link(request, first + size < len(said)))

    def _link(self, request: Request, more: bool) -> Mapping[str, str]:
        following = int(request.query["page"]) + 1
        link = f'<{self.url}{request.path}?page={following}>; rel="next"'
        return {"Link": link} if more else {}

    def _searched(self, query: Mapping[str, str]) -> Reply:
        assert len(query["q"]) <= 256
        assert query["advanced_search"] == "true"
        words = re.findall(r'"[^"]*"|[()]|[^\s()"]+', query["q"])
        assert sum(word in ("AND", "OR", "NOT") for word in words) <= 5
        kinds = [word for word in words if word in ("is:issue", "is:pr")]
        if len(kinds) != 1:
            return Reply(_NO_KIND, 422)
        assert "in:title,body,comments" in words
        updated = next(word for word in words if word.startswith("updated:"))
        plain = [word for word in words if word[0] == '"' or ":" not in word]
        fitting = self._found(
            Search(" ".join(plain), GITHUB), kinds[0] == "is:pr", *updated[8:].split("..")
        )
        size, page = int(query["per_page"]), int(query["page"])
        assert page * size <= 1_000
        some = fitting[(page - 1) * size : page * size]
        found = {"total_count": len(fitting), "incomplete_results": False, "items": some}
        return Reply(found)

    def _found(self, asked: Search, pulls: bool, first: str, last: str) -> list[dict[str, Any]]:
        return [
            issue
            for at, number in reversed(self._changed["issues"])
            if first <= at and (last == "*" or at <= last)
            and ("pull_request" in (issue := self._issues[number])) is pulls
            and asked.finds(Found(self._said(number)))
        ]  # fmt: skip

    def _said(self, issue: int) -> list[str]:
        under = (self._comments[number]["body"] for number in self._under.get(issue, ()))
        return [self._issues[issue]["body"], *under]

    def _graphql(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        assert asked["query"].count("{") == asked["query"].count("}")
        number = asked["variables"].get("number")
        if number is not None:
            one = next((d for d in self.discussions if d["number"] == number), None)
            one = one and _comments_before(one, asked["variables"]["before"])
            errors = [] if one else [{"type": "NOT_FOUND", "path": ["repository", "discussion"]}]
            found = {"data": {"repository": {"discussion": one}}}
            return found | ({"errors": errors} if errors else {})
        start = int(asked["variables"]["after"] or 0)
        order = sorted(self.discussions, key=lambda one: str(one["updatedAt"]), reverse=True)
        nodes = order[start : start + 25]
        info = {"endCursor": str(start + 25), "hasNextPage": start + 25 < len(order)}
        listed = {"pageInfo": info, "nodes": json.loads(json.dumps(nodes))}
        return {"data": {"repository": {"discussions": listed}}}


def _comments_before(discussion: Mapping[str, Any], before: str | None) -> dict[str, Any]:
    nodes = discussion["comments"]["nodes"]
    last = len(nodes) if before is None else int(before)
    first = max(0, last - 50)
    info = {"hasPreviousPage": first > 0, "startCursor": str(first)}
    return {**discussion, "comments": {"pageInfo": info, "nodes": nodes[first:last]}}


def _user(name: str) -> dict[str, Any]:
    number = sum(ord(letter) * 31**at for at, letter in enumerate(name)) % 10**7
    return {**USER, "login": name, "id": number, "html_url": f"https://github.com/{name}"}


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
