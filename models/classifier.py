"""Judge texts with the bundled model: one forward pass in ONNX Runtime for all heads."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models import emotion, intent, probe, sentiment, tongues
from models import irony as irony_words
from models.adapted import Adaptation
from models.heads import HEADS
from models.irony import irony
from models.judgement import Judgement, Label, Likelihoods, Text, Topics, guessed
from models.language import UNKNOWN
from models.likelihood import sigmoid, softmax
from models.reader import Logits, Reader
from models.target import marked
from models.text import prepare, says_nothing
from models.tongues import ENGLISH, tongue
from models.weights_file import BUNDLED, NEVER, ModelError, load, of_language

_TINY: Final = 1e-9
_OFFENSIVE: Final = ("inoffensive", "offensive")
LABELS: Final[Mapping[str, tuple[str, ...]]] = {
    "sentiment": sentiment.LABELS,
    "emotion": emotion.LABELS,
    "intent": intent.LABELS,
    "irony": irony_words.LABELS,
    "offensive": _OFFENSIVE,
    "complaint": ("not_complaint", "complaint"),
}
"""What each head says, in the words of a judgement."""


class OnnxClassifier:
    """The bundled model, or another exported by ``laurels model train``, from `folder`.

    `threads` batches run side by side, with 0 one a core; `batch` texts of like length go through
    together. What `adaptation` has a head for, it says. Raises
    models.weights_file.ModelError where the files are not those that were shipped, and
    models.adapted.OtherWeightsError where the adaptation is of other weights.
    """

    def __init__(
        self,
        folder: Path = BUNDLED,
        *,
        threads: int = 0,
        batch: int = 16,
        adaptation: Adaptation | None = None,
    ) -> None:
        weights = load(folder)
        self._name = weights.name
        self._adapted = {} if adaptation is None else adaptation.heads
        if adaptation is not None:
            adaptation.check(weights.name, weights.identity)
            self._name = f"{weights.name}+{adaptation.version}"
        self._weights = weights
        self._tongues = tongues.load(folder)
        self._probes = probe.load(folder)
        self._emotion = np.array([weights.thresholds["emotion"][one] for one in emotion.LABELS])
        self._reader = Reader(weights, threads=threads, batch=batch)

    @property
    def model(self) -> str:
        """Name and version of the weights and, where a team's corrections moved them, of that."""
        return self._name

    @property
    def identity(self) -> str:
        """What tells these weights from any others."""
        return self._weights.identity

    @property
    def device(self) -> str:
        """What the network runs on, as ONNX Runtime calls it."""
        return self._reader.device

    def classify(self, texts: Sequence[Text]) -> list[Judgement]:
        """One judgement a text, in the order given; of one without words each label is a guess."""
        if not texts:
            return []
        prepared = [prepare(one.text, one.title) for one in texts]
        read, topics = self._reader.read(prepared)
        spoken = _spoken(prepared)
        answered = self._answered(read, topics, prepared, spoken)
        judged = _judgements(prepared, answered, topics, self._emotion, self._lines(spoken))
        told = zip(judged, prepared, spoken, [one.language for one in texts], strict=True)
        return [self._answered_for(*one) for one in told]

    def _answered_for(
        self, judged: Judgement, prepared: str, spoken: str | None, language: str | None
    ) -> Judgement:
        """The judgement with what is only guessed, by what is read and in which language."""
        if says_nothing(prepared):
            return guessed(judged)
        heard = spoken if language in (None, UNKNOWN) else language
        if heard is None or heard in ENGLISH or self._reads("intent", heard):
            return judged
        return guessed(judged, but_sentiment=self._reads("sentiment", heard))

    def _reads(self, task: str, language: str) -> bool:
        return self._weights.abstain.get(task, {}).get(language, NEVER) < NEVER

    @property
    def tasks(self) -> Sequence[str]:
        """What it judges in a text by itself, without being told a target."""
        judged = self._weights.heads.keys() | self._probes.keys()
        return [task for task in LABELS if task in judged]

    @property
    def tells_targets(self) -> bool:
        """Whether the mood towards one thing is told apart from that of the whole text."""
        return "target" in self._weights.heads

    def towards(self, texts: Sequence[str], targets: Sequence[str]) -> list[Label] | None:
        """The sentiment of each text towards its target; None where the model does not tell.

        It is a second reading, with marks around the target: for texts whose target is known.
        """
        scores = self.scores_towards(texts, targets)
        if scores is None:
            return None
        found = softmax(scores)
        told = self.stands("target", [prepare(text) for text in texts], found)
        labels = _labels(found, sentiment.LABELS)
        return [replace(one, is_guess=not sure) for one, sure in zip(labels, told, strict=True)]

    def scores_towards(self, texts: Sequence[str], targets: Sequence[str]) -> Logits | None:
        """The same as calibrated log-scores [texts, moods]."""
        if not self.tells_targets:
            return None
        if not texts:
            return np.empty((0, len(sentiment.LABELS)), dtype=np.float32)
        pairs = zip(texts, targets, strict=True)
        prepared = [prepare(marked(text, target)) for text, target in pairs]
        read = heads_of(self._reader.read(prepared)[0], self._weights.heads)
        return self._calibrated(read, _spoken(prepared))["target"]

    def likelihoods(
        self, task: str, texts: Sequence[Text], targets: Sequence[str] | None = None
    ) -> Likelihoods | None:
        """How likely each label of a task is, and the verdict; None without a head for it."""
        if targets is not None:
            towards = self.scores_towards([one.whole for one in texts], targets)
            if towards is None:
                return None
            found = softmax(towards)
            told = self.stands("target", [prepare(one.whole) for one in texts], found)
            return _moods(found, np.logical_not(told))
        prepared = [prepare(one.text, one.title) for one in texts]
        scores = self.scores(prepared)
        if task not in LABELS or task not in scores:
            return None
        found = _as_used(task, scores[task], prepared)
        above = found / (self._emotion if task == "emotion" else 1.0)
        verdicts = _likeliest(found, above)
        given = above >= 1.0
        given[np.arange(len(texts)), verdicts] = True
        told = self.stands(task, prepared, found)
        return Likelihoods(LABELS[task], found, verdicts, given, np.logical_not(told))

    def topics(self, texts: Sequence[str]) -> Topics | None:
        """What texts speak of, a row each; None where the model is older than this output."""
        if not texts or not self._reader.tells_topics:
            return None
        return self._reader.read([prepare(text) for text in texts])[1]

    def read(self, prepared: Sequence[str]) -> Logits:
        """[texts, all heads that the weights have], as the network gives them."""
        return self._reader.read(prepared)[0]

    def scores(self, prepared: Sequence[str]) -> dict[str, Logits]:
        """Log-scores [texts, labels] of each head that the weights have, as they are used."""
        return self._answered(*self._reader.read(prepared), prepared, _spoken(prepared))

    def uncalibrated(self, prepared: Sequence[str]) -> dict[str, Logits]:
        """The same before their temperatures, which are fitted on these, and as they ship."""
        read, topics = self._reader.read(prepared)
        return self._weighed(read, _features(read, topics), prepared, _spoken(prepared))

    def features(self, prepared: Sequence[str]) -> Logits:
        """What a probe reads of each text; needs weights that tell what a text speaks of."""
        return self.features_and_scores(prepared)[0]

    def features_and_scores(self, prepared: Sequence[str]) -> tuple[Logits, dict[str, Logits]]:
        """Both from one pass, for whoever fits on both."""
        read, topics = self._reader.read(prepared)
        if topics is None:
            raise ModelError(f"{self._name} is older than its topics; a probe needs them")
        answered = self._answered(read, topics, prepared, _spoken(prepared))
        return probe.features(read, topics), answered

    def _joined(
        self,
        read: Logits,
        rows: Logits | None,
        prepared: Sequence[str],
        spoken: Sequence[str | None],
    ) -> dict[str, Logits]:
        """What network, probes and the head for other languages say together."""
        parts = heads_of(read, self._weights.heads)
        if rows is not None:
            parts |= {task: one.scores(rows) for task, one in self._probes.items()}
        if self._tongues is not None:
            parts["sentiment"] = self._tongues.joined(parts["sentiment"], prepared, spoken)
        return parts

    def _weighed(
        self,
        read: Logits,
        rows: Logits | None,
        prepared: Sequence[str],
        spoken: Sequence[str | None],
    ) -> dict[str, Logits]:
        """What all say together, intents weighed by forms."""
        parts = self._joined(read, rows, prepared, spoken)
        parts["intent"] = np.log(intent.weighed(softmax(parts["intent"]), prepared) + _TINY)
        return parts

    def _answered(
        self,
        read: Logits,
        topics: Topics | None,
        prepared: Sequence[str],
        spoken: Sequence[str | None],
    ) -> dict[str, Logits]:
        """The same calibrated, and as a team moved it."""
        rows = _features(read, topics)
        found = self._calibrated(self._weighed(read, rows, prepared, spoken), spoken)
        if rows is not None:
            moved = self._adapted.items()
            found |= {task: head.scores(found[task], rows) for task, head in moved}
        return found

    def _calibrated(
        self, parts: dict[str, Logits], spoken: Sequence[str | None]
    ) -> dict[str, Logits]:
        found = dict(parts)
        for task, numbers in self._weights.temperatures.items():
            if task not in parts:
                continue
            each = [of_language(numbers, one, 1.0) for one in spoken]
            found[task] = np.divide(parts[task], np.array(each)[:, None], dtype=np.float32)
        return found

    def _lines(self, spoken: Sequence[str | None]) -> dict[str, list[float]]:
        """Of each task that has one, and each text, the probability below which it is a guess."""
        return {
            task: [of_language(numbers, one, 0.0) for one in spoken]
            for task, numbers in self._weights.abstain.items()
        }

    def stands(self, task: str, prepared: Sequence[str], found: Logits) -> NDArray[np.bool_]:
        """Which of the answers `found`, probabilities [texts, labels], are no guesses."""
        line = self._lines(_spoken(prepared)).get(task, [0.0] * len(prepared))
        has_words = np.array([not says_nothing(text) for text in prepared], dtype=np.bool_)
        return np.asarray((found.max(axis=1) >= np.array(line)) & has_words, dtype=np.bool_)


def _spoken(prepared: Sequence[str]) -> list[str | None]:
    return [tongue(text) for text in prepared]


def _features(read: Logits, topics: Topics | None) -> Logits | None:
    return None if topics is None else probe.features(read, topics)


def heads_of(logits: Logits, widths: Mapping[str, int] = HEADS) -> dict[str, Logits]:
    """The row of logits cut into the heads."""
    edges = np.cumsum(list(widths.values()))[:-1]
    return dict(zip(widths, np.split(logits, edges, axis=1), strict=True))


def _judgements(
    prepared: Sequence[str],
    parts: Mapping[str, Logits],
    topics: Topics | None,
    thresholds: NDArray[np.float64],
    lines: Mapping[str, Sequence[float]],
) -> list[Judgement]:
    ironic = softmax(parts["irony"])[:, 1].tolist()
    columns = [
        _labels(softmax(parts["sentiment"]), sentiment.LABELS, lines.get("sentiment")),
        _emotions(sigmoid(parts["emotion"]), thresholds),
        _labels(softmax(parts["intent"]), intent.LABELS, lines.get("intent")),
        [irony(probability, text) for probability, text in zip(ironic, prepared, strict=True)],
        _labels(softmax(parts["offensive"]), _OFFENSIVE, lines.get("offensive")),
    ]
    told = [None] * len(prepared) if topics is None else list(topics)
    complaints = _complaints(parts, lines, len(prepared))
    return [Judgement(*row) for row in zip(*columns, complaints, told, strict=True)]


def _complaints(
    parts: Mapping[str, Logits], lines: Mapping[str, Sequence[float]], texts: int
) -> Sequence[Label | None]:
    if "complaint" not in parts:
        return [None] * texts
    found = softmax(parts["complaint"])
    return _labels(found, LABELS["complaint"], lines.get("complaint"))


def _moods(found: Logits, guesses: NDArray[np.bool_]) -> Likelihoods:
    verdicts = found.argmax(axis=1)
    given = np.eye(len(sentiment.LABELS), dtype=np.bool_)[verdicts]
    return Likelihoods(sentiment.LABELS, found, verdicts, given, guesses)


def _as_used(task: str, scores: Logits, prepared: Sequence[str]) -> Logits:
    """Probabilities [texts, labels] of one head, an irony weighed by what the texts show."""
    if task == "emotion":
        return sigmoid(scores)
    found = softmax(scores)
    if task == "irony":
        pairs = zip(found[:, 1].tolist(), prepared, strict=True)
        left = np.array([irony_words.grounded(one, text) for one, text in pairs])
        return np.stack([1.0 - left, left], axis=1).astype(np.float32)
    return found


def _labels(
    probabilities: Logits, names: Sequence[str], lines: Sequence[float] | None = None
) -> list[Label]:
    best = probabilities.argmax(axis=1).tolist()
    sure = [round(one, 4) for one in probabilities.max(axis=1).tolist()]
    least = lines or [0.0] * len(best)
    return [
        Label(names[at], one, {}, one < line)
        for at, one, line in zip(best, sure, least, strict=True)
    ]


def _emotions(probabilities: Logits, thresholds: NDArray[np.float64]) -> list[Label]:
    """The likeliest label above its own threshold, and every other one above its threshold.

    Where none is, the nearest to its threshold.
    """
    above = probabilities / thresholds
    scores: list[dict[str, float]] = [{} for _ in probabilities]
    rows, codes = np.nonzero(above >= 1.0)
    sure = probabilities[rows, codes].tolist()
    for row, code, one in zip(rows.tolist(), codes.tolist(), sure, strict=True):
        scores[row][emotion.LABELS[code]] = round(one, 4)
    best = _likeliest(probabilities, above)
    first = probabilities[np.arange(len(best)), best].tolist()
    told = zip(best.tolist(), first, scores, strict=True)
    return [Label(emotion.LABELS[at], round(one, 4), several) for at, one, several in told]


def _likeliest(probabilities: Logits, above: NDArray[np.floating]) -> NDArray[np.int64]:
    """The likeliest label of those above their thresholds, else the nearest to its threshold."""
    found: NDArray[np.int64] = np.where(above >= 1.0, 2.0 + probabilities, above).argmax(axis=1)
    return found
