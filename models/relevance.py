"""Whether a mention is about the brand: by its description and by what reviewers said of others.

A logistic head over two measures of likeness to the description (the topic that the bundled encoder
reads in a text, and the words it shares) gives the odds. What reviewers dismissed and confirmed
moves them: a kernel logistic head with these odds as its offset, fitted anew in milliseconds.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.judgement import Encoder, Topics
from models.weights_file import BUNDLED, ModelError

Floats = NDArray[np.float64]

FILE: Final = "relevance.json"
NEAR: Final = 0.35
"""How like two topics must be (cosine) for one post to be named beside the other."""
_NAMED: Final = 3
_LOOKED_AT: Final = 16
_KEPT: Final = 20_000
_TOPIC_SCALE: Final = 10.0
_WORD_SCALE: Final = 5.0
_DISTRUST: Final = 0.1
"""How readily reviews that contradict the description weaken it."""
_MOSTLY_ABOUT: Final = 1.4
"""The odds without a description, as a logarithm: four mentions of five are meant."""
_SURE: Final = 4.0
"""The most that a description alone says, as a logarithm of odds: what people say weighs more."""
_CONTEXT: Final = 6
"""So many words around the name tell what is meant as well as more."""
_ROUNDS: Final = 25
_SYNTAX: Final = re.compile(r"\b(?:AND|OR|NOT|NEAR/\d+)\b|\B-(?:\([^)]*\)|\S+)|\w+:\S+")
_ADDRESS: Final = re.compile(r"https?://\S+|@\w+")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_COMMON: Final = """
    a about after all also am amp an and any are as at be because been being but by can could did
    do does for from get got had has have he her here him his how http https if in into is it its
    just like me more my new no not now of off on one or our out over people re rt she should so
    some than that the their them then there these they thing this those to today tomorrow too up
    us user via was way we were what when where which who why will with would you your dont im
    cant ive
"""
_EMPTY: Final = frozenset(_COMMON.split())


@dataclass(frozen=True, slots=True)
class Brand:
    """A query with what it means, in the words of whoever set it up; `about` may be empty."""

    name: str
    query: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A mention of which a reviewer said whether it is about the brand."""

    id: int
    text: str
    about: bool


@dataclass(frozen=True, slots=True)
class Relevance:
    """How probable it is that a post is about the brand, and why."""

    probability: float
    unlike: tuple[str, ...] = ()
    """Words of the post far from the description, where the post is in doubt."""
    shared: tuple[str, ...] = ()
    """Words that the post has in common with the description."""
    nearest: Seen | None = None
    """The reviewed mention that it resembles most, of the kind that speaks for the verdict."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head that was fitted on published texts; `centre` is the mean topic of all texts."""

    centre: Floats
    topic: float
    name: float
    words: float
    bias: float


@dataclass(frozen=True, slots=True)
class _Fitted:
    """What the reviewed mentions of one brand came to."""

    seen: tuple[Seen, ...]
    topics: Floats
    bags: tuple[frozenset[str], ...]
    odds: Floats
    pull: Floats


def head_of(folder: Path = BUNDLED) -> Head:
    """Read the head; raises ModelError where it cannot be used."""
    path = folder / FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        weights = found["weights"]
        centre = np.asarray(found["centre"], dtype=np.float64)
        return Head(centre, *(weights[name] for name in ("topic", "name", "words", "bias")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path}: no head for relevance; restore it ({error!r})") from error


class RelevanceJudge:
    """Judges mentions of brands; what it encoded of descriptions and reviews is kept in memory."""

    def __init__(self, encoder: Encoder, head: Head | None = None) -> None:
        self.encoder = encoder
        self._head = head or head_of()
        self._known: dict[str, Floats] = {}
        self._fits: dict[Brand, _Fitted] = {}

    def judge(
        self, brand: Brand, seen: Sequence[Seen], texts: Sequence[str], topics: Topics
    ) -> list[Relevance] | None:
        """A verdict a text, whose `topics` are rows as the encoder gave them.

        None where nothing says what is meant: neither a description nor a dismissal.
        """
        if not brand.about and all(one.about for one in seen):
            return None
        centred = self._centred(topics)
        bags = [words(text, brand) for text in texts]
        odds = self._offsets(brand, centred, bags)
        fitted = self._fit(brand, tuple(seen))
        if fitted is not None:
            kernel = _kernel(centred, bags, fitted.topics, fitted.bags)
            kernel = kernel + self._doubt(brand, odds, fitted.odds)
            odds = odds + kernel @ fitted.pull
        probabilities = 1.0 / (1.0 + np.exp(-np.clip(odds, -30, 30)))
        return [
            self._explained(brand, float(probability), text, row, bag, fitted)
            for probability, text, row, bag in zip(probabilities, texts, centred, bags, strict=True)
        ]

    def read(self, texts: Sequence[str]) -> Floats:
        """Centred topics; a text that was read before is not read again."""
        if len(self._known) > _KEPT:
            self._known.clear()
        unknown = [text for text in dict.fromkeys(texts) if text not in self._known]
        found = self.encoder.topics(unknown) if unknown else None
        if found is not None:
            self._known |= dict(zip(unknown, self._centred(found), strict=True))
        return np.stack([self._known[text] for text in texts])

    def measures(self, brand: Brand, topics: Floats, bags: Sequence[frozenset[str]]) -> Floats:
        """A row a text: likeness of its topic to the description, likeness to the bare name (which
        says nothing of what is meant, and so counts against), words shared with the description.
        """
        described, named = self.read([brand.about, plain_words(brand)])
        own = words(brand.about, brand)
        shared = np.sqrt([float(len(bag & own)) for bag in bags])
        return np.column_stack([topics @ described, topics @ named, shared])

    def _offsets(self, brand: Brand, topics: Floats, bags: Sequence[frozenset[str]]) -> Floats:
        if not brand.about:
            return np.full(len(bags), _MOSTLY_ABOUT)
        head = self._head
        weights = np.array([head.topic, head.name, head.words])
        told = np.clip(self.measures(brand, topics, bags) @ weights + head.bias, -_SURE, _SURE)
        # Where few words stand around the name, they tell little: then it is mostly meant.
        context = np.minimum(np.array([len(bag) for bag in bags]) / _CONTEXT, 1.0)
        return np.asarray(context * told + (1.0 - context) * _MOSTLY_ABOUT)

    def _doubt(self, brand: Brand, odds: Floats, others: Floats) -> Floats:
        return _DISTRUST * np.outer(odds, others) * bool(brand.about)

    def _fit(self, brand: Brand, seen: tuple[Seen, ...]) -> _Fitted | None:
        if not seen:
            return None
        known = self._fits.get(brand)
        if known is not None and known.seen == seen:
            return known
        topics = self.read([one.text for one in seen])
        bags = tuple(words(one.text, brand) for one in seen)
        truth = np.array([float(one.about) for one in seen])
        odds = self._offsets(brand, topics, bags)
        kernel = _kernel(topics, bags, topics, bags) + self._doubt(brand, odds, odds)
        pull = fit(kernel, truth, odds)
        self._fits[brand] = fitted = _Fitted(seen, topics, bags, odds, pull)
        return fitted

    def _explained(
        self,
        brand: Brand,
        probability: float,
        text: str,
        topic: Floats,
        bag: frozenset[str],
        fitted: _Fitted | None,
    ) -> Relevance:
        own = words(brand.about, brand)
        spelled = _spelled(text)
        doubted = probability < 0.5
        return Relevance(
            probability=round(probability, 4),
            unlike=self._unlike(brand, bag - own, spelled) if doubted and brand.about else (),
            shared=tuple(spelled[word] for word in sorted(bag & own))[:_NAMED],
            nearest=None if fitted is None else _nearest(topic, fitted, about=not doubted),
        )

    def _unlike(
        self, brand: Brand, bag: frozenset[str], spelled: Mapping[str, str]
    ) -> tuple[str, ...]:
        """The words furthest from the description, each read by itself."""
        chosen = sorted(bag, key=lambda word: (-len(word), word))[:_LOOKED_AT]
        if not chosen:
            return ()
        described = self.read([brand.about])[0]
        away = self.read(chosen) @ described
        order = np.argsort(away)[:_NAMED]
        return tuple(spelled[chosen[at]] for at in order if away[at] < NEAR)

    def _centred(self, topics: Topics) -> Floats:
        moved = topics.astype(np.float64) - self._head.centre
        length = np.linalg.norm(moved, axis=-1, keepdims=True)
        return np.asarray(moved / np.maximum(length, 1e-9))


def words(text: str, brand: Brand) -> frozenset[str]:
    """Words that say something, a plural like its singular, without those of the query itself."""
    return frozenset(_spelled(text)) - frozenset(_spelled(plain_words(brand)))


def plain_words(brand: Brand) -> str:
    """The words that a query looks for, without its operators, exclusions and fields."""
    found = _WORD.findall(_SYNTAX.sub(" ", brand.query))
    return " ".join(dict.fromkeys(found)) or brand.name


def _spelled(text: str) -> dict[str, str]:
    """Each word as it is compared, with how the text writes it."""
    plain = _ADDRESS.sub(" ", text.replace("’", "'").replace("'s", "").replace("'", ""))
    return {_stem(word): word for word in _WORD.findall(plain.lower()) if word not in _EMPTY}


def _stem(word: str) -> str:
    return word.rstrip("s") if len(word) > 3 else word


def _kernel(
    topics: Floats,
    bags: Sequence[frozenset[str]],
    other_topics: Floats,
    other_bags: Sequence[frozenset[str]],
) -> Floats:
    places = {word: at for at, word in enumerate(sorted(frozenset().union(*other_bags)))}
    common = _table(bags, places) @ _table(other_bags, places).T
    return np.asarray(_TOPIC_SCALE * (topics @ other_topics.T) + _WORD_SCALE * common)


def _table(bags: Sequence[frozenset[str]], places: Mapping[str, int]) -> Floats:
    """A row a bag, of length 1 where all its words have a place."""
    found = np.zeros((len(bags), len(places)))
    for row, bag in zip(found, bags, strict=True):
        row[[places[word] for word in bag if word in places]] = 1.0 / np.sqrt(max(len(bag), 1))
    return found


def fit(kernel: Floats, truth: Floats, offset: Floats) -> Floats:
    """How much each example pulls: logistic regression in a kernel, by Newton's method.

    `truth` is 0 or 1; `offset` are the log odds known beforehand.
    """
    pull = np.zeros(len(truth))
    for _ in range(_ROUNDS):
        odds = np.clip(kernel @ pull + offset, -30, 30)
        expected = 1.0 / (1.0 + np.exp(-odds))
        weight = np.maximum(expected * (1.0 - expected), 1e-4)
        wanted = kernel @ pull + (truth - expected) / weight
        step = np.linalg.solve(kernel + np.diag(1.0 / weight), wanted)
        if np.abs(step - pull).max() < 1e-6:
            return np.asarray(step, dtype=np.float64)
        pull = np.asarray(step, dtype=np.float64)
    return pull


def _nearest(topic: Floats, fitted: _Fitted, *, about: bool) -> Seen | None:
    likeness: list[float] = (fitted.topics @ topic).tolist()
    alike = [
        (near, one)
        for near, one in zip(likeness, fitted.seen, strict=True)
        if near >= NEAR and one.about == about
    ]
    return max(alike, key=lambda pair: pair[0])[1] if alike else None
