"""Said: the messages, what they say and where, whether rehearsed, waiting, sent or failed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import Query, Request
from fastapi.responses import HTMLResponse

from desk.room import room_of
from desk.words import platform_name, web_address
from rewards.drafting.mark import Mark, mark_of
from store import audit, mentions, outbox, people
from store.db import Connection, reading
from store.people import Person
from store.records import Message, MessageState, StoredPost

PER_PAGE: Final = 50
REHEARSAL: Final = "rehearsal"
STATES: Final = (
    ("", "All"),
    ("pending", "Waiting"),
    ("sending", "Being sent"),
    ("sent", "Said"),
    ("failed", "Not said"),
)


@dataclass(frozen=True, slots=True)
class Saying:
    """One message with whom it addresses and where."""

    message: Message
    recipient: str
    place: str
    address: str | None
    state_words: str
    at: datetime
    mark: Mark | None
    """The language model that had a part in its words."""


def show(
    request: Request,
    state: str = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> HTMLResponse:
    """One page of messages, newest first."""
    room = room_of(request)
    wanted = MessageState(state) if state in set(MessageState) else None
    with reading(room.engine) as tx:
        found = outbox.listing(tx, wanted, PER_PAGE + 1, (page - 1) * PER_PAGE)
        who = people.load(tx, {one.draft.recipient_id for one in found})
        posts = mentions.load(tx, {one.draft.target_post_id for one in found})
        marks = {one.id: _mark(tx, one) for one in found}
    return room.render(
        request,
        "said.html",
        here="Said",
        states=STATES,
        state=wanted.value if wanted else "",
        messages=[_saying(one, who, posts, marks[one.id]) for one in found[:PER_PAGE]],
        more=len(found) > PER_PAGE,
        page=page,
    )


def _mark(tx: Connection, message: Message) -> Mark | None:
    return mark_of(audit.of(tx, "case", message.case_id), message.draft.body)


def _saying(
    message: Message,
    who: Mapping[int, Person],
    posts: Mapping[int, StoredPost],
    mark: Mark | None,
) -> Saying:
    person = who.get(message.draft.recipient_id)
    post = posts.get(message.draft.target_post_id)
    channel = post.post.channel if post else None
    place = platform_name(message.draft.platform)
    return Saying(
        message=message,
        recipient=person.name if person else "somebody",
        place=f"{place} {channel}" if channel else place,
        address=web_address(post.post.url) if post else None,
        state_words=_state_words(message),
        at=message.sent_at or message.due_at,
        mark=mark,
    )


def _state_words(message: Message) -> str:
    rehearsed = message.sender == REHEARSAL
    return {
        MessageState.PENDING: "Leaves",
        MessageState.SENDING: "Being sent, due",
        MessageState.SENT: "Rehearsed" if rehearsed else "Said",
        MessageState.FAILED: "Not said",
    }[message.state]
