"""Members sign in with a link that works once."""

from datetime import timedelta

import pytest

from store import members
from store.db import Connection, StoreError
from store.members import Member
from tests.posts import MOMENT

_HOUR = timedelta(hours=1)


def test_first_member(tx: Connection) -> None:
    assert not members.first_member_exists(tx)
    zoe = members.add_member(tx, "zoe", MOMENT)
    ann = members.add_member(tx, "ann", MOMENT)
    assert members.first_member_exists(tx)
    assert members.members(tx) == [Member(ann, "ann"), Member(zoe, "zoe")]


def test_name_is_taken(tx: Connection) -> None:
    members.add_member(tx, "ann", MOMENT)
    with pytest.raises(StoreError, match="another name"):
        members.add_member(tx, "ann", MOMENT)


def test_link_works_once_and_in_time(tx: Connection) -> None:
    ann = members.add_member(tx, "ann", MOMENT)
    for digest in ("good", "late"):
        members.add_token(tx, digest, ann, "link", MOMENT + _HOUR)
    assert members.use_link(tx, "unknown", MOMENT) is None
    assert members.use_link(tx, "good", MOMENT) == ann
    assert members.use_link(tx, "good", MOMENT) is None
    assert members.use_link(tx, "late", MOMENT + _HOUR) is None


def test_session_lasts_until_it_ends(tx: Connection) -> None:
    ann = members.add_member(tx, "ann", MOMENT)
    members.add_token(tx, "session", ann, "session", MOMENT + _HOUR)
    members.add_token(tx, "link", ann, "link", MOMENT + _HOUR)
    assert members.session_member(tx, "session", MOMENT) == Member(ann, "ann")
    assert members.session_member(tx, "session", MOMENT + _HOUR) is None
    assert members.session_member(tx, "link", MOMENT) is None
    assert members.use_link(tx, "session", MOMENT) is None
    members.end_session(tx, "session")
    assert members.session_member(tx, "session", MOMENT) is None
