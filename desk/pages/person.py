"""A person: who they are, how they helped, how they want to be recognised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from desk.guard import Actor
from desk.notice import notice_of
from desk.room import room_of
from desk.words import excerpt
from store import audit, cases, helpgraph, ledger, mentions, outbox, pages, people
from store.cases import CaseRow
from store.db import Connection, reading
from store.people import Account, Person
from store.records import Choice, Evidence, StoredAct, StoredPost

CHOICES: Final = (
    ("public", "Public", "Thanked in the open and named on the leaderboard."),
    ("private", "Private", "Thanked without an audience, not named anywhere."),
    ("none", "None", "Not thanked and not named, from this moment on."),
)
CHOICE_WORDS: Final = {
    Choice.PUBLIC: "public thanks",
    Choice.PRIVATE: "thanks in private",
    Choice.NONE: "none wanted",
    None: "not chosen yet",
}
EVIDENCE: Final = {
    Evidence.ACCEPTED: "answer accepted by",
    Evidence.THANKED: "thanked by",
    Evidence.SCORED: "voted-up answer to",
    Evidence.REPLIED: "replied to",
}
SHOWN_ACTS: Final = 20
SHOWN_POSTS: Final = 30


@dataclass(frozen=True, slots=True)
class ActLine:
    """One act of help with its quote and, where there is one, the words that prove it."""

    line: str
    at: datetime
    channel: str | None
    quote: str
    proof: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """What the page and the column beside a case show of a person."""

    who: Person
    points: int
    helped: int
    acts: tuple[ActLine, ...]
    thanked_at: datetime | None
    accounts: Sequence[Account] = ()
    cases: Sequence[CaseRow] = ()
    posts: Sequence[StoredPost] = ()

    @property
    def initial(self) -> str:
        """The first letter or digit of the name."""
        return next((sign for sign in self.who.name if sign.isalnum()), "?").upper()

    @property
    def choice_words(self) -> str:
        """The choice in words."""
        return CHOICE_WORDS[self.who.choice]


def show(request: Request, person_id: int, saved: str = "") -> HTMLResponse:
    """The page. Raises 404 for a person nobody has heard of."""
    room = room_of(request)
    with reading(room.engine) as tx:
        view = brief(tx, person_id, SHOWN_ACTS)
        if view is None:
            raise HTTPException(404)
        view = PersonView(
            view.who, view.points, view.helped, view.acts, view.thanked_at,
            accounts=people.accounts(tx, person_id),
            cases=cases.of_person(tx, person_id, 20),
            posts=people.posts_of(tx, person_id, SHOWN_POSTS),
        )  # fmt: skip
    notice = notice_of(saved, None)
    return room.render(request, "person.html", person=view, choices=CHOICES, notice=notice)


def choose(
    request: Request,
    visitor: Actor,
    person_id: int,
    choice: Annotated[Choice, Form()],
    origin: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Note a choice; it counts from this moment."""
    room = room_of(request)
    now = room.now()
    with room.engine.begin() as tx:
        if person_id not in people.load(tx, [person_id]):
            raise HTTPException(404)
        said = f"{visitor.name}: {origin.strip()}" if origin.strip() else visitor.name
        people.set_choice(tx, person_id, choice, said, now)
        detail = {"choice": choice.value}
        audit.note(tx, now, visitor.name, "set consent", "person", person_id, detail)
    return RedirectResponse(f"/people/{person_id}?saved=choice", status_code=303)


def brief(tx: Connection, person_id: int, limit: int) -> PersonView | None:
    """A person with their newest acts of help; None where there is no such person."""
    who = people.load(tx, [person_id]).get(person_id)
    if who is None:
        return None
    acts = helpgraph.acts_of(tx, person_id, limit)
    given = pages.help_given(tx, [person_id]).get(person_id)
    return PersonView(
        who=who,
        points=ledger.balance(tx, person_id),
        helped=given.people if given else 0,
        acts=tuple(_act_lines(tx, acts)),
        thanked_at=outbox.last_thanked(tx, [person_id]).get(person_id),
    )


def _act_lines(tx: Connection, acts: Sequence[StoredAct]) -> list[ActLine]:
    ids = {act.act.post_id for act in acts} | {act.act.evidence_post_id for act in acts}
    posts = mentions.load(tx, [id_ for id_ in ids if id_ is not None])
    helped = people.load(tx, {act.act.helped_id for act in acts})
    lines = []
    for act in (stored.act for stored in acts):
        other = helped.get(act.helped_id)
        line = f"{EVIDENCE[act.evidence]} {other.name if other else 'somebody'}"
        proof = posts.get(act.evidence_post_id or 0)
        quote = posts.get(act.post_id)
        lines.append(
            ActLine(
                line, act.at, act.channel,
                excerpt(quote.post.text, 300) if quote else "",
                excerpt(proof.post.text, 200) if proof else "",
            )
        )  # fmt: skip
    return lines
