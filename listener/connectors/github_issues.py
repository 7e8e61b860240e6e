"""Issues of GitHub and their comments, by the REST interface.

https://docs.github.com/rest/issues and
https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from listener.connectors import ConnectorError
from listener.connectors.github_post import Place, is_pull_request, read_comment, read_issue
from listener.connectors.json_item import (
    Found,
    Item,
    maybe_moment,
    maybe_whole,
    read_all,
)
from listener.connectors.keyset import placed
from listener.connectors.listing import Page
from listener.connectors.web import Answer, Refusal, Web
from store.records import Post

ISSUES: Final = "issues"
COMMENTS: Final = "issues/comments"
_PAGE: Final = 100
_GONE: Final = (404, 410)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a listing answered to this address: the same is not sent twice."""

    address: str
    etag: str
    newest: int


class Issues:
    """Reads what changed in a repository, or looks at one issue."""

    def __init__(self, web: Web, *, overlap: int, pull_requests: bool) -> None:
        self._web = web
        self._overlap = overlap
        self._pull_requests = pull_requests
        self._seen: dict[str, _Seen] = {}

    def changed(self, name: str, kind: str, since: int, token: str | None) -> Page:
        """Issues or comments changed since; a page begins at the last change of the one before."""
        place = placed(token)
        begin = since if place.below is None else place.below
        params: dict[str, str | int] = {
            "sort": "updated", "direction": "asc", "per_page": _PAGE, "page": place.page + 1,
            "since": iso(begin),
        }  # fmt: skip
        if kind == ISSUES:
            params["state"] = "all"
        path = f"/repos/{name}/{kind}"
        address = f"{path} {json.dumps(params)}"
        answer = self._web.ask(path, params, what=path, headers=self._known(path, address, since))
        if answer.status == 304:
            return Page(())
        items = _listed(answer, path)
        marks = marks_of(items, "updated_at")
        newest = max(marks, default=0)
        self._seen[path] = _Seen(address, answer.headers.get("etag", ""), newest)
        following = None
        if 'rel="next"' in answer.headers.get("link", ""):
            # Whether `since` itself is included is not promised, so one second is read twice.
            ahead = newest - 1 > begin
            following = f"{newest - 1}:0" if ahead else f"{begin}:{place.page + 1}"
        read = read_issue if kind == ISSUES else read_comment
        return page_of(self._read(items, read, name), marks, following)

    def _known(self, path: str, address: str, since: int) -> Mapping[str, str]:
        """A header that asks for 304, which costs nothing, in place of what was kept before."""
        seen = self._seen.get(path)
        is_kept = seen is not None and seen.newest <= since + self._overlap
        if seen is None or seen.address != address or not seen.etag or not is_kept:
            return {}
        return {"if-none-match": seen.etag}

    def read(self, items: Sequence[Any]) -> Found:
        """Issues that were searched for, each of its own repository."""
        return self._read(items, read_issue, None)

    def comments(self, place: Place, since: int, page: int) -> tuple[Found, bool]:
        """Comments under an issue that changed since, and whether there are more of them."""
        path = f"/repos/{place.repository}/issues/{place.number}/comments"
        params: dict[str, str | int] = {"per_page": _PAGE, "page": page, "since": iso(since)}
        try:
            answer = self._web.ask(path, params, what=path)
        except Refusal as error:
            if _says_gone(error):
                return Found((), (), ()), False
            raise
        found = self._read(_listed(answer, path), read_comment, place.repository)
        return found, 'rel="next"' in answer.headers.get("link", "")

    def conversation(self, asked: Post, place: Place, requests: int) -> tuple[Sequence[Post], bool]:
        """An issue and its comments, in so many requests, and whether they are all.

        Empty where it is gone. What is not read lies before `asked`, or far behind it.
        """
        path = f"/repos/{place.repository}/issues/{place.number}"
        try:
            issue = self._web.json(path, what=path)
            posts = self._read([issue], read_issue, place.repository).posts
            if [post.platform_id for post in posts] != [place.root]:
                return (), True  # moved to another repository, where it has another number
            pages = -(-(maybe_whole(issue, "comments") or 0) // _PAGE)
            comments = self._comments(path, asked, min(pages, requests - 1), pages)
        except Refusal as error:
            if _says_gone(error):
                return (), True
            raise
        return posts + self._read(comments, read_comment, place.repository).posts, pages < requests

    def _comments(self, path: str, asked: Post, reads: int, pages: int) -> Sequence[Any]:
        """The first pages; where not all may be read the last one begins at the asked comment."""
        found: dict[object, Any] = {}
        for number in range(1, reads + 1):
            params: dict[str, str | int] = {"per_page": _PAGE, "page": number}
            if number == reads < pages and asked.parent_id is not None:
                since = iso(int(asked.created_at.timestamp()))
                params = {"per_page": _PAGE, "page": 1, "since": since}
            listed = _listed(self._web.ask(f"{path}/comments", params, what=path), path)
            for at, item in enumerate(listed):
                id_ = item.get("id") if isinstance(item, dict) else (number, at)
                found[id_] = item
        return list(found.values())

    def one(self, place: Place) -> Sequence[Post] | None:
        """An issue or a comment as it stands; None where it is gone."""
        base = f"/repos/{place.repository}/issues"
        try:
            if place.comment is None:
                item = self._web.json(f"{base}/{place.number}", what=f"issue {place.number}")
                return read_all([item], lambda one: read_issue(one, place.repository)).posts
            item = self._web.json(f"{base}/comments/{place.comment}", what="a comment")
            return read_all([item], lambda one: read_comment(one, place.repository)).posts
        except Refusal as error:
            if _says_gone(error):
                return None
            raise

    def _read(
        self,
        items: Sequence[Any],
        read: Callable[[Item, str], Post] | Callable[[Item, str | None], Post],
        name: str | None,
    ) -> Found:
        def wanted(item: Item) -> Post | None:
            if is_pull_request(item) and not self._pull_requests:
                return None
            return read(item, name)  # type: ignore[arg-type]

        return read_all(items, wanted)


def _says_gone(error: Refusal) -> bool:
    """Whether GitHub itself says so, and not some server on the way."""
    return error.answer.status in _GONE and b"documentation_url" in error.answer.body


def _listed(answer: Answer, what: str) -> list[Any]:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list):
        raise ConnectorError(f"GitHub: expected a list for {what}")
    return found


def marks_of(items: Sequence[Any], name: str) -> list[int]:
    """When each was last changed, in seconds since 1970."""
    times = (maybe_moment(item, name) for item in items if isinstance(item, dict))
    return [int(at.timestamp()) for at in times if at is not None]


def page_of(found: Found, marks: Sequence[int], following: str | None) -> Page:
    """The page of a listing."""
    return Page(
        found.posts,
        min(marks, default=None),
        max(marks, default=None),
        next=following,
        rejects=found.rejects,
        deletions=found.deletions,
    )


def iso(seconds: int) -> str:
    """Seconds since 1970 as GitHub writes a time."""
    return datetime.fromtimestamp(max(seconds, 0), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
