"""What a language model is told of a case: the conversation around its post, and who is who."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from desk import conversation
from rewards.drafting.brief import Brief, By, Turn
from rewards.handling import RECOGNITION
from rewards.policy import Policy
from store import analyses, helpgraph, mentions, outbox
from store.cases import CaseRow
from store.db import Connection
from store.records import Author, StoredPost, Task

BEFORE: Final = 8
AFTER: Final = 4
"""Posts told before and after the one to reply to."""
SAID: Final = 200
"""How many of the newest messages a thank-you must differ from."""
_SHORTEST: Final = 3


def brief(tx: Connection, case: CaseRow, policy: Policy, now: datetime) -> Brief:
    """Read what is asked; names stand in it apart from the texts, to be taken out of them."""
    post = mentions.load(tx, [case.post_id])[case.post_id]
    act = next((a.act for a in helpgraph.acts_on(tx, [post.id]) if a.id == case.act_id), None)
    turns, _ = conversation.read(tx, post, act)
    at = next(n for n, turn in enumerate(turns) if turn.asked)
    near = [one.stored for one in turns[max(0, at - BEFORE) : at + AFTER + 1]]
    author = post.post.author
    own = tuple(handle.casefold() for handle in policy.own_handles)
    is_thanks = case.kind in RECOGNITION
    return Brief(
        case_id=case.id,
        platform=case.platform,
        kind=case.kind,
        handle="" if author.is_nobody else author.handle,
        turns=tuple(
            Turn(
                _by(one.post.author, own, is_person=one.person_id == case.person_id),
                one.post.text,
                one.post.title,
                one.id == post.id,
            )
            for one in near
            if one.post.deleted_at is None
        ),
        names=_names([author]),
        others=_names(_others([one.stored for one in turns], case.person_id, own)),
        own=policy.own_handles,
        language=post.post.lang or _language(tx, post.id),
        said=tuple(outbox.bodies_since(tx, now - policy.cooldown)[-SAID:]) if is_thanks else (),
        draft=case.draft,
    )


def _by(author: Author, own: tuple[str, ...], *, is_person: bool) -> By:
    if is_person:
        return By.PERSON
    return By.US if _is_us(author, own) else By.OTHER


def _is_us(author: Author, own: tuple[str, ...]) -> bool:
    return author.is_staff or _is_own(author, own)


def _is_own(author: Author, own: tuple[str, ...]) -> bool:
    return author.is_own or author.handle.casefold() in own


def _others(posts: Iterable[StoredPost], person_id: int, own: tuple[str, ...]) -> Iterator[Author]:
    """Who else wrote, our people too; posts that are not told may name whoever is."""
    for one in posts:
        if one.person_id != person_id and not _is_own(one.post.author, own):
            yield one.post.author


def _names(authors: Iterable[Author]) -> tuple[str, ...]:
    """What people may be called: their handles, their names, and their first names."""
    found: list[str] = []
    for author in authors:
        if author.is_nobody:
            continue
        found += [author.handle, author.name or ""]
        first = (author.name or "").partition(" ")[0]
        if len(first) >= _SHORTEST and first.isalpha() and first.istitle():
            found.append(first)
    return tuple(dict.fromkeys(name for name in found if name))


def _language(tx: Connection, post_id: int) -> str | None:
    found = analyses.of(tx, [post_id]).get(post_id, {}).get(Task.LANGUAGE)
    return found.label if found else None
