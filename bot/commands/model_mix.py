"""``laurels model mix``: how common each label is, corrected for the known errors of the model."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from bot.commands.desk import clock
from bot.settings import Settings
from bot.terminal import columns, counted, emit
from bot.wrapping import shortened, wrapped
from models.prevalence import Prevalence, adjusted
from models.weights_file import BUNDLED, load
from store.db import Connection, Engine, reading
from store.readings import Count, counts, left_out, model_in_use
from store.records import Task

TASKS: Final = (Task.SENTIMENT, Task.INTENT)
_WIDEST: Final = 24


def mix(engine: Engine, settings: Settings, days: int, *, as_json: bool) -> None:
    """What the model in use read in the last `days`, as it said and as it probably is."""
    now = clock(engine)()
    since = now - timedelta(days=days)
    with reading(engine) as tx:
        model = model_in_use(tx, since)
        rows, others = ([], 0) if model is None else _read(tx, model, since, now)
    said = {task: Counter[str]() for task in TASKS}
    for row in rows:
        said[row.task][row.label] += row.posts
    errors = _errors(settings, model)
    found = {
        task: adjusted(said[task], errors[task.value])
        for task in TASKS
        if said[task] and task.value in errors
    }
    value = {
        "until": now,
        "days": days,
        "model": model,
        "left_out": others,
        "mix": {task.value: _plain(said[task], found.get(task, {})) for task in TASKS},
    }
    told = [_told(said, found, days, model)]
    if others:
        told.append(f"Not counted: {counted(others, 'post')} that another model read.")
    emit(value, "\n\n".join(told), as_json=as_json)


def _read(tx: Connection, model: str, since: datetime, until: datetime) -> tuple[list[Count], int]:
    """What the model read in that time, and how many posts another did."""
    rows = counts(tx, model, TASKS, since=since, late=since, until=until, line=0.0)
    return rows, left_out(tx, model, since=since, until=until)


def _errors(settings: Settings, model: str | None) -> Mapping[str, Mapping[str, Mapping[str, int]]]:
    """What is known of the model that read the posts; nothing of another than is set."""
    weights = load(settings.models.path or BUNDLED)
    return weights.errors if weights.name == model else {}


def _plain(said: Mapping[str, int], found: Mapping[str, Prevalence]) -> dict[str, object]:
    total = sum(said.values())
    return {
        label: {
            "posts": said.get(label, 0),
            "said_percent": round(100 * said.get(label, 0) / total, 2) if total else None,
            **_percents(found.get(label)),
        }
        for label in sorted(said.keys() | found.keys())
    }


def _percents(one: Prevalence | None) -> dict[str, float | None]:
    names = ("percent", "low_percent", "high_percent")
    values = (None,) * 3 if one is None else (one.share, one.low, one.high)
    pairs = zip(names, values, strict=True)
    return {name: None if value is None else round(100 * value, 2) for name, value in pairs}


def _told(
    said: Mapping[Task, Mapping[str, int]],
    found: Mapping[Task, Mapping[str, Prevalence]],
    days: int,
    model: str | None,
) -> str:
    if not any(said.values()):
        return f"No post of the last {days} days was read; there is nothing to count."
    parts = [_table(task, said[task], found.get(task, {})) for task in TASKS]
    if not found:
        note = f"Of {model} it is not known how it errs, so nothing is corrected."
    else:
        note = (
            "likely: corrected for how the model errs on labelled texts; 95 times in 100 the share "
            "lies between least and most, as far as posts here are like those texts."
        )
    parts.append("\n".join(wrapped(note)))
    return "\n\n".join(parts)


def _table(task: Task, said: Mapping[str, int], found: Mapping[str, Prevalence]) -> str:
    total = sum(said.values())
    rows = [(task.value, "posts", "said", "likely", "least", "most")]
    for label in sorted(said.keys() | found.keys(), key=lambda one: (-said.get(one, 0), one)):
        posts, one = said.get(label, 0), found.get(label)
        shares = () if one is None else (one.share, one.low, one.high)
        likely, least, most = [f"{share:.1%}" for share in shares] or ["", "", ""]
        rows.append(
            (shortened(label, _WIDEST), f"{posts:,}", f"{posts / total:.1%}", likely, least, most)
        )
    return columns(rows, right=frozenset({1, 2, 3, 4, 5}))
