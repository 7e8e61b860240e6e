"""The command line. Commands are imported when they are called, so that help answers at once."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.settings import Settings
    from store.db import Engine

app = typer.Typer(
    name="laurels",
    help="Hears what people say about your product, and thanks those who help.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
model_app = typer.Typer(help="The model that judges.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(model_app, name="model")
people_app = typer.Typer(
    help="People and their accounts.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(people_app, name="people")

Config = Annotated[
    Path | None, typer.Option("--config", help="Settings file; else ./config.yaml, else defaults.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]


def _settings(config: Path | None) -> "Settings":
    from bot.logs import configure
    from bot.settings import load

    settings = load(config, os.environ)
    configure(settings.run.log_level)
    return settings


@contextmanager
def _store(settings: "Settings") -> "Iterator[Engine]":
    from bot import wiring

    engine = wiring.store(settings.store)
    try:
        yield engine
    finally:
        engine.dispose()


@app.command()
def init(
    brand: Annotated[str | None, typer.Option(help="Name or query to listen for.")] = None,
    own: Annotated[list[str] | None, typer.Option(help="A handle of yours; repeatable.")] = None,
    at: Annotated[
        list[str] | None,
        typer.Option(help="CONNECTOR=URL: your instance, forum or feed; repeatable."),
    ] = None,
    listen: Annotated[bool, typer.Option("--listen", help="Look once right away.")] = False,
    path: Annotated[Path, typer.Option(help="File to write.")] = Path("config.yaml"),
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
    as_json: Json = False,
) -> None:
    """Write a first config.yaml that listens without a key."""
    from bot.commands import hearing
    from bot.commands import init as command
    from bot.terminal import emit

    written = command.init(path, brand, own or [], at or [], force=force)
    if not as_json:
        emit(written.value, written.text, as_json=False)
    if command.wants_to_listen(asked=listen):
        settings = _settings(path)
        with _store(settings) as engine:
            results = hearing.poll_all(engine, settings, settings.listener.sources)
        written.value["heard"] = results
        if not as_json:
            emit({}, hearing.table(results), as_json=False)
    if as_json:
        emit(written.value, "", as_json=True)


@app.command()
def demo(
    archive: Annotated[Path | None, typer.Option(help="Archive to replay.")] = None,
    brand: Annotated[str | None, typer.Option(help="Brand query to look for in it.")] = None,
    own: Annotated[list[str] | None, typer.Option(help="A handle of yours; repeatable.")] = None,
    desk: Annotated[bool, typer.Option(help="Serve the desk afterwards.")] = True,
    keep: Annotated[Path | None, typer.Option(help="Folder to keep the store in.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the desk; 0 for any.")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Run the main job on a recorded community, then serve the desk."""
    from bot.commands import demo as command
    from bot.demo import Wish

    wish = Wish(archive, brand, tuple(own or ()))
    command.demo(wish, _settings(config), desk=desk, as_json=as_json, keep=keep, port=port)


@app.command()
def run(config: Config = None) -> None:
    """Run every step at its interval until stopped."""
    from bot.run import run as daemon

    daemon(_settings(config))


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A file, folder or zip; see docs/archive.md.")],
    as_: Annotated[str, typer.Option("--as", help="community or search.")] = "community",
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            help="archive, discord, reddit, slack, stackexchange or x; auto looks into it.",
        ),
    ] = "auto",
    site: Annotated[
        str | None, typer.Option(help="Of a Stack Exchange dump: its site, e.g. android.")
    ] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Import what was said before; doing it again adds nothing."""
    from bot.commands import importing
    from listener.connectors.archive import ArchiveOptions

    kind, format_word = importing.words(as_, format_)
    options = ArchiveOptions(file, format_word, site)
    settings = _settings(config)
    with _store(settings) as engine:
        importing.import_file(engine, settings, options, kind, as_json=as_json)


@app.command()
def listen(
    name: Annotated[str | None, typer.Argument(help="A source, or a connector.")] = None,
    source: Annotated[str | None, typer.Option(help="The same as NAME.", hidden=True)] = None,
    base_url: Annotated[
        str | None, typer.Option(help="Address in place of the platform's own.")
    ] = None,
    _once: Annotated[
        bool, typer.Option("--once", help="What it does anyway; `run` goes on listening.")
    ] = True,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Poll the sources, or one of them, until nothing is left."""
    from bot.commands import hearing

    settings = _settings(config)
    with _store(settings) as engine:
        if not hearing.listen(engine, settings, name or source, base_url, as_json=as_json):
            raise typer.Exit(1)


@app.command()
def budget(
    query: Annotated[str | None, typer.Option(help="A query that is not listened for yet.")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """What the sources asked for and cost, and where that leads."""
    from bot.commands import budget as command

    settings = _settings(config)
    with _store(settings) as engine:
        command.budget(engine, settings, query, as_json=as_json)


@app.command()
def understand(config: Config = None, as_json: Json = False) -> None:
    """Judge every post that waits."""
    from bot.commands import steps

    settings = _settings(config)
    with _store(settings) as engine:
        steps.understand_all(engine, settings, as_json=as_json)


@app.command()
def decide(config: Config = None, as_json: Json = False) -> None:
    """Decide every case whose time has come."""
    from bot.commands import steps

    settings = _settings(config)
    with _store(settings) as engine:
        steps.decide_all(engine, settings, as_json=as_json)


@app.command()
def deliver(config: Config = None, as_json: Json = False) -> None:
    """Send what is due."""
    from bot.commands import steps

    settings = _settings(config)
    with _store(settings) as engine:
        steps.deliver_all(engine, settings, as_json=as_json)


@app.command()
def experts(
    limit: Annotated[int, typer.Option(min=1, help="How many.")] = 20,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Rank the people who help."""
    from bot.commands import standing

    settings = _settings(config)
    with _store(settings) as engine:
        standing.experts(engine, settings, limit, as_json=as_json)


@app.command()
def leaderboard(
    month: Annotated[str | None, typer.Option(help="YYYY-MM; else this month.")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Print the leaderboard of a month."""
    from bot.commands import standing

    settings = _settings(config)
    with _store(settings) as engine:
        standing.leaderboard(engine, settings, month, as_json=as_json)


@app.command()
def desk(
    link: Annotated[bool, typer.Option("--link", help="Only print a new sign-in link.")] = False,
    name: Annotated[str | None, typer.Option(help="Whom the link is for.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 for any.")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Serve the desk."""
    from bot.commands import desk as command
    from bot.terminal import emit

    settings = _settings(config)
    with _store(settings) as engine:
        if link:
            address = command.link(engine, settings, port, name)
            emit({"link": address}, address, as_json=as_json)
        else:
            command.serve(engine, settings, port, name)


@app.command()
def purge(
    post: Annotated[
        str | None, typer.Option(help="PLATFORM:ID of a post to delete on request.")
    ] = None,
    account: Annotated[
        str | None, typer.Option(help="PLATFORM:ID of an account to delete on request.")
    ] = None,
    asked: Annotated[str | None, typer.Option(help="When that was asked for; else now.")] = None,
    report: Annotated[bool, typer.Option("--report", help="Print the dated proof.")] = False,
    since: Annotated[str | None, typer.Option(help="YYYY-MM-DD: the proof from then on.")] = None,
    forecast: Annotated[
        bool, typer.Option("--forecast", help="What the looks cost in 30 days.")
    ] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Delete here what was deleted on its platform; honour a request; prove it."""
    from bot.commands import purge as command
    from bot.failures import CommandError

    report = report or since is not None
    if sum((post is not None, account is not None, report, forecast)) > 1:
        raise CommandError("--post, --account, --report and --forecast: one at a time")
    settings = _settings(config)
    with _store(settings) as engine:
        if post is not None or account is not None:
            command.request(engine, settings, post, account, asked, as_json=as_json)
        elif report:
            command.report(engine, since, as_json=as_json)
        elif forecast:
            command.forecast(engine, settings, as_json=as_json)
        elif not command.purge_all(engine, settings, as_json=as_json):
            raise typer.Exit(1)


@app.command()
def migrate(config: Config = None, as_json: Json = False) -> None:
    """Bring the store's tables up to this version."""
    from bot.commands import setup

    setup.migrate_store(_settings(config), as_json=as_json)


@app.command()
def check(config: Config = None, as_json: Json = False) -> None:
    """Print the effective settings and try each part."""
    from bot.commands import setup
    from bot.settings import config_file

    origin = config_file(config, os.environ)
    if not setup.check_all(_settings(config), origin, as_json=as_json):
        raise typer.Exit(1)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="File to write.")],
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Copy the store, also while it is in use."""
    from bot.commands import setup

    setup.backup_store(_settings(config), file, as_json=as_json)


@app.command()
def query(
    text: Annotated[str, typer.Argument(help="The query, in quotation marks.")],
    on: Annotated[Path | None, typer.Option(help="Archive to try it on.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="How many examples.")] = 5,
    as_json: Json = False,
) -> None:
    """Explain a query and try it on an archive."""
    from bot.commands import hearing

    hearing.query(text, on, limit, as_json=as_json)


Account = Annotated[str, typer.Argument(help="PLATFORM:HANDLE or PLATFORM:ID.")]


@people_app.command("show")
def people_show(account: Account, config: Config = None, as_json: Json = False) -> None:
    """The person behind an account, and how their accounts came together."""
    from bot.commands import people

    with _store(_settings(config)) as engine:
        people.show(engine, account, as_json=as_json)


@people_app.command("claim")
def people_claim(account: Account, config: Config = None, as_json: Json = False) -> None:
    """A code that, written from another account, proves that both are one person's."""
    from bot.commands import people

    with _store(_settings(config)) as engine:
        people.claim(engine, account, as_json=as_json)


@people_app.command("link")
def people_link(
    account: Account,
    to: Annotated[str, typer.Argument(help="The account whose person it joins.")],
    reason: Annotated[str, typer.Option(help="How the person confirmed it.")] = "",
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Join two accounts that their person confirmed."""
    from bot.commands import people

    with _store(_settings(config)) as engine:
        people.link(engine, account, to, reason, as_json=as_json)


@people_app.command("unlink")
def people_unlink(account: Account, config: Config = None, as_json: Json = False) -> None:
    """Undo a link."""
    from bot.commands import people

    with _store(_settings(config)) as engine:
        people.unlink(engine, account, as_json=as_json)


@model_app.command("info")
def model_info(config: Config = None, as_json: Json = False) -> None:
    """Which model judges; its hashes are checked."""
    from bot.commands import model

    model.info(_settings(config), as_json=as_json)


@model_app.command("classify")
def model_classify(
    texts: Annotated[list[str], typer.Argument(help="Texts to judge.")],
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Judge texts."""
    from bot.commands import model

    model.classify(_settings(config), texts, as_json=as_json)


Data = Annotated[Path, typer.Option(help="Folder of the labelled sets.")]
Archives = Annotated[Path, typer.Option(help="Folder of the archives.")]


@model_app.command("train")
def model_train(
    data: Data,
    archives: Archives,
    out: Annotated[Path, typer.Option(help="Folder to write; an interrupted run goes on.")],
    name: Annotated[str, typer.Option(help="Name and version kept beside each analysis.")],
    epochs: Annotated[int, typer.Option(min=1)] = 2,
) -> None:
    """Fine-tune, export and tune a model."""
    from bot.commands import model

    model.train(data, archives, out, epochs, name)


@model_app.command("evaluate")
def model_evaluate(
    data: Data, archives: Archives, config: Config = None, as_json: Json = False
) -> None:
    """Measure the model on the labelled sets."""
    from bot.commands import model

    model.evaluate(_settings(config), data, archives, as_json=as_json)


def main() -> None:
    """Run a command; an expected failure is one line on stderr and exit 1."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        from bot.failures import line_for

        line = line_for(error)
        if line is None:
            raise
        if "--json" in sys.argv:
            from bot.terminal import emit

            emit({"error": line}, line, as_json=True)
        sys.stderr.write(f"laurels: {line}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
