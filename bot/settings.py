"""The settings of the whole: `config.yaml` over the defaults, and secrets from the environment."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from textwrap import wrap
from typing import Final

from desk.settings import DeskSettings
from listener.settings import ListenSettings
from models.settings import ModelSettings
from rewards.drafting.settings import DraftingSettings
from rewards.policy import Policy
from store.settings import StoreSettings

CONFIG_FILE: Final = Path("config.yaml")
CONFIG_VARIABLE: Final = "LAURELS_CONFIG"
STORE_VARIABLE: Final = "LAURELS_STORE_URL"
METRICS_VARIABLE: Final = "LAURELS_METRICS_TOKEN"


class LogLevel(StrEnum):
    """How much is logged, from the most to the least."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How often ``laurels run`` takes each step. Sources have intervals of their own."""

    understand_every_seconds: int = 30
    decide_every_seconds: int = 60
    deliver_every_seconds: int = 15
    measure_every_seconds: int = 3600
    log_level: LogLevel = LogLevel.INFO

    def __post_init__(self) -> None:
        """Raises ValueError for an interval below one second."""
        for step in ("understand", "decide", "deliver", "measure"):
            seconds: int = getattr(self, f"{step}_every_seconds")
            if seconds < 1:
                raise ValueError(f"run.{step}_every_seconds: at least 1, not {seconds}")


@dataclass(frozen=True, slots=True)
class Settings:
    """Every section of config.yaml; each stands in the package that it steers."""

    listener: ListenSettings = field(default_factory=ListenSettings)
    models: ModelSettings = field(default_factory=ModelSettings)
    rewards: Policy = field(default_factory=Policy)
    store: StoreSettings = field(default_factory=StoreSettings)
    desk: DeskSettings = field(default_factory=DeskSettings)
    drafting: DraftingSettings = field(default_factory=DraftingSettings)
    run: RunSettings = field(default_factory=RunSettings)


class SettingsError(Exception):
    """What is wrong with the settings, one problem a line."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load(path: Path | None, env: Mapping[str, str]) -> Settings:
    """The settings in `path`; for None in the file that LAURELS_CONFIG names, else in
    ``./config.yaml``, else the defaults.

    LAURELS_STORE_URL replaces ``store.url``. Raises SettingsError with every problem at once.
    """
    found = config_file(path, env)
    settings = Settings() if found is None else _read(found)
    if STORE_VARIABLE in env or f"{STORE_VARIABLE}_FILE" in env:
        try:
            store = StoreSettings(secret(STORE_VARIABLE, env))
        except ValueError as error:
            raise SettingsError(f"{STORE_VARIABLE}: {str(error).partition(': ')[2]}") from error
        return replace(settings, store=store)
    return settings


def config_file(path: Path | None, env: Mapping[str, str]) -> Path | None:
    """The file that `load` reads, None for the defaults alone."""
    if path is not None:
        return path
    if named := env.get(CONFIG_VARIABLE):
        return Path(named)
    return CONFIG_FILE if CONFIG_FILE.exists() else None


def _read(path: Path) -> Settings:
    from bot.config_file import Problem, read

    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8: {error.reason}") from error
    try:
        settings, problems = read(text, Settings)
    except RecursionError as error:
        raise SettingsError(f"{path}: nested too deeply") from error
    if settings is not None and settings.store.has_password:
        problems = [
            Problem(
                "store.url",
                f"a password does not belong in a file that is shared; keep the whole address in "
                f"{STORE_VARIABLE}, or in a file that {STORE_VARIABLE}_FILE names",
            )
        ]
    if settings is None or problems:
        raise SettingsError(*(_line(path, one.line, one.key, one.text) for one in problems))
    return settings


def _line(path: Path, line: int | None, key: str, text: str) -> str:
    place = f"{path}:{line}" if line else f"{path}"
    whole = ": ".join(part for part in (place, key, text) if part)
    told, gap, shown = whole.partition("\n  ")  # a query and the mark under it stay as they are
    return _wrapped(told) + gap + shown if gap else whole


def _wrapped(told: str) -> str:
    """In lines of a terminal; before the first stands whose message it is."""
    prefix = "laurels: "
    lines = wrap(told, 80, initial_indent=prefix, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).removeprefix(prefix)


def secret(name: str, env: Mapping[str, str]) -> str:
    """The secret in the variable `name`, or in the file that `name` + ``_FILE`` names.

    Without the white space around it, which would end in a header. Raises SettingsError where
    neither is set, both are, the file cannot be read, or it holds what no key or token can.
    """
    value, file = env.get(name), env.get(f"{name}_FILE")
    if value and file:
        raise SettingsError(f"{name}: set in the environment and by {name}_FILE; keep only one")
    if file:
        value = _content(f"{name}_FILE", Path(file))
    value = (value or "").strip()
    if not value:
        raise SettingsError(
            f"{name}: missing; set it in the environment, or set {name}_FILE to the path of a file "
            "that holds it"
        )
    # The address of the store may name a folder in any script; all others travel in headers.
    if not value.isprintable() or not (value.isascii() or name == STORE_VARIABLE):
        raise SettingsError(
            f"{name}: holds a line break or a character that no key has; copy it again, by itself"
        )
    return value


def _content(name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not text"
        raise SettingsError(f"{name}: {path} cannot be read: {why}") from error


def effective(settings: Settings) -> dict[str, object]:
    """Every key with its value as plain data, without secrets: for printing, as YAML or JSON."""
    shown = replace(settings, store=replace(settings.store, url=settings.store.shown))
    return {section: _plain(value) for section, value in asdict(shown).items()}


def _plain(value: object) -> object:
    match value:
        case dict():
            own = value.get("options") if "connector" in value else None
            shown = {**value, **own} if isinstance(own, dict) else value
            return {
                str(key): _plain(inner)
                for key, inner in shown.items()
                if not (shown is not value and key == "options")
            }
        case tuple() | list():
            return [_plain(inner) for inner in value]
        case StrEnum() | Path():
            return str(value)
    return value
