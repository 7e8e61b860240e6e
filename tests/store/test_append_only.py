"""The log is never changed: the database itself refuses."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from store import audit, decisions, labels, ledger, mentions, people, schema, standing
from store.db import Connection
from store.records import NOBODY, Analysis, Choice, LedgerEntry, Task, Verdict
from tests.posts import MOMENT, a_post
from tests.store.seeds import an_open_case, person, saved


@pytest.fixture
def log(tx: Connection) -> Connection:
    """A store with one row in each append-only table."""
    case_id, person_id = an_open_case(tx, a_post()), person(tx)
    account_id = people.accounts(tx, person_id)[0].id
    people.join(tx, account_id, person_id, "desk", "ann", MOMENT)
    people.set_choice(tx, person_id, Choice.NONE, "desk", MOMENT)
    mentions.delete_post(tx, "discourse", "p1", MOMENT, MOMENT)
    decisions.add(tx, "d1", case_id, Verdict.IGNORE, [], "policy", MOMENT)
    ledger.add(tx, [LedgerEntry("l1", person_id, 5, "helped", MOMENT)])
    audit.note(tx, MOMENT, "ann", "join", "person", person_id, {})
    found = Analysis(saved(tx, a_post("p2"))[0], Task.INTENT, "m", "issue", 0.7)
    labels.add(tx, found, "question", may_train=False, actor="ann", at=MOMENT)
    standing.note_look(tx, "discourse", "rule", MOMENT, checked=1, gone=0)
    return tx


@pytest.mark.parametrize("table", schema.APPEND_ONLY)
def test_row_cannot_be_changed(log: Connection, table: str) -> None:
    _refused(log, f"UPDATE {table} SET id = id + 1", table)


@pytest.mark.parametrize("table", schema.APPEND_ONLY)
def test_row_cannot_be_removed(log: Connection, table: str) -> None:
    _refused(log, f"DELETE FROM {table}", table)


@pytest.mark.parametrize("table", schema.APPEND_ONLY)
def test_table_cannot_be_emptied_in_another_way(log: Connection, table: str) -> None:
    if log.dialect.name == "postgresql":
        _refused(log, f"TRUNCATE {table} CASCADE", table)
    else:
        _refused(log, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}", table)


@pytest.mark.parametrize("table", ["link", "consent"])
def test_words_of_a_person_can_be_dropped_and_nothing_else(log: Connection, table: str) -> None:
    _refused(log, f"UPDATE {table} SET origin = 'other words'", table)
    _refused(log, f"UPDATE {table} SET origin = '{NOBODY}', person_id = person_id", table)
    log.execute(text(f"UPDATE {table} SET origin = '{NOBODY}'"))
    assert set(log.scalars(text(f"SELECT origin FROM {table}"))) == {NOBODY}


def _refused(log: Connection, statement: str, table: str) -> None:
    before = _rows(log, table)
    assert before
    with pytest.raises(DBAPIError, match=f"{table} is append-only"), log.begin_nested():
        log.execute(text(statement))
    assert _rows(log, table) == before


def _rows(tx: Connection, table: str) -> list[object]:
    return list(tx.execute(text(f"SELECT * FROM {table}")))
