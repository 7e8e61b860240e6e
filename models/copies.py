"""Which texts are copies of each other: MinHash over runs of characters (Broder, SEQUENCES 1997),
cut into bands so that a database finds the likely ones (Leskovec et al., Mining of Massive
Datasets, 3.4); a pair so found is compared word by word."""

import hashlib
import html
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import regex
from numpy.typing import NDArray

from models.text import MAX_CHARS, invisible_free, own_words

Hashes = NDArray[np.uint64]

ALIKE: Final = 0.7
"""Share of the runs of characters of two texts that both have, from which their words are compared.

Below it one text adds so much to the other that it says something of its own.
"""
LONG: Final = 50
"""Letters and digits from which two people do not say the same by chance."""
WORDS: Final = 8
"""Words from which they do not; scripts without spaces have none to count."""
SHORTEST: Final = 16
"""Letters and digits below which not even the same author's two texts are one."""

_RUN: Final = 5
_BANDS: Final = 16
_ROWS: Final = 3
_NOISE: Final = regex.compile(
    r"(?:https?://|www\.)\S+|(?<![\p{L}\p{N}])@[\p{L}\p{N}_][\p{L}\p{N}_.-]*"
    r"|^[ \t]*+(?:RT|MT|via)\b|:[a-z][a-z0-9_+-]{1,40}:",
    regex.IGNORECASE | regex.MULTILINE,
)
_BETWEEN: Final = regex.compile(r"[^\p{L}\p{M}\p{N}]+")
_MARKUP: Final = regex.compile(
    r"<!--.*?-->|</?[a-zA-Z][^<>]*>|!\[[^\[\]\n]{0,300}\]\([^()\s]*\)", regex.DOTALL
)
_LINK: Final = regex.compile(r"https?://(?:www\.)?([^\s<>\"')\]]+)", regex.IGNORECASE)
_NUMBER: Final = regex.compile(r"\p{N}+(?:[.,:/-]\p{N}+)*")
_SCRIPTS: Final = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}"
_DENSE: Final = regex.compile(f"[{_SCRIPTS}]")
_TOKEN: Final = regex.compile(rf"[{_SCRIPTS}]\p{{M}}*|[^\s{_SCRIPTS}]+")
_SLIGHT: Final = frozenset(
    ("a", "an", "and", "also", "guys", "hello", "hey", "hi", "just", "please", "pls", "plz",
     "really", "so", "thanks", "that", "the", "too", "very")
)  # fmt: skip
"""Words that a text may have or lack and says the same."""
_NEGATIONS: Final = frozenset(
    ("no", "not", "never", "none", "nothing", "cannot", "cant", "dont", "doesnt", "isnt", "wont",
     "t", "without", "nicht", "kein", "keine", "nie", "pas", "non", "jamais", "nunca", "nada",
     "não", "niet", "geen", "inte", "не", "нет", "不", "没", "沒", "未", "無", "无", "な", "ん")
)  # fmt: skip
_TURN: Final = 3
"""Words added to a text that, with a negation among them, may turn what it says."""
_TYPOS: Final = 2
_TYPED: Final = 6
"""Letters of a word in which one too many, too few or out of turn is a typing error."""


def _seeds() -> Hashes:
    # From a hash of their numbers: they stand in stored rows, so no release may change them.
    raw = b"".join(
        hashlib.blake2b(f"copies {n}".encode(), digest_size=16).digest()
        for n in range(_BANDS * _ROWS)
    )
    return np.frombuffer(raw, dtype="<u8").reshape(-1, 2).astype(np.uint64)


_SEEDS: Final = _seeds()
_ODD: Final = (_SEEDS[:, :1] | np.uint64(1)).copy()
_SHIFT: Final = _SEEDS[:, 1:].copy()
_POWERS: Final = np.array(
    [pow(1_099_511_628_211, n, 1 << 64) for n in range(_RUN)], dtype=np.uint64
)


@dataclass(frozen=True, slots=True)
class Words:
    """What of a text is compared: folded, without addresses, handles, signs and emoji."""

    folded: str
    numbers: tuple[str, ...]
    links: frozenset[str]
    runs: Hashes = field(compare=False, repr=False)
    """Hashes of all runs of five characters, spaces left out, each once."""
    tokens: tuple[str, ...] = field(compare=False, repr=False)
    """The words one after another, characters of scripts without spaces; slight ones left out."""
    is_long: bool
    """Whether two people hardly write the same by chance."""
    is_short: bool
    """Whether it says too little even for one person to mean the same twice."""


def words(text: str, title: str | None = None) -> Words:
    """What of a post is compared: no quotes. Of a very long text the beginning."""
    own = own_words(html.unescape(text))
    whole = (f"{title}\n{own}" if title else own)[:MAX_CHARS]
    plain = unicodedata.normalize("NFKC", invisible_free(whole))
    bare = _NOISE.sub(" ", _MARKUP.sub(" ", plain))
    links = frozenset(
        link for one in _LINK.findall(plain) if "/" in (link := one.rstrip(".,;:!?/").casefold())
    )
    folded = _BETWEEN.sub(" ", bare.casefold()).strip()
    return Words(
        folded=folded,
        numbers=tuple(sorted(_NUMBER.findall(bare))),
        links=links,
        runs=_runs(folded),
        tokens=_tokens(folded),
        is_long=_is_long(folded),
        is_short=_letters(folded) < SHORTEST,
    )


def bands(one: Words) -> list[int]:
    """One number a band, signed, 64 bits: texts that are alike share at least one."""
    if one.runs.size == 0:
        return []
    least = (one.runs * _ODD + _SHIFT).min(axis=1).reshape(_BANDS, _ROWS)
    mixed = _mixed(least @ _POWERS[:_ROWS] + np.arange(_BANDS, dtype=np.uint64))
    return [int(value) for value in mixed.view(np.int64)]


def alike(one: Words, other: Words) -> bool:
    """Whether two texts are copies: one stands whole and in order in the other.

    Whoever copies a text adds to its ends or cuts them off. Another word in the midst of the same
    words (a number, a negation, the part that fails) makes another report, or another filling of
    the same form.
    """
    if one.numbers != other.numbers or likeness(one, other) < ALIKE:
        return False
    inner, outer = sorted(
        (one.tokens, other.tokens), key=lambda said: (len(said), sum(map(len, said)))
    )
    return any(_holds(outer, at, inner) for at in range(len(outer) - len(inner) + 1))


def likeness(one: Words, other: Words) -> float:
    """Jaccard index of the runs of characters, 0 to 1."""
    if one.folded == other.folded:
        return 1.0
    shared = np.intersect1d(one.runs, other.runs, assume_unique=True).size
    return float(shared / max(1, one.runs.size + other.runs.size - shared))


def hashed(parts: Sequence[str]) -> int:
    """One signed number of 64 bits for some words, always the same."""
    digest = hashlib.blake2b("\0".join(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def _holds(outer: Sequence[str], at: int, inner: Sequence[str]) -> bool:
    """Whether the words stand there, but for typing errors, and those around do not turn them."""
    typos, last = 0, len(inner) - 1
    for number, word in enumerate(inner):
        there = outer[at + number]
        if word == there or (number == last and there.startswith(word)):
            continue  # the last one, for a text may break off in the midst of it
        typos += 1
        if typos > _TYPOS or not _is_typo(word, there):
            return False
    return not (_turns(outer[:at]) or _turns(outer[at + len(inner) :]))


def _turns(added: Sequence[str]) -> bool:
    return len(added) <= _TURN and not _NEGATIONS.isdisjoint(added)


def _is_typo(one: str, other: str) -> bool:
    """Whether one letter after the first is too many, or changed places with the next."""
    short, long = sorted((one, other), key=len)
    if len(short) < _TYPED or short[0] != long[0]:
        return False
    at = next((n for n, letter in enumerate(short) if letter != long[n]), len(short))
    if len(long) == len(short):
        swapped = short[:at] + short[at : at + 2][::-1] + short[at + 2 :]
        return swapped == long
    return short[at:] == long[at + 1 :]


def _tokens(folded: str) -> tuple[str, ...]:
    found = folded.split() if folded.isascii() else _TOKEN.findall(folded)
    return tuple(word for word in found if word not in _SLIGHT)


def _is_long(folded: str) -> bool:
    letters = _letters(folded)
    dense = 0 if folded.isascii() else len(_DENSE.findall(folded))
    if dense * 2 > letters:
        return letters * 2 >= LONG
    return letters >= LONG and folded.count(" ") + 1 >= WORDS


def _letters(folded: str) -> int:
    return len(folded) - folded.count(" ")


def _runs(folded: str) -> Hashes:
    letters = np.frombuffer(
        folded.replace(" ", "").encode("utf-32-le", "surrogatepass"), dtype="<u4"
    )
    if letters.size < _RUN:
        return np.empty(0, dtype=np.uint64)
    windows = np.lib.stride_tricks.sliding_window_view(letters.astype(np.uint64), _RUN)
    return np.unique(_mixed(windows @ _POWERS))


def _mixed(values: Hashes) -> Hashes:
    """Spread over all bits (the finalizer of SplitMix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
