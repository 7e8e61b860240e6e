"""``laurels migrate``, ``check`` and ``backup``."""

import shutil
import sys
from pathlib import Path

from bot import wiring
from bot.check import check, lines, report
from bot.failures import CommandError
from bot.settings import Settings
from bot.terminal import emit
from models.adapted import copy_versions
from store.backup import backup
from store.db import migrate, open_store


def migrate_store(settings: Settings, *, as_json: bool) -> None:
    """Bring the store's tables up to this version."""
    engine = open_store(settings.store.url)
    migrate(engine)
    engine.dispose()
    shown = settings.store.shown
    emit({"migrated": shown}, f"{shown} is up to date.", as_json=as_json)


def backup_store(settings: Settings, path: Path, *, as_json: bool) -> None:
    """Copy the store while others work on it, and beside it what the corrections made of the model.

    Both names are new: copies of several days may stand in one folder.
    """
    beside, adapted = path.with_name(f"{path.name}.adapted"), wiring.adapted_folder(settings)
    for one in (path, beside):
        if one.exists():
            raise CommandError(f"{one} is there already; name a new file")
    engine = wiring.store(settings.store)
    backup(engine, path)
    engine.dispose()
    is_adapted = copy_versions(adapted, beside)
    size = path.stat().st_size
    lines = [f"Wrote {path} ({size:,} bytes)."]
    if is_adapted:
        lines += [
            f"Wrote {beside}: the model as the team's corrections moved it.",
            f"To restore that, too, copy it to {adapted}.",
        ]
    value = {"file": path, "bytes": size, "adapted": beside if is_adapted else None}
    emit(value, "\n".join(lines), as_json=as_json)


def check_all(settings: Settings, origin: Path | None, *, as_json: bool) -> bool:
    """Print the effective settings and try each part; False where one fails."""
    parts = check(settings, origin, wiring.classifier, wiring.utc_now())
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    emit(report(parts, settings), lines(parts, settings, width), as_json=as_json)
    return all(part.ok for part in parts)
