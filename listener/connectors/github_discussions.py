"""Discussions of GitHub, which only its GraphQL interface tells, and only to a token.

https://docs.github.com/graphql/guides/using-the-graphql-api-for-discussions
"""

from collections.abc import Mapping
from typing import Any, Final

from listener.connectors import ConnectorError
from listener.connectors.github_issues import marks_of, page_of
from listener.connectors.github_post import read_discussion, within
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

_WHO: Final = (
    "author { __typename login ... on User { databaseId } ... on Bot { databaseId } } "
    "authorAssociation body url createdAt lastEditedAt"
)
_DISCUSSION: Final = (
    f"number title updatedAt upvoteCount {_WHO} category {{ name isAnswerable }} "
    "labels(first: 20) { nodes { name } } "
    f"comments(last: 50) {{ totalCount nodes {{ databaseId isAnswer upvoteCount {_WHO} "
    f"replies(last: 20) {{ totalCount nodes {{ databaseId upvoteCount {_WHO} }} }} }} }}"
)
_LIST: Final = (
    "query($owner: String!, $name: String!, $after: String) { repository(owner: $owner, "
    "name: $name) { discussions(first: 25, after: $after, orderBy: {field: UPDATED_AT, "
    f"direction: DESC}}) {{ pageInfo {{ endCursor hasNextPage }} nodes {{ {_DISCUSSION} }} }} }} }}"
)
_ONE: Final = (
    "query($owner: String!, $name: String!, $number: Int!) { repository(owner: $owner, "
    f"name: $name) {{ discussion(number: $number) {{ {_DISCUSSION} }} }} }}"
)
_HOUR: Final = 3_600.0


class Discussions:
    """Lists the discussions of a repository, or reads one."""

    def __init__(self, web: Web, rest_address: str) -> None:
        self._web = web
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
        return page_of(read_them(nodes, repository), marks, following)

    def one(self, repository: str, number: int) -> Item | None:
        """One discussion; None where it is gone."""
        found = self._repository(_ONE, repository, {"number": number}, may_lack=True)
        return part(found, "discussion") or None

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
        kinds = {error.get("type") for error in answer.get("errors") or () if error}
        if "RATE_LIMITED" in kinds:
            raise ConnectorError("GitHub: its hourly limit is used up", retry_after=_HOUR)
        found = part(part(answer, "data"), "repository")
        if found and (may_lack or not kinds):
            return found
        if "NOT_FOUND" in kinds:
            raise ConnectorError(
                f"GitHub: there is no {repository}, or the token may not see it", permanent=True
            )
        raise ConnectorError(f"GitHub: {what} were not told")


def read_them(nodes: list[Any], repository: str) -> Found:
    """The posts of discussions."""
    items: list[object] = []
    for node in nodes:
        try:
            items += within(as_item(node), repository)
        except BadItem:
            items.append(node)
    return read_all(items, read_discussion)
