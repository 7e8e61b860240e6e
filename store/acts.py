"""Whose an act of help is when accounts change hands: of who owns the accounts of its posts."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, case, func, or_, select, update

from store.rows import add_new
from store.schema import account, act_of_help, ledger, post

_OWN: Final = "own:"
_HELPING, _ASKED = post.alias("helping"), post.alias("asked")
_GIVER, _ASKER = account.alias("giver"), account.alias("asker")


def settle(tx: Connection, person_ids: Collection[int]) -> None:
    """Help that posts of these people gave or asked for is theirs.

    An act that would be help for oneself stays with whom it was of until the accounts part.
    """
    # One may have to make room for another: a post helps nobody twice.
    while sum(_settle(tx, row) for row in _astray(tx, person_ids)):
        pass


def take_back_own(tx: Connection, person_id: int, now: datetime) -> None:
    """Take back the points for helping an account that turned out to be one's own."""
    for act_id, points in _earned_from_oneself(tx, person_id):
        name = f"{_OWN}{_newest(tx)}:{act_id}"
        _add(tx, name, person_id, act_id, -points, "helped an account of their own", now)


def give_back(tx: Connection, person_ids: Collection[int]) -> None:
    """Undo what was taken back for help between accounts that are one person's no more.

    It counts for the moment that the entry it undoes counts for, so that every month is as before.
    """
    taken = func.sum(ledger.c.points)
    query = (
        _with_owners(select(_GIVER.c.person_id, ledger.c.act_id, ledger.c.at, taken.label("taken")))
        .join(ledger, ledger.c.act_id == act_of_help.c.id)
        .where(
            ledger.c.dedupe_key.startswith(_OWN),
            _touched(person_ids),
            _GIVER.c.person_id != _ASKER.c.person_id,
        )
        .group_by(_GIVER.c.person_id, ledger.c.act_id, ledger.c.at)
        .having(taken != 0)
    )
    reason = "the account that they helped is not their own"
    for row in tx.execute(query).all():
        name = f"{_OWN}{_newest(tx)}:{row.act_id}"
        _add(tx, name, row.person_id, row.act_id, -row.taken, reason, row.at)


def _add(
    tx: Connection, name: str, person_id: int, act_id: int, points: int, why: str, at: datetime
) -> None:
    entry = {"dedupe_key": name, "person_id": person_id, "act_id": act_id, "points": points}
    add_new(tx, ledger, [entry | {"reason": why, "at": at}])


def _newest(tx: Connection) -> int:
    """The newest entry: it makes the key of the next one its own, at any moment."""
    return int(tx.scalar(select(func.max(ledger.c.id))) or 0)


def _with_owners(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(act_of_help)
        .join(_HELPING, _HELPING.c.id == act_of_help.c.post_id)
        .join(_GIVER, _GIVER.c.id == _HELPING.c.account_id)
        .outerjoin(_ASKED, _ASKED.c.id == act_of_help.c.asked_post_id)
        .outerjoin(_ASKER, _ASKER.c.id == _ASKED.c.account_id)
    )


def _touched(person_ids: Collection[int]) -> Any:
    its = (
        select(post.c.id)
        .join(account, account.c.id == post.c.account_id)
        .where(account.c.person_id.in_(person_ids))
    )
    return or_(act_of_help.c.post_id.in_(its), act_of_help.c.asked_post_id.in_(its))


def _astray(tx: Connection, person_ids: Collection[int]) -> list[Row[Any]]:
    """Acts that are not of the owners of their posts, with those."""
    gives, asks = _GIVER.c.person_id.in_(person_ids), _ASKER.c.person_id.in_(person_ids)
    helper = case((gives, _GIVER.c.person_id), else_=act_of_help.c.helper_id)
    helped = case((asks, _ASKER.c.person_id), else_=act_of_help.c.helped_id)
    names = act_of_help.c.id, helper.label("helper"), helped.label("helped")
    query = _with_owners(select(*names)).where(
        _touched(person_ids),
        helper != helped,
        or_(act_of_help.c.helper_id != helper, act_of_help.c.helped_id != helped),
    )
    return list(tx.execute(query.order_by(act_of_help.c.id)))


def _settle(tx: Connection, row: Row[Any]) -> bool:
    twin = act_of_help.alias()
    taken = select(twin.c.id).where(
        twin.c.post_id == act_of_help.c.post_id,
        twin.c.helped_id == row.helped,
        twin.c.id != row.id,
    )
    free = act_of_help.c.id == row.id, ~taken.exists()
    values = {"helper_id": row.helper, "helped_id": row.helped}
    return tx.execute(update(act_of_help).where(*free).values(values)).rowcount > 0


def _earned_from_oneself(tx: Connection, person_id: int) -> list[tuple[int, int]]:
    """Acts whose helping and asking posts are both by accounts of the person, with their points."""
    query = (
        _with_owners(select(ledger.c.act_id, func.sum(ledger.c.points)))
        .join(ledger, ledger.c.act_id == act_of_help.c.id)
        .where(
            ledger.c.person_id == person_id,
            _GIVER.c.person_id == person_id,
            _ASKER.c.person_id == person_id,
        )
        .group_by(ledger.c.act_id)
        .having(func.sum(ledger.c.points) > 0)
    )
    return [(int(act_id), int(points)) for act_id, points in tx.execute(query)]
