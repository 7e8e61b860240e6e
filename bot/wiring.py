"""Put the parts together from the settings: the only place that knows them all."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from bot.pipeline.readings import Judges
from bot.settings import Settings
from listener.connectors import KINDS, Connector
from listener.match import Matcher
from listener.query import EVERYTHING
from listener.settings import SourceSettings
from models.judgement import Classifier
from models.language import LanguageIdentifier
from models.settings import ModelSettings
from rewards.senders import Sender
from rewards.senders.rehearsal import Rehearsal
from store.db import Engine, check_version, migrate, open_store
from store.records import SourceKind
from store.settings import StoreSettings
from store.versions import is_new


def utc_now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def store(settings: StoreSettings) -> Engine:
    """The store, made where there is none yet; raises StoreError where it cannot be used."""
    engine = open_store(settings.url)
    if is_new(engine):
        migrate(engine)
    check_version(engine)
    return engine


def matcher(settings: Settings, source: SourceSettings) -> Matcher:
    """The queries as they are looked for in one source."""
    queries = {one.name: one.query for one in settings.listener.queries}
    if source.kind is SourceKind.COMMUNITY and not queries:
        queries = {EVERYTHING: EVERYTHING}
    return Matcher(queries, settings.rewards.own_handles)


def connector(source: SourceSettings, found: Matcher) -> Connector:
    """The connector of a source."""
    module, _, name = KINDS[source.connector].partition(":")
    make: Callable[..., Connector] = getattr(import_module(module), name)
    wanted = found.matches if source.kind is SourceKind.SEARCH else None
    return make(source.path, wanted=wanted)


def classifier(settings: ModelSettings) -> Classifier:
    """The model that the settings name; raises models.weights_file.ModelError."""
    from models.classifier import OnnxClassifier
    from models.weights_file import BUNDLED

    folder = settings.path or BUNDLED
    bundled = OnnxClassifier(folder, threads=settings.threads, batch=settings.batch)
    if settings.hub is None:
        return bundled
    from models.hub import HubClassifier

    return HubClassifier(settings.hub, bundled, batch=settings.batch)


def judges(settings: ModelSettings) -> Judges:
    """Everything that judges a post."""
    return Judges(classifier(settings), LanguageIdentifier())


def senders(folder: Path) -> Mapping[str, Sender]:
    """Every way of speaking that there is; `folder` takes the rehearsal."""
    rehearsal = Rehearsal(folder / "rehearsal.jsonl")
    return {rehearsal.name: rehearsal}


def data_folder(settings: StoreSettings) -> Path:
    """Where files stand beside the store: next to an SQLite file, else ``.laurels``."""
    prefix = "sqlite:///"
    if settings.url.startswith(prefix):
        return Path(settings.url.removeprefix(prefix)).parent
    return Path(".laurels")
