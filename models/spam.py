"""Whether a post sells something nobody asked for: marks with names, weighed by a trained head.

The head is a logistic regression over the marks, how loud a text is, and words; it was fitted by
`benchmarks/spam.py`, which also measures it.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from models.weights_file import BUNDLED, ModelError

FILE: Final = "spam.json"

_LINK: Final = re.compile(
    r"https?://|www\.|\b[\w-]+\.(?:example|biz|info|xyz|top|shop|click|ly)/\S", re.IGNORECASE
)
_ENTRY: Final = (
    r"(?<!\bto )(?<!\bi )\b(?:follow|like|rt|retweet|re-?post|share|tag|comment|subscribe|enter"
    r"|join|participate|sign up)\b"
)
_YOUR: Final = "a|an|your|another|the|one more"
_PRIZE: Final = r"an?\b|one of|our\b|[$€£]|\d|free\b|tickets|tix|prizes|exciting"
_MARKS: Final[Mapping[str, tuple[str, ...]]] = {
    "coins": (
        r"\b(?:airdrop|pre-?sale|crypto|bitcoin|btc|usdt|forex|nft|coins?|wallets?|tokens?)\b",
    ),
    "promised gain": (
        r"\bguaranteed (?:profits?|returns?|gains?)\b",
        r"\b(?:claim your free|connect your wallet|double your|passive income)\b",
        r"\b(?:risk.free|investment plan|trading signals?|financial freedom)\b",
        r"\b\d+x (?:profit|returns?|gains?|guaranteed)\b",
    ),
    "followers for sale": (
        r"\b(?:buy|get|gain|cheap|real|instant|\d+k?) (?:\w+ ){0,3}"
        r"(?:followers|likes|subscribers|upvotes)\b",
    ),
    "promo code": (
        r"\b(?:promo|coupon|discount|voucher|referral) ?codes?\b",
        r"\buse (?:my )?code\b",
        r"\b\d{2} ?% off\b",
    ),
    "job offer": (
        r"\b(?:urgent(?:ly)? hiring|hiring (?:now|remote|\d+)|we are hiring)\b",
        r"\bwork from (?:home|your phone)\b",
        r"\bno (?:experience|interview|skills?)(?: needed| required|,)",
        r"\bremote (?:typist|data entry|jobs?|assistants?)\b",
    ),
    "pay named": (
        r"[$€£] ?\d[\d,.]*k? ?(?:usd )?"
        r"(?:daily|weekly|(?:an?|per|every|each|/) ?(?:day|hour|week|month))",
        r"\b\d[\d,.]*k? ?(?:usd|dollars|euros?) "
        r"(?:daily|weekly|monthly|(?:a|per) (?:day|week|hour|month))",
    ),
    "contact elsewhere": (
        r"\bt\.me/|\bwa\.me/",
        r"\b(?:telegram|whats ?app|dm me|inbox me|text me|hmu)\b",
    ),
    "licence keys": (
        r"\b(?:cheap|lifetime|cracked) (?:licen[cs]e|keys?|activation|premium accounts?)\b",
    ),
    "loud": (
        r"[🚀💰🤑🔥💸🎁💎]|!!!",
        r"\b(?:hurry|act now|last chance|link in bio|sign up now)\b",
        r"\b(?:limited (?:time|offer)|only \d+ (?:left|seats?|spots?)|first \d+)\b",
    ),
    "search ranking": (
        r"\b(?:seo (?:services?|agency|packages?)|buy backlinks?|guest posts?)\b",
        r"\brank your (?:site|website)\b",
    ),
    "casino or pills": (
        r"\b(?:online casino|betting tips|free spins)\b",
        r"\b(?:viagra|cialis|loan approval)\b",
    ),
    "giveaway": (
        r"\b(?:giveaways?|sweepstakes?|raffle|free (?:gifts?|prizes?|codes))\b",
        r"\bgiving away (?:an?|one|two|some|free|our|\d+|[$€£]) ?\w",
        r"#\w*(?:giveaway|sweepstakes|freebie|instantwin)\w*|#(?:competition|contest|prize)\b",
    ),
    "asks to enter": (
        rf"{_ENTRY}[^.?!\n]{{0,60}}\b(?:to (?:win|enter|be entered)|in to win)\b(?! into)",
        rf"(?:{_ENTRY}|\b(?:stop (?:in|by)|play)\b)[^.?!\n]{{0,60}}"
        rf"\b(?:for|get) (?:{_YOUR} )?chance\b",
        rf"\b(?:{_YOUR}|free|last|for) chance (?:to win|of winning) (?:{_PRIZE})",
        rf"{_ENTRY}[^.?!\n]{{0,60}}\b(?:giveaway|sweepstakes?|win (?:{_PRIZE}))",
        r"(?:^|[.!] |\bwant to )win (?:an?\b|one of|our\b|[$€£]|free\b|tickets|tix|prizes)",
        rf"\bto (?:enter|win)\b:? ?(?:just |simply )?{_ENTRY}",
        r"\b(?:retweet (?:this|and|every)|like and retweet|rt (?:this|and))\b[^.?!\n]{0,60}\bwin\b",
        r"\bclaim (?:your|here|now)\b",
    ),
}
_COMPILED: Final = tuple(
    (name, re.compile("|".join(patterns), re.IGNORECASE)) for name, patterns in _MARKS.items()
)
_WORD: Final = re.compile(r"[a-z$%][a-z'$%]+")
_ADDRESS: Final = re.compile(r"https?://\S+|www\.\S+|@\w+")
_AFTER: Final = re.compile(
    r"\b(?:(?:never|not?|still) (?:\w+ ){0,3}(?:got|get|receive|received|came|come|arrived|work\w*)"
    r"|(?:did(?:n't)?|has(?:n't)?|have(?:n't)?|does(?:n't)?|do(?:n't)?|can(?:'t)?|cannot) "
    r"(?:i|you|we|any\w*|some\w*)|when will|who (?:won|do|can)|i (?:won|had|have|can't|cannot)"
    r"|scam|fake|legit|refund|error|fail\w*|crash\w*|bug|broken|complain\w*|where is)\b",
    re.IGNORECASE,
)
_SHOUT: Final = re.compile(r"\b[A-Z]{3,}\b")
_EMOJI: Final = re.compile(r"[🚀💰🤑🔥💸🎁💎🎉🎊🏆]")
_NAMED: Final = 3
_TELLS: Final = 0.5
"""The least weight of a word that is named as a reason."""
THRESHOLD: Final = 0.6


@dataclass(frozen=True, slots=True)
class SpamReading:
    """The probability of being spam, and what speaks for it: marks, then words in quotes."""

    score: float
    marks: tuple[str, ...]

    @property
    def is_spam(self) -> bool:
        """Whether it is surer than the threshold at which the head was measured."""
        return self.score >= THRESHOLD


@dataclass(frozen=True, slots=True)
class SpamHead:
    """Weights by feature."""

    bias: float
    weights: Mapping[str, float]


@lru_cache(maxsize=1)
def bundled() -> SpamHead:
    """The head that is shipped."""
    return head_of(BUNDLED)


def head_of(folder: Path) -> SpamHead:
    """Read the head; raises ModelError where it cannot be used."""
    path = folder / FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        weights = {str(name): float(weight) for name, weight in found["weights"].items()}
        return SpamHead(float(found["bias"]), weights)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{path}: no head for spam; restore it ({error!r})") from error


def spam(text: str, head: SpamHead | None = None) -> SpamReading:
    """How probably a raw text is unasked selling or a giveaway, and by what.

    Words alone make no spam: without a mark the score stays below the threshold.
    """
    marks = found_marks(text)
    if not marks:
        return SpamReading(0.0, ())
    head = head or bundled()
    said = features(text, marks)
    odds = head.bias + sum(head.weights.get(name, 0.0) * value for name, value in said.items())
    score = 1.0 / (1.0 + math.exp(-max(min(odds, 30.0), -30.0)))
    telling = sorted(
        (name for name in said if name.startswith("word ") and head.weights.get(name, 0) > _TELLS),
        key=lambda name: (-head.weights[name], name),
    )
    words = [f"“{name.removeprefix('word ')}”" for name in telling[:_NAMED]]
    return SpamReading(round(score, 4), (*marks, *words) if score >= THRESHOLD else marks)


def found_marks(text: str) -> tuple[str, ...]:
    """The marks of a text; a link is one only beside another."""
    found = tuple(name for name, pattern in _COMPILED if pattern.search(text))
    return (*found, "link") if found and _LINK.search(text) else found


def features(text: str, marks: tuple[str, ...]) -> dict[str, float]:
    """What the head weighs: marks, how loud and how troubled a text is, its words and pairs."""
    words = _WORD.findall(_ADDRESS.sub(" ", text.replace("’", "'")).lower())
    found = {f"mark {name}": 1.0 for name in marks}
    found["marks"] = min(len(marks), 4) / 2
    found["shouts"] = min(len(_SHOUT.findall(text)), 3) / 3
    found["tags"] = min(text.count("#"), 3) / 3
    found["emoji"] = min(len(_EMOJI.findall(text)), 3) / 3
    found["asks"] = float("?" in text)
    found["trouble"] = float(_AFTER.search(text.replace("’", "'")) is not None)
    found |= {f"word {word}": 0.5 for word in words}
    return found | {f"word {one} {two}": 0.5 for one, two in pairwise(words)}
