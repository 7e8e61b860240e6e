"""Take the name off accounts of which nothing is left, so that the rows say nobody's name."""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, exists, select, update

from store.clean import key
from store.records import NOBODY
from store.rows import chunks, insert, one_of
from store.schema import account, consent, fact, link, person, post

_KEY: Final = "erasure_key"
_KEPT: Final = f"{NOBODY}:kept:"
_RANDOM: Final = f"{NOBODY}:"

AuthorKey = tuple[str, str]


def erase_unheard(tx: Connection, account_ids: Collection[int]) -> list[int]:
    """Take the names off those accounts that have no post any more; see `erase`."""
    alone = []
    for some in chunks(sorted(account_ids)):
        posts = exists().where(post.c.account_id == account.c.id)
        alone += list(tx.scalars(select(account.c.id).where(account.c.id.in_(some), ~posts)))
    return erase(tx, alone)


def erase(tx: Connection, account_ids: Sequence[int]) -> list[int]:
    """Take handle, name and the platform's id off accounts, and every word of why they were linked.

    A person who chose how to be recognised is known again by a keyed hash if they ever come back:
    an objection outlives its name. Everybody else begins anew. Our own accounts stay. The people
    of the accounts that lost their name.
    """
    people: set[int] = set()
    for some in chunks(account_ids):
        query = select(account).where(account.c.id.in_(some), account.c.is_own.is_(False))
        rows = [row for row in tx.execute(query) if not row.platform_id.startswith(NOBODY)]
        for row in rows:
            values = {"platform_id": _new_id(tx, row), "handle": NOBODY, "name": None}
            tx.execute(update(account).where(account.c.id == row.id).values(values))
        people |= {row.person_id for row in rows}
        _drop_origins(tx, [row.id for row in rows])
    for person_id in sorted(people):
        _rename(tx, person_id)
    return sorted(people)


def returned(tx: Connection, missing: Collection[AuthorKey]) -> dict[AuthorKey, Row[Any]]:
    """Erased accounts that write again, by platform and id; each has its id back."""
    secret = _secret(tx)
    if secret is None or not missing:
        return {}
    hashes = {_hash(secret, author): author for author in missing}
    found: dict[AuthorKey, Row[Any]] = {}
    for some in chunks(sorted(hashes)):
        for row in tx.execute(one_of(tx, select(account), account.c.platform_id, some)).all():
            author = hashes[row.platform_id]
            where = account.c.id == row.id
            tx.execute(update(account).where(where).values(platform_id=author[1]))
            found[author] = tx.execute(select(account).where(where)).one()
    return found


def restore_names(tx: Connection, names: Mapping[int, str]) -> None:
    """Give people who came back the name that they go by now, by person id."""
    for person_id, name in names.items():
        statement = update(person).where(person.c.id == person_id, person.c.name == NOBODY)
        tx.execute(statement.values(name=name))


def _drop_origins(tx: Connection, account_ids: Sequence[int]) -> None:
    """Drop what a member wrote down of how accounts came together or what their person wants.

    It may name any account that they were ever joined with.
    """
    accounts, people = _kin(tx, account_ids)
    for table, of_them in (
        (link, link.c.account_id.in_(accounts)),
        (consent, consent.c.person_id.in_(people)),
    ):
        named = table.c.origin != NOBODY
        tx.execute(update(table).where(of_them, named).values(origin=NOBODY))


def _kin(tx: Connection, account_ids: Sequence[int]) -> tuple[set[int], set[int]]:
    """The accounts with all that were ever joined with them, and the persons that they were."""
    accounts, people = set(account_ids), set[int]()
    while True:
        found = set(tx.scalars(select(account.c.person_id).where(account.c.id.in_(accounts))))
        found |= set(tx.scalars(select(link.c.person_id).where(link.c.account_id.in_(accounts))))
        if found <= people:
            return accounts, people
        people |= found
        accounts |= set(tx.scalars(select(account.c.id).where(account.c.person_id.in_(people))))
        accounts |= set(tx.scalars(select(link.c.account_id).where(link.c.person_id.in_(people))))


def _new_id(tx: Connection, row: Row[Any]) -> str:
    chose = tx.scalar(select(exists().where(consent.c.person_id == row.person_id)))
    if not chose:
        return f"{_RANDOM}{secrets.token_hex(16)}"
    return _hash(_secret(tx) or _new_secret(tx), (row.platform, row.platform_id))


def _rename(tx: Connection, person_id: int) -> None:
    """Call a person by an account that still has a name."""
    columns = account.c.name, account.c.handle
    named = select(*columns).where(account.c.person_id == person_id, account.c.handle != NOBODY)
    left = tx.execute(named.order_by(account.c.first_seen_at, account.c.id)).first()
    name = NOBODY if left is None else left.name or left.handle
    tx.execute(update(person).where(person.c.id == person_id).values(name=name))


def _secret(tx: Connection) -> str | None:
    return tx.scalar(select(fact.c.value).where(fact.c.name == _KEY))


def _new_secret(tx: Connection) -> str:
    secret = secrets.token_hex(32)
    tx.execute(insert(tx, fact).values(name=_KEY, value=secret))
    return secret


def _hash(secret: str, author: AuthorKey) -> str:
    words = "\0".join((author[0], key(author[1]))).encode()
    return _KEPT + hmac.new(bytes.fromhex(secret), words, hashlib.sha256).hexdigest()
