"""``laurels model train``: another model from the labelled sets, in legs that go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from zipfile import BadZipFile

from bot.failures import CommandError
from bot.terminal import columns, emit, note


@dataclass(frozen=True, slots=True)
class Lesson:
    """What to train, and where; each field is an option of the command."""

    data: Path
    archives: Path
    out: Path
    name: str
    epochs: int
    minutes: float
    soft: Sequence[Path] = ()
    begin: Path | None = None
    resume: bool = False
    rate: float = 1e-4


def train(lesson: Lesson, *, as_json: bool) -> bool:
    """Fine-tune, export, fit what stands beside the network, tune, and say how good it is.

    False where a leg ended before: the same with ``--resume`` goes on. Raises CommandError where
    something is missing, or a run stands in the folder that nobody asked to go on with.
    """
    try:
        from models.student import RUN, Sets, make
        from models.train import LegEnded, OtherRunError, Plan
    except ImportError as error:
        raise CommandError("training needs the extra: pip install 'laurels[train]'") from error
    from models import probe_fit, tune

    _check(lesson, lesson.out / RUN / "checkpoint.pt")
    sets = Sets(lesson.data, lesson.archives)
    plan = Plan(epochs=lesson.epochs, minutes=lesson.minutes, learning_rate=lesson.rate)
    try:
        make(sets, lesson.out, lesson.name, plan, note, begin=lesson.begin, soft=lesson.soft)
        note("fitting what stands beside the network")
        probe_fit.fit_all(lesson.out, sets.examples("train"))
        note("tuning")
        found = tune.settle_all(lesson.out, sets.examples("dev"))
    except LegEnded as ended:
        value = {"name": lesson.name, "folder": str(lesson.out), "finished": False}
        emit(value, f"{ended}, with --resume", as_json=as_json)
        return False
    except OtherRunError as error:
        raise CommandError(f"{error}; go on with the same options, or name another --out") from None
    except FileNotFoundError as error:
        raise CommandError(
            f"{error.filename}: missing; --data and --archives name the folders of the sets"
        ) from error
    value = {"name": lesson.name, "folder": str(lesson.out), "finished": True, "figures": found}
    emit(value, _shown(lesson, found), as_json=as_json)
    return True


def _check(lesson: Lesson, checkpoint: Path) -> None:
    if lesson.resume and not checkpoint.exists():
        raise CommandError(f"{lesson.out}: no run stands here; leave --resume out to begin one")
    if checkpoint.exists() and not lesson.resume:
        raise CommandError(
            f"{lesson.out}: a run stands here; go on with --resume, or name another folder"
        )
    if lesson.out.exists() and not lesson.out.is_dir():
        raise CommandError(f"{lesson.out}: a file stands here; --out names a folder")
    for path in lesson.soft:
        _check_soft(path)
    if lesson.begin is not None:
        _check_begin(lesson.begin)


def _check_soft(path: Path) -> None:
    from models.soft import Soft

    try:
        Soft([path])
    except FileNotFoundError:
        raise CommandError(f"{path}: missing; python -m models.teach soften writes it") from None
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        raise CommandError(
            f"{path}: no soft labels; --soft takes what python -m models.teach soften wrote"
        ) from error


def _check_begin(path: Path) -> None:
    from models.train import network_of

    try:
        network_of(path)
    except FileNotFoundError:
        raise CommandError(f"{path}: missing; --begin takes the checkpoint.pt of a run") from None
    except (OSError, EOFError, ValueError, KeyError, RuntimeError, UnpicklingError) as error:
        raise CommandError(
            f"{path}: no checkpoint; --begin takes the checkpoint.pt of a run"
        ) from error


def _shown(lesson: Lesson, found: dict[str, dict[str, float]]) -> str:
    rows = [("task", "rows", "macro recall", "macro F1", "ECE")]
    rows += [
        (
            task,
            f"{figures['rows']:,.0f}",
            _figure(figures, "macro_recall"),
            _figure(figures, "macro_f1"),
            f"{figures['ece']:.3f}" if "ece" in figures else "",
        )
        for task, figures in found.items()
    ]
    told = columns(rows, right=frozenset({1, 2, 3, 4}))
    return f"{told}\n\nWrote {lesson.name} to {lesson.out}; on the half of dev that tuned nothing."


def _figure(figures: dict[str, float], name: str) -> str:
    return f"{figures[name]:.1f}" if name in figures else ""
