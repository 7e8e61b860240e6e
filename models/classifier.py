"""Judge texts with the bundled model: one forward pass in ONNX Runtime for all heads."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from models import emotion, intent, probe, sentiment, tongues
from models import irony as irony_words
from models.adapted import Adaptation
from models.heads import HEADS, TOPIC, WIDTH
from models.irony import irony
from models.judgement import Judgement, Label, Likelihoods, Text, Topics
from models.target import marked
from models.text import prepare
from models.tongues import tongue
from models.weights_file import BUNDLED, ModelError, load, of_language
from models.windows import pooled, windows

if TYPE_CHECKING:
    from collections.abc import Iterator

Logits = NDArray[np.float32]
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
        import onnxruntime
        from tokenizers import Tokenizer

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
        self._batch = batch
        self._tokenizer = Tokenizer.from_file(str(weights.tokenizer))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        ends = map(self._tokenizer.token_to_id, ".!?")
        self._stops = frozenset(one for one in ends if one is not None)
        options = onnxruntime.SessionOptions()
        # Two batches on a thread each go faster through two cores than one batch on both.
        options.intra_op_num_threads = 1
        self._threads = threads or os.cpu_count() or 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(weights.network), options, providers=["CPUExecutionProvider"]
        )
        self._outputs = [one.name for one in self._session.get_outputs()]

    @property
    def model(self) -> str:
        """Name and version of the weights and, where a team's corrections moved them, of that."""
        return self._name

    @property
    def identity(self) -> str:
        """What tells these weights from any others."""
        return self._weights.identity

    def classify(self, texts: Sequence[Text]) -> list[Judgement]:
        """One judgement a text, in the order given; an empty text is neutral and `other`."""
        if not texts:
            return []
        prepared = [prepare(one.text, one.title) for one in texts]
        read, topics = self._read(prepared)
        answered = self._answered(read, topics, prepared)
        return _judgements(prepared, answered, topics, self._emotion, self._lines(prepared))

    def towards(self, texts: Sequence[str], targets: Sequence[str]) -> list[Label] | None:
        """The sentiment of each text towards its target; None where the model does not tell.

        It is a second reading, with marks around the target: for texts whose target is known.
        """
        scores = self.scores_towards(texts, targets)
        return None if scores is None else _labels(softmax(scores), sentiment.LABELS)

    def scores_towards(self, texts: Sequence[str], targets: Sequence[str]) -> Logits | None:
        """The same as calibrated log-scores [texts, moods]."""
        if "target" not in self._weights.heads:
            return None
        if not texts:
            return np.empty((0, len(sentiment.LABELS)), dtype=np.float32)
        pairs = zip(texts, targets, strict=True)
        prepared = [prepare(marked(text, target)) for text, target in pairs]
        read = heads_of(self._read(prepared)[0], self._weights.heads)
        return self._calibrated(read, prepared)["target"]

    def likelihoods(self, task: str, texts: Sequence[Text]) -> Likelihoods | None:
        """How likely each label of a task is, and the verdict; None without a head for it."""
        prepared = [prepare(one.text, one.title) for one in texts]
        scores = self.scores(prepared)
        if task not in LABELS or task not in scores:
            return None
        found = _as_used(task, scores[task], prepared)
        above = found / (self._emotion if task == "emotion" else 1.0)
        verdicts = _likeliest(found, above)
        given = above >= 1.0
        given[np.arange(len(texts)), verdicts] = True
        return Likelihoods(LABELS[task], found, verdicts, given)

    def topics(self, texts: Sequence[str]) -> Topics | None:
        """What texts speak of, a row each; None where the model is older than this output."""
        if not texts or TOPIC not in self._outputs:
            return None
        return self._read([prepare(text) for text in texts])[1]

    def logits(self, prepared: Sequence[str]) -> Logits:
        """[texts, all of `HEADS`] for texts that went through ``prepare``, neither weighed by their
        forms nor calibrated."""
        read, topics = self._read(prepared)
        parts = self._joined(read, _features(read, topics), prepared)
        return np.concatenate([parts[head] for head in HEADS], axis=1)

    def read(self, prepared: Sequence[str]) -> Logits:
        """[texts, all heads that the weights have], as the network gives them."""
        return self._read(prepared)[0]

    def scores(self, prepared: Sequence[str]) -> dict[str, Logits]:
        """Log-scores [texts, labels] of each head that the weights have, as they are used."""
        return self._answered(*self._read(prepared), prepared)

    def features(self, prepared: Sequence[str]) -> Logits:
        """What a probe reads of each text; needs weights that tell what a text speaks of."""
        return self.features_and_scores(prepared)[0]

    def features_and_scores(self, prepared: Sequence[str]) -> tuple[Logits, dict[str, Logits]]:
        """Both from one pass, for whoever fits on both."""
        read, topics = self._read(prepared)
        if topics is None:
            raise ModelError(f"{self._name} is older than its topics; a probe needs them")
        return probe.features(read, topics), self._answered(read, topics, prepared)

    def _joined(
        self, read: Logits, rows: Logits | None, prepared: Sequence[str]
    ) -> dict[str, Logits]:
        """What network, probes and the head for other languages say together."""
        parts = heads_of(read, self._weights.heads)
        if rows is not None:
            parts |= {task: one.scores(rows) for task, one in self._probes.items()}
        if self._tongues is not None:
            parts["sentiment"] = self._tongues.joined(parts["sentiment"], prepared)
        return parts

    def _answered(
        self, read: Logits, topics: Topics | None, prepared: Sequence[str]
    ) -> dict[str, Logits]:
        """What all say together, intents weighed by forms, calibrated, and as a team moved it."""
        rows = _features(read, topics)
        parts = self._joined(read, rows, prepared)
        parts["intent"] = np.log(intents(softmax(parts["intent"]), prepared) + _TINY)
        found = self._calibrated(parts, prepared)
        if rows is not None:
            moved = self._adapted.items()
            found |= {task: head.scores(found[task], rows) for task, head in moved}
        return found

    def _calibrated(self, parts: dict[str, Logits], prepared: Sequence[str]) -> dict[str, Logits]:
        found = dict(parts)
        for task, numbers in self._weights.temperatures.items():
            if task not in parts:
                continue
            each = [of_language(numbers, tongue(text), 1.0) for text in prepared]
            found[task] = np.divide(parts[task], np.array(each)[:, None], dtype=np.float32)
        return found

    def _lines(self, prepared: Sequence[str]) -> dict[str, list[float]]:
        """Of each task that has one, and each text, the probability below which it is a guess."""
        tongues_of = [tongue(text) for text in prepared]
        return {
            task: [of_language(numbers, name, 0.0) for name in tongues_of]
            for task, numbers in self._weights.abstain.items()
        }

    def stands(self, task: str, prepared: Sequence[str], found: Logits) -> NDArray[np.bool_]:
        """Which of the answers `found`, probabilities [texts, labels], are no guesses."""
        line = self._lines(prepared).get(task, [0.0] * len(prepared))
        return np.asarray(found.max(axis=1) >= np.array(line), dtype=np.bool_)

    def _read(self, prepared: Sequence[str]) -> tuple[Logits, Topics | None]:
        """One pass through the network for both of its outputs."""
        unique = {text: place for place, text in enumerate(dict.fromkeys(prepared))}
        encodings = self._tokenizer.encode_batch(list(unique))
        cut = [windows(encoding.ids, self._stops) for encoding in encodings]
        known = {ids: place for place, ids in enumerate(dict.fromkeys(map(tuple, chain(*cut))))}
        rows = list(known)
        out = np.empty((len(rows), sum(self._weights.heads.values())), dtype=np.float32)
        topics = np.empty((len(rows), WIDTH), dtype=np.float32)

        def judge(places: list[int]) -> None:
            ids, mask = _padded([rows[place] for place in places])
            found = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
            out[places] = found[0]
            if TOPIC in self._outputs:
                topics[places] = found[self._outputs.index(TOPIC)]

        with ThreadPoolExecutor(self._threads) as pool:
            for done in [pool.submit(judge, places) for places in self._by_length(rows)]:
                done.result()
        places = [[known[tuple(ids)] for ids in each] for each in cut]
        told = np.stack([pooled(out[some], self._weights.heads) for some in places])
        order = [unique[text] for text in prepared]
        if TOPIC not in self._outputs:
            return told[order], None
        return told[order], topics[[some[0] for some in places]][order]

    def _by_length(self, rows: Sequence[Sequence[int]]) -> "Iterator[list[int]]":
        order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
        # A few texts are shared out, too: no thread idles while another has them all.
        size = min(self._batch, -(-len(order) // self._threads))
        for start in range(0, len(order), size):
            yield order[start : start + size]


def _padded(rows: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    width = max(len(row) for row in rows)
    ids = np.zeros((len(rows), width), dtype=np.int64)
    mask = np.zeros((len(rows), width), dtype=np.int64)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = row
        mask[at, : len(row)] = 1
    return ids, mask


def _features(read: Logits, topics: Topics | None) -> Logits | None:
    return None if topics is None else probe.features(read, topics)


def heads_of(logits: Logits, widths: Mapping[str, int] = HEADS) -> dict[str, Logits]:
    """The row of logits cut into the heads."""
    edges = np.cumsum(list(widths.values()))[:-1]
    return dict(zip(widths, np.split(logits, edges, axis=1), strict=True))


def softmax(logits: Logits) -> Logits:
    """Probabilities along the last axis."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), dtype=np.float32)


def sigmoid(logits: Logits) -> Logits:
    """Probabilities, each on its own."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -30, 30))), dtype=np.float32)


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
    return [Judgement(*row) for row in zip(*columns, told, strict=True)]


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


def intents(probabilities: Logits, prepared: Sequence[str]) -> Logits:
    """Probabilities [texts, intents], each row weighed by what its text shows."""
    rows = [intent.weighed(row, text) for row, text in zip(probabilities, prepared, strict=True)]
    return np.stack(rows)


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
    best = _likeliest(probabilities, above).tolist()
    found = []
    for at, row, ratio in zip(best, probabilities, above, strict=True):
        scores = {emotion.LABELS[n]: round(float(row[n]), 4) for n in np.flatnonzero(ratio >= 1.0)}
        found.append(Label(emotion.LABELS[at], round(float(row[at]), 4), scores))
    return found


def _likeliest(probabilities: Logits, above: NDArray[np.floating]) -> NDArray[np.int64]:
    """The likeliest label of those above their thresholds, else the nearest to its threshold."""
    found: NDArray[np.int64] = np.where(above >= 1.0, 2.0 + probabilities, above).argmax(axis=1)
    return found
