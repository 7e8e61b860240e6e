"""Cases for tests: a plain one of each kind, changed where the test says so."""

from dataclasses import replace
from datetime import datetime, timedelta

from rewards.case import Case, Help, Standing
from rewards.reading import Label, Reading
from store.records import CaseKind, Evidence, Post, StoredPost
from tests.posts import MOMENT, a_post

SOON = timedelta(minutes=5)


def a_stored_post(post: Post | None = None, *, id: int = 7, person_id: int = 1) -> StoredPost:
    post = post or a_post()
    return StoredPost(id, person_id, person_id, post, post.created_at + SOON)


def a_reading(intent: str = "other", confidence: float = 0.9, **changed: object) -> Reading:
    plain = Reading(intent=Label(intent, confidence))
    for name, value in changed.items():
        plain = replace(plain, **{name: value})  # type: ignore[arg-type]
    return plain


def a_person(person_id: int = 1, handle: str = "leo") -> Standing:
    return Standing(person_id, handle)


def some_help(evidence: Evidence = Evidence.THANKED, at: datetime = MOMENT) -> Help:
    return Help(act_id=3, at=at, evidence=evidence, helped_id=2, helped_handle="ana")


def a_case(kind: CaseKind, reading: Reading | None = None) -> Case:
    """A case that the default policy takes to its plainest end."""
    return Case(
        id=11,
        kind=kind,
        post=a_stored_post(),
        person=a_person(),
        now=MOMENT + timedelta(hours=1),
        reading=reading or a_reading(kind.value),
        help=some_help() if kind is CaseKind.HELP else None,
        topic="Sync sits at 99 % forever",
    )
