"""Try each part of an installation and say what works: ``laurels check``."""

import errno
import os
import shlex
import socket
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from math import ceil
from pathlib import Path
from typing import Final, TypeVar

from bot import wiring
from bot.desk_probe import is_desk
from bot.drift import Watched, compared, said
from bot.failures import line_for
from bot.forecasting import quiet_requests
from bot.settings import Settings, SettingsError, effective
from bot.terminal import plain
from desk.settings import DeskSettings
from listener.connectors import ConnectorError
from listener.health import Health, health, told
from listener.settings import SourceSettings
from models.judgement import Classifier, Text
from rewards.drafting.settings import DraftingSettings
from store import cursors
from store.cursors import CursorState
from store.db import Connection, StoreError, check_version, open_store, reading, set_fact
from store.settings import StoreSettings

T = TypeVar("T")
_SENTENCE: Final = "Thank you so much, that fixed it!"


class State(StrEnum):
    """How a part is, from the best to the worst."""

    OK = "ok"
    RETRYING = "retrying"
    """It failed once or twice, and is tried again without anybody's help."""
    FAILING = "failing"
    STOPPED = "stopped"
    """It is not tried again before a person mends it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part: how it is, and what was seen or what to do."""

    name: str
    state: State
    detail: str

    @property
    def ok(self) -> bool:
        """Whether it needs nobody."""
        return self.state in (State.OK, State.RETRYING)


class _Stopped(Exception):
    """A part is not tried again before a person mends it."""


class _Retrying(Exception):
    """A part failed, and that is seen to."""


def check(
    settings: Settings,
    origin: Path | None,
    classifier: Callable[[Settings], Classifier],
    now: datetime,
) -> list[Part]:
    """Try every part of `settings`, which were read from `origin` (None: the defaults).

    Writes nothing that stays. Whatever way a part fails in, it is a `Part` that says so.
    """
    tried: dict[str, Callable[[], str]] = {
        "settings": lambda: _settings(settings, origin),
        "store": lambda: _store(settings.store),
        "model": lambda: _model(settings, classifier) + _drifted(settings, now),
        **{
            f"source {one.name}": _source_check(one, settings, now)
            for one in settings.listener.sources
        },
        "desk": lambda: _desk(settings.desk),
        **({"drafting": lambda: _drafting(settings.drafting)} if settings.drafting.url else {}),
        "time zones": lambda: _time_zones(settings, now),
    }
    return [_tried(name, look) for name, look in tried.items()]


def report(parts: Sequence[Part], settings: Settings) -> dict[str, object]:
    """What ``laurels check --json`` prints: `ok`, the parts, the effective settings."""
    return {
        "ok": all(part.ok for part in parts),
        "parts": [asdict(part) | {"ok": part.ok} for part in parts],
        "settings": effective(settings),
    }


def lines(parts: Sequence[Part], settings: Settings, width: int | None = None) -> str:
    """The same for a person: the effective settings as YAML, each part, and whom that needs.

    A part is a line, folded where a `width` is given. What is told of it may quote strangers.
    """
    import yaml

    shown = yaml.safe_dump(effective(settings), sort_keys=False, allow_unicode=True)
    states = max(len(part.state) for part in parts)
    names = max(len(part.name) for part in parts)
    told: list[str] = []
    for part in parts:
        head = f"{part.state:{states}}  {part.name:{names}}  "
        told += _folded(head, plain(part.detail), width)
    bad = [part.name for part in parts if not part.ok]
    end = f"To be mended: {', '.join(bad)}." if bad else "Nothing needs you."
    return "\n".join([shown, *told, "", end])


def _folded(head: str, text: str, width: int | None) -> list[str]:
    """The text behind its head, further lines below its beginning."""
    if width is None:
        return [head + text]
    room = max(20, width - len(head))
    first, *more = textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False)
    return [head + first, *(" " * len(head) + line for line in more)]


def _tried(name: str, look: Callable[[], str]) -> Part:
    try:
        return Part(name, State.OK, look())
    except (_Stopped, SettingsError) as error:
        return Part(name, State.STOPPED, str(error))
    except _Retrying as error:
        return Part(name, State.RETRYING, str(error))
    except Exception as error:  # noqa: BLE001 - to say how a part fails is the purpose
        return Part(name, State.FAILING, line_for(error) or str(error) or type(error).__name__)


def _settings(settings: Settings, origin: Path | None) -> str:
    said = f"{origin} is understood" if origin else "no config.yaml: the defaults"
    if settings.listener.sources:
        return said
    way_out = "name one under listener.sources" if origin else "`laurels init` writes one"
    return f"{said}; without a source nothing is heard: {way_out}"


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


def _model(settings: Settings, make: Callable[[Settings], Classifier]) -> str:
    model = make(settings)
    (found,) = model.classify([Text(_SENTENCE)])
    return f"{model.model}: “{_SENTENCE}” reads as {found.intent.name}, {found.sentiment.name}"


def _drifted(settings: Settings, now: datetime) -> str:
    """That what it reads of late is not what it read before."""

    def look(tx: Connection) -> list[Watched]:
        found = compared(tx, settings.rewards.confident, now)
        return [one for one in found.watched if one.drift.moved]

    moved = _asked(settings.store, look) or []
    if not moved:
        return ""
    more = "" if len(moved) == 1 else f", and {len(moved) - 1} more"
    return f"; it reads otherwise than before: {said(moved[0])}{more}: see `laurels model drift`"


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
    said = f"{what}; {told(state, now)}"
    now_ = f"`laurels listen {shlex.quote(source.name)}` tries it now"
    match health(state):
        case Health.HICCUP:
            raise _Retrying(f"{said}. Nothing to do yet; {now_}")
        case Health.FAILING:
            raise ConnectorError(f"{said}. {now_}")
        case Health.STOPPED:
            raise _Stopped(f"{said}. Mend that and start `laurels run` again; {now_}")
    return f"{said}{_overdue(source, state, now)}{_too_often(source, settings)}"


def _overdue(source: SourceSettings, state: CursorState | None, now: datetime) -> str:
    """That nobody has asked for long, where somebody ever did."""
    if state is None or state.polled_at is None or state.retry_at is not None:
        return ""
    late = now - state.polled_at > timedelta(seconds=3 * source.every_seconds + 60)
    return "; overdue: `laurels run` is not running" if late else ""


def _too_often(source: SourceSettings, settings: Settings) -> str:
    """That the looks of a day ask for more than Stack Exchange allows without a key."""
    from listener.connectors.stackexchange_api import DAILY_WITHOUT_KEY, KEY

    sharing = [
        one
        for one in settings.listener.sources
        if one.connector == "stackexchange" and one.base_url is None
    ]
    if source not in sharing or KEY in wiring.secrets(source, os.environ):
        return ""
    day = timedelta(days=1).total_seconds()
    asked = sum(quiet_requests(settings, one) * day / one.every_seconds for one in sharing)
    if asked <= DAILY_WITHOUT_KEY:
        return ""
    fitting = ceil(source.every_seconds * asked / DAILY_WITHOUT_KEY)
    whose = "its looks" if len(sharing) == 1 else f"the looks of {len(sharing)} sources there"
    return (
        f"; {whose} take {asked:,.0f} requests a day, and Stack Exchange allows "
        f"{DAILY_WITHOUT_KEY} without a key: set {KEY}, free from stackapps.com, or every_seconds "
        f"to {fitting} or more"
    )


def _state(source: str, store: StoreSettings) -> CursorState | None:
    """What the store knows of a source."""
    return _asked(store, lambda tx: cursors.state(tx, source))


def _asked(store: StoreSettings, question: Callable[[Connection], T]) -> T | None:
    """What the store answers; nothing where the store itself is amiss."""
    if store.file is not None and not store.file.exists():
        return None
    engine = open_store(store.url)
    try:
        check_version(engine)
        with reading(engine) as tx:
            return question(tx)
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
            where = f"{desk.host}:{desk.port}"
            if error.errno != errno.EADDRINUSE:
                raise OSError(
                    f"{where} cannot be served at ({error.strerror}); change desk.host or desk.port"
                ) from error
            if is_desk(desk.host, desk.port):
                return f"{where} is taken, by a desk that runs; `laurels desk --link` lets you in"
            raise OSError(
                f"{where} is taken by another program; stop that, or change desk.port"
            ) from error
    return f"{desk.host}:{desk.port} is free"


def _drafting(drafting: DraftingSettings) -> str:
    """The endpoint answers and has the model; nobody's words are sent."""
    known = wiring.endpoint(drafting, os.environ).models()
    if known and drafting.model not in known:
        near = ", ".join(get_close_matches(drafting.model, known, 3, cutoff=0) or known[:3])
        raise _Stopped(
            f"{drafting.host} has no model {drafting.model!r}; set drafting.model, e.g. to {near}"
        )
    told = "has" if known else "does not list its models, so nobody knows whether it has"
    return f"{drafting.host} answers and {told} {drafting.model}"


def _time_zones(settings: Settings, now: datetime) -> str:
    zones: Mapping[str, datetime] = {
        "a month ends in": now.astimezone(settings.rewards.zone),
        "pages show": now.astimezone(settings.desk.zone),
    }
    return "; ".join(f"{use} {at.tzinfo} (now {at:%Y-%m-%d %H:%M})" for use, at in zones.items())
