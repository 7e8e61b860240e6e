"""Probes that nobody should get wrong, by capability: what a model can do and what it cannot.

After Ribeiro et al., "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList", ACL 2020:
a plain text has its label, a change that means nothing changes nothing, and a change that means
something moves the label the right way. The probes stand in `behaviour.yaml`.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import numpy as np

from models.intent import gives_thanks
from models.judgement import Judge, Likelihoods, Text
from models.text import prepare

PROBES: Final = Path(__file__).parent / "behaviour.yaml"
THANKS: Final = "thanks"
THANKS_LABELS: Final = ("no thanks", "thanks")
"""A task without a head of its own: see `models.intent.gives_thanks`."""
STEP: Final = 0.05
"""By how much a likelihood has to move to be said to move."""
_FILLER: Final = "{filler}"
_PLAIN: Final = "The second page lists the files of the folder by name, size and date. "
_LONG: Final = 10_000


Asked = tuple[str, str | None]
"""A text and whom the verdict on it is about."""


class Form(StrEnum):
    """What is asked of the texts of a probe."""

    IS = "is"
    """The verdict is the label."""
    IS_NOT = "is not"
    HAS = "has"
    """The label is among those given."""
    HAS_NOT = "has not"
    SAME = "same"
    """All verdicts are the same."""
    LESS = "less"
    """The label is less likely for the second text than for the first."""
    MORE = "more"


@dataclass(frozen=True, slots=True)
class Probe:
    """One or more texts of one task and what is asked of them."""

    name: str
    capability: str
    task: str
    form: Form
    label: str | None
    """None where all that counts is that the verdicts are the same."""
    texts: tuple[str, ...]
    target: str | None = None
    """Whom the verdict is about, for the task of that name."""

    @property
    def asked(self) -> "tuple[Asked, ...]":
        """Each of its texts with the target, as a model is asked."""
        return tuple((text, self.target) for text in self.texts)


@dataclass(frozen=True, slots=True)
class Failure:
    """A probe that was not passed; `said` is what was said of each text instead."""

    probe: Probe
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Of one capability: how many probes there are, were judged, and were passed."""

    capability: str
    probes: int
    judged: int
    """The rest are of tasks that the model has no head for."""
    passed: int
    failures: tuple[Failure, ...]


def probes(path: Path = PROBES) -> list[Probe]:
    """All probes in the order of the file."""
    import yaml

    groups = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [probe for group in groups for probe in _of_group(group)]


def _of_group(group: Mapping[str, Any]) -> Iterator[Probe]:
    capability, task, target = group["capability"], group["task"], group.get("target")
    number = 0
    for form in Form:
        found = group.get(form.value, {})
        for label, rows in found.items() if isinstance(found, dict) else [(None, found)]:
            for row in rows:
                number += 1
                texts = (row,) if isinstance(row, str) else tuple(row)
                name = "/".join(filter(None, (capability, task, target, str(number))))
                filled = tuple(map(_filled, texts))
                yield Probe(name, capability, task, form, label, filled, target)


def _filled(text: str) -> str:
    """The text with plain sentences, up to the length of a long post, where it asks for them."""
    room = (_LONG - len(text)) // max(1, text.count(_FILLER))
    return text.replace(_FILLER, (_PLAIN * (room // len(_PLAIN) + 1))[:room].strip())


def behave(judge: Judge, asked: Sequence[Probe]) -> list[Behaviour]:
    """How a model does, by capability in the order of the probes."""
    heads = {task: _judged(judge, task, asked) for task in dict.fromkeys(c.task for c in asked)}
    grouped: dict[str, list[Probe]] = defaultdict(list)
    for probe in asked:
        grouped[probe.capability].append(probe)
    return [_of_capability(name, found, heads) for name, found in grouped.items()]


def _of_capability(
    name: str, asked: Sequence[Probe], heads: Mapping[str, "_Head | None"]
) -> Behaviour:
    judged = [(probe, head) for probe in asked if (head := heads[probe.task]) is not None]
    failures = [
        Failure(probe, tuple(head.said(one) for one in probe.asked))
        for probe, head in judged
        if not head.passes(probe)
    ]
    return Behaviour(name, len(asked), len(judged), len(judged) - len(failures), tuple(failures))


@dataclass(frozen=True, slots=True)
class _Head:
    """What one head said of the texts of all its probes."""

    found: Likelihoods
    places: Mapping[Asked, int]

    def passes(self, probe: Probe) -> bool:
        """Whether a probe is as it should be."""
        if probe.label is None:
            return len({self.verdict(one) for one in probe.asked}) == 1
        at = self.found.labels.index(probe.label)
        match probe.form:
            case Form.IS | Form.IS_NOT:
                is_said = self.verdict(probe.asked[0]) == probe.label
                return is_said is (probe.form is Form.IS)
            case Form.HAS | Form.HAS_NOT:
                is_given = bool(self.found.given[self.places[probe.asked[0]], at])
                return is_given is (probe.form is Form.HAS)
        first, second = (self.found.probabilities[self.places[one], at] for one in probe.asked)
        step = float(second - first)
        return step <= -STEP if probe.form is Form.LESS else step >= STEP

    def verdict(self, one: Asked) -> str:
        """The label of a text."""
        return self.found.labels[int(self.found.verdicts[self.places[one]])]

    def said(self, one: Asked) -> str:
        """The labels of a text with their likelihoods, the verdict first."""
        at, verdict = self.places[one], self.verdict(one)
        row = zip(
            self.found.labels, self.found.given[at], self.found.probabilities[at], strict=True
        )
        given = [(name, likely) for name, is_given, likely in row if is_given]
        given.sort(key=lambda one: one[0] != verdict)
        return ", ".join(f"{name} {likely:.2f}" for name, likely in given)


def _judged(judge: Judge, task: str, asked: Sequence[Probe]) -> _Head | None:
    told = list(dict.fromkeys(each for one in asked if one.task == task for each in one.asked))
    texts = [Text(text) for text, _ in told]
    targets = [target for _, target in told if target is not None]
    if task == THANKS:
        found = _thanks(judge, texts)
    else:
        found = judge.likelihoods(task, texts, targets if len(targets) == len(texts) else None)
    return None if found is None else _Head(found, {one: at for at, one in enumerate(told)})


def _thanks(judge: Judge, texts: Sequence[Text]) -> Likelihoods | None:
    """Whether each text thanks somebody, as it is decided in use: certain, one way or the other."""
    intents = judge.likelihoods("intent", texts)
    if intents is None:
        return None
    verdicts = [
        int(gives_thanks(prepare(text.text), intents.labels[at], float(row[at])))
        for text, at, row in zip(texts, intents.verdicts, intents.probabilities, strict=True)
    ]
    certain = np.eye(2, dtype=np.float32)[verdicts]
    chosen = np.array(verdicts, dtype=np.intp)
    return Likelihoods(THANKS_LABELS, certain, chosen, certain > 0, intents.guesses)
