"""Try each part of an installation and say what works: ``laurels check``."""

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot import wiring
from bot.settings import Settings, effective
from desk.settings import DeskSettings
from listener.connectors import ConnectorError
from listener.health import needs_attention, told
from listener.settings import SourceSettings
from models.judgement import Classifier, Text
from models.settings import ModelSettings
from store import cursors
from store.cursors import CursorState
from store.db import StoreError, check_version, open_store, reading, set_fact
from store.settings import StoreSettings

_SENTENCE: Final = "Thank you so much, that fixed it!"


@dataclass(frozen=True, slots=True)
class Part:
    """One part: whether it works, and what was seen or what to do."""

    name: str
    ok: bool
    detail: str


def check(
    settings: Settings,
    origin: Path | None,
    classifier: Callable[[ModelSettings], Classifier],
    now: datetime,
) -> list[Part]:
    """Try every part of `settings`, which were read from `origin` (None: the defaults).

    Writes nothing that stays. A part that fails in whatever way is a `Part` that is not ok.
    """
    tried: dict[str, Callable[[], str]] = {
        "settings": lambda: f"{origin} is understood" if origin else "no config.yaml: the defaults",
        "store": lambda: _store(settings.store),
        "model": lambda: _model(settings.models, classifier),
        **{
            f"source {one.name}": _source_check(one, settings, now)
            for one in settings.listener.sources
        },
        "desk": lambda: _desk(settings.desk),
        "time zones": lambda: _time_zones(settings, now),
    }
    return [_tried(name, look) for name, look in tried.items()]


def report(parts: Sequence[Part], settings: Settings) -> dict[str, object]:
    """What ``laurels check --json`` prints: `ok`, the parts, the effective settings."""
    return {
        "ok": all(part.ok for part in parts),
        "parts": [asdict(part) for part in parts],
        "settings": effective(settings),
    }


def lines(parts: Sequence[Part], settings: Settings) -> str:
    """The same for a person: the effective settings as YAML, then one line a part."""
    import yaml

    shown = yaml.safe_dump(effective(settings), sort_keys=False, allow_unicode=True)
    width = max(len(part.name) for part in parts)
    table = [
        f"{'ok  ' if part.ok else 'FAIL'}  {part.name:{width}}  {part.detail}" for part in parts
    ]
    return shown + "\n" + "\n".join(table)


def _tried(name: str, look: Callable[[], str]) -> Part:
    try:
        return Part(name, True, look())
    except Exception as error:  # noqa: BLE001 - to say how a part fails is the purpose
        return Part(name, False, str(error) or type(error).__name__)


def _store(store: StoreSettings) -> str:
    if store.file is not None and not store.file.exists():
        _must_be_makeable(store.file)
        return f"{store.shown}: not there yet; `laurels migrate` makes it"
    engine = open_store(store.url)
    try:
        check_version(engine)
        with engine.connect() as tx, tx.begin() as change:
            set_fact(tx, "check", "writable")
            change.rollback()
    finally:
        engine.dispose()
    return f"{store.shown}: opens, is of this version and can be written"


def _must_be_makeable(file: Path) -> None:
    folder = next(parent for parent in file.absolute().parents if parent.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(f"{file}: cannot be made, since {folder} cannot be written to")


def _model(settings: ModelSettings, make: Callable[[ModelSettings], Classifier]) -> str:
    model = make(settings)
    (found,) = model.classify([Text(_SENTENCE)])
    return f"{model.model}: “{_SENTENCE}” reads as {found.intent.name}, {found.sentiment.name}"


def _source_check(source: SourceSettings, settings: Settings, now: datetime) -> Callable[[], str]:
    return lambda: _source(source, settings, now)


def _source(source: SourceSettings, settings: Settings, now: datetime) -> str:
    """Its file can be read or its secrets are there, and its last poll went well."""
    what = f"{source.connector}, {source.kind}"
    path = getattr(source.options, "path", None)
    if isinstance(path, Path):
        with path.open("rb") as file:
            if not file.read(1):
                raise ValueError(f"{path}: empty")
        what += f": {path} can be read"
    wiring.secrets(source, os.environ)
    state = _state(source.name, settings.store)
    if state is not None and needs_attention(state):
        raise ConnectorError(f"{what}; {told(state, now)}")
    return f"{what}; {told(state, now)}{_overdue(source, state, now)}"


def _overdue(source: SourceSettings, state: CursorState | None, now: datetime) -> str:
    """That nobody has asked for long, where somebody ever did."""
    if state is None or state.polled_at is None or state.retry_at is not None:
        return ""
    late = now - state.polled_at > timedelta(seconds=3 * source.every_seconds + 60)
    return "; overdue: `laurels run` is not running" if late else ""


def _state(source: str, store: StoreSettings) -> CursorState | None:
    """What the store knows of a source; nothing where the store itself is amiss."""
    if store.file is not None and not store.file.exists():
        return None
    engine = open_store(store.url)
    try:
        check_version(engine)
        with reading(engine) as tx:
            return cursors.state(tx, source)
    except StoreError:
        return None
    finally:
        engine.dispose()


def _desk(desk: DeskSettings) -> str:
    """Bind and let go, the way the server will, so that the answer is the server's own."""
    try:
        address = socket.getaddrinfo(desk.host, desk.port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise ValueError(f"desk.host: {desk.host!r} is no address of this machine") from error
    with socket.socket(address[0], address[1]) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(address[4])
        except OSError as error:
            raise OSError(
                f"{desk.host}:{desk.port} cannot be served at ({error.strerror}); "
                "another desk may run, else change desk.port"
            ) from error
    return f"{desk.host}:{desk.port} is free"


def _time_zones(settings: Settings, now: datetime) -> str:
    zones: Mapping[str, datetime] = {
        "a month ends in": now.astimezone(settings.rewards.zone),
        "pages show": now.astimezone(settings.desk.zone),
    }
    return "; ".join(f"{use} {at.tzinfo} (now {at:%Y-%m-%d %H:%M})" for use, at in zones.items())
