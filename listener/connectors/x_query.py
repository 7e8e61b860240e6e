"""Search words as X's own queries, as few as fit into its limit."""

import re
from collections.abc import Iterable
from typing import Final

LONGEST: Final = 512
"""Characters of a recent-search query on self-serve access (search/integrate/build-a-query)."""
_NO_REPOSTS: Final = " -is:retweet"
_PLAIN: Final = re.compile(r"[#]?\w+|@[A-Za-z0-9_]{1,15}")
_OPERATORS: Final = frozenset({"or", "and"})


def queries(words: Iterable[str], narrow: str = "") -> tuple[str, ...]:
    """OR-queries that together ask for all `words`; `narrow` is added to each, e.g. ``lang:en``."""
    tail = _NO_REPOSTS + (f" {narrow.strip()}" if narrow.strip() else "")
    room = LONGEST - len(tail) - len("()")
    groups: list[list[str]] = []
    for term in dict.fromkeys(_term(word, room) for word in words):
        for group in groups:
            if len(" OR ".join((*group, term))) <= room:
                group.append(term)
                break
        else:
            groups.append([term])
    return tuple(_grouped(group) + tail for group in groups)


def _grouped(terms: list[str]) -> str:
    return terms[0] if len(terms) == 1 else f"({' OR '.join(terms)})"


def _term(word: str, room: int) -> str:
    bare = word[1:-1] if len(word) > 1 and word[0] == word[-1] == '"' else word
    if bare == word and _PLAIN.fullmatch(word) and word.lower() not in _OPERATORS:
        return word
    # The beginning of a phrase finds whatever the whole phrase finds.
    kept = bare.replace('"', " ").split()
    while len(kept) > 1 and len(" ".join(kept)) + 2 > room:
        kept.pop()
    return f'"{" ".join(kept)}"'
