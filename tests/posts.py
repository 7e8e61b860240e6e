"""Posts for tests: a small valid one, changed where the test says so."""

from datetime import UTC, datetime
from typing import Final

from listener.connectors import Held
from store.records import Author, Kind, Post

MOMENT: Final = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def a_post(
    platform_id: str = "p1",
    text: str = "hello",
    *,
    author: str = "u1",
    platform: str = "discourse",
    kind: Kind = Kind.POST,
    at: datetime = MOMENT,
    title: str | None = None,
    thread_id: str | None = None,
    parent_id: str | None = None,
    channel: str | None = None,
    addressed: tuple[str, ...] = (),
    score: int | None = None,
    accepted: bool = False,
    is_bot: bool = False,
    is_staff: bool = False,
) -> Post:
    """A post; the author's handle is their id."""
    return Post(
        platform=platform,
        platform_id=platform_id,
        kind=kind,
        author=Author(author, author, is_bot=is_bot, is_staff=is_staff),
        created_at=at,
        text=text,
        title=title,
        thread_id=thread_id,
        parent_id=parent_id,
        channel=channel,
        addressed=addressed,
        score=score,
        accepted=accepted,
    )


def known(*platform_ids: str) -> list[Held]:
    """Posts to look at again, by their ids alone."""
    return [Held(id_) for id_ in platform_ids]
