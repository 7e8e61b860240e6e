"""The wording of a thank-you: to whom, for what, in their language, and never twice alike."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Final

from rewards.phrases import ENGLISH, PHRASES, Phrases
from rewards.routing import base_language
from store.records import Evidence

TOO_ALIKE: Final = 0.7
"""From this share of common letter triples on, two bodies read as the same."""
MEMORY: Final = 200
"""How many of the newest bodies a new one is compared with."""
TOPIC_CHARS: Final = 60

LIMITS: Final = {
    "x": 280,
    "bluesky": 300,
    "mastodon": 500,
    "stackexchange": 600,
    "discord": 2000,
    "reddit": 10_000,
    "discourse": 32_000,
    "github": 65_000,
}
"""Characters of one post by platform; elsewhere `DEFAULT_LIMIT`."""
DEFAULT_LIMIT: Final = 500

_FEDERATED: Final = re.compile(r"(?P<name>[\w.-]+)@[\w-]+(?:\.[\w-]+)+")
"""A handle of the fediverse: who, at which server."""
_LINK = re.compile(r"(?:https?://|www\.)\S*", re.IGNORECASE)
_MARKUP = re.compile(r"[\[\](){}<>`*_~|\\@#“”„«»「」\"]+")
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"\w+")
_PINGS_ALL: Final = frozenset({"everyone", "here", "channel", "all", "room"})


@dataclass(frozen=True, slots=True)
class Deed:
    """What is thanked for. Without `evidence` it is praise."""

    platform: str
    handle: str
    evidence: Evidence | None = None
    helped: str | None = None
    topic: str | None = None
    language: str | None = None


def compose(deed: Deed, seed: int, said: Sequence[str]) -> str | None:
    """A body for this deed, always the same for the same arguments.

    None where the person has no name, or every wording is too long for the platform or too
    like one of `said`: then a person finds the words.
    """
    if not _plain(deed.handle):
        return None
    recent = [_triples(body) for body in said[-MEMORY:]]
    for body in _candidates(deed, seed):
        if fits(body, deed.platform) and not _is_alike(_triples(body), recent):
            return body
    return None


def address(handle: str, platform: str) -> str:
    """How a person is called on a platform: ``u/name`` on Reddit, ``@name`` elsewhere.

    A handle that would call everybody there loses its ``@``.
    """
    if _FEDERATED.fullmatch(handle.removeprefix("@")):
        return "@" + handle.removeprefix("@")
    name = _plain(handle)
    if platform == "reddit":
        return "u/" + name.removeprefix("/").removeprefix("u/")
    return name if name.casefold() in _PINGS_ALL else f"@{name}"


def fits(body: str, platform: str) -> bool:
    """Whether the platform takes a body of this length."""
    return length(body, platform) <= LIMITS.get(platform, DEFAULT_LIMIT)


def length(body: str, platform: str) -> int:
    """Characters as the platform counts them: X counts most scripts but Latin double."""
    if platform != "x":
        return len(body)
    return sum(1 if ord(each) <= 0x10FF or 0x2000 <= ord(each) <= 0x201F else 2 for each in body)


def alike(one: str, other: str) -> float:
    """How alike two bodies are, 0 to 1: the share of common letter triples."""
    return _share(_triples(one), _triples(other))


def _candidates(deed: Deed, seed: int) -> Iterator[str]:
    """Bodies in the order in which they are tried: those that name the topic come first."""
    phrases = PHRASES.get(base_language(deed.language), ENGLISH)
    slots = _slots(deed, phrases)
    usable = [form for form in _forms(phrases, deed.evidence) if _names(form) <= slots.keys()]
    usable.sort(key=lambda form: ("topic" not in _names(form), _shuffled(seed, form)))
    for form in usable:
        yield form.format_map(slots)


def _forms(phrases: Phrases, evidence: Evidence | None) -> list[str]:
    if evidence is None:
        return list(phrases.praise)
    seconds = phrases.accepted if evidence is Evidence.ACCEPTED else phrases.thanked
    gap = "" if phrases is PHRASES["ja"] else " "
    pairs = ((first, second) for first in phrases.openings for second in seconds)
    return [f"{a}{gap}{b}" for a, b in pairs if not ("{helped}" in a and "{helped}" in b)]


def _slots(deed: Deed, phrases: Phrases) -> dict[str, str]:
    slots = {"who": address(deed.handle, deed.platform)}
    # The helped person is named without the platform's call sign: only one person is thanked,
    # and nobody else gets a notice from a program that they never wrote to.
    helped = _plain(_without_server(deed.helped or ""))
    if helped:
        slots["helped"] = helped
    topic = _topic(deed.topic or "")
    if topic:
        slots["topic"] = topic.join(phrases.quotes)
    return slots


def _topic(title: str) -> str:
    """A title short enough to be quoted, without links, calls and markup; may be empty."""
    if _LINK.search(title):
        return ""
    plain = _plain(_MARKUP.sub(" ", title)).rstrip(".…。 ")
    if len(plain) <= TOPIC_CHARS:
        return plain
    return plain[:TOPIC_CHARS].rsplit(" ", 1)[0].rstrip(" ,;:-") + "…"


def _without_server(handle: str) -> str:
    federated = _FEDERATED.fullmatch(handle.removeprefix("@"))
    return federated.group("name") if federated else handle


def _plain(text: str) -> str:
    """One line without invisible characters and without the sign that calls a person."""
    visible = "".join(each for each in text if unicodedata.category(each) != "Cf")
    return _SPACE.sub(" ", visible.replace("@", " ")).strip()


def _names(form: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(form) if name}


def _shuffled(seed: int, form: str) -> bytes:
    return hashlib.sha256(f"{seed} {form}".encode()).digest()


def _triples(body: str) -> frozenset[str]:
    words = " ".join(_WORD.findall(body.casefold()))
    return frozenset(words[at : at + 3] for at in range(max(1, len(words) - 2)))


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


def _is_alike(body: frozenset[str], recent: Sequence[frozenset[str]]) -> bool:
    return any(_share(body, past) >= TOO_ALIKE for past in recent)
