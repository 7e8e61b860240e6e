"""Deletion sync: look whether posts still stand, and take away here what is gone there."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from listener.connectors import Connector, ConnectorError, Held, Rechecker
from listener.connectors import Standing as Found
from listener.platform_rules import RULES, PlatformRule
from store import burial, cursors, mentions, standing
from store.db import Connection, Engine, reading
from store.rows import chunks
from store.standing import Due

_PUT_OFF: Final = 6
"""A post that nothing is told of is asked for again after this part of the time since it was last
known to stand: once within the platform's time, then ever more seldom."""


@dataclass(frozen=True, slots=True)
class Rechecked:
    """What a round came to. `error` is why it ended early; what is left stays due."""

    asked: int = 0
    checked: int = 0
    """Posts of which the platform told whether they stand."""
    gone: int = 0
    error: str | None = None


def recheck_due(
    engine: Engine,
    source: str,
    connector: Connector,
    now: datetime,
    limit: int = 10_000,
    *,
    others: Collection[str] = (),
    rule: PlatformRule | None = None,
) -> Rechecked:
    """Look at up to `limit` posts that are due by their platform's rule, in pieces.

    Each piece is one request and then one transaction: edits are taken over, what is gone is
    buried, and the look is noted. A failure, a spent budget too, ends the round. On a platform of
    one place the posts of sources that are not listed in `others` any more are looked at as well.
    What the platform tells nothing of is asked for again, ever more seldom.
    """
    platform = connector.capabilities.platform
    rule = rule or RULES.get(platform)
    before = None if rule is None else rule.due_before(now)
    if rule is None or before is None or not isinstance(connector, Rechecker):
        return Rechecked()
    with reading(engine) as tx:
        if rule.one_place:
            due = standing.due(tx, platform, before, limit, now, not_of=set(others) - {source})
        else:
            due = standing.due(tx, platform, before, limit, now, source=source)
    asked = checked = gone = 0
    for some in chunks(_by_place(due), connector.recheck_size):
        try:
            found = connector.recheck(
                [Held(one.platform_id, one.url, one.edited_at) for one in some]
            )
        except ConnectorError as error:
            _leave(engine, source, len(due) - asked, error, now)
            return Rechecked(asked, checked, gone, str(error))
        with engine.begin() as tx:
            told, lost = _keep(tx, source, some, found, rule.name, now)
            if told:
                standing.note_look(tx, platform, rule.name, now, checked=told, gone=lost)
        asked, checked, gone = asked + len(some), checked + told, gone + lost
    return Rechecked(asked, checked, gone)


def _by_place(due: Sequence[Due]) -> Sequence[Due]:
    """Those of one channel or thread together, where one request may tell of many neighbours."""
    places: defaultdict[str, list[Due]] = defaultdict(list)
    for one in due:
        places[(one.url or "").rpartition("/")[0]].append(one)
    return [one for some in places.values() for one in some]


def _keep(
    tx: Connection,
    source: str,
    asked: Sequence[Due],
    found: Found,
    rule: str,
    now: datetime,
) -> tuple[int, int]:
    """How many the platform told of, and how many of them are gone."""
    ids = {one.platform_id: one.id for one in asked}
    fresh = [one for one in found.posts if one.platform_id in ids]
    # A post that comes with a deletion is as gone as one that is listed so.
    lost = {id_ for id_ in found.gone if id_ in ids}
    lost |= {one.platform_id for one in fresh if one.deleted_at is not None}
    stands = [one for one in fresh if one.platform_id not in lost]
    mentions.save_posts(tx, stands, source, now)
    burial.hold_off(tx)
    alive = mentions.standing(tx, [ids[id_] for id_ in lost])
    burial.bury(tx, dict.fromkeys(sorted(alive), now), now, rule)
    told = {one.platform_id for one in stands} | {id_ for id_ in found.unchanged if id_ in ids}
    standing.mark_seen(tx, [ids[id_] for id_ in sorted(told - lost)], now)
    untold = [one for one in asked if one.platform_id not in told | lost]
    standing.put_off(tx, {one.id: now + (now - one.since) / _PUT_OFF for one in untold})
    return len(told | lost), len(lost)


def _leave(engine: Engine, source: str, left: int, error: ConnectorError, now: datetime) -> None:
    with engine.begin() as tx:
        cursors.leave_unread(tx, source, "a second look at known posts", f"{left}: {error}", now)
