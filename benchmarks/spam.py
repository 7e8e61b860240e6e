"""How well `models.spam` tells spam: precision first, for a wrongly hidden customer is worse.

`python -m benchmarks.spam ../shared/data [--write]`. There is no published set of spam at hand:
`spam.json` holds posts that were read and labelled by hand, by post id, and texts written by hand,
half of them hard negatives. Customers' texts of other sets are clean. By hash, three fifths fit the
head, one fifth chooses where it draws the line, and one fifth, held out, chooses nothing. With
`--write` the head is written to `models/weights/spam.json`.
"""

import gzip
import json
import math
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from models.corpus import hash_of
from models.spam import FILE, THRESHOLD, SpamHead, features, found_marks, spam
from models.weights_file import BUNDLED

CUSTOMERS: Final = (
    "complaints_acl19", "appreview_maalej", "appreview_pan", "appreview_vu", "nlbse24_issues",
    "banking77", "ibm_customer_care",
)  # fmt: skip
_PRIOR: Final = {
    "mark coins": 1.5, "mark promised gain": 2.2, "mark followers for sale": 3.5,
    "mark promo code": 2.2, "mark job offer": 2.5, "mark pay named": 1.7,
    "mark contact elsewhere": 1.7, "mark licence keys": 3.0, "mark loud": 1.0,
    "mark search ranking": 3.0, "mark casino or pills": 3.0, "mark giveaway": 1.5,
    "mark asks to enter": 3.5, "mark link": 1.5, "trouble": -3.0,
}  # fmt: skip
"""What a person would weigh the marks by; the texts correct it as far as they reach."""
_PRIOR_BIAS: Final = -2.6
_RIDGE: Final = 0.6
_FIRM: Final = 2.0
_OFTEN: Final = 3
_RARE_CUSTOMER: Final = 0.2
_MARGIN: Final = 0.7
"""Between the clean text that looks most like spam and the line, as log odds."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with its truth; `source` is what it came from."""

    text: str
    is_spam: bool
    source: str

    @property
    def part(self) -> str:
        """What it is for."""
        return ("held out", "chooses", "fits", "fits", "fits")[hash_of(self.text) % 5]


def _rows(data: Path, name: str, split: str) -> Iterator[dict[str, Any]]:
    path = data / name / f"{split}.jsonl.gz"
    if path.exists():
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def labelled(data: Path) -> list[Labelled]:
    """What was labelled and written by hand."""
    found = json.loads((Path(__file__).parent / "spam.json").read_text(encoding="utf-8"))
    wanted = {
        (name, id_): label == "spam"
        for label, sets in found["posts"].items()
        for name, ids in sets.items()
        for id_ in ids
    }
    posts = [
        Labelled(row["text"], wanted.pop((name, row["id"])), "posts")
        for name in sorted({name for name, _ in wanted})
        for row in _rows(data, name, "train")
        if (name, row["id"]) in wanted
    ]
    written = [
        Labelled(text, label == "spam", "written")
        for label, texts in found["templates"].items()
        for text in texts
    ]
    return posts + written


def customers(data: Path) -> list[Labelled]:
    """Texts of customers, which are clean; those without any mark cannot be taken for spam."""
    by_hand = json.loads((Path(__file__).parent / "spam.json").read_text(encoding="utf-8"))
    known = {
        (name, id_)
        for sets in by_hand["posts"].values()
        for name, ids in sets.items()
        for id_ in ids
    }
    return [
        Labelled(row["text"], is_spam=False, source="customers")
        for name in CUSTOMERS
        for split in ("train", "dev")
        for row in _rows(data, name, split)
        if row.get("text") and (name, row.get("id")) not in known
    ]


def fitted(texts: Sequence[Labelled]) -> SpamHead:
    """Logistic regression with a ridge on the texts that have a mark."""
    marked = [(one, found_marks(one.text)) for one in texts]
    rows = [(features(one.text, marks), one) for one, marks in marked if marks]
    often = Counter(name for row, one in rows if one.is_spam for name in row)
    names = sorted({name for name, n in often.items() if n >= _OFTEN} | set(_PRIOR))
    place = {name: at for at, name in enumerate(names)}
    table = np.zeros((len(rows), len(names) + 1))
    table[:, -1] = 1.0
    for at, (row, _) in enumerate(rows):
        for name, value in row.items():
            if name in place:
                table[at, place[name]] = value
    truth = np.array([float(one.is_spam) for _, one in rows])
    worth = np.array([_RARE_CUSTOMER if one.source == "customers" else 1.0 for _, one in rows])
    ridge = np.array([_FIRM if name in _PRIOR else _RIDGE for name in names] + [_FIRM])
    prior = np.array([_PRIOR.get(name, 0.0) for name in names] + [_PRIOR_BIAS])
    weights = prior.copy()
    for _ in range(40):
        expected = 1.0 / (1.0 + np.exp(-np.clip(table @ weights, -30, 30)))
        slope = table.T @ (worth * (expected - truth)) + ridge * (weights - prior)
        curve = (table * (worth * expected * (1 - expected))[:, None]).T @ table + np.diag(ridge)
        weights = weights - np.linalg.solve(curve, slope)
    chosen = {name: round(float(weights[at]), 3) for name, at in place.items()}
    kept = {name: weight for name, weight in chosen.items() if abs(weight) >= 0.05}
    return SpamHead(round(float(weights[-1]), 3), kept)


def drawn(head: SpamHead, texts: Sequence[Labelled]) -> SpamHead:
    """The head with its bias moved so that the threshold hides no clean text of these."""
    clean = [spam(one.text, head).score for one in texts if not one.is_spam]
    highest = min(max(clean, default=THRESHOLD), 0.999)
    move = min(0.0, _odds(THRESHOLD) - _odds(highest) - _MARGIN)
    return SpamHead(round(head.bias + move, 3), head.weights)


def _odds(probability: float) -> float:
    return math.log(probability / (1.0 - probability))


def main(data: Path, *, write: bool) -> None:
    """Print the table."""
    every = labelled(data) + customers(data)
    head = fitted([one for one in every if one.part == "fits"])
    head = drawn(head, [one for one in every if one.part == "chooses"])
    if write:
        value = {"name": "spam-2", "bias": head.bias, "weights": dict(head.weights)}
        (BUNDLED / FILE).write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    print(f"{len(head.weights)} weights\n\n| held out | texts | spam | hidden | of these spam |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for source in ("posts", "written", "customers"):
        some = [one for one in every if one.part == "held out" and one.source == source]
        hidden = [one for one in some if spam(one.text, head).score >= THRESHOLD]
        right = sum(one.is_spam for one in hidden)
        total = sum(one.is_spam for one in some)
        print(f"| {source} | {len(some):,} | {total} | {len(hidden)} | {right} |")
        for one in hidden:
            if not one.is_spam:
                print("   hidden wrongly:", one.text[:120].replace("\n", " "), file=sys.stderr)
        for one in some:
            if one.is_spam and one not in hidden:
                reading = spam(one.text, head)
                print("   missed:", reading, one.text[:100].replace("\n", " "), file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]), write="--write" in sys.argv)
