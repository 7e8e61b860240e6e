"""What ``laurels query explain`` tells: the tree, each platform's searches, volume and cost."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from bot import wiring
from bot.commands.budget import volume
from bot.commands.explain_text import Place, Volume, told
from bot.forecasting import heard, keys, unconnected
from bot.settings import Settings, SettingsError
from bot.terminal import emit
from listener.budget import Forecast, reckoned
from listener.connectors import ConnectorError, Forecaster, Searcher, kind
from listener.query import Part, parse
from listener.querying.explanation import explain as in_words
from listener.querying.explanation import tree
from listener.querying.searches import Searches, compiled, unspelled
from listener.querying.searches_dialects import DIALECTS
from listener.querying.searches_read import as_query
from listener.settings import QuerySettings, SourceSettings
from store.db import Engine, check_version, open_store
from store.errors import StoreError
from store.versions import is_new

_NAME: Final = "query"
_FILE: Final = "sqlite:///"
_NO_STORE: Final = "there is no store yet; laurels migrate makes one."
_MOST_COUNTED: Final = 10
"""Searches that are counted for money without being asked to."""


@dataclass(frozen=True, slots=True)
class Explained:
    """The same, for a program and for a person."""

    value: Mapping[str, object]
    text: str


@dataclass(frozen=True, slots=True)
class _Store:
    """What was heard: the store, or why there is none to ask, and what matches in it."""

    engine: Engine | None
    missing: str | None
    matching: Mapping[str, float]


def show(settings: Settings, query: str, *, as_json: bool) -> None:
    """Print the explanation, with what the store tells where there is one: it makes none."""
    with _opened(settings.store.url) as (engine, missing):
        explained = explain(settings, query, engine, missing=missing)
    emit(explained.value, explained.text, as_json=as_json)


@contextmanager
def _opened(url: str) -> Iterator[tuple[Engine | None, str | None]]:
    """The store as it is, or why it tells nothing: a query can be explained without one."""
    path = url.removeprefix(_FILE)
    if path != url and not Path(path).exists():
        yield None, _NO_STORE
        return
    engine = open_store(url)
    try:
        missing = _missing(engine)
        yield (engine if missing is None else None), missing
    finally:
        engine.dispose()


def _missing(engine: Engine) -> str | None:
    try:
        if is_new(engine):
            return _NO_STORE
        check_version(engine)
    except StoreError as error:
        return str(error)
    return None


def explain(
    settings: Settings, query: str, engine: Engine | None = None, *, missing: str | None = None
) -> Explained:
    """Of each source, or without any of each platform that searches.

    A platform that counts for money is asked only with a store, which keeps count of that;
    `missing` is why there is none. Raises listener.query.QueryError.
    """
    part = parse(query)
    listener = replace(settings.listener, queries=(QuerySettings(_NAME, query),))
    rewards = replace(settings.rewards, own_handles=())
    alone = replace(settings, listener=listener, rewards=rewards)
    matching = {} if engine is None else heard(engine, [query], wiring.utc_now())
    store = _Store(engine, missing, matching)
    sources = settings.listener.sources
    places = [_source(store, alone, one, part) for one in sources] or [
        _platform(store, word, part) for word in DIALECTS
    ]
    lines, sharp = tree(part), unspelled(part)
    value: dict[str, object] = {
        "query": query,
        "means": in_words(part),
        "tree": lines,
        "places": [_value(one) for one in places],
        "named": _named(settings, query),
        "not_spelled": list(sharp),
        "volume_unknown": missing,
    }
    notes = _notes(settings, query, sharp, missing)
    return Explained(value, told(lines, in_words(part), places, notes, is_joined=not sources))


def _notes(settings: Settings, query: str, sharp: Sequence[str], missing: str | None) -> list[str]:
    notes = []
    if (named := _named(settings, query)) is not None:
        dashes = "-- " if named.startswith("-") else ""
        notes.append(
            f"{query.strip()} is read as a query here. config.yaml has a query of that name: "
            f"laurels query explain {dashes}{shlex.quote(named)}"
        )
    if sharp:
        notes.append(
            f"Where a platform tells ß from ss, no search finds {' or '.join(sharp[:3])}: add it "
            "with OR where people write so."
        )
    if missing is not None and (settings.listener.sources or missing != _NO_STORE):
        notes.append(f"How much was heard is unknown: {missing}")
    if not settings.listener.sources:
        notes.append("Sources named in listener.sources are shown with volume and cost.")
    return notes


def _named(settings: Settings, query: str) -> str | None:
    """The query of the settings that has this for a name."""
    name = query.strip().casefold()
    known = {one.name.casefold(): one.query for one in settings.listener.queries}
    return known.get(name) if known.get(name) != query else None


def _platform(store: _Store, word: str, part: Part) -> Place:
    dialect, price = DIALECTS[word], kind(word).capabilities.micro_usd_per_post / 1_000_000
    found = compiled([part], dialect)
    matching = store.matching.get(dialect.platform)
    return Place(
        word,
        word,
        found.searches,
        filtered=_filtered(found),
        unasked=_unasked(found),
        unseen=dialect.unseen,
        is_elsewhere=found.is_elsewhere,
        volume=_heard(store, word, found.searches) if price else Volume(matching, "store"),
        matching=matching,
        requests_per_poll=len(found.searches),
        seconds_per_poll=found.seconds,
        pace=dialect.pace,
        usd_per_post=price,
        usd_per_author=_usual(word, "usd_per_user") if price else 0.0,
    )


def _source(store: _Store, settings: Settings, source: SourceSettings, part: Part) -> Place:
    """What the connector itself says that it sends."""
    can, dialect = kind(source.connector).capabilities, DIALECTS.get(source.connector)
    made = unconnected(settings, source)
    try:
        sent = tuple(made.searches) if isinstance(made, Searcher) else ()
        quiet = made.quiet_requests() if isinstance(made, Forecaster) else 0.0
    finally:
        made.close()
    found = compiled([part], dialect) if dialect is not None else Searches(())
    # X can be given queries of its own, which know nothing of this one.
    is_whole = not sent or bool(getattr(source.options, "queries", ()))
    matching = store.matching.get(can.platform)
    is_paid = can.micro_usd_per_post > 0
    known = _paid(store, settings, source, sent) if is_paid else Volume(matching, "store")
    has_key = bool(keys(source))
    return Place(
        source.name,
        source.connector,
        sent,
        filtered=(in_words(part),) if is_whole else _filtered(found),
        unasked=() if is_whole else _unasked(found),
        unseen=dialect.unseen if dialect is not None and sent else None,
        reads_all=not sent and not is_paid and (quiet > 0 or can.stream or not can.search),
        is_elsewhere=found.is_elsewhere,
        volume=known,
        matching=matching,
        forecast=reckoned(source, can, quiet),
        every_seconds=source.every_seconds,
        requests_per_poll=quiet,
        seconds_per_poll=dialect.pace.seconds_for(quiet, has_key=has_key) if dialect else 0.0,
        pace=dialect.pace if dialect else None,
        has_key=has_key,
        usd_per_post=_price(source, "usd_per_post", can.micro_usd_per_post / 1_000_000),
        usd_per_author=_price(source, "usd_per_user") * getattr(source.options, "authors", True),
    )


def _usual(word: str, price: str) -> float:
    return float(getattr(kind(word).Options(), price, 0.0))


def _price(source: SourceSettings, name: str, usual: float = 0.0) -> float:
    return float(getattr(source.options, name, usual))


def _filtered(found: Searches) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*map(in_words, found.filtered), *found.left]))


def _unasked(found: Searches) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*map(in_words, found.unasked), *found.left]))


def _paid(
    store: _Store, settings: Settings, source: SourceSettings, searches: Sequence[str]
) -> Volume:
    """What is asked for, as the platform counts where it can be asked, else as it was heard."""
    if not searches:
        return Volume()
    usd = _price(source, "usd_per_count")
    counted, way_out = None, f"it would cost ${usd * len(searches):g}"
    if store.engine is None:
        way_out = f"{source.connector} counts it, for ${usd:g} a search, where there is a store"
    elif len(searches) > _MOST_COUNTED:
        way_out = f"counting {len(searches):,} searches costs ${usd * len(searches):,.2f}: "
        way_out += "laurels budget --query does"
    else:
        counted, way_out = _counted(store.engine, settings, source, searches, usd)
    if counted is not None:
        return counted
    return replace(_heard(store, source.connector, searches), way_out=way_out)


def _counted(
    engine: Engine, settings: Settings, source: SourceSettings, searches: Sequence[str], usd: float
) -> tuple[Volume | None, str]:
    """As the platform counts; or none, and why or how it would."""
    posts, known = 0.0, False
    try:
        for one in searches:
            found = volume(engine, settings, source, one)
            posts, known = posts + (found or 0.0), found is not None
    except SettingsError as error:
        return None, f"{source.connector} counts it for ${usd * len(searches):g}: {error}"
    except ConnectorError as error:
        return None, str(error)
    spent = usd * len(searches)
    return (Volume(posts, "platform", spent=spent) if known else None), ""


def _heard(store: _Store, connector: str, searches: Sequence[str]) -> Volume:
    """What the searches would have found of what was heard: a floor, unknown where it is none."""
    dialect = DIALECTS[connector]
    queries = [as_query(one, dialect) for one in searches]
    known = [one for one in queries if one is not None]
    if store.engine is None or not known or len(known) < len(queries):
        return Volume()
    posts = heard(store.engine, known, wiring.utc_now()).get(dialect.platform)
    return Volume(posts, "store") if posts else Volume()


def _value(one: Place) -> dict[str, Any]:
    usd, forecast = one.usd, one.forecast
    posts = one.volume.posts
    return {
        "name": one.name,
        "connector": one.connector,
        "searches": list(one.searches),
        "filtered_here": list(one.filtered),
        "not_searched": one.unseen,
        "reads_all": one.reads_all,
        "is_elsewhere": one.is_elsewhere,
        "posts_per_day": None if posts is None else round(posts, 1),
        "posts_per_day_from": None if posts is None else one.volume.known_by,
        "posts_per_day_error": one.volume.way_out or None,
        "matching_per_day": None if one.matching is None else round(one.matching, 1),
        "requests_per_day": _requests(forecast),
        "requests_per_poll": one.requests_per_poll,
        "seconds_per_poll": round(one.seconds_per_poll, 1),
        "usd_per_day": None if usd is None else round(usd, 4),
        "usd_per_month": None if usd is None else round(usd * 30, 2),
        "usd_per_author": one.usd_per_author,
        "usd_spent": one.volume.spent,
        "warnings": list(one.warnings),
    }


def _requests(forecast: Forecast | None) -> int | None:
    return None if forecast is None else round(forecast.requests_per_day)
