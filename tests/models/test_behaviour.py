"""The behaviour suite: it is sound, a probe is passed or not, and the model keeps its level."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from models.behaviour import THANKS, THANKS_LABELS, Form, Probe, behave, probes
from models.classifier import LABELS, OnnxClassifier
from models.heads import HEADS
from models.judgement import Likelihoods, Text
from models.tasks import TASKS
from tests.fakes import WordJudge

FLOOR = 0.84
"""Laurels-2 passes 0.851; what else is in a batch may turn a probe or two."""
ASKED = (
    *("sarcasm", "negation", "quoted text", "code blocks", "mixed languages", "long posts"),
    *("emoji only", "hidden characters", "right to left"),
)


def labels(task: str) -> tuple[str, ...]:
    """What may be said of a task."""
    known = {THANKS: THANKS_LABELS, **LABELS}
    return known.get(task) or TASKS[task].labels


def test_suite_is_large_and_covers_what_it_should() -> None:
    suite = probes()
    assert len(suite) >= 240
    assert len({one.name for one in suite}) == len(suite)
    per_capability = Counter(one.capability for one in suite)
    assert min(per_capability[name] for name in ASKED) >= 12
    assert {*LABELS, "target", "complaint"} <= {one.task for one in suite}
    assert len({one.form for one in suite}) == len(Form)


def test_no_probe_is_there_twice() -> None:
    count = Counter((one.task, one.form, one.label, one.texts, one.target) for one in probes())
    assert not [probe for probe, times in count.items() if times > 1]


@pytest.mark.parametrize("probe", probes(), ids=lambda probe: probe.name)
def test_probe_is_well_formed(probe: Probe) -> None:
    assert (probe.label is None) is (probe.form is Form.SAME)
    assert probe.label is None or probe.label in labels(probe.task)
    assert len(set(probe.texts)) == len(probe.texts)
    if probe.form in (Form.LESS, Form.MORE):
        assert len(probe.texts) == 2
    else:
        assert (len(probe.texts) > 1) is (probe.form is Form.SAME)
    assert (probe.target is not None) is (probe.task == "target")
    assert probe.target is None or all(probe.target in text for text in probe.texts)
    assert (probe.capability == "long posts") is any(len(text) > 9_000 for text in probe.texts)


def a_probe(form: Form, label: str | None, *texts: str, task: str = "sentiment") -> Probe:
    """A probe of the fake's words: `good` is positive, `bad` negative, `so` makes it surer."""
    return Probe("x", "x", task, form, label, texts)


@pytest.mark.parametrize(
    ("probe", "passes"),
    [
        (a_probe(Form.IS, "positive", "good"), True),
        (a_probe(Form.IS, "positive", "bad"), False),
        (a_probe(Form.IS_NOT, "positive", "bad"), True),
        (a_probe(Form.IS_NOT, "positive", "good"), False),
        (a_probe(Form.HAS, "positive", "good"), True),
        (a_probe(Form.HAS_NOT, "positive", "good"), False),
        (a_probe(Form.SAME, None, "good", "so good"), True),
        (a_probe(Form.SAME, None, "good", "so good", "bad"), False),
        (a_probe(Form.MORE, "positive", "good", "so good"), True),
        (a_probe(Form.MORE, "positive", "good", "good day"), False),
        (a_probe(Form.LESS, "positive", "so good", "good"), True),
        (a_probe(Form.LESS, "positive", "good", "so good"), False),
    ],
)
def test_probe_is_passed_or_not(probe: Probe, passes: bool) -> None:
    (found,) = behave(WordJudge(), [probe])
    assert (found.judged, found.passed) == (1, int(passes))
    assert len(found.failures) == 1 - int(passes)


def test_probe_without_a_head_is_counted_as_not_judged() -> None:
    (found,) = behave(WordJudge(), [a_probe(Form.IS, "complaint", "bad", task="complaint")])
    assert (found.probes, found.judged, found.passed) == (1, 0, 0)


class TowardsJudge(WordJudge):
    """Who is named first in a text is liked, anybody else not."""

    def likelihoods(
        self, task: str, texts: Sequence[Text], targets: Sequence[str] | None = None
    ) -> Likelihoods | None:
        """A row a text and its target."""
        words = [
            "good" if one.text.startswith(target) else "bad"
            for one, target in zip(texts, targets or (), strict=True)
        ]
        return super().likelihoods("sentiment", [Text(word) for word in words])


def test_two_targets_of_one_text_are_judged_apart() -> None:
    text = "Acme beats Globex"
    asked = [
        Probe(name, "x", "target", Form.IS, label, (text,), name)
        for name, label in (("Acme", "positive"), ("Globex", "negative"))
    ]
    (found,) = behave(TowardsJudge(), asked)
    assert (found.judged, found.passed) == (2, 2)


def test_failure_tells_what_was_said() -> None:
    (found,) = behave(WordJudge(), [a_probe(Form.SAME, None, "good", "bad")])
    assert found.failures[0].said == ("positive 0.70", "negative 0.70")


def test_file_may_be_another(tmp_path: Path) -> None:
    path = tmp_path / "probes.yaml"
    path.write_text('[{capability: a, task: intent, "is not": {thanks: ["no thanks {filler}"]}}]')
    (probe,) = probes(path)
    assert (probe.form, probe.label, probe.name) == (Form.IS_NOT, "thanks", "a/intent/1")
    assert 9_900 < len(probe.texts[0]) <= 10_000


def test_shipped_model_keeps_its_level() -> None:
    found = behave(OnnxClassifier(), probes())
    judged = sum(one.judged for one in found)
    assert sum(one.passed for one in found) >= FLOOR * judged
    assert all(one.judged == one.probes for one in found)


def test_likelihoods_agree_with_the_judgement() -> None:
    classifier = OnnxClassifier()
    texts = [Text("Oh great, it crashed again"), Text("Thank you, I love it!"), Text("lol")]
    for judged, at in zip(classifier.classify(texts), range(len(texts)), strict=True):
        for task in HEADS:
            found = classifier.likelihoods(task, texts)
            assert found is not None
            label = getattr(judged, task)
            assert found.labels[found.verdicts[at]] == label.name
            likely = found.probabilities[at, found.verdicts[at]]
            assert likely == pytest.approx(label.confidence, abs=1e-3)
            given = {found.labels[n] for n in found.given[at].nonzero()[0]}
            assert given == {label.name, *label.scores}


def test_probes_of_a_target_are_judged_towards_it() -> None:
    class Moods(WordJudge):
        """Likes whatever is called Acme."""

        def likelihoods(
            self, task: str, texts: Sequence[Text], targets: Sequence[str] | None = None
        ) -> Likelihoods | None:
            if task != "target" or targets is None:
                return None
            likes = np.array([one == "Acme" for one in targets])[:, None]
            rows = np.where(likes, [[0.1, 0.1, 0.8]], [[0.8, 0.1, 0.1]])
            verdicts = rows.argmax(axis=1)
            return Likelihoods(
                LABELS["sentiment"], rows.astype(np.float32), verdicts, rows > 0.5, rows[:, 0] < 0
            )

    text = "Acme beats Foo"
    asked = [
        Probe("a", "target", "target", Form.IS, "positive", (text,), "Acme"),
        Probe("b", "comparison", "target", Form.IS, "negative", ("Foo is worse",), "Foo"),
    ]
    assert [one.passed for one in behave(Moods(), asked)] == [1, 1]
    assert [one.judged for one in behave(WordJudge(), asked)] == [0, 0]
