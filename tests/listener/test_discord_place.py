"""How far Discord was heard, as a cursor keeps it."""

from datetime import UTC, datetime, timedelta

import pytest

from listener.connectors.discord_place import Place, place_of
from listener.connectors.discord_post import moment, snowflake

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def id_of(days_ago: float) -> int:
    return snowflake(NOW - timedelta(days=days_ago))


def test_cursor_says_what_it_was_made_from() -> None:
    place = Place(id_of(1), id_of(0.5), {200: id_of(0.5), 201: id_of(0.7)}, 4, 9)
    assert place_of(place.text(), NOW) == place


@pytest.mark.parametrize("cursor", [None, "", "[]", "12:abc", '{"heard": 3}'])
def test_cursor_that_says_nothing_begins_anew(cursor: str | None) -> None:
    assert place_of(cursor, NOW) == Place(snowflake(NOW))


def test_late_message_takes_nothing_back() -> None:
    place = Place(id_of(3))
    place.note(200, id_of(1))
    place.note(200, id_of(2))
    assert place.after(200) == id_of(1)


def test_channels_that_were_long_silent_need_no_entry() -> None:
    place = Place(id_of(30), 0, {200: id_of(20), 201: id_of(0)})
    place.settle()
    assert place.heard == {201: id_of(0)}
    assert place.whole == id_of(0)
    assert moment(place.after(200)) == NOW - timedelta(days=7)
