"""``laurels model behave``: what the model can do, probe by probe."""

from typing import Final

from bot import wiring
from bot.settings import Settings
from bot.terminal import columns, counted, emit, plain
from bot.wrapping import wrapped
from models.behaviour import Behaviour, Failure, behave, probes

_SHOWN: Final = 160
"""Characters of a text that are shown of a failure."""


def run(settings: Settings, limit: int, *, as_json: bool) -> None:
    """Print the share of passed probes by capability, and what failed.

    Raises models.weights_file.ModelError.
    """
    judge = wiring.judge(settings)
    found = behave(judge, probes())
    emit(_value(found, judge.model), _told(found, judge.model, limit), as_json=as_json)


def _value(found: list[Behaviour], model: str) -> dict[str, object]:
    judged, passed = _sum(found)
    return {
        "model": model,
        "probes": sum(one.probes for one in found),
        "judged": judged,
        "passed": passed,
        "pass_rate": round(passed / max(judged, 1), 4),
        "capabilities": {
            one.capability: {"probes": one.probes, "judged": one.judged, "passed": one.passed}
            for one in found
        },
        "failures": [_failure(each) for one in found for each in one.failures],
    }


def _sum(found: list[Behaviour]) -> tuple[int, int]:
    return sum(one.judged for one in found), sum(one.passed for one in found)


def _failure(one: Failure) -> dict[str, object]:
    probe = one.probe
    return {
        "name": probe.name,
        "task": probe.task,
        "form": probe.form,
        "label": probe.label,
        "texts": probe.texts,
        "said": one.said,
    }


def _told(found: list[Behaviour], model: str, limit: int) -> str:
    judged, passed = _sum(found)
    count = sum(one.probes for one in found)
    rows = [("capability", "probes", "passed", "%")]
    rows += [(one.capability, str(one.probes), *_passed(one)) for one in found]
    failures = [each for one in found for each in one.failures]
    lines = [line for one in failures[:limit] for line in _lines(one)]
    if len(failures) > limit:
        lines.append(f"{counted(len(failures) - limit, 'more failure')}; --limit N shows them.")
    parts = [
        f"{passed} of {judged} probes passed ({100 * passed / max(judged, 1):.1f} %), {model}",
        columns(rows, right=frozenset({1, 2, 3})),
        "\n".join(lines),
    ]
    if judged < count:
        parts.insert(
            1, f"{counted(count - judged, 'probe')} not judged: the model has no such head."
        )
    return "\n\n".join(part for part in parts if part)


def _passed(one: Behaviour) -> tuple[str, str]:
    if not one.judged:
        return "not judged", ""
    return str(one.passed), f"{100 * one.passed / one.judged:.0f}"


def _lines(one: Failure) -> list[str]:
    """What was asked, and each text with what was said of it."""
    probe = one.probe
    label = "" if probe.label is None else f" {probe.label}"
    lines = [f"{probe.name} ({probe.task}): {probe.form}{label}"]
    for text, said in zip(probe.texts, one.said, strict=True):
        shown = plain(text)
        cut = shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN // 2]} … {shown[-_SHOWN // 2 :]}"
        lines += [f"  {line}" for line in wrapped(f"{cut or '(empty)'} -> {said}", margin=2)]
    return lines
