"""What ``laurels query explain`` tells: the tree, each platform's searches, volume and cost."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot import wiring
from bot.commands.budget import volume
from bot.forecasting import unconnected
from bot.settings import Settings, SettingsError
from bot.terminal import emit
from bot.wrapping import wrapped
from listener.budget import Forecast, reckoned
from listener.connectors import ConnectorError, Forecaster, Searcher, kind
from listener.match import Matcher
from listener.query import Part, parse
from listener.querying.explanation import explain as in_words
from listener.querying.explanation import tree
from listener.querying.searches import Searches, compiled
from listener.querying.searches_dialects import DIALECTS
from listener.settings import QuerySettings, SourceSettings
from store import finds
from store.db import Engine, reading

_NAME: Final = "query"
_FILE: Final = "sqlite:///"
_WEEK: Final = timedelta(days=7)
_BATCH: Final = 2_000
_SHOWN: Final = 6
"""Searches, and things filtered here, that a person is shown of each place; --json has all."""
_LINES: Final = 40
_LABEL: Final = 10
_LONGEST: Final = 60
"""Characters shown of what a search cannot take."""


@dataclass(frozen=True, slots=True)
class Explained:
    """The same, for a program and for a person."""

    value: Mapping[str, object]
    text: str


@dataclass(frozen=True, slots=True)
class _Volume:
    """Posts a day and how that is known; None: it is not known, and perhaps why."""

    posts: float | None = None
    known_by: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """A source, or a platform where none is configured."""

    name: str
    connector: str
    searches: tuple[str, ...]
    filtered: tuple[str, ...]
    unseen: str | None
    reads_all: bool
    is_elsewhere: bool
    volume: _Volume
    forecast: Forecast | None = None
    price: int = 0


def show(settings: Settings, query: str, *, as_json: bool) -> None:
    """Print the explanation, with what the store tells where there is one: it makes none."""
    path = settings.store.url.removeprefix(_FILE)
    is_there = path == settings.store.url or Path(path).exists()
    engine = wiring.store(settings.store) if is_there else None
    try:
        explained = explain(settings, query, engine)
    finally:
        if engine is not None:
            engine.dispose()
    emit(explained.value, explained.text, as_json=as_json)


def explain(settings: Settings, query: str, engine: Engine | None = None) -> Explained:
    """Of each source, or without any of each platform that searches.

    A platform that counts for money is asked only with a store, which keeps count of that. Raises
    listener.query.QueryError.
    """
    part = parse(query)
    listener = replace(settings.listener, queries=(QuerySettings(_NAME, query),))
    rewards = replace(settings.rewards, own_handles=())
    alone = replace(settings, listener=listener, rewards=rewards)
    measured = {} if engine is None else _measured(engine, query, wiring.utc_now())
    sources = settings.listener.sources
    places = [_source(engine, alone, one, part, measured) for one in sources] or [
        _platform(word, part, measured) for word in DIALECTS
    ]
    means = in_words(part)
    value: dict[str, object] = {
        "query": query,
        "means": means,
        "tree": tree(part),
        "places": [_value(one) for one in places],
    }
    lines = [*_some(wrapped(f"Finds posts {means}."), _SHOWN), ""]
    lines += _some([shown for line in tree(part) for shown in _indented(line)], _LINES)
    for one in places:
        lines += ["", *_text(one)]
    if not sources:
        lines += ["", "Sources named in listener.sources are shown with volume and cost."]
    return Explained(value, "\n".join(lines))


def _indented(line: str) -> Iterator[str]:
    margin = len(line) - len(line.lstrip())
    for shown in wrapped(line, margin=margin):
        yield " " * margin + shown


def _platform(word: str, part: Part, measured: Mapping[str, float]) -> _Place:
    dialect = DIALECTS[word]
    found = compiled([part], dialect)
    return _Place(
        word,
        word,
        found.searches,
        _filtered(found),
        dialect.unseen,
        reads_all=False,
        is_elsewhere=found.is_elsewhere,
        volume=_known(measured, dialect.platform),
        price=kind(word).capabilities.micro_usd_per_post,
    )


def _source(
    engine: Engine | None,
    settings: Settings,
    source: SourceSettings,
    part: Part,
    measured: Mapping[str, float],
) -> _Place:
    """What the connector itself says that it sends."""
    can, dialect = kind(source.connector).capabilities, DIALECTS.get(source.connector)
    made = unconnected(settings, source)
    try:
        sent = tuple(made.searches) if isinstance(made, Searcher) else ()
        quiet = made.quiet_requests() if isinstance(made, Forecaster) else 0.0
    finally:
        made.close()
    found = compiled([part], dialect) if dialect is not None else Searches(())
    known = _counted(engine, settings, source) or _known(measured, can.platform)
    # X can be given queries of its own, which know nothing of this one.
    is_whole = not sent or bool(getattr(source.options, "queries", ()))
    filtered = (in_words(part),) if is_whole else _filtered(found)
    return _Place(
        source.name,
        source.connector,
        sent,
        filtered,
        dialect.unseen if dialect is not None and sent else None,
        reads_all=not sent and (quiet > 0 or can.stream or not can.search),
        is_elsewhere=found.is_elsewhere,
        volume=known,
        forecast=reckoned(source, can, quiet, known.posts),
        price=can.micro_usd_per_post,
    )


def _filtered(found: Searches) -> tuple[str, ...]:
    words = [in_words(one) for one in found.filtered]
    return tuple(dict.fromkeys([*words, *(f"with {one}" for one in found.left)]))


def _counted(engine: Engine | None, settings: Settings, source: SourceSettings) -> _Volume | None:
    """As the platform counts, where it does and its secrets are set."""
    if engine is None or not kind(source.connector).capabilities.micro_usd_per_post:
        return None
    (query,) = settings.listener.queries
    try:
        posts = volume(engine, settings, source, query.query)
    except SettingsError:
        return None
    except ConnectorError as error:
        return _Volume(error=str(error))
    return None if posts is None else _Volume(posts, "platform")


def _measured(engine: Engine, query: str, now: datetime) -> dict[str, float]:
    """Posts a day that match, by platform, of those of the last week that the store holds."""
    matcher = Matcher({_NAME: query}, detect=wiring.detect)
    first: dict[str, datetime] = {}
    found: dict[str, int] = {}
    after = 0
    with reading(engine) as tx:
        last = finds.last_id(tx)
        while posts := finds.posts_after(tx, after, last, now - _WEEK, _BATCH):
            for one in posts:
                platform, at = one.post.platform, one.post.created_at
                first[platform] = min(first.get(platform, at), at)
            for number in matcher.match_many([one.post for one in posts]):
                platform = posts[number].post.platform
                found[platform] = found.get(platform, 0) + 1
            after = posts[-1].id
    day = timedelta(days=1)
    return {
        platform: found.get(platform, 0) / max(1.0, (now - at) / day)
        for platform, at in first.items()
    }


def _known(measured: Mapping[str, float], platform: str) -> _Volume:
    return _Volume(measured[platform], "store") if platform in measured else _Volume()


def _value(one: _Place) -> dict[str, object]:
    usd = _usd(one)
    return {
        "name": one.name,
        "connector": one.connector,
        "searches": list(one.searches),
        "filtered_here": list(one.filtered),
        "not_searched": one.unseen,
        "reads_all": one.reads_all,
        "is_elsewhere": one.is_elsewhere,
        "posts_per_day": None if one.volume.posts is None else round(one.volume.posts, 1),
        "posts_per_day_from": one.volume.known_by,
        "posts_per_day_error": one.volume.error,
        "requests_per_day": None if one.forecast is None else round(one.forecast.requests_per_day),
        "usd_per_day": None if usd is None else round(usd, 4),
        "usd_per_month": None if usd is None else round(usd * 30, 2),
    }


def _usd(one: _Place) -> float | None:
    """A day; None where it depends on a volume that is not known."""
    if not one.price:
        return 0.0
    return None if one.volume.posts is None else one.volume.posts * one.price / 1_000_000


def _text(one: _Place) -> Iterator[str]:
    yield one.name if one.name == one.connector else f"{one.name} ({one.connector})"
    if one.is_elsewhere:
        yield "  finds nothing: the query is about other platforms"
        return
    if one.reads_all:
        yield from _labelled("reads", ["all of its places; the query is looked for here"])
    else:
        nothing = ["nothing: no part of the query can be searched for there"]
        yield from _labelled("asks for", _some(one.searches or nothing, _SHOWN))
        left = [text if len(text) < _LONGEST else text[:_LONGEST] + "…" for text in one.filtered]
        yield from _labelled("filters", _some(left, _SHOWN))
        yield from _labelled("misses", [one.unseen] if one.unseen else [])
    if one.forecast is not None or one.volume.posts is not None:
        yield from _labelled("expects", [_expected(one.volume)])
    yield from _labelled("costs", list(_costs(one)))


def _labelled(label: str, texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        for line in wrapped(text, margin=_LABEL + 2):
            yield f"  {label:<{_LABEL}}{line}"
            label = ""


def _expected(known: _Volume) -> str:
    if known.posts is None:
        return f"unknown: {known.error}" if known.error else "unknown"
    told = {
        "platform": "as the platform counts the last seven days",
        "store": "of what was heard there in the last week",
    }
    return f"{known.posts:,.1f} posts a day, {told[known.known_by or 'store']}"


def _costs(one: _Place) -> Iterator[str]:
    usd = _usd(one)
    if usd is None:
        money = f"${one.price / 1_000_000:g} a post"
    else:
        money = f"${usd:,.2f} a day and ${usd * 30:,.2f} a month" if one.price else "no money"
    if one.forecast is not None:
        requests = f"{one.forecast.requests_per_day:,.0f} requests a day"
        yield f"{requests} and {one.forecast.requests_per_month:,.0f} a month; {money}"
    elif one.price:
        yield money


def _some(lines: Sequence[str], most: int) -> list[str]:
    if len(lines) <= most:
        return list(lines)
    return [*lines[:most], f"… and {len(lines) - most:,} more; --json has all"]
