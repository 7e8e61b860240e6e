"""How well `models.relevance` tells what is about a brand, on brands it was not fitted on.

`python -m benchmarks.relevance ../shared/data [--write]`. Three tables: posts of nine words that
name a brand and something else (`brands.json`: read and labelled by hand, by post id), and the two
published sets that mark posts as irrelevant. The head is fitted with the judged brand left out;
k dismissals, or k dismissals and k confirmations, are drawn five times. With `--write` the head
is fitted on all nine words and written to `models/weights/relevance.json`.
"""

import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from models.classifier import OnnxClassifier
from models.relevance import FILE, Brand, Floats, Head, RelevanceJudge, Seen, words
from models.weights_file import BUNDLED

DRAWS: Final = 5
A_BRAND: Final = 100
"""Posts of one brand and label that are looked at in a published set."""
_RIDGE: Final = np.array([0.003, 0.003, 0.003, 0.001])


@dataclass(frozen=True, slots=True)
class Labelled:
    """A brand with posts about it and posts that only share its word."""

    brand: Brand
    about: Sequence[str]
    other: Sequence[str]


def _rows(data: Path, name: str) -> Iterator[dict[str, Any]]:
    for split in ("train", "dev"):
        with gzip.open(data / name / f"{split}.jsonl.gz", "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def homonyms(data: Path, brands: Sequence[Mapping[str, Any]]) -> list[Labelled]:
    """The posts read by hand."""
    texts = {
        name: {row["id"]: row["text"] for row in _rows(data, name)}
        for name in ("semeval2017_4a", "umsab")
    }
    found = []
    for one in brands:
        chosen: dict[str, list[str]] = {"about": [], "other": []}
        for name, labels in one["posts"].items():
            for label, ids in labels.items():
                chosen[label] += [texts[name][id_] for id_ in ids]
        brand = Brand(one["name"], one["name"], one["about"])
        found.append(Labelled(brand, chosen["about"], chosen["other"]))
    return found


def published(data: Path, name: str, about: Mapping[str, str]) -> list[Labelled]:
    """A published set with its irrelevant posts, of each brand at most `A_BRAND` a label."""
    chosen: defaultdict[tuple[str, bool], dict[str, str]] = defaultdict(dict)
    for row in _rows(data, name):
        group = str(row.get("group") or row["id"])
        if row["text"].strip():
            chosen[row["target"], bool(row["relevant"])].setdefault(group, row["text"])
    draw = np.random.default_rng(7)
    found = []
    for target, described in about.items():
        some = []
        for relevant in (True, False):
            texts = list(chosen[target, relevant].values())
            some.append([texts[at] for at in draw.permutation(len(texts))[:A_BRAND]])
        found.append(Labelled(Brand(target, target, described), some[0], some[1]))
    return found


def fitted(judge: RelevanceJudge, sets: Sequence[Labelled], centre: Floats) -> Head:
    """The logistic head over the measures, with a ridge."""
    rows, truth = [], []
    for one in sets:
        texts = [*one.about, *one.other]
        topics = judge.read(texts)
        measured = judge.measures(one.brand, topics, [words(text, one.brand) for text in texts])
        rows.append(np.column_stack([measured, np.ones(len(texts))]))
        truth += [1.0] * len(one.about) + [0.0] * len(one.other)
    table, wanted = np.concatenate(rows), np.array(truth)
    weights = np.zeros(4)
    for _ in range(50):
        expected = 1.0 / (1.0 + np.exp(-table @ weights))
        slope = table.T @ (expected - wanted) + _RIDGE * weights
        curve = (table * (expected * (1 - expected))[:, None]).T @ table + np.diag(_RIDGE)
        weights = weights - np.linalg.solve(curve, slope)
    return Head(centre, *(round(float(one), 3) for one in weights))


def auc(about: Floats, other: Floats) -> float:
    """How often a post about the brand stands above one that is not."""
    above = (about[:, None] > other[None, :]).mean()
    return float(above + 0.5 * (about[:, None] == other[None, :]).mean())


def precision(about: Floats, other: Floats, recall: float = 0.9) -> float:
    """Which share is about the brand, of all above the threshold that keeps `recall` of these."""
    threshold = np.sort(about)[int(np.floor(len(about) * (1 - recall)))]
    kept = (about >= threshold).sum()
    return float(kept / (kept + (other >= threshold).sum()))


def scores(
    judge: RelevanceJudge, one: Labelled, texts: Sequence[str], seen: Sequence[Seen]
) -> Floats:
    """Probabilities of texts."""
    topics = judge.encoder.topics(texts)
    assert topics is not None
    found = judge.judge(one.brand, seen, texts, topics)
    return np.array([each.probability for each in found or ()] or [0.5] * len(texts))


def table(
    name: str, classifier: OnnxClassifier, heads: Mapping[str, Head], sets: Sequence[Labelled]
) -> None:
    """Print a line for each number of dismissals and confirmations, described or not."""
    for described in (True, False):
        for dismissed, confirmed in ((0, 0), (5, 0), (5, 5), (20, 0), (20, 20)):
            if not described and not dismissed:
                continue
            areas, kept, base, brands = [], [], [], 0
            for one in sets:
                if len(one.other) < dismissed + 3 or len(one.about) < confirmed + 3:
                    continue
                brands += 1
                plain = Labelled(Brand(one.brand.name, one.brand.query), one.about, one.other)
                judge = RelevanceJudge(classifier, heads[one.brand.name])
                draw = np.random.default_rng(1)
                for _ in range(DRAWS if dismissed else 1):
                    no, yes = draw.permutation(len(one.other)), draw.permutation(len(one.about))
                    seen = [Seen(int(n), one.other[n], about=False) for n in no[:dismissed]]
                    seen += [Seen(-int(n), one.about[n], about=True) for n in yes[:confirmed]]
                    rest = [one.about[n] for n in yes[confirmed:]]
                    away = [one.other[n] for n in no[dismissed:]]
                    found = scores(judge, one if described else plain, [*rest, *away], seen)
                    high, low = found[: len(rest)], found[len(rest) :]
                    areas.append(auc(high, low))
                    kept.append(precision(high, low))
                    base.append(len(rest) / len(found))
            if brands:
                print(
                    f"| {name} | {'yes' if described else 'no'} | {dismissed} | {confirmed} | "
                    f"{brands} | {np.mean(areas):.2f} | {np.mean(kept):.2f} | {np.mean(base):.2f} |"
                )


class Remembered:
    """An encoder that reads each text once."""

    def __init__(self, classifier: OnnxClassifier) -> None:
        self._classifier = classifier
        self._known: dict[str, Floats] = {}

    def topics(self, texts: Sequence[str]) -> Any:
        """A row a text."""
        unknown = [text for text in dict.fromkeys(texts) if text not in self._known]
        if unknown:
            rows = self._classifier.topics(unknown)
            assert rows is not None
            self._known |= dict(zip(unknown, rows, strict=True))
        return np.stack([self._known[text] for text in texts])


def main(data: Path, *, write: bool) -> None:
    """Print the tables."""
    brands = json.loads((Path(__file__).parent / "brands.json").read_text(encoding="utf-8"))
    encoder: Any = Remembered(OnnxClassifier())
    by_hand = homonyms(data, brands["homonyms"])
    kaggle = published(data, "entity_sentiment_kaggle", brands["entity_sentiment_kaggle"])
    apple = published(data, "apple_dfe", {"apple": brands["apple_dfe"]})
    every = [text for one in kaggle for text in (*one.about, *one.other)]
    centre = np.asarray(encoder.topics(every), dtype=np.float64).mean(axis=0).round(4)
    judge = RelevanceJudge(encoder, Head(centre, 0.0, 0.0, 0.0, 0.0))
    whole = fitted(judge, by_hand, centre)
    if write:
        weights = {name: getattr(whole, name) for name in ("topic", "name", "words", "bias")}
        value = {"name": "relevance-1", "weights": weights, "centre": list(centre)}
        (BUNDLED / FILE).write_text(json.dumps(value) + "\n", encoding="utf-8")
    left_out = {
        one.brand.name: fitted(judge, [two for two in by_hand if two is not one], centre)
        for one in by_hand
    }
    print("| posts | described | dismissed | confirmed | brands | AUC | precision | without |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    table("homonyms by hand", encoder, left_out, by_hand)
    table("entity_sentiment_kaggle", encoder, {one.brand.name: whole for one in kaggle}, kaggle)
    table("apple_dfe", encoder, {"apple": left_out["apple"]}, apple)


if __name__ == "__main__":
    main(Path(sys.argv[1]), write="--write" in sys.argv)
