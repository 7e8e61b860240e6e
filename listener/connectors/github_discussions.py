"""Discussions of GitHub, which only its GraphQL interface tells, and only to a token.

https://docs.github.com/graphql/guides/using-the-graphql-api-for-discussions
"""

from collections.abc import Callable, Mapping, Sequence, Set
from datetime import datetime
from typing import Any, Final

from listener.connectors import ConnectorError, Standing
from listener.connectors.github_issues import marks_of, page_of
from listener.connectors.github_post import (
    Place,
    earlier,
    is_whole,
    numbers_in,
    read_discussion,
    within,
)
from listener.connectors.json_item import (
    BadItem,
    Found,
    Item,
    as_item,
    items_of,
    maybe_text,
    part,
    read_all,
)
from listener.connectors.listing import Page
from listener.connectors.web import Web
from store.records import Post

_WHO: Final = (
    "author { __typename login ... on User { databaseId } ... on Bot { databaseId } } "
    "authorAssociation body url createdAt lastEditedAt"
)
_COMMENT: Final = f"databaseId upvoteCount deletedAt isMinimized minimizedReason {_WHO}"
_EARLIER: Final = "pageInfo { hasPreviousPage startCursor }"


def _discussion(replies: int, before: str = "") -> str:
    return (
        f"number title updatedAt upvoteCount {_WHO} category {{ name isAnswerable }} "
        f"labels(first: 20) {{ nodes {{ name }} }} comments(last: 50{before}) {{ {_EARLIER} "
        f"nodes {{ isAnswer {_COMMENT} replies(last: {replies}) {{ {_EARLIER} "
        f"nodes {{ {_COMMENT} }} }} }} }}"
    )


_LIST: Final = (
    "query($owner: String!, $name: String!, $after: String) { repository(owner: $owner, "
    "name: $name) { discussions(first: 25, after: $after, orderBy: {field: UPDATED_AT, "
    "direction: DESC}) { pageInfo { endCursor hasNextPage } "
    f"nodes {{ {_discussion(20)} }} }} }} }}"
)
_ONE: Final = (
    "query($owner: String!, $name: String!, $number: Int!, $before: String) { "
    "repository(owner: $owner, name: $name) { discussion(number: $number) "
    f"{{ {_discussion(100, ', before: $before')} }} }} }}"
)
_SECOND_LOOK: Final = 10
"""Requests for one discussion, of fifty comments each."""
_HOUR: Final = 3_600.0


class Discussions:
    """Lists the discussions of a repository, or reads one."""

    def __init__(self, web: Web, rest_address: str, now: Callable[[], datetime]) -> None:
        self._web = web
        self._now = now
        # https://HOST/api/v3 and https://HOST/api/graphql stand side by side.
        self._address = rest_address.rstrip("/").removesuffix("/v3") + "/graphql"

    def changed(self, repository: str, since: int, after: str | None) -> Page:
        """Discussions changed since, the latest change first."""
        found = part(self._repository(_LIST, repository, {"after": after}), "discussions")
        try:
            nodes = items_of(found, "nodes")
        except BadItem as error:
            raise ConnectorError(f"GitHub: discussions of {repository}: {error}") from None
        info, marks = part(found, "pageInfo"), marks_of(nodes, "updatedAt")
        end = maybe_text(info, "endCursor") if info.get("hasNextPage") is True else None
        following = end if not marks or min(marks) >= since else None
        return page_of(self._read(nodes, repository), marks, following)

    def conversation(self, place: Place, requests: int) -> tuple[Sequence[Post], bool]:
        """A discussion with its comments, in so many requests, and whether they are all.

        Empty where it is gone. The newest comments are read first.
        """
        found = self._one(place, requests)
        if found is None:
            return (), True
        return self._read([found], place.repository).posts, is_whole(found)

    def standing(self, place: Place, ids: Sequence[str]) -> Standing:
        """The discussion, its comments, or those of them that `ids` name, as they stand."""
        needed = {number for id_ in ids if (number := Place(id_).comment) is not None}
        found = self._one(place, _SECOND_LOOK, needed)
        if found is None:
            return Standing((), ids)
        here = {place.root, *(f"{place.root}/c/{number}" for number in numbers_in(found))}
        read = self._read([found], place.repository)
        gone = {one.platform_id for one in read.deletions}
        if is_whole(found):
            gone |= set(ids) - here
        posts = [post for post in read.posts if post.platform_id in ids]
        return Standing(posts, [id_ for id_ in ids if id_ in gone])

    def _one(self, place: Place, requests: int, needed: Set[int] | None = None) -> Item | None:
        """A discussion; the comments of several pages are put together. None where it is gone."""
        nodes: list[Any] = []
        found: Item = {}
        before: str | None = None
        for _ in range(max(1, requests)):
            variables = {"number": place.number, "before": before}
            told = self._repository(_ONE, place.repository, variables, may_lack=True)
            if not (found := part(told, "discussion")):
                return None
            comments = part(found, "comments")
            nodes = [*(comments.get("nodes") or ()), *nodes]
            found = {**found, "comments": {**comments, "nodes": nodes}}
            before = earlier(comments)
            if before is None or (needed is not None and needed <= numbers_in(found)):
                break
        return found

    def _read(self, nodes: Sequence[Any], repository: str) -> Found:
        now = self._now()
        items: list[object] = []
        for node in nodes:
            try:
                items += within(as_item(node), repository)
            except BadItem:
                items.append(node)
        return read_all(items, lambda item: read_discussion(item, now))

    def _repository(
        self, query: str, repository: str, more: Mapping[str, object], *, may_lack: bool = False
    ) -> Item:
        owner, _, name = repository.partition("/")
        variables = {"owner": owner, "name": name, **more}
        send = {"query": query, "variables": variables}
        what = f"discussions of {repository}"
        try:
            answer = as_item(self._web.json(self._address, send=send, what=what))
        except BadItem as error:
            raise ConnectorError(f"GitHub: {what}: {error}") from None
        errors = answer.get("errors") or ()
        kinds = {error.get("type") for error in errors if isinstance(error, dict)}
        if "RATE_LIMITED" in kinds:
            raise ConnectorError("GitHub: its hourly limit is used up", retry_after=_HOUR)
        found = part(part(answer, "data"), "repository")
        # Nothing but "not found" says that it is gone; GitHub also tells of a failure like this.
        is_told = may_lack and (bool(found.get("discussion")) or kinds == {"NOT_FOUND"})
        if found and (is_told or not kinds):
            return found
        if "NOT_FOUND" in kinds:
            raise ConnectorError(
                f"GitHub: there is no {repository}, or the token may not see it", permanent=True
            )
        raise ConnectorError(f"GitHub: {what} were not told")
