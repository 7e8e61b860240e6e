"""``laurels init``, ``migrate``, ``check`` and ``backup``."""

import json
import sys
from pathlib import Path

from bot import wiring
from bot.check import check, lines, report
from bot.failures import CommandError
from bot.settings import Settings
from bot.terminal import emit
from listener.query import parse
from store.backup import backup
from store.db import migrate, open_store

_FIRST = """\
# Settings of Laurels. What is left out keeps its default; `laurels check` prints them all.
listener:
  queries:
    - name: brand
      query: {query}
  # Name a place to listen at, then try `laurels check` and `laurels listen`:
  # sources:
  #  - {{name: forum, connector: archive, kind: community, path: forum.jsonl.gz}}
rewards:
  own_handles: {own}
"""


def init(path: Path, brand: str | None, own: list[str], *, force: bool, as_json: bool) -> None:
    """Write a first config.yaml; asks for the brand on a terminal where none is given."""
    if path.exists() and not force:
        raise CommandError(f"{path} is there already; --force replaces it")
    while not brand:
        if not sys.stdin.isatty():
            raise CommandError("--brand: name the brand to listen for")
        brand = input("Which brand or product shall Laurels listen for? ").strip()
    query = brand if any(mark in brand for mark in '"()') or " OR " in brand else _phrase(brand)
    parse(query)
    text = _FIRST.format(query=json.dumps(query, ensure_ascii=False), own=json.dumps(own))
    path.write_text(text, encoding="utf-8")
    said = f"Wrote {path}. Next: name a source in it, then `laurels check`."
    emit({"written": str(path), "query": query, "own_handles": own}, said, as_json=as_json)


def _phrase(brand: str) -> str:
    return f'"{brand}"' if " " in brand else brand


def migrate_store(settings: Settings, *, as_json: bool) -> None:
    """Bring the store's tables up to this version."""
    engine = open_store(settings.store.url)
    migrate(engine)
    engine.dispose()
    shown = settings.store.shown
    emit({"migrated": shown}, f"{shown} is up to date.", as_json=as_json)


def backup_store(settings: Settings, path: Path, *, as_json: bool) -> None:
    """Copy the store while others work on it."""
    if path.exists():
        raise CommandError(f"{path} is there already; name a new file")
    engine = wiring.store(settings.store)
    backup(engine, path)
    engine.dispose()
    size = path.stat().st_size
    emit({"file": str(path), "bytes": size}, f"Wrote {path} ({size:,} bytes).", as_json=as_json)


def check_all(settings: Settings, origin: Path | None, *, as_json: bool) -> bool:
    """Print the effective settings and try each part; False where one fails."""
    parts = check(settings, origin, wiring.classifier, wiring.utc_now())
    emit(report(parts, settings), lines(parts, settings), as_json=as_json)
    return all(part.ok for part in parts)
