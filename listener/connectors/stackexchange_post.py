"""Questions, answers and comments of Stack Exchange to posts.

Ids are ``SITE/q/ID``, ``SITE/a/ID`` and ``SITE/c/ID``, since comments have numbers of their own.
"""

import re
from collections.abc import Iterator
from typing import Final

from listener.connectors.html_text import text_of
from listener.connectors.json_item import (
    Item,
    maybe_moment,
    maybe_text,
    maybe_whole,
    moment,
    part,
    score,
    text,
    texts,
    whole,
)
from store.records import Author, Kind, Post

PLATFORM: Final = "stackexchange"
QUESTION, ANSWER, COMMENT = "q", "a", "c"
_COMMUNITY_USER: Final = -1
_QUESTION_LINK: Final = re.compile(r"/questions/(\d+)/")
_ID: Final = re.compile(r"([a-z0-9.-]+)/([qac])/(\d+)")


def post_id(site: str, letter: str, number: int) -> str:
    """How a post is called here."""
    return f"{site}/{letter}/{number}"


def parts_of(platform_id: str) -> tuple[str, str, int] | None:
    """Site, letter and number of an id, or None for what is no id."""
    match = _ID.fullmatch(platform_id)
    return None if match is None else (match[1], match[2], int(match[3]))


def conversation(question: Item, site: str) -> Iterator[Item]:
    """The question, then its comments, then each answer and its comments, as they came.

    Each gets the site and the question's number, which the inner ones lack.
    """
    known = {"_site": site, "_question": question.get("question_id")}
    yield {**question, **known}
    for comment in _inner(question, "comments"):
        yield {**comment, **known}
    for answer in _inner(question, "answers"):
        yield {**answer, **known}
        for comment in _inner(answer, "comments"):
            yield {**comment, **known}


def read(item: Item) -> Post:
    """What `conversation` gives, or an answer or a comment by itself with its ``_site``."""
    if "comment_id" in item:
        return _comment(item)
    if "answer_id" in item:
        return _answer(item)
    return _question(item)


def _question(item: Item) -> Post:
    site = text(item, "_site")
    id_ = post_id(site, QUESTION, whole(item, "question_id"))
    return Post(
        platform=PLATFORM,
        platform_id=id_,
        kind=Kind.POST,
        author=_author(part(item, "owner"), site, id_),
        created_at=moment(item, "creation_date"),
        text=text_of(text(item, "body")),
        title=maybe_text(item, "title"),
        thread_id=id_,
        channel=site,
        score=score(item, "score"),
        tags=texts(item, "tags"),
        url=maybe_text(item, "link"),
        edited_at=maybe_moment(item, "last_edit_date"),
    )


def _answer(item: Item) -> Post:
    site = text(item, "_site")
    id_ = post_id(site, ANSWER, whole(item, "answer_id"))
    question = post_id(site, QUESTION, whole(item, "question_id"))
    accepted = item.get("is_accepted")
    return Post(
        platform=PLATFORM,
        platform_id=id_,
        kind=Kind.ANSWER,
        author=_author(part(item, "owner"), site, id_),
        created_at=moment(item, "creation_date"),
        text=text_of(text(item, "body")),
        thread_id=question,
        parent_id=question,
        channel=site,
        score=score(item, "score"),
        accepted=accepted if isinstance(accepted, bool) else None,
        url=maybe_text(item, "link"),
        edited_at=maybe_moment(item, "last_edit_date"),
    )


def _comment(item: Item) -> Post:
    site = text(item, "_site")
    id_ = post_id(site, COMMENT, whole(item, "comment_id"))
    above, question = whole(item, "post_id"), _question_of(item)
    letter = QUESTION if above == question else ANSWER
    return Post(
        platform=PLATFORM,
        platform_id=id_,
        kind=Kind.COMMENT,
        author=_author(part(item, "owner"), site, id_),
        created_at=moment(item, "creation_date"),
        text=text_of(text(item, "body")),
        thread_id=None if question is None else post_id(site, QUESTION, question),
        parent_id=post_id(site, letter, above),
        channel=site,
        addressed=_addressed(part(item, "reply_to_user"), site),
        score=score(item, "score"),
        url=maybe_text(item, "link"),
    )


def _question_of(comment: Item) -> int | None:
    """The number of the question that a comment is under: its link says it."""
    if (known := maybe_whole(comment, "_question")) is not None:
        return known
    if comment.get("post_type") == "question":
        return whole(comment, "post_id")
    match = _QUESTION_LINK.search(maybe_text(comment, "link") or "")
    return None if match is None else int(match[1])


def _author(user: Item, site: str, id_: str) -> Author:
    """The author; one who left is named by the post alone, so that no two are taken for one."""
    name = maybe_text(user, "display_name") or "deleted"
    number = maybe_whole(user, "user_id")
    if number is None or user.get("user_type") == "does_not_exist":
        return Author(f"{id_}/author", name)
    # A moderator is the site's, not ours.
    return Author(_user(site, number), name, is_bot=number == _COMMUNITY_USER)


def _addressed(user: Item, site: str) -> tuple[str, ...]:
    number = maybe_whole(user, "user_id")
    return () if number is None else (_user(site, number),)


def _user(site: str, number: int) -> str:
    return f"{site}/u/{number}"


def _inner(item: Item, name: str) -> list[Item]:
    found = item.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
