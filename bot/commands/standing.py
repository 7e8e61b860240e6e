"""``laurels experts`` and ``laurels leaderboard``: who stands where."""

import re

from bot.commands.desk import clock
from bot.failures import CommandError
from bot.pipeline.measure import measure
from bot.pipeline.standings import month_board, named_experts, platforms
from bot.settings import Settings
from bot.terminal import columns, emit
from store.db import Engine, reading


def experts(engine: Engine, settings: Settings, limit: int, *, as_json: bool) -> None:
    """Rank everybody anew and print the first `limit`."""
    measure(engine, settings.rewards, clock(engine)())
    with reading(engine) as tx:
        found = named_experts(tx, limit)
    rows = [("score", "helped", "acts", "person", "on")] + [
        (f"{one.score:.1f}", str(one.helped), str(one.acts), one.name, ", ".join(one.platforms))
        for one in found
    ]
    text = columns(rows, right=frozenset({0, 1, 2})) if found else "Nobody helped anybody yet."
    value = [
        {
            "person": one.name,
            "platforms": one.platforms,
            "score": one.score,
            "acts": one.acts,
            "helped": one.helped,
        }
        for one in found
    ]
    emit({"experts": value}, text, as_json=as_json)


def leaderboard(engine: Engine, settings: Settings, month: str | None, *, as_json: bool) -> None:
    """The board of a month (``YYYY-MM``), of the present one without."""
    year, number = _month(month) if month else (None, None)
    with reading(engine) as tx:
        found = month_board(tx, settings.rewards, clock(engine)(), year, number)
        on = platforms(tx, found)
    name = f"{found.year:04}-{found.month:02}"
    rows = [
        (str(row.rank), str(row.points), row.name, ", ".join(on[row.person_id]))
        for row in found.rows
    ]
    head = ("rank", "points", "person", "on")
    listed = columns([head, *rows], right=frozenset({0, 1})) if rows else ""
    value = {
        "month": name,
        "leaderboard": [
            {
                "rank": row.rank,
                "person": row.name,
                "platforms": on[row.person_id],
                "points": row.points,
            }
            for row in found.rows
        ],
        "disclosure": found.disclosure,
    }
    listed = listed or f"Nobody earned points in {name}."
    emit(value, f"{name}\n{listed}\n\n{found.disclosure}", as_json=as_json)


def _month(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{4})-(\d{2})", text)
    known = found is not None and 1970 <= int(found.group(1)) <= 2200
    if found is None or not known or not 1 <= int(found.group(2)) <= 12:
        raise CommandError(f"--month: expected YYYY-MM, got {text!r}")
    return int(found.group(1)), int(found.group(2))
