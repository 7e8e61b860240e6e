"""Put the parts together from the settings: the only place that knows them all."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from bot.pipeline.readings import Judges
from bot.settings import Settings, SettingsError, secret
from listener.budget import SourceMeter
from listener.connectors import FREE, Access, Connector, Meter, kind
from listener.match import Matcher
from listener.needles import needles
from listener.query import EVERYTHING
from listener.roles import RoledMatcher
from listener.settings import ListenSettings, QuerySettings, Role, SourceSettings, is_loopback
from models import adapted
from models.adapted import Adaptation
from models.judgement import Classifier, Judge, Text
from models.language import LanguageIdentifier
from models.settings import ModelSettings
from models.weights_file import BUNDLED, ModelError
from rewards.drafting.settings import DraftingSettings
from rewards.senders import Sender
from rewards.senders.rehearsal import Rehearsal
from store.db import Engine, check_version, migrate, open_store
from store.records import Post, SourceKind
from store.settings import StoreSettings
from store.versions import is_new

if TYPE_CHECKING:
    from desk.reason import Explain
    from models.classifier import OnnxClassifier
    from rewards.drafting.drafter import Drafter
    from rewards.drafting.endpoint import Endpoint


LOG = structlog.get_logger(__name__)


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
    queries = _by_role(settings.listener)
    if source.kind is SourceKind.COMMUNITY and not queries[Role.BRAND]:
        queries[Role.BRAND] = {EVERYTHING: EVERYTHING}
    return RoledMatcher(queries, settings.rewards.own_handles, detect=detect)


def matcher_of(settings: Settings, query: QuerySettings) -> Matcher:
    """One query as listening looks for it, with what others exclude."""
    queries = {Role.EXCLUDE: _by_role(settings.listener)[Role.EXCLUDE]}
    queries[query.role] = {query.name: query.query}
    return RoledMatcher(queries, settings.rewards.own_handles, detect=detect)


def _by_role(settings: ListenSettings) -> dict[Role, dict[str, str]]:
    return {
        role: {one.name: one.query for one in settings.queries if one.role is role} for role in Role
    }


def wanted(source: SourceSettings, found: Matcher) -> Callable[[Post], bool] | None:
    """Which posts of a source are kept; None for all."""
    return found.matches if source.kind is SourceKind.SEARCH else None


def connector(
    settings: Settings,
    source: SourceSettings,
    found: Matcher,
    *,
    env: Mapping[str, str],
    meter: Meter = FREE,
) -> Connector:
    """The connector of a source; raises SettingsError for a secret that is missing."""
    made = kind(source.connector)
    access = Access(
        base_url=source.base_url,
        secrets=secrets(source, env),
        searches=_searches(settings, source),
        wanted=wanted(source, found),
        meter=meter,
        now=utc_now,
        folder=data_folder(settings.store),
    )
    return made(source.options, access)


def meter(engine: Engine, source: SourceSettings) -> Meter:
    """What counts a source's requests and money, and stops it at its limits."""
    return SourceMeter(engine, source.name, source.limits, utc_now)


def _searches(settings: Settings, source: SourceSettings) -> tuple[str, ...]:
    if source.kind is SourceKind.COMMUNITY:
        return ()
    queries = [one.query for one in settings.listener.sought]
    return needles(queries, settings.rewards.own_handles)


def secrets(source: SourceSettings, env: Mapping[str, str]) -> Mapping[str, str]:
    """The secrets that a source's connector may use; raises SettingsError naming those missing."""
    capabilities = kind(source.connector).capabilities
    found: dict[str, str] = {}
    missing: list[str] = []
    for name in (*capabilities.secrets, *capabilities.optional_secrets):
        if name in env or f"{name}_FILE" in env:
            found[name] = secret(name, env)
        elif name in capabilities.secrets:
            if is_loopback(source.base_url):
                found[name] = "loopback"  # a server on this machine is a rehearsal
            else:
                missing.append(name)
    if missing:
        raise SettingsError(f"{source.connector} needs {_to_set(missing)}")
    return found


def _to_set(missing: Sequence[str]) -> str:
    if len(missing) == 1:
        (name,) = missing
        return (
            f"{name}; set it in the environment, or set {name}_FILE to the path of a file that "
            "holds it"
        )
    return (
        f"{', '.join(missing)}; set each in the environment, or each with _FILE behind its name "
        "to the path of a file that holds it"
    )


def classifier(settings: Settings) -> Classifier:
    """The model that the settings name; raises models.weights_file.ModelError."""
    return _with_hub(settings.models, bundled(settings))


def judge(settings: Settings) -> Judge:
    """What tells the likelihoods behind the verdicts.

    Raises models.weights_file.ModelError, also where another model judges one of the tasks.
    """
    if settings.models.hub is not None:
        raise ModelError(
            f"models.hub: only the bundled model tells why, and {settings.models.hub} judges in "
            "its place; set models.hub to null"
        )
    return bundled(settings)


def explain(settings: Settings) -> "Explain":
    """What tells the desk which words moved a verdict; the first call loads the model."""
    from desk.reason import Moved, Moving, Unexplained
    from models.why import why

    judging = lru_cache(maxsize=1)(lambda _version: judge(settings))

    def explained(text: str, title: str | None, task: str) -> Moved:
        try:
            found = why(judging(adapted_version(settings)), Text(text, title), task)
        except ModelError as error:
            raise Unexplained(str(error)) from error
        words = sorted(found.moving, key=lambda one: one.start)
        moving = [Moving(one.start, one.end, one.weight, one.without) for one in words]
        return Moved(found.text, found.task, found.label, found.confidence, found.is_guess, moving)

    return explained


def endpoint(settings: DraftingSettings, env: Mapping[str, str]) -> "Endpoint":
    """The client of the language model for drafts; raises SettingsError for a key that is none."""
    from listener.connectors.deadline import Connections, Deadline
    from rewards.drafting.endpoint import KEY, Endpoint

    key = secret(KEY, env) if KEY in env or f"{KEY}_FILE" in env else None
    return Endpoint(settings, key, lambda seconds: Deadline(seconds, Connections()))


def drafter(settings: DraftingSettings, env: Mapping[str, str]) -> "Drafter | None":
    """What writes drafts on the desk; None where none is set. Raises SettingsError."""
    if settings.url is None:
        return None
    from models.personal import masked
    from rewards.drafting.drafter import Drafter

    return Drafter(settings, masked, endpoint(settings, env).complete)


def bundled(settings: Settings) -> "OnnxClassifier":
    """The bundled model as the team's corrections moved it; where they were of other weights, as it
    ships."""
    try:
        return shipped(settings.models, adapted.load(adapted_folder(settings)))
    except adapted.OtherWeightsError as error:
        LOG.warning(str(error))
        return shipped(settings.models)


def shipped(settings: ModelSettings, adaptation: Adaptation | None = None) -> "OnnxClassifier":
    """The bundled model as it ships, or moved by an adaptation."""
    from models.classifier import OnnxClassifier

    return OnnxClassifier(
        settings.path or BUNDLED,
        threads=settings.threads,
        batch=settings.batch,
        adaptation=adaptation,
    )


def adapted_folder(settings: Settings) -> Path:
    """Where the heads stand that the team's corrections moved."""
    return data_folder(settings.store) / "adapted"


def adapted_version(settings: Settings) -> int | None:
    """The number of those that judge now; None for the model as it ships."""
    return adapted.newest(adapted_folder(settings))


def _with_hub(settings: ModelSettings, bundled: "OnnxClassifier") -> Classifier:
    if settings.hub is None:
        return bundled
    from models.hub import HubClassifier

    return HubClassifier(settings.hub, bundled, batch=settings.batch)


def judges(settings: Settings) -> Judges:
    """Everything that judges a post."""
    from models.relevance import RelevanceJudge

    found = bundled(settings)
    judged = _with_hub(settings.models, found)
    return Judges(judged, _identifier(), RelevanceJudge(found), found)


@lru_cache(maxsize=4096)
def detect(text: str) -> str:
    """The language of a text, for queries with ``lang:``; the first call loads the model."""
    return _identifier().language(text).name


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier()


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
