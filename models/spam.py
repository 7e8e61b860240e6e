"""Whether a post sells something nobody asked for: a sum of plain marks, each with a name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_LINK: Final = re.compile(
    r"https?://|www\.|\b[\w-]+\.(?:example|biz|info|xyz|top|shop|click|ly)/\S", re.IGNORECASE
)
_MARKS: Final[Mapping[str, tuple[float, tuple[str, ...]]]] = {
    "coins": (
        0.3,
        (r"\b(?:airdrop|pre-?sale|crypto|bitcoin|btc|usdt|forex|nft|coins?|wallets?|tokens?)\b",),
    ),
    "promised gain": (
        0.45,
        (
            r"\bguaranteed (?:profits?|returns?|gains?)\b",
            r"\b(?:claim your free|connect your wallet|double your|passive income)\b",
            r"\b(?:risk.free|investment plan|trading signals?|financial freedom)\b",
            r"\b\d+x (?:profit|returns?|gains?|guaranteed)\b",
        ),
    ),
    "followers for sale": (
        0.7,
        (
            r"\b(?:buy|get|gain|cheap|real|instant|\d+k?) (?:\w+ ){0,3}"
            r"(?:followers|likes|subscribers|upvotes)\b",
        ),
    ),
    "promo code": (
        0.45,
        (
            r"\b(?:promo|coupon|discount|voucher|referral) ?codes?\b",
            r"\buse (?:my )?code\b",
            r"\b\d{2} ?% off\b",
        ),
    ),
    "job offer": (
        0.5,
        (
            r"\b(?:urgent(?:ly)? hiring|hiring (?:now|remote|\d+)|we are hiring)\b",
            r"\bwork from (?:home|your phone)\b",
            r"\bno (?:experience|interview|skills?)(?: needed| required|,)",
            r"\bremote (?:typist|data entry|jobs?|assistants?)\b",
        ),
    ),
    "pay named": (
        0.35,
        (
            r"[$€£] ?\d[\d,.]*k? ?(?:usd|a|per|every|each|/) ?(?:day|daily|hour|week|month)?",
            r"\b\d[\d,.]*k? ?(?:usd|dollars|euros?) "
            r"(?:daily|weekly|monthly|(?:a|per) (?:day|week|hour|month))",
        ),
    ),
    "contact elsewhere": (
        0.35,
        (r"\bt\.me/|\bwa\.me/", r"\b(?:telegram|whats ?app|dm me|inbox me|text me|hmu)\b"),
    ),
    "licence keys": (
        0.6,
        (r"\b(?:cheap|lifetime|cracked) (?:licen[cs]e|keys?|activation|premium accounts?)\b",),
    ),
    "loud": (
        0.2,
        (
            r"[🚀💰🤑🔥💸🎁💎]|!!!",
            r"\b(?:click (?:here|now)|hurry|act now|last chance|link in bio|sign up now)\b",
            r"\b(?:limited (?:time|offer)|only \d+ (?:left|seats?|spots?)|first \d+)\b",
        ),
    ),
    "search ranking": (
        0.6,
        (
            r"\b(?:seo (?:services?|agency|packages?)|buy backlinks?|guest posts?)\b",
            r"\brank your (?:site|website)\b",
        ),
    ),
    "casino or pills": (
        0.6,
        (
            r"\b(?:online casino|betting tips|free spins)\b",
            r"\b(?:viagra|cialis|weight loss|loan approval)\b",
        ),
    ),
}
_COMPILED: Final = tuple(
    (name, weight, re.compile("|".join(patterns), re.IGNORECASE))
    for name, (weight, patterns) in _MARKS.items()
)
THRESHOLD: Final = 0.75


@dataclass(frozen=True, slots=True)
class SpamReading:
    """From 0 (clean) to 1, and the marks that were found."""

    score: float
    marks: tuple[str, ...]

    @property
    def is_spam(self) -> bool:
        """Whether the sum reaches the threshold."""
        return self.score >= THRESHOLD


def spam(text: str) -> SpamReading:
    """The marks of unasked selling in a raw text; a link makes each weigh more."""
    found = {name: weight for name, weight, pattern in _COMPILED if pattern.search(text)}
    if not found:
        return SpamReading(0.0, ())
    marks = tuple(found)
    total = sum(found.values())
    if _LINK.search(text):
        total, marks = total + 0.35, (*marks, "link")
    return SpamReading(round(min(total, 1.0), 4), marks)
