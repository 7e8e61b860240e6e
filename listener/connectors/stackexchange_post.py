"""A question, an answer or a comment, as the interface of Stack Exchange tells it, to a post.

https://api.stackexchange.com/docs/types/question, /answer, /comment, /shallow-user. Ids are those
of the data dump too (`listener.history.stackexchange_dump`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any, Final

from listener.connectors.html_text import text_of
from listener.connectors.json_item import (
    BadItem,
    Found,
    Item,
    maybe_moment,
    maybe_text,
    maybe_whole,
    moment,
    part,
    read_all,
    score,
    text,
    texts,
    whole,
)
from store.records import Author, Kind, Post

PLATFORM: Final = "stackexchange"
_ID: Final = re.compile(r"([a-z0-9.-]+)/([qac])/([0-9]{1,18})")
_ASKED: Final = re.compile(r"/questions/([0-9]{1,18})(?:/|#|\Z)")
_WITH_COM: Final = re.compile(
    r"(?:[a-z]+\.)?(?:stackoverflow|serverfault|superuser|askubuntu|stackapps)"
)
_COMMUNITY: Final = -1
"""The account of the site's own programs."""


@dataclass(frozen=True, slots=True)
class Id:
    """A platform id, taken apart; `kind` is q, a or c."""

    site: str
    kind: str
    number: int

    def __str__(self) -> str:
        return f"{self.site}/{self.kind}/{self.number}"


def id_of(platform_id: str | None) -> Id | None:
    """Its parts; None for an id that is not of this platform."""
    found = _ID.fullmatch(platform_id or "")
    return Id(found[1], found[2], int(found[3])) if found else None


def read_questions(items: Iterable[object], site: str) -> Found:
    """Questions, each with the answers that came with it."""
    return read_all(_with_answers(items), lambda item: _from_post(item, site))


def read_comments(items: Iterable[object], site: str, asked: Mapping[int, int]) -> Found:
    """Comments; `asked` are the questions of answers, where a comment's link does not tell."""
    return read_all(items, lambda item: _from_comment(item, site, asked))


def number(item: object, name: str) -> int | None:
    """A whole number in something that may be no object at all."""
    return maybe_whole(item, name) if isinstance(item, Mapping) else None


def numbers_of(items: Iterable[object], name: str) -> tuple[int, ...]:
    """That number in each item, once, where it is told."""
    found = (number(one, name) for one in items)
    return tuple(dict.fromkeys(one for one in found if one is not None))


def question_of(comment: object, asked: Mapping[int, int]) -> int | None:
    """The question around a comment; `asked` are those of answers, where its link does not tell."""
    if not isinstance(comment, Mapping):
        return None
    on = maybe_whole(comment, "post_id")
    if comment.get("post_type") == "question":
        return on
    found = _ASKED.search(maybe_text(comment, "link") or "")
    return int(found[1]) if found else asked.get(on or 0)


def _with_answers(items: Iterable[object]) -> Iterator[object]:
    for item in items:
        yield item
        answers: Any = item.get("answers") if isinstance(item, Mapping) else None
        if isinstance(answers, list):
            yield from answers


def _from_post(item: Item, site: str) -> Post:
    return _from_answer(item, site) if "answer_id" in item else _from_question(item, site)


def _from_question(item: Item, site: str) -> Post:
    id_ = Id(site, "q", whole(item, "question_id"))
    return Post(
        platform=PLATFORM,
        platform_id=str(id_),
        kind=Kind.POST,
        author=_author(item, id_),
        created_at=moment(item, "creation_date"),
        text=text_of(text(item, "body")),
        title=unescape(text(item, "title")),
        thread_id=str(id_),
        channel=site,
        score=score(item, "score"),
        tags=tuple(map(unescape, texts(item, "tags"))),
        url=f"https://{_host(site)}/q/{id_.number}",
        edited_at=maybe_moment(item, "last_edit_date"),
    )


def _from_answer(item: Item, site: str) -> Post:
    id_ = Id(site, "a", whole(item, "answer_id"))
    asked = Id(site, "q", whole(item, "question_id"))
    accepted = item.get("is_accepted")
    return Post(
        platform=PLATFORM,
        platform_id=str(id_),
        kind=Kind.ANSWER,
        author=_author(item, id_),
        created_at=moment(item, "creation_date"),
        text=text_of(text(item, "body")),
        thread_id=str(asked),
        parent_id=str(asked),
        channel=site,
        score=score(item, "score"),
        accepted=accepted if isinstance(accepted, bool) else None,
        url=f"https://{_host(site)}/a/{id_.number}",
        edited_at=maybe_moment(item, "last_edit_date"),
    )


def _from_comment(item: Item, site: str, asked_of: Mapping[int, int]) -> Post:
    id_ = Id(site, "c", whole(item, "comment_id"))
    on = whole(item, "post_id")
    asked = question_of(item, asked_of)
    if asked is None:
        raise BadItem("post_id: the question around this answer is not told")
    answered = maybe_whole(part(item, "reply_to_user"), "user_id")
    return Post(
        platform=PLATFORM,
        platform_id=str(id_),
        kind=Kind.COMMENT,
        author=_author(item, id_),
        created_at=moment(item, "creation_date"),
        text=text_of(text(item, "body")),
        thread_id=f"{site}/q/{asked}",
        parent_id=f"{site}/{'q' if asked == on else 'a'}/{on}",
        channel=site,
        addressed=() if answered is None else (f"{site}/{answered}",),
        score=score(item, "score"),
        url=f"https://{_host(site)}/questions/{asked}#comment{id_.number}_{on}",
    )


def _author(item: Item, id_: Id) -> Author:
    owner = part(item, "owner")
    account = maybe_whole(owner, "user_id")
    shown = unescape(maybe_text(owner, "display_name") or "")
    if account is None:
        # A deleted account, or nobody's: two of the same name need not be one.
        return Author(f"{id_}/author", shown or "anonymous")
    is_bot = account == _COMMUNITY
    return Author(f"{id_.site}/{account}", shown or f"user{account}", is_bot=is_bot)


def _host(site: str) -> str:
    if site.endswith("mathoverflow.net"):
        return site
    return f"{site}.com" if _WITH_COM.fullmatch(site) else f"{site}.stackexchange.com"
