"""``laurels listen``: the first stage by hand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from bot import wiring
from bot.ears import Ear, made
from bot.failures import CommandError, Interrupted
from bot.listen_progress import shown
from bot.pipeline.hear import Heard, hear
from bot.settings import Settings
from bot.terminal import columns, counted, emit, note
from listener.connectors import KINDS, ConnectorError
from listener.settings import SourceSettings
from listener.thread import ConversationsRead
from store import cursors
from store.db import Engine, reading
from store.records import SourceKind


def listen(
    engine: Engine, settings: Settings, only: str | None, base_url: str | None, *, as_json: bool
) -> bool:
    """Poll every source, or the one named, until nothing is left in it; False where one failed."""
    sources = _chosen(settings, only, base_url)
    if not sources:
        note("No source is named in listener.sources; `laurels init` writes a first one.")
    results = poll_all(engine, settings, sources)
    value: dict[str, object] = {"sources": results}
    if only is not None:
        (value,) = results.values()
    emit(value, table(results) or "Nothing heard.", as_json=as_json)
    return all(result["error"] is None for result in results.values())


def poll_all(
    engine: Engine, settings: Settings, sources: Sequence[SourceSettings]
) -> dict[str, dict[str, object]]:
    """Poll each source until nothing is left; what it brought, by name.

    Raises Interrupted on Ctrl-C.
    """
    results: dict[str, dict[str, object]] = {}
    try:
        with shown(len(sources)) as show:
            for one in sources:
                results[one.name] = _listened(engine, settings, one, partial(show, len(results)))
    except KeyboardInterrupt:
        said = "stopped; what was heard is kept, and the next look goes on there"
        raise Interrupted(said) from None
    return results


def table(results: Mapping[str, Mapping[str, object]]) -> str:
    """A line for each source."""
    return columns([(name, _told(result)) for name, result in results.items()])


def _chosen(settings: Settings, only: str | None, base_url: str | None) -> list[SourceSettings]:
    """The sources to poll: all, the one of that name, or a connector with its defaults."""
    sources = [one for one in settings.listener.sources if only in (None, one.name)]
    if only is not None and not sources:
        if only not in KINDS:
            named = [one.name for one in settings.listener.sources]
            known = ", ".join(dict.fromkeys([*named, *KINDS]))
            raise CommandError(
                f"listener.sources: no source or connector is called {only!r}; known: {known}"
            )
        kind = SourceKind.SEARCH if settings.listener.sought else SourceKind.COMMUNITY
        sources = [_plain(only, kind, base_url)]
    elif base_url is not None:
        if only is None:
            raise CommandError("--base-url: name the one source that it is for")
        try:
            sources = [replace(one, base_url=base_url) for one in sources]
        except ValueError as error:
            raise _refused(only, error) from error
    return sources


def _plain(connector: str, kind: SourceKind, base_url: str | None) -> SourceSettings:
    """A source of that connector with its defaults; raises CommandError where it lacks a key."""
    try:
        return SourceSettings(connector, connector, kind, base_url=base_url)
    except ValueError as error:
        raise _refused(connector, error) from error


def _refused(name: str, error: ValueError) -> CommandError:
    """What is wrong with a source, and where to mend that: on the command line, or in the file."""
    said = str(error).removeprefix(f"listener.sources: {name}: ")
    if said.startswith("base_url: "):
        return CommandError(f"{name}: --base-url: {said.removeprefix('base_url: ')}")
    return CommandError(
        f"{name}: {said}. That stands in config.yaml, in a source under listener.sources"
    )


def _listened(
    engine: Engine, settings: Settings, source: SourceSettings, show: Callable[[str, int], None]
) -> dict[str, object]:
    """`received` items: `stored` new, `duplicate` known, `filtered` unwanted, `errors` unreadable.

    `conversations` are new posts around mentions, `conversations_error` why some were not read.
    `error` is why the source failed, which is no item; what came before stays.
    """
    heard, around = Heard(), ConversationsRead()
    one, error = made(settings, engine, source, wiring.data_folder(settings.store))
    if one is not None:
        show(source.name, 0)
        error = _poll(engine, one, heard, show)
        if error is None:
            show(f"{source.name}: conversations", heard.received)
            around = one.read_conversations(engine)
        one.close()
    with reading(engine) as tx:
        cursor = cursors.get(tx, source.name)
    return {
        "source": source.name,
        "received": heard.received + heard.rejects,
        "stored": heard.new,
        "duplicate": heard.posts - heard.new,
        "filtered": heard.received - heard.posts,
        "errors": heard.rejects,
        "mentions": heard.mentions + around.mentions,
        "conversations": around.posts,
        "conversations_error": around.error,
        "deleted": heard.deleted,
        "unread": [f"{one.what}: {one.reason}" for one in heard.unread],
        "cursor": cursor,
        "error": error,
    }


def _poll(engine: Engine, one: Ear, heard: Heard, show: Callable[[str, int], None]) -> str | None:
    """Count into `heard` until nothing is left; why it failed, if it did."""
    try:
        hear(
            engine,
            one.source.name,
            one.connector,
            one.matcher,
            wiring.utc_now,
            one.rejects,
            lambda so_far: show(one.source.name, so_far.received + so_far.rejects),
            heard=heard,
            wanted=wiring.wanted(one.source, one.matcher),
            every=one.source.every_seconds,
        )
    except ConnectorError as failure:
        return str(failure)
    return None


def _told(result: Mapping[str, object]) -> str:
    if result["error"] is not None:
        return f"failed: {result['error']}"
    new, mentions = int(str(result["stored"])), int(str(result["mentions"]))
    told = f"{counted(new, 'new post')}, {counted(mentions, 'mention')}"
    if result["conversations_error"] is not None:
        told += f"; conversations around them not read: {result['conversations_error']}"
    return told
