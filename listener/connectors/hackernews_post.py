"""An item of Hacker News, as either of its two interfaces tells it, to a post."""

from datetime import datetime
from html import unescape
from typing import Final

from listener.connectors.html_text import text_of
from listener.connectors.json_item import BadItem, Item, maybe_text, moment, score, text
from store.records import Author, Deletion, Kind, Post

PLATFORM: Final = "hackernews"
_ROOTS: Final = ("story", "job", "poll")


def is_gone(item: Item) -> bool:
    """Whether its author deleted it, or it is shown to nobody."""
    return item.get("deleted") is True or item.get("dead") is True


def deletion(item: Item, now: datetime) -> Deletion:
    """That it is gone; raises BadItem where it has no id."""
    rule = "deleted" if item.get("deleted") is True else "dead"
    return Deletion(PLATFORM, now, f"hackernews: {rule}", platform_id=text(item, "id"))


def from_item(item: Item, root: str | None) -> Post | None:
    """An item of the official interface in the thread of `root`; None for what is no post."""
    kind = _kind(maybe_text(item, "type"))
    if kind is None:
        return None
    return Post(
        platform=PLATFORM,
        platform_id=text(item, "id"),
        kind=kind,
        author=_author(item, "by"),
        created_at=moment(item, "time"),
        text=text_of(maybe_text(item, "text") or ""),
        title=_title(item),
        thread_id=root,
        parent_id=maybe_text(item, "parent"),
        media=_link(item),
        score=score(item, "score"),
        url=_url(text(item, "id")),
    )


def from_hit(hit: Item) -> Post | None:
    """An item found by the search."""
    kind = _kind(next((tag for tag in _tags(hit) if _kind(tag)), None))
    if kind is None:
        return None
    id_ = text(hit, "objectID")
    words = maybe_text(hit, "comment_text") or maybe_text(hit, "story_text") or ""
    return _found(hit, id_, kind, words, root=maybe_text(hit, "story_id"))


def from_node(node: Item, root: str) -> Post | None:
    """An item within a thread that the search interface gave; None for a deleted one."""
    kind = _kind(maybe_text(node, "type"))
    if kind is None or maybe_text(node, "author") is None:
        return None
    return _found(node, text(node, "id"), kind, maybe_text(node, "text") or "", root=root)


def _found(item: Item, id_: str, kind: Kind, words: str, *, root: str | None) -> Post:
    is_root = kind is Kind.POST
    return Post(
        platform=PLATFORM,
        platform_id=id_,
        kind=kind,
        author=_author(item, "author"),
        created_at=moment(item, "created_at_i"),
        text=text_of(words),
        title=_title(item) if is_root else None,
        thread_id=id_ if is_root else root,
        parent_id=None if is_root else maybe_text(item, "parent_id"),
        media=_link(item) if is_root else (),
        score=score(item, "points"),
        url=_url(id_),
    )


def _kind(word: str | None) -> Kind | None:
    if word in _ROOTS:
        return Kind.POST
    return Kind.COMMENT if word == "comment" else None


def _tags(hit: Item) -> list[str]:
    found = hit.get("_tags")
    if not isinstance(found, list):
        raise BadItem("_tags: expected a list")
    return [tag for tag in found if isinstance(tag, str)]


def _author(item: Item, name: str) -> Author:
    """Names there are unique and never change."""
    handle = text(item, name)
    return Author(handle, handle)


def _title(item: Item) -> str | None:
    title = maybe_text(item, "title")
    return None if title is None else unescape(title)


def _link(item: Item) -> tuple[str, ...]:
    link = maybe_text(item, "url")
    return () if link is None else (link,)


def _url(id_: str) -> str:
    return f"https://news.ycombinator.com/item?id={id_}"
