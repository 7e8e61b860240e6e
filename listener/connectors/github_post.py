"""Issues, discussions and comments of GitHub to posts.

Ids are ``OWNER/NAME#12`` for an issue, ``OWNER/NAME#d12`` for a discussion, and ``/c/ID`` after
either for a comment.
"""

import re
from datetime import datetime
from typing import Final

from listener.connectors.json_item import (
    BadItem,
    Item,
    items_of,
    maybe_moment,
    maybe_text,
    maybe_whole,
    moment,
    part,
    score,
    text,
    whole,
)
from store.records import NOBODY, Author, Deletion, Kind, Post

PLATFORM: Final = "github"
REPOSITORY: Final = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
_STAFF: Final = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
_GHOST: Final = "ghost"
"""Whose name stands on what deleted accounts wrote."""
_HIDDEN: Final = frozenset({"spam", "abuse"})
_MENTION: Final = re.compile(r"(?<![\w/`@.])@([A-Za-z0-9][A-Za-z0-9-]{0,38})(?![\w/-])")
_ISSUE_ADDRESS: Final = re.compile(r"/repos/([^/]+/[^/]+)/issues/(\d+)$")
_ID: Final = re.compile(r"([^/#]+/[^/#]+)#(d?)(\d+)(?:/c/(\d+))?")


class Place:
    """What an id names: a repository, a number in it, perhaps a comment there."""

    __slots__ = ("comment", "is_discussion", "number", "repository")

    def __init__(self, platform_id: str) -> None:
        match = _ID.fullmatch(platform_id)
        if match is None:
            raise BadItem(f"{platform_id}: not the id of an issue, a discussion or a comment")
        self.repository = match[1]
        self.is_discussion = bool(match[2])
        self.number = int(match[3])
        self.comment = None if match[4] is None else int(match[4])

    @property
    def root(self) -> str:
        """The id of the issue or the discussion."""
        return f"{self.repository}#{'d' if self.is_discussion else ''}{self.number}"


def is_pull_request(item: Item) -> bool:
    """Whether an issue is a pull request, or a comment stands under one."""
    return bool(item.get("pull_request")) or "/pull/" in str(item.get("html_url"))


def issue_of(item: Item) -> str | None:
    """The id of an issue that was searched for; None where it does not say where it is."""
    match = _ISSUE_ADDRESS.search(maybe_text(item, "url") or "")
    return None if match is None else f"{match[1]}#{match[2]}"


def read_issue(item: Item, repository: str | None = None) -> Post:
    """An issue of the REST interface; where it was searched for it says itself where it is."""
    if repository is None:
        match = _ISSUE_ADDRESS.search(text(item, "url"))
        if match is None:
            raise BadItem("url: expected the address of an issue")
        repository = match[1]
    id_ = f"{repository}#{whole(item, 'number')}"
    body = maybe_text(item, "body") or ""
    return Post(
        platform=PLATFORM,
        platform_id=id_,
        kind=Kind.POST,
        author=_author(item),
        created_at=moment(item, "created_at"),
        text=body,
        title=maybe_text(item, "title"),
        thread_id=id_,
        channel=repository,
        addressed=_addressed(body),
        score=score(part(item, "reactions"), "+1"),
        tags=_names(item.get("labels")),
        url=maybe_text(item, "html_url"),
    )


def read_comment(item: Item, repository: str) -> Post:
    """A comment under an issue."""
    match = _ISSUE_ADDRESS.search(text(item, "issue_url"))
    if match is None:
        raise BadItem("issue_url: expected the address of an issue")
    issue = f"{repository}#{match[2]}"
    id_ = f"{issue}/c/{whole(item, 'id')}"
    body = maybe_text(item, "body") or ""
    at, changed_at = moment(item, "created_at"), maybe_moment(item, "updated_at")
    return Post(
        platform=PLATFORM,
        platform_id=id_,
        kind=Kind.COMMENT,
        author=_author(item),
        created_at=at,
        text=body,
        thread_id=issue,
        parent_id=issue,
        channel=repository,
        addressed=_addressed(body),
        score=score(part(item, "reactions"), "+1"),
        url=maybe_text(item, "html_url"),
        edited_at=changed_at if changed_at is not None and changed_at > at else None,
    )


def read_discussion(item: Item, now: datetime) -> Post | Deletion:
    """A discussion, or a comment in one that carries its ``_root`` and its ``_parent``."""
    repository = text(item, "_repository")
    parent = maybe_text(item, "_parent")
    if parent is None:
        id_ = root = f"{repository}#d{whole(item, 'number')}"
    else:
        root = text(item, "_root")
        id_ = f"{root}/c/{whole(item, 'databaseId')}"
    if (rule := _taken_away(item)) is not None:
        at = maybe_moment(item, "deletedAt") or now
        return Deletion(PLATFORM, at, f"github: {rule}", platform_id=id_)
    body = maybe_text(item, "body") or ""
    is_answer = item.get("isAnswer")
    return Post(
        platform=PLATFORM,
        platform_id=id_,
        kind=_kind_of(item, parent),
        author=_author(item),
        created_at=moment(item, "createdAt"),
        text=body,
        title=maybe_text(item, "title"),
        thread_id=root,
        parent_id=parent,
        channel=repository,
        addressed=_addressed(body),
        score=score(item, "upvoteCount"),
        accepted=is_answer if isinstance(is_answer, bool) else None,
        tags=_names(part(item, "labels").get("nodes")),
        url=maybe_text(item, "url"),
        edited_at=maybe_moment(item, "lastEditedAt"),
    )


def within(discussion: Item, repository: str) -> list[Item]:
    """The discussion, its comments and their replies, each with its place."""
    root = f"{repository}#d{whole(discussion, 'number')}"
    answerable = part(discussion, "category").get("isAnswerable") is True
    found: list[Item] = [{**discussion, "_repository": repository}]
    known = {"_repository": repository, "_root": root}
    for comment in _nodes(discussion, "comments"):
        found.append({**comment, **known, "_parent": root, "_answers": answerable})
        above = f"{root}/c/{comment.get('databaseId')}"
        found += [{**one, **known, "_parent": above} for one in _nodes(comment, "replies")]
    return found


def is_whole(discussion: Item) -> bool:
    """Whether it came with all its comments and replies."""
    under = [part(comment, "replies") for comment in _nodes(discussion, "comments")]
    return all(earlier(one) is None for one in (part(discussion, "comments"), *under))


def earlier(connection: Item) -> str | None:
    """How to ask for what stands before a page of comments or replies; None where nothing does."""
    info = part(connection, "pageInfo")
    return maybe_text(info, "startCursor") if info.get("hasPreviousPage") is True else None


def numbers_in(discussion: Item) -> set[int]:
    """The numbers of its comments and replies, whether they can be read or not."""
    comments = _nodes(discussion, "comments")
    replies = [one for comment in comments for one in _nodes(comment, "replies")]
    numbers = (maybe_whole(one, "databaseId") for one in (*comments, *replies))
    return {number for number in numbers if number is not None}


def _taken_away(item: Item) -> str | None:
    """Why a comment is to be read no more; one hidden as outdated or resolved still stands."""
    if item.get("deletedAt") is not None:
        return "deleted"
    reason = str(item.get("minimizedReason")).lower()
    return f"hidden as {reason}" if item.get("isMinimized") is True and reason in _HIDDEN else None


def _kind_of(item: Item, parent: str | None) -> Kind:
    if parent is None:
        return Kind.POST
    return Kind.ANSWER if item.get("_answers") is True else Kind.COMMENT


def _nodes(item: Item, name: str) -> list[Item]:
    inner = item.get(name)
    found = items_of(inner, "nodes") if isinstance(inner, dict) else []
    return [one for one in found if isinstance(one, dict)]


def _author(item: Item) -> Author:
    """The author; nobody where the account was deleted, whatever name stands there now."""
    user = part(item, "user") or part(item, "author")
    login = maybe_text(user, "login") or _GHOST
    number = maybe_text(user, "id" if "user" in item else "databaseId")
    if login == _GHOST:
        return Author(NOBODY, NOBODY)
    association = item.get("author_association") or item.get("authorAssociation")
    kind = user.get("type") or user.get("__typename")
    return Author(
        number or login,
        login,
        is_bot=kind == "Bot" or login.endswith("[bot]"),
        is_staff=association in _STAFF,
    )


def _addressed(body: str) -> tuple[str, ...]:
    """Names, for an issue does not tell the numbers of those it mentions."""
    return tuple(dict.fromkeys(_MENTION.findall(body))) if "@" in body else ()


def _names(labels: object) -> tuple[str, ...]:
    if not isinstance(labels, list):
        return ()
    names = (one.get("name") if isinstance(one, dict) else one for one in labels)
    return tuple(name for name in names if isinstance(name, str))
