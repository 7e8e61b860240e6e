"""``laurels model why``: which words moved a verdict."""

from dataclasses import asdict
from typing import Final

from bot import wiring
from bot.failures import CommandError
from bot.settings import Settings
from bot.terminal import columns, emit, note, plain
from bot.wrapping import shortened, wrapped
from models.judgement import Text
from models.target import stands
from models.why import Passage, Why
from models.why import why as reason

_SHOWN: Final = 12
"""Passages in the table, the weightiest."""
_LONGEST: Final = 50
_TOWARDS: Final = "target"
"""The task that needs to be told whom the mood is towards."""
_WHOLE: Final = 8
"""Lines of a text that are shown, whether something in them is marked or not."""
_TOWARD: Final = ("[", "]")
_AGAINST: Final = ("{", "}")


def why(
    settings: Settings, text: str, task: str | None, target: str | None, *, as_json: bool
) -> None:
    """Print the verdict, the text with its weighty words marked, and their weights.

    A `target` alone asks for the mood towards it. Raises models.weights_file.ModelError and
    CommandError.
    """
    task = task or ("sentiment" if target is None else _TOWARDS)
    _check(task, target)
    judge = wiring.judge(settings)
    found = reason(judge, Text(text), task, target)
    if target is not None and not stands(text, target):
        note(f"{plain(target)} does not stand in the text; it is judged as if named before it.")
    value: dict[str, object] = {
        "task": found.task,
        "target": found.target,
        "label": found.label,
        "confidence": found.confidence,
        "is_guess": found.is_guess,
        "words": [asdict(one) | {"text": _of(found, one)} for one in found.passages],
        "model": judge.model,
    }
    emit(value, _told(found), as_json=as_json)


def _check(task: str, target: str | None) -> None:
    if task == _TOWARDS and target is None:
        raise CommandError("target: the mood towards whom? name it with --target WORDS")
    if task != _TOWARDS and target is not None:
        raise CommandError(f"--target: goes with --task target, not with {task}")
    if target is not None and not target.strip("#@ "):
        raise CommandError(f"--target: {target!r} names nobody; give a word of the text")


def _told(found: Why) -> str:
    asked = found.task if found.target is None else f"towards {plain(found.target)}"
    head = f"{shortened(asked, _LONGEST)}: {found.label} {found.confidence:.2f}"
    if found.is_guess:
        head += "? (a guess: a person decides)"
    if not found.moving:
        return f"{head}\n\nNo word of it moved that by itself."
    rows = [("without it", "words")]
    rows += [
        (f"{one.without:.2f}", " ".join(plain(_of(found, one)).split())[:_LONGEST])
        for one in found.moving[:_SHOWN]
    ]
    legend = f"[ ] speaks for {found.label}, {{ }} against it"
    return "\n\n".join((head, _lines(found), legend, columns(rows, right=frozenset({0}))))


def _lines(found: Why) -> str:
    """The marked text; of a long one only the lines with marks."""
    lines = wrapped(plain(_marked(found)), margin=2)
    if len(lines) > _WHOLE:
        lines = [one for one in lines if set("[]{}") & set(one)]
    return "\n".join(f"  {line}" for line in lines)


def _marked(found: Why) -> str:
    shown, at = "", 0
    for one in sorted(found.moving, key=lambda passage: passage.start):
        before, after = _TOWARD if one.weight > 0 else _AGAINST
        shown += found.text[at : one.start] + before + _of(found, one) + after
        at = one.end
    return shown + found.text[at:]


def _of(found: Why, one: Passage) -> str:
    return found.text[one.start : one.end]
