"""What a platform's own search is asked for, so that it finds whatever a query can match.

Each post that matches is found by at least one search, as far as the platform's search does what
is documented of it (see `searches_dialects`) and takes a word at least as widely as we do. What it
cannot be told, or might understand more strictly than we do, is left to be filtered here: an
excluded word, for one, since a search may find words in posts that do not hold just them.
In a search without OR the possessive of a word inside a phrase is left to the platform.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Final
from unicodedata import category

from listener.matching.characters import is_unspaced
from listener.matching.words import Piece, pieces_of, whole_piece
from listener.query import All, Any, Everything, Field, Form, Near, Not, Part, Term, parse
from listener.querying.searches_dialects import Dialect
from listener.querying.searches_shape import NOTHING, Asked, Shape, Written, every, some

_PLAIN: Final = re.compile(r"\w+")
_OPERATORS: Final = frozenset({"and", "or", "not"})
_MARKS: Final = {"author": ("@",), "channel": ("#", "r/")}
_OPPOSITE: Final = {("is", "post"): ("is", "reply")}


@dataclass(frozen=True, slots=True)
class Searches:
    """What a platform is asked for; none where nothing narrows the search, or it is elsewhere."""

    searches: tuple[str, ...]
    filtered: tuple[Part, ...] = ()
    """What is left to be looked for in what was found."""
    left: tuple[str, ...] = ()
    """What is left beside that, since the searches cannot take it together with the rest."""
    is_elsewhere: bool = False
    """The query is about other platforms only."""


def searches(queries: Iterable[str], dialect: Dialect) -> tuple[str, ...]:
    """The searches that together find whatever one of the queries matches.

    None where a query can match without anything that a search could look for. A query about other
    platforms alone is not looked for, unless all are.
    """
    return compiled([parse(one) for one in queries], dialect).searches


def compiled(queries: Sequence[Part], dialect: Dialect) -> Searches:
    """The same, with what is left to be filtered here."""
    wide = [_wide(one, dialect) for one in queries]
    if is_elsewhere := bool(wide) and all(shape == NOTHING for shape, _ in wide):
        wide = [_wide(one, dialect, is_anywhere=True) for one in queries]
    filtered = tuple(dict.fromkeys(one for _, parts in wide for one in parts))
    shape = some(shape for shape, _ in wide)
    if shape is None or shape == NOTHING:
        return Searches((), filtered, is_elsewhere=is_elsewhere)
    written = Written(shape, dialect)
    return Searches(written.searches, filtered, written.left, is_elsewhere)


Wide = tuple[Shape | None, tuple[Part, ...]]
"""What finds at least all that a part matches, None for everything; what is left to be filtered."""


def _wide(part: Part, dialect: Dialect, *, is_anywhere: bool = False) -> Wide:
    inner = partial(_wide, dialect=dialect, is_anywhere=is_anywhere)
    match part:
        case Everything():
            return None, ()
        case Term():
            return _term(part, dialect)
        case Near(first, second):
            sides = [some(_term(one, dialect)[0] for one in each) for each in (first, second)]
            return every(sides), (part,)
        case All(parts):
            each = [inner(one) for one in parts]
            return every(shape for shape, _ in each), _filtered(each)
        case Any(parts):
            each = [inner(one) for one in parts]
            shape = some(shape for shape, _ in each)
            return shape, _filtered(each) if shape is not None else (part,)
        case Field():
            return _field(part, dialect, is_anywhere=is_anywhere)
        case Not(excluded):
            return _without(excluded, dialect, is_anywhere=is_anywhere)


def _without(part: Part, dialect: Dialect, *, is_anywhere: bool) -> Wide:
    """What does not have that part: only fields are sure to be understood as they are here."""
    inner = partial(_wide, dialect=dialect, is_anywhere=is_anywhere)
    match part:
        case Field():
            return _field(part, dialect, is_wanted=False, is_anywhere=is_anywhere)
        case Everything():
            return NOTHING, ()
        case Any(parts):
            return inner(All(tuple(map(_negated, parts))))
        case All(parts):
            return inner(Any(tuple(map(_negated, parts))))[0], (Not(part),)
        case _:
            return None, (Not(part),)


def _negated(part: Part) -> Part:
    return part.part if isinstance(part, Not) else Not(part)


def _filtered(each: Iterable[Wide]) -> tuple[Part, ...]:
    return tuple(one for _, parts in each for one in parts)


def _field(
    part: Field, dialect: Dialect, *, is_wanted: bool = True, is_anywhere: bool = False
) -> Wide:
    unknown = None, (part if is_wanted else Not(part),)
    name, value = part.name, part.value
    if name == "platform":
        if is_anywhere:
            return unknown
        return (None, ()) if (value.casefold() == dialect.platform) is is_wanted else (NOTHING, ())
    if (opposite := _OPPOSITE.get((name, value.casefold()))) is not None:
        (name, value), is_wanted = opposite, not is_wanted
    for mark in _MARKS.get(name, ()):
        value = value.removeprefix(mark)
    facet = dialect.facets.get(name) or dialect.facets.get(f"{name}:{value.casefold()}")
    if facet is None or not re.fullmatch(facet.values, value):
        return unknown
    asked = facet.asked if is_wanted else facet.excluded
    if asked is None:
        return unknown
    told = Asked(asked.format(value), stands=is_wanted and facet.stands_alone)
    return told, () if facet.is_exact else unknown[1]


def _term(term: Term, dialect: Dialect) -> Wide:
    if term.form is Form.TAG or term.form is Form.HANDLE:
        return _named(term, dialect)
    pieces = pieces_of(term.text, cased=True)
    shape, is_whole = _words(pieces, dialect)
    if term.form is Form.BRAND and len(pieces) > 1:
        together, _ = _words(pieces_of("".join(one.readings[0] for one in pieces)), dialect)
        shape = some((shape, together))
    return shape, () if is_whole and not term.is_cased else (term,)


def _named(term: Term, dialect: Dialect) -> Wide:
    """A tag or a handle, as such or as the word that it is."""
    is_tag = term.form is Form.TAG
    mark, known = ("#", dialect.tag) if is_tag else ("@", dialect.handle)
    piece = whole_piece(term.text)
    if piece.is_prefix:
        return None, (term,)
    if known is not None and all(re.fullmatch(known, one) for one in piece.readings):
        return some(Asked(mark + one) for one in piece.readings), ()
    # Some platforms show a handle without its server.
    local = term.text.strip().lstrip("@").partition("@")[0]
    return _words(pieces_of(local), dialect)[0], (term,)


def _words(pieces: Sequence[Piece], dialect: Dialect) -> tuple[Shape | None, bool]:
    """Words, one after another where that can be told; and whether that is all of it."""
    runs: list[list[Piece]] = []
    before: Piece | None = None
    for piece in pieces:
        is_lone = piece.is_prefix or piece.is_symbol
        if before is None or is_lone or _may_touch(before, piece):
            runs.append([piece])
        else:
            runs[-1].append(piece)
        before = None if is_lone else piece
    asked = [_phrase(run, dialect) for run in runs]
    return every(asked), len(asked) == 1 and asked[0] is not None


def _may_touch(first: Piece, second: Piece) -> bool:
    """Whether nothing need stand between, so that a search need not see two words."""
    return is_unspaced(first.readings[0][-1]) or is_unspaced(second.readings[0][0])


def _phrase(run: Sequence[Piece], dialect: Dialect) -> Shape | None:
    if run[0].is_prefix or run[0].is_symbol:
        sign = run[0].readings[0]
        return Asked(f'"{sign}"') if len(sign) == 1 and category(sign) == "So" else None
    if len(run) == 1 or any(len(one.readings) > 1 for one in run):
        return every(some(_word(one, dialect) for one in piece.readings) for piece in run)
    words = [piece.readings[0] for piece in run]
    if not dialect.joins:
        whole = _word(" ".join(words), dialect)
        return every(_word(one, dialect) for one in words) if whole is None else whole
    # A possessive parts the words of a phrase for a search that reads it as a word of its own.
    return every(
        some(_word(f"{first}{owns} {second}", dialect) for owns in ("", "'s"))
        for first, second in pairwise(words)
    )


def _word(text: str, dialect: Dialect) -> Asked | None:
    """A word or a phrase that is taken for nothing else; None where it is too long for a search."""
    plain = " ".join(text.replace('"', " ").replace("\\", " ").split())
    is_plain = _PLAIN.fullmatch(plain) is not None and plain.lower() not in _OPERATORS
    asked = plain if is_plain else f'"{plain}"'
    room = dialect.longest - len(dialect.tail) - len("()")
    return Asked(asked) if plain and len(asked) <= room else None
