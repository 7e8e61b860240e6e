"""``laurels model``: info, classify, why, behave, drift, mix, adapt, eval and train."""

from pathlib import Path
from typing import Annotated

import typer

from bot.parsers.shared import Config, Json, heard_before, settings_in

Data = Annotated[Path, typer.Option(metavar="FOLDER", help="Folder of the labelled sets.")]
Archives = Annotated[Path, typer.Option(metavar="FOLDER", help="Folder of the archives.")]


def info(config: Config = None, as_json: Json = False) -> None:
    """Say which model judges, its hashes checked."""
    from bot.commands import model as command

    command.info(settings_in(config), as_json=as_json)


def classify(
    texts: Annotated[
        list[str],
        typer.Argument(metavar="TEXT", help="Texts to judge, each in quotation marks."),
    ],
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Judge texts given here."""
    from bot.commands import model as command

    command.classify(settings_in(config), texts, as_json=as_json)


def why(
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="A text to judge, in quotation marks.")
    ],
    task: Annotated[
        str | None,
        typer.Option(
            metavar="TASK",
            help="sentiment, emotion, intent, irony, offensive, complaint or target.",
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(metavar="WORDS", help="Whom the mood is towards, with --task target."),
    ] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show which words moved a verdict."""
    from bot.commands import model_why as command

    command.why(settings_in(config), text, task, target, as_json=as_json)


def behave(
    limit: Annotated[
        int, typer.Option(min=0, metavar="N", help="Failures to show; --json has all.")
    ] = 20,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Try the model on plain probes, by capability."""
    from bot.commands import model_behave as command

    command.run(settings_in(config), limit, as_json=as_json)


def drift(config: Config = None, as_json: Json = False) -> None:
    """Compare what it read last week with the weeks before."""
    from bot.commands import model_drift as command

    settings = settings_in(config)
    with heard_before(settings) as engine:
        command.drift(engine, settings, as_json=as_json)


def mix(
    days: Annotated[
        int, typer.Option(min=1, max=3650, metavar="N", help="Of the last N days.")
    ] = 30,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """How common each mood and intent is, with its interval."""
    from bot.commands import model_mix as command

    settings = settings_in(config)
    with heard_before(settings) as engine:
        command.mix(engine, settings, days, as_json=as_json)


def adapt(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Try and tell; keep nothing.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Go back to the version before.")] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Learn from the team's corrections, where that is better."""
    from bot.commands import model_adapt as command

    if dry_run and undo:
        raise typer.BadParameter("--undo changes what judges; leave --dry-run out")
    settings = settings_in(config)
    if undo:
        command.undo(settings, as_json=as_json)
        return
    with heard_before(settings) as engine:
        command.adapt(engine, settings, dry_run=dry_run, as_json=as_json)


def eval_(
    task: Annotated[str, typer.Argument(metavar="TASK", help="sentiment, emotion, intent, …")],
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help='Rows {"text", "label"}, one a line; gzip or not.'),
    ],
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Say how good the model is on a file of labelled texts."""
    from bot.commands import model_eval as command

    command.evaluate(settings_in(config), task, file, as_json=as_json)


def train(
    data: Data,
    archives: Archives,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder to write.")],
    name: Annotated[
        str, typer.Option(metavar="NAME", help="Name and version kept beside each analysis.")
    ],
    epochs: Annotated[
        int, typer.Option(min=1, metavar="N", help="How often it sees every text.")
    ] = 3,
    soft: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="What a teacher said; may be given several times."),
    ] = None,
    begin: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A checkpoint to begin with.")
    ] = None,
    minutes: Annotated[
        float, typer.Option(min=0, metavar="N", help="Length of a leg; 0 trains to the end.")
    ] = 85.0,
    rate: Annotated[
        float,
        typer.Option(
            min=1e-7,
            max=1.0,
            metavar="R",
            help="The peak learning rate; lower to go on from another.",
        ),
    ] = 1e-4,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where it was cut.")] = False,
    as_json: Json = False,
) -> None:
    """Train another model on the labelled sets.

    Exit status 3: go on with --resume.
    """
    from bot.commands import model_train as command

    lesson = command.Lesson(
        data, archives, out, name, epochs, minutes, tuple(soft or ()), begin, resume, rate
    )
    if not command.train(lesson, as_json=as_json):
        raise typer.Exit(3)
