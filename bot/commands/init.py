"""``laurels init``: a first config.yaml that listens at once, without a key."""

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from bot.failures import CommandError
from bot.settings import CONFIG_FILE, load
from bot.terminal import note
from listener.query import parse

_HEAD: Final = """\
# Settings of Laurels. What is left out keeps its default; `laurels check` prints them all.
listener:
  queries:
    - name: brand
      query: {query}
  # Where to listen. None of these needs a key; those that do stand in docs/connectors.md.
  sources:
{sources}
rewards:
  own_handles: {own}
"""


@dataclass(frozen=True, slots=True)
class _Place:
    """A source that a first-time user listens at; `seconds` between two looks."""

    name: str
    connector: str
    seconds: int
    is_default: bool = True


_PLACES: Final = (
    _Place("bluesky", "jetstream", 5),
    _Place("mastodon", "mastodon", 120),
    _Place("hackernews", "hackernews", 300),
    _Place("stackoverflow", "stackexchange", 1800),
    _Place("github", "github", 600),
    _Place("forum", "discourse", 300, is_default=False),
    _Place("feeds", "rss", 1800, is_default=False),
)
_YES: Final = ("", "y", "yes")
_NO: Final = ("n", "no")
_BY_CONNECTOR: Final = {place.connector: place for place in _PLACES}


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, as plain data and for a person."""

    value: dict[str, object]
    text: str


def init(
    path: Path, brand: str | None, own: list[str], at: Sequence[str], *, force: bool
) -> Written:
    """Write a first config.yaml; asks for the brand on a terminal.

    `at` are addresses as CONNECTOR=URL: an instance in place of the usual one, a forum, a feed.
    """
    if path.exists() and not force:
        raise CommandError(
            f"{path} is there already; call laurels init in a folder of your own, or name another "
            "file with --path; --force replaces this one"
        )
    query = _query(brand)
    sources = _sources(_addresses(at))
    lines = "\n".join(f"    - {_flow(source)}" for source in sources)
    text = _HEAD.format(query=_quoted(query), sources=lines, own=json.dumps(own))
    path.write_text(text, encoding="utf-8")
    names = [str(source["name"]) for source in sources]
    named = "" if path == CONFIG_FILE else f" --config {shlex.quote(str(path))}"
    said = (
        f"Wrote {path}: listens for {query} at {', '.join(names)}; none of them needs a key.\n"
        f"Next: `laurels run{named}` goes on listening, `laurels listen{named}` looks once, "
        f"`laurels desk{named}` shows what was heard."
    )
    value: dict[str, object] = {
        "written": str(path),
        "query": query,
        "own_handles": own,
        "sources": names,
    }
    load(path, {})
    return Written(value, said)


def wants_to_listen(*, asked: bool) -> bool:
    """Whether to look once right away: with --listen, or with a yes on a terminal."""
    if asked:
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    note("")
    while (said := input("Look once now? [Y/n] ").strip().lower()) not in (*_YES, *_NO):
        note("Answer y or n; Enter alone is yes.")
    return said in _YES


def _query(brand: str | None) -> str:
    while not brand:
        if not sys.stdin.isatty():
            raise CommandError("--brand: name the brand to listen for")
        brand = input("Which brand or product shall Laurels listen for? ").strip()
    is_query = any(mark in brand for mark in '"()') or " OR " in brand
    query = brand if is_query or " " not in brand else f'"{brand}"'
    parse(query)
    return query


def _addresses(at: Sequence[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in at:
        connector, _, address = one.partition("=")
        if connector not in _BY_CONNECTOR:
            known = ", ".join(_BY_CONNECTOR)
            raise CommandError(f"--at: expected CONNECTOR=URL with one of {known}, got {one!r}")
        if not urlsplit(address).hostname:
            raise CommandError(f"--at: {connector}: expected an address with https://, got {one!r}")
        found.setdefault(connector, []).append(address)
    return found


def _sources(addresses: Mapping[str, list[str]]) -> list[dict[str, object]]:
    sources: list[dict[str, object]] = []
    for place in _PLACES:
        given = addresses.get(place.connector, [])
        plain = {"connector": place.connector, "every_seconds": place.seconds}
        if place.connector == "rss" and given:
            sources.append({"name": place.name, **plain, "feeds": given})
        elif given:
            for number, address in enumerate(given, 1):
                name = place.name if number == 1 else f"{place.name} {number}"
                sources.append({"name": name, **plain, "base_url": address})
        elif place.is_default:
            sources.append({"name": place.name, **plain})
    return sources


def _flow(source: Mapping[str, object]) -> str:
    """One line of YAML; JSON is YAML, but for a person its words need no quotation marks."""
    return "{" + ", ".join(f"{key}: {_quoted(value)}" for key, value in source.items()) + "}"


def _quoted(value: object) -> str:
    if isinstance(value, str) and value.isascii() and value.replace(" ", "").isalnum():
        return value if not value[0].isdigit() else json.dumps(value)
    return json.dumps(value, ensure_ascii=False)
