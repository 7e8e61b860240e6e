"""Which words moved a verdict: leave them out, and see what becomes of it.

Occlusion (Zeiler and Fergus, ECCV 2014): a passage weighs what the verdict's log-odds lose without
it, since of two words that each suffice neither is missed much in the probability. Every word of a
short text is left out by itself; of a longer one passages are, and the weightiest are opened until
they are words, so that the work grows with the logarithm of the length.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import regex

from models.judgement import Judge, Likelihoods, Text
from models.weights_file import ModelError

_Span = tuple[int, int]
_Words = tuple[_Span, ...]
_SHORT: Final = 20
"""Words that are each left out by themselves."""
_PASSAGES: Final = 12
_OPENED: Final = 2
_PARTS: Final = 5
"""A longer text is parted in 12; the two weightiest parts are parted in five, again and again:
no more than 60 words in 100 ms allow (benchmarks/why.py)."""
_LEAST: Final = 0.25
_SHARE: Final = 0.15
"""A word moved the verdict by a quarter in log-odds and a share of what the weightiest did; less
may come from what else went through the model with it."""
_CERTAIN: Final = 0.999

_RUN: Final = regex.compile(
    r"\p{Extended_Pictographic}(?:[\uFE0F\u200D\U0001F3FB-\U0001F3FF]|\p{Extended_Pictographic})*"
    r"|[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}]{1,4}"
    r"|[^\s\p{Extended_Pictographic}\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}]+"
)
_MARKS: Final = regex.compile(r"[>`*#~_|=+-]+")
"""Of quotes, code and lists: without them other words would be read."""
_WITHIN: Final = regex.compile(r"[\p{L}\p{M}\p{N}@#].*[\p{L}\p{M}\p{N}]|[\p{L}\p{N}]", regex.DOTALL)


@dataclass(frozen=True, slots=True)
class Passage:
    """Characters `start` to `end` of the text, and what the verdict owes to them."""

    start: int
    end: int
    weight: float
    """In log-odds; below zero they speak against it."""
    without: float
    """The probability of the same label where they are left out."""


@dataclass(frozen=True, slots=True)
class Why:
    """A verdict with what each passage of the text did to it; the passages hold every word."""

    text: str
    """Title and text, which the places are counted in."""
    task: str
    label: str
    confidence: float
    is_guess: bool
    passages: tuple[Passage, ...]
    target: str | None = None
    """Whom the mood is towards; None for a verdict on the whole text."""

    @property
    def moving(self) -> list[Passage]:
        """The passages that moved the verdict, the weightiest first."""
        weights = [abs(one.weight) for one in self.passages]
        bar = max(_LEAST, _SHARE * max(weights, default=0.0))
        found = [one for one in self.passages if abs(one.weight) >= bar]
        return sorted(found, key=lambda one: -abs(one.weight))


def why(judge: Judge, text: Text, task: str = "sentiment", target: str | None = None) -> Why:
    """The verdict on a text, and which words moved it; of the task target `target` is whom.

    Raises models.weights_file.ModelError where the model has no head for the task.
    """
    whole = text.whole
    read = partial(_likelihoods, judge, task, target)
    words = tuple(found.span() for found in _words(whole))
    asked = _parted(words, _SHORT if len(words) <= _SHORT else _PASSAGES)
    # Read alone, as a person asks for it; what words weigh is seen beside it in one batch, since a
    # batch is rounded together.
    alone = read([Text(whole)])
    label, told = int(alone.verdicts[0]), alone.probabilities[0]
    found = read([Text(whole), *(_without(whole, one) for one in asked)])
    sure = float(found.probabilities[0, label])
    left = dict(zip(asked, found.probabilities[1:, label].tolist(), strict=True))
    while opened := _weightiest({one: _weight(sure, left[one]) for one in asked}):
        asked = [part for one in opened for part in _parted(one, _PARTS)]
        found = read([_without(whole, one) for one in asked])
        for one in opened:
            del left[one]
        left |= zip(asked, found.probabilities[:, label].tolist(), strict=True)
    passages = [
        Passage(*_span(one), round(_weight(sure, without), 2), round(without, 4))
        for one, without in left.items()
    ]
    in_order = tuple(sorted(passages, key=lambda one: one.start))
    is_guess, confidence = bool(alone.guesses[0]), round(float(told[label]), 4)
    return Why(whole, task, found.labels[label], confidence, is_guess, in_order, target)


def _weight(sure: float, without: float) -> float:
    """What the log-odds lose; beyond a near certainty they tell nothing more."""
    kept = [min(max(one, 1.0 - _CERTAIN), _CERTAIN) for one in (sure, without)]
    before, after = (math.log(one / (1.0 - one)) for one in kept)
    return before - after


def _likelihoods(judge: Judge, task: str, target: str | None, texts: Sequence[Text]) -> Likelihoods:
    targets = None if target is None else [target] * len(texts)
    found = judge.likelihoods(task, texts, targets)
    if found is None:
        raise ModelError(f"{judge.model} has no head for {task}; it has {', '.join(judge.tasks)}")
    return found


def _words(text: str) -> Iterator["regex.Match[str]"]:
    """Words without the marks around them; a mark that stands alone, ``:(`` say, is one too."""
    for run in _RUN.finditer(text):
        if not _MARKS.fullmatch(run.group()):
            yield _WITHIN.search(text, *run.span()) or run


def _parted(words: _Words, count: int) -> list[_Words]:
    """The words in at most `count` passages of like length."""
    size = max(1, -(-len(words) // count))
    return [words[start : start + size] for start in range(0, len(words), size)]


def _weightiest(weights: Mapping[_Words, float]) -> list[_Words]:
    """Of these passages the weightiest that can be opened."""
    closed = [one for one, weight in weights.items() if len(one) > 1 and abs(weight) >= _LEAST]
    return sorted(closed, key=lambda one: -abs(weights[one]))[:_OPENED]


def _span(words: _Words) -> _Span:
    return words[0][0], words[-1][1]


def _without(text: str, words: _Words) -> Text:
    start, end = _span(words)
    return Text(text[:start] + text[end:])
