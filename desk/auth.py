"""Who may come in: links used once, sessions, and the token that every form carries.

Only the sha256 of a link or a session is kept; the secret itself is with its owner.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from store import members
from store.db import Connection, fact, set_fact

LINK_LIFE: Final = timedelta(hours=24)
NAME_LENGTH: Final = 80
_FIRST_LINK: Final = "desk.first_link"


class NoEntry(Exception):
    """The link lets nobody in, or the name cannot be taken; the message says why."""


class BadName(NoEntry):
    """The name cannot be taken; the link is not spent."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A member with the session they came with."""

    id: int
    name: str
    session: str = field(repr=False)


def new_link(tx: Connection, now: datetime, name: str | None = None) -> str:
    """A secret for `/sign-in/SECRET`: lets one person in, once, within a day.

    With a name it is for that member, who is added where there is none of that name. Without, it
    is for the first member to come, who will be asked for a name, or for the only one. Raises
    NoEntry where there are several to choose from.
    """
    secret = secrets.token_urlsafe(32)
    everyone = {member.name: member.id for member in members.members(tx)}
    if name is None and not everyone:
        set_fact(tx, _FIRST_LINK, f"{digest(secret)} {(now + LINK_LIFE).isoformat()}")
        return secret
    if name is None and len(everyone) > 1:
        raise NoEntry("for whom is the link? Members: " + ", ".join(everyone))
    chosen = next(iter(everyone)) if name is None else clean_name(name)
    member_id = everyone.get(chosen) or members.add_member(tx, chosen, now)
    members.add_token(tx, digest(secret), member_id, "link", now + LINK_LIFE)
    return secret


def asks_for_name(tx: Connection) -> bool:
    """Whether who comes in now is the first and has to say their name."""
    return not members.first_member_exists(tx)


def sign_in(tx: Connection, secret: str, name: str, now: datetime, days: int) -> str:
    """Spend a link and open a session of some days; the session's secret.

    Raises NoEntry for a link that is unknown, spent or too old, BadName for a missing name.
    """
    if asks_for_name(tx):
        member_id = _first_member(tx, secret, name, now)
    else:
        found = members.use_link(tx, digest(secret), now)
        if found is None:
            raise NoEntry("This link was used already or is older than a day.")
        member_id = found
    session = secrets.token_urlsafe(32)
    members.add_token(tx, digest(session), member_id, "session", now + timedelta(days=days))
    return session


def visitor_of(tx: Connection, session: str, now: datetime) -> Visitor | None:
    """Who holds a session, while it lasts."""
    member = members.session_member(tx, digest(session), now)
    return None if member is None else Visitor(member.id, member.name, session)


def sign_out(tx: Connection, session: str) -> None:
    """Close a session."""
    members.end_session(tx, digest(session))


def clean_name(name: str) -> str:
    """A name as it will stand. Raises BadName for an empty or an endless one."""
    clean = " ".join("".join(sign for sign in name if sign.isprintable()).split())
    if not clean:
        raise BadName("Please give a name.")
    if len(clean) > NAME_LENGTH:
        raise BadName(f"Please give a name of at most {NAME_LENGTH} letters.")
    return clean


def _first_member(tx: Connection, secret: str, name: str, now: datetime) -> int:
    kept, _, expires = (fact(tx, _FIRST_LINK) or "").partition(" ")
    fits = hmac.compare_digest(kept, digest(secret))
    if not fits or datetime.fromisoformat(expires) <= now:
        raise NoEntry("This link was used already or is older than a day.")
    member_id = members.add_member(tx, clean_name(name), now)
    set_fact(tx, _FIRST_LINK, "")
    return member_id


def digest(secret: str) -> str:
    """What the store keeps of a secret: 64 hexadecimal digits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def form_token(session: str) -> str:
    """What a form of this session carries: new on each page, so that compression tells nothing."""
    nonce = secrets.token_hex(8)
    return f"{nonce}.{_seal(session, nonce)}"


def is_form_token(session: str, given: str) -> bool:
    """Whether a form belongs to the session, in constant time."""
    nonce, _, seal = given.partition(".")
    return hmac.compare_digest(_seal(session, nonce).encode(), seal.encode())


def _seal(session: str, nonce: str) -> str:
    return hmac.new(session.encode(), nonce.encode(), hashlib.sha256).hexdigest()
