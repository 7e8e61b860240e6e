"""``laurels model adapt``: fit the heads to the team's corrections, or go back."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Final

from bot import wiring
from bot.adapting import TASKS, Adapted, adapted
from bot.failures import CommandError
from bot.lessons import Lesson, digest, lessons
from bot.settings import Settings
from bot.terminal import columns, counted, emit
from bot.wrapping import shortened, wrapped
from listener.platform_rules import may_train
from models.adapt import ENOUGH, Origin, Outcome, Trial
from models.adapted import Adaptation, load, newest, next_version, save
from models.adapted import undo as take_back
from models.weights_file import BUNDLED
from models.weights_file import load as weights
from store.db import Engine, reading
from store.records import Task

_WIDEST: Final = 24
_GIVEN: Final = ("task", "platform", "corrected", "confirmed", "may train")
_TRIED: Final = (
    *("task", "posts", "before", "after", "mended", "broken", "chance", "others", "kept"),
)

_LEGEND: Final = (
    "Macro F1 on posts left out of the fit, before and after; what changes for better and worse, "
    "and how likely by chance; of others, which nobody judged, what would read otherwise:"
)


def adapt(engine: Engine, settings: Settings, *, dry_run: bool, as_json: bool) -> None:
    """Fit, try on posts left out, keep what is better, and say all that.

    Raises models.weights_file.ModelError and CommandError.
    """
    if settings.models.hub is not None:
        raise CommandError("models.hub: only the bundled model is adapted; set models.hub to null")
    folder = wiring.adapted_folder(settings)
    classifier = wiring.shipped(settings.models)
    # The number comes first: it is another's then, where another adapts from here on.
    version, in_use = next_version(folder), load(folder)
    if in_use is not None and in_use.base != classifier.identity:
        in_use = None  # fitted on other weights, so that nothing of it holds here
    with reading(engine) as tx:
        found = lessons(tx, TASKS, may_train)
    if in_use is not None and in_use.fitted_on == digest(found):
        raise CommandError(
            f"nothing was judged since version {in_use.version} was fitted; it stays"
        )
    done = adapted(found, classifier, in_use, version)
    if done.made is not None and not dry_run:
        save(folder, done.made)
    value = {
        "model": classifier.model,
        "in_use": None if in_use is None else in_use.version,
        "labels": _by_platform(found),
        "tasks": {task.value: asdict(one) for task, one in done.trials.items()},
        "version": None if done.made is None else done.made.version,
        "dry_run": dry_run,
        "folder": folder,
        "seconds": round(done.seconds, 2),
    }
    end = _end(done, classifier.model, in_use, dry_run=dry_run)
    told = [_labels_told(found), *_trials_told(done.trials), end]
    emit(value, "\n\n".join(told), as_json=as_json)


def undo(settings: Settings, *, as_json: bool) -> None:
    """Go back to the version before; raises CommandError where what ships judges already."""
    folder = wiring.adapted_folder(settings)
    undone = take_back(folder)
    if undone is None:
        raise CommandError(f"{folder}: no version to undo; the model judges as it ships")
    name, now = weights(settings.models.path or BUNDLED).name, newest(folder)
    text = f"{name}+{undone} is taken back; {_named(name, now)} judges."
    emit({"undone": undone, "version": now}, "\n".join(wrapped(text)), as_json=as_json)


def _named(name: str, version: int | None) -> str:
    return f"{name} as it ships" if version is None else f"{name}+{version}"


def _by_platform(found: Mapping[Task, Sequence[Lesson]]) -> list[dict[str, object]]:
    return [
        {
            "task": task.value,
            "platform": platform,
            "corrected": counts[Origin.CORRECTED],
            "confirmed": counts[Origin.CONFIRMED],
            "may_train": counts["may train"],
        }
        for (task, platform), counts in _counts(found).items()
    ]


def _counts(
    found: Mapping[Task, Sequence[Lesson]],
) -> dict[tuple[Task, str], Counter[object]]:
    counts: dict[tuple[Task, str], Counter[object]] = {}
    for task, some in found.items():
        for one in sorted(some, key=lambda lesson: lesson.post.post.platform):
            if one.origin is not Origin.UNJUDGED:
                of = counts.setdefault((task, one.post.post.platform), Counter())
                of[one.origin] += 1
                of["may train"] += one.may_train
    return counts


def _labels_told(found: Mapping[Task, Sequence[Lesson]]) -> str:
    rows = [
        (
            task.value,
            shortened(platform, _WIDEST),
            f"{counts[Origin.CORRECTED]:,}",
            f"{counts[Origin.CONFIRMED]:,}",
            f"{counts['may train']:,}",
        )
        for (task, platform), counts in _counts(found).items()
    ]
    if not rows:
        return "Nobody corrected or confirmed a reading yet; the desk's key l corrects one."
    note = "Posts that may not train move scale and bias alone; their words are not learned from."
    return "\n".join([columns([_GIVEN, *rows], right=frozenset({2, 3, 4})), "", *wrapped(note)])


def _trials_told(trials: Mapping[Task, Trial]) -> list[str]:
    tried = {task: one for task, one in trials.items() if one.outcome is not Outcome.FEW}
    told = []
    if tried:
        rows = [_row(task, one) for task, one in tried.items()]
        table = columns([_TRIED, *rows], right=frozenset(range(1, 8)))
        told.append("\n".join([*wrapped(_LEGEND), "", table]))
    lines = [line for task, one in trials.items() for line in wrapped(_why(task, one))]
    return [*told, "\n".join(lines)] if lines else told


def _row(task: Task, one: Trial) -> tuple[str, ...]:
    return (
        task.value,
        f"{one.corrected + one.confirmed + one.as_read:,}",
        f"{100 * one.before:.1f}",
        f"{100 * one.after:.1f}",
        f"{one.mended:,}",
        f"{one.broken:,}",
        "< 0.1 %" if one.chance < 0.001 else f"{100 * one.chance:.1f} %",
        f"{100 * one.moved:.0f} %",
        "yes" if one.outcome is Outcome.KEPT else "no",
    )


def _why(task: Task, one: Trial) -> str:
    few = f"{counted(one.corrected, 'correction')}; {ENOUGH} are needed"
    return {
        Outcome.KEPT: "",
        Outcome.FEW: f"{task}: {few} before a head is fitted.",
        Outcome.WORSE: f"{task}: on posts that it had not seen, the new head was no better.",
        Outcome.CHANCE: f"{task}: better, but that may be chance; more corrections will tell.",
        Outcome.SPREADS: f"{task}: it would read too many posts otherwise that nobody corrected.",
        Outcome.BEHIND: f"{task}: on what was judged since, the version in use is better.",
    }[one.outcome]


def _end(done: Adapted, name: str, in_use: Adaptation | None, *, dry_run: bool) -> str:
    now = _named(name, None if in_use is None else in_use.version)
    if done.made is None:
        told = [f"{now} judges on."]
    elif dry_run:
        told = [f"Without --dry-run, {name}+{done.made.version} would judge in place of {now}."]
    else:
        told = [
            f"{name}+{done.made.version} judges from now on, also in a running laurels.",
            f"laurels model adapt --undo goes back to {now}.",
        ]
    told[-1] += f" ({done.seconds:.1f} s)"
    return "\n".join(line for one in told for line in wrapped(one))
