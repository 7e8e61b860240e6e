"""The brand query: what it is made of, and how it is read from its text."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from textwrap import fill
from typing import Final

EVERYTHING: Final = "*"
"""The query of a community that is followed without a brand: every post matches."""

_WIDTH: Final = 80
_LONGEST_SHOWN: Final = 240
"""Characters of a proposal that a message shows."""


class QueryError(ValueError):
    """A query that cannot be read; the message shows the place and the way out."""

    def __init__(self, query: str, at: int, problem: str, proposal: str | None = None) -> None:
        self.problem = problem
        self.at = at
        """The character that is wrong, from 0."""
        self.proposal = proposal
        """The query so mended that it can be read; None where what is meant cannot be told."""
        lines = [_wrapped(problem), _shown(query, at)]
        if proposal is not None and proposal.isprintable() and len(proposal) <= _LONGEST_SHOWN:
            lines.append(f"  try: {proposal}")
        super().__init__("\n".join(lines))


class Form(StrEnum):
    """What of a text a term is compared with."""

    WORDS = "words"
    TAG = "tag"
    HANDLE = "handle"
    BRAND = "brand"
    """Words, also run together."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase as it was written, without its marks; a ``*`` ends a prefix."""

    text: str
    form: Form = Form.WORDS
    is_cased: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """One of the first terms and one of the second, at most so many words between them."""

    first: tuple[Term, ...]
    second: tuple[Term, ...]
    words: int


@dataclass(frozen=True, slots=True)
class Field:
    """Whose, where, in which language, with what."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Everything:
    """Every post."""


@dataclass(frozen=True, slots=True)
class Not:
    """What must not be there."""

    part: "Part"


@dataclass(frozen=True, slots=True)
class All:
    """Every part must be there."""

    parts: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """One of the parts must be there."""

    parts: tuple["Part", ...]


Part = Term | Near | Field | Everything | Not | All | Any


def parse(query: str) -> Part:
    """The query as a tree.

    Raises QueryError, whose message shows the place and proposes a fix, where it cannot be read.
    """
    from listener.querying.reader import read  # takes a tenth of a second to load

    return read(query)


def terms(part: Part) -> Iterator[Term]:
    """Every term of a query, excluded ones too."""
    match part:
        case Term():
            yield part
        case Near(first, second):
            yield from (*first, *second)
        case Not(inner):
            yield from terms(inner)
        case All(parts) | Any(parts):
            for one in parts:
                yield from terms(one)


def _shown(query: str, at: int) -> str:
    """The query, cut to a line around the place, and a mark under it; wide letters count two."""
    from rich.cells import cell_len, set_cell_size

    line = "".join(one if one.isprintable() else " " for one in query)
    before, after = line[max(0, at - 50) : at], line[at : at + 25]
    while cell_len(before) > 50:
        before = before[1:]
    head = "…" if len(before) < at else ""
    shown = after if cell_len(after) <= 25 else set_cell_size(after, 25).rstrip()
    tail = "…" if at + len(shown) < len(query) else ""
    return f"  {head}{before}{shown}{tail}\n  {' ' * cell_len(head + before)}^"


def _wrapped(problem: str) -> str:
    """In lines of a terminal; before the first stands whose message it is."""
    prefix = "laurels: "
    lines = fill(problem, _WIDTH, initial_indent=prefix, break_on_hyphens=False)
    return lines.removeprefix(prefix)
