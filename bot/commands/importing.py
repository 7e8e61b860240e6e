"""``laurels import``: history from a file, a folder or a zip."""

from pathlib import Path

from bot import wiring
from bot.failures import CommandError, Interrupted
from bot.import_progress import shown, size
from bot.pipeline.hear import Heard, hear
from bot.settings import Settings
from bot.terminal import counted, emit, note
from listener.connectors import Access, ConnectorError
from listener.connectors.archive import Archive, ArchiveOptions
from listener.history import Format
from listener.settings import SourceSettings
from store import cursors
from store.db import Engine, reading
from store.records import SourceKind


def words(as_: str, format_: str) -> tuple[SourceKind, Format]:
    """What was asked for by name; raises CommandError that says which names there are."""
    if as_ not in set(SourceKind):
        raise CommandError(f"--as: expected community or search, got {as_!r}")
    if format_ not in set(Format):
        raise CommandError(f"--format: expected one of {', '.join(Format)}, got {format_!r}")
    return SourceKind(as_), Format(format_)


def import_file(
    engine: Engine, settings: Settings, options: ArchiveOptions, kind: SourceKind, *, as_json: bool
) -> None:
    """Hear a whole record. Interrupted, the next call goes on; finished, it starts again.

    Raises CommandError where nothing in it can be read, and listener.connectors.ConnectorError
    where it is damaged: what stands before the damage is kept. Raises Interrupted on Ctrl-C.
    """
    path = options.path or Path()
    source = SourceSettings(f"import:{path.resolve()}", "archive", kind, options=options)
    if kind is SourceKind.SEARCH and not settings.listener.sought:
        raise CommandError("listener.queries: a search needs a query; or import --as community")
    rejects = path.resolve() if path.name in ("", "..") else path
    rejects = rejects.with_name(rejects.name + ".rejects.jsonl")
    wanted = wiring.wanted(source, wiring.matcher(settings, source))
    archive = Archive(options, Access(wanted=wanted))
    heard = Heard()
    try:
        begun = _begun(engine, source, archive, rejects)
        _hear(engine, settings, source, archive, rejects, heard)
    except KeyboardInterrupt:
        raise Interrupted(_stopped(archive, heard)) from None
    except ConnectorError:
        if heard.posts:
            note(_kept(heard))
        raise
    finally:
        archive.close()
    if not (heard.received or begun):
        aside = f"; what it has stands in {rejects}" if heard.rejects else ""
        raise CommandError(f"{path}: nothing in it could be read as a post{aside}")
    _report(heard, rejects, as_json=as_json)


def _begun(engine: Engine, source: SourceSettings, archive: Archive, rejects: Path) -> bool:
    """Whether an interrupted import goes on; else it begins with the first item."""
    with reading(engine) as tx:
        cursor = cursors.get(tx, source.name)
    if archive.goes_on(cursor):
        return True
    with engine.begin() as tx:
        cursors.put(tx, source.name, None, wiring.utc_now())
    rejects.unlink(missing_ok=True)
    return False


def _hear(
    engine: Engine,
    settings: Settings,
    source: SourceSettings,
    archive: Archive,
    rejects: Path,
    heard: Heard,
) -> None:
    """Count into `heard` until nothing is left."""
    found = wiring.matcher(settings, source)
    wanted = wiring.wanted(source, found)
    with shown() as show:
        hear(
            engine,
            source.name,
            archive,
            found,
            wiring.utc_now,
            rejects,
            lambda so_far: show(*archive.progress, so_far.received + so_far.rejects),
            wanted=wanted,
            heard=heard,
        )


def _kept(heard: Heard) -> str:
    return f"{counted(heard.posts, 'post')} read, {heard.new:,} of them new, and kept."


def _stopped(archive: Archive, heard: Heard) -> str:
    if not (heard.received or heard.rejects):
        return "stopped before anything was read; the same command goes on"
    done, total = archive.progress
    return (
        f"stopped at {size(done)} of {size(total)}. {_kept(heard)} The same command goes on there."
    )


def _report(heard: Heard, rejects: Path, *, as_json: bool) -> None:
    value: dict[str, object] = {
        "posts": heard.posts,
        "new": heard.new,
        "mentions": heard.mentions,
        "rejected": heard.rejects,
        "rejects": str(rejects) if heard.rejects else None,
    }
    text = f"{counted(heard.posts, 'post')} read, {heard.new:,} new, "
    text += f"{counted(heard.mentions, 'mention')}."
    if heard.rejects:
        text += f"\n{counted(heard.rejects, 'item')} could not be read: see {rejects}"
    emit(value, text, as_json=as_json)
