"""Which accounts are one person's: joined only when proved or confirmed, and undone at any time.

What an account did follows it: its acts of help change hands, and its points do by entries that
cancel each other, so that a board shows one person once.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, insert, select

from store import acts, audit, people
from store.errors import StoreError
from store.records import NOBODY, Choice
from store.rows import add_new
from store.schema import account, act_of_help, ledger, link, person, post

_STRICTEST: Final = (Choice.NONE, Choice.PRIVATE, Choice.PUBLIC)


class NotOnePerson(StoreError):
    """A rule says that the accounts cannot be one person's; the message names it."""


@dataclass(frozen=True, slots=True)
class Linked:
    """One line of who joined or parted an account, and why."""

    account_id: int
    person_id: int
    origin: str
    actor: str
    at: datetime


def find(tx: Connection, platform: str, name: str) -> list[people.Account]:
    """Accounts of a platform by its own id, else by handle in any case, without ``@``."""
    plain = name.removeprefix("@")
    on = account.c.platform == platform
    rows = tx.execute(select(account).where(on, account.c.platform_id == name)).all()
    if not rows:
        same = func.lower(account.c.handle) == plain.lower()
        rows = tx.execute(select(account).where(on, same).order_by(account.c.id)).all()
    return [people.Account(**row._mapping) for row in rows]


def refusal(tx: Connection, one_id: int, other_id: int) -> str | None:
    """Why two accounts can never be one person's; None where they can.

    All accounts of both persons are looked at, since all of them would be one person's.
    """
    one, other = _person_of(tx, one_id), _person_of(tx, other_id)
    if one == other:
        return "they are one person's already"
    ours, theirs = people.accounts(tx, one), people.accounts(tx, other)
    both = [*ours, *theirs]
    if any(held.platform_id.startswith(NOBODY) or held.handle == NOBODY for held in both):
        return f"{NOBODY} is nobody: many who left have that name"
    shared = {held.platform for held in ours} & {held.platform for held in theirs}
    if shared:
        return f"they are two accounts of {min(shared)}"
    return broken_rule(both)


def broken_rule(held: Sequence[people.Account]) -> str | None:
    """Why accounts are not one person's, by what is known of them now; None where they may be.

    A platform may say only after they were linked that one is a program.
    """
    if len({one.is_bot for one in held}) > 1:
        return "one is a program and one is not"
    if len({one.is_own for one in held}) > 1:
        return "one is the organisation's own account"
    return None


def join(
    tx: Connection, account_id: int, to_account_id: int, origin: str, actor: str, now: datetime
) -> int:
    """Put all accounts of one person under the person of another account; that person's id.

    `origin` says how it was proved or confirmed. The stricter wish of both how to be recognised
    counts. Raises NotOnePerson where a rule forbids it: then nothing is changed.
    """
    problem = refusal(tx, account_id, to_account_id)
    if problem is not None:
        raise NotOnePerson(f"these accounts cannot be linked: {problem}")
    old, new = _person_of(tx, account_id), _person_of(tx, to_account_id)
    choices = (people.choice(tx, old), people.choice(tx, new))
    for held in people.accounts(tx, old):
        _move(tx, held.id, old, new, origin, actor, now)
    _keep_stricter(tx, choices, new, now)
    acts.settle(tx, {new})
    acts.take_back_own(tx, new, now)
    return new


def part(tx: Connection, account_id: int, actor: str, now: datetime) -> int:
    """Give an account a person of its own again; that person's id.

    Raises NotOnePerson for an account that is alone already.
    """
    old = _person_of(tx, account_id)
    held = {one.id: one for one in people.accounts(tx, old)}
    if len(held) < 2:
        raise NotOnePerson("this account is linked to no other")
    one = held[account_id]
    values = {"name": one.name or one.handle, "created_at": now}
    new = int(tx.execute(insert(person).values(values).returning(person.c.id)).scalar_one())
    choice = people.choice(tx, old)
    _move(tx, account_id, old, new, "unlinked", actor, now)
    if choice is not None:
        people.set_choice(tx, new, choice, "kept when unlinked", now)
    acts.settle(tx, {old, new})
    acts.give_back(tx, {old, new})
    return new


def history(tx: Connection, account_ids: Collection[int]) -> list[Linked]:
    """Who joined and parted these accounts, oldest first."""
    query = select(link).where(link.c.account_id.in_(account_ids)).order_by(link.c.id)
    return [
        Linked(row.account_id, row.person_id, row.origin, row.actor, row.at)
        for row in tx.execute(query)
    ]


def _person_of(tx: Connection, account_id: int) -> int:
    found = tx.scalar(select(account.c.person_id).where(account.c.id == account_id))
    if found is None:
        raise StoreError(f"there is no account {account_id}")
    return int(found)


def _move(
    tx: Connection, account_id: int, old: int, new: int, origin: str, actor: str, now: datetime
) -> None:
    people.join(tx, account_id, new, origin, actor, now)
    change = tx.scalar(select(func.max(link.c.id)).where(link.c.account_id == account_id))
    detail = {"from": str(old), "account": str(account_id), "link": str(change)}
    audit.note(tx, now, actor, "link", "person", new, detail)
    _move_points(tx, account_id, old, new, f"link:{change}")


def _move_points(tx: Connection, account_id: int, old: int, new: int, change: str) -> None:
    by_account = select(act_of_help.c.id).join(post, post.c.id == act_of_help.c.post_id)
    query = (
        select(ledger.c.act_id, ledger.c.at, func.sum(ledger.c.points).label("points"))
        .where(
            ledger.c.person_id == old,
            ledger.c.act_id.in_(by_account.where(post.c.account_id == account_id)),
        )
        .group_by(ledger.c.act_id, ledger.c.at)
        .having(func.sum(ledger.c.points) != 0)
    )
    entries: list[dict[str, object]] = []
    for row in tx.execute(query):
        name = f"{change}:{row.act_id}:{row.at.isoformat()}"
        shared = {"act_id": row.act_id, "at": row.at, "reason": "the account changed hands"}
        entries += [
            {"dedupe_key": f"{name}:out", "person_id": old, "points": -row.points, **shared},
            {"dedupe_key": f"{name}:in", "person_id": new, "points": row.points, **shared},
        ]
    add_new(tx, ledger, entries)


def _keep_stricter(
    tx: Connection, choices: tuple[Choice | None, Choice | None], new: int, now: datetime
) -> None:
    moved, here = choices
    if moved is None or moved is here:
        return
    if here is None or _STRICTEST.index(moved) < _STRICTEST.index(here):
        people.set_choice(tx, new, moved, "of a linked account", now)
