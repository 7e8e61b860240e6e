"""Points are what replaying the ledger gives."""

from datetime import timedelta

from store import ledger
from store.db import Connection
from store.records import LedgerEntry
from tests.posts import MOMENT
from tests.store.seeds import person

_DAY = timedelta(days=1)


def test_entry_counts_once(tx: Connection) -> None:
    ann = person(tx, "ann")
    entry = LedgerEntry("e1", ann, 10, "accepted answer", MOMENT)
    assert ledger.add(tx, [entry, entry]) == 1
    assert ledger.add(tx, [entry]) == 0
    assert ledger.add(tx, []) == 0
    assert ledger.balance(tx, ann) == 10
    assert ledger.of_person(tx, ann, 5) == [entry]


def test_points_can_be_taken_back(tx: Connection) -> None:
    ann = person(tx, "ann")
    ledger.add(tx, [LedgerEntry("e1", ann, 10, "helped", MOMENT)])
    ledger.add(tx, [LedgerEntry("e2", ann, -10, "reversed", MOMENT + _DAY)])
    assert ledger.balance(tx, ann) == 0
    assert [one.dedupe_key for one in ledger.of_person(tx, ann, 1)] == ["e2"]


def test_totals_hold_the_start_and_not_the_end(tx: Connection) -> None:
    ann, ben = person(tx, "ann"), person(tx, "ben")
    entries = [
        LedgerEntry(f"{name}{day}", who, 1 + day, "helped", MOMENT + day * _DAY)
        for name, who in (("a", ann), ("b", ben))
        for day in range(3)
    ]
    ledger.add(tx, [*entries, LedgerEntry("b9", ben, 5, "helped", MOMENT)])
    assert ledger.totals(tx, MOMENT, MOMENT + 2 * _DAY) == {ann: 3, ben: 8}
    assert ledger.totals(tx, MOMENT + 9 * _DAY, MOMENT + 10 * _DAY) == {}


def test_person_without_an_entry_has_no_points(tx: Connection) -> None:
    assert ledger.balance(tx, person(tx, "ann")) == 0
