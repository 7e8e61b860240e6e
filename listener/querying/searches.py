"""What a platform's own search is asked for, so that it finds whatever a query can match.

Each post that matches is found by at least one search, as far as the platform's search does what
is documented of it (see `searches_dialects`) and takes a word at least as widely as we do, but for
folding: it is trusted to know no more than capital and small letters. So `straße` is asked for as
`strasse` too; `strasse` is not asked for as `straße`, since few words with ss have such a spelling
(`unspelled` names them). What it cannot be told, or might understand more strictly than we do, is
left to be filtered here: an excluded word, for one, since a search may find words in posts that do
not hold just them.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from listener.matching.words import pieces_of
from listener.query import All, Any, Everything, Field, Form, Near, Not, Part, Term, parse, terms
from listener.querying.explanation import explain
from listener.querying.searches_dialects import Dialect
from listener.querying.searches_shape import NOTHING, Asked, Shape, Written, every, some
from listener.querying.searches_words import Wide, shape_of, spelled

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
    unasked: tuple[Part, ...] = ()
    """Those of `filtered` that posts must have and that no search is told anything of."""
    seconds: float = 0.0
    """What asking for all of it once takes at least, at the pace that the platform allows."""


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
    return Searches(
        written.searches,
        filtered,
        written.left,
        is_elsewhere,
        unasked=tuple(one for one in filtered if _is_unasked(one, dialect)),
        seconds=dialect.pace.seconds_for(len(written.searches)),
    )


def unspelled(part: Part) -> tuple[str, ...]:
    """Words with ß that the query matches and no search is told of, for a platform that tells ß
    from ss."""
    folded: dict[str, None] = {}
    asked: set[str] = set()
    for term in _sought(part):
        if not term.is_cased and term.form is not Form.HANDLE:
            pieces = [one for one in pieces_of(term.text, cased=True) if not one.is_prefix]
            readings = [one for piece in spelled(pieces) for one in piece.readings]
            asked |= {one.lower() for one in readings}
            folded |= dict.fromkeys(one.casefold() for one in readings)
    return tuple(
        sharp for one in folded if "ss" in one and (sharp := one.replace("ss", "ß")) not in asked
    )


def _sought(part: Part) -> Iterator[Term]:
    match part:
        case All(parts) | Any(parts):
            for one in parts:
                yield from _sought(one)
        case Not():
            return
        case _:
            yield from terms(part)


def _is_unasked(part: Part, dialect: Dialect) -> bool:
    match part:
        case Not():
            return False
        case Near():
            return None in _sides(part, dialect)
        case _:
            return _wide(part, dialect)[0] is None


def _wide(part: Part, dialect: Dialect, *, is_anywhere: bool = False) -> Wide:
    inner = partial(_wide, dialect=dialect, is_anywhere=is_anywhere)
    match part:
        case Everything():
            return None, ()
        case Term():
            return shape_of(part, dialect)
        case Near():
            return every(_sides(part, dialect)), (part,)
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


def _sides(part: Near, dialect: Dialect) -> list[Shape | None]:
    return [some(shape_of(one, dialect)[0] for one in each) for each in (part.first, part.second)]


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
    told = explain(part if is_wanted else Not(part))
    shape = Asked(asked.format(value), stands=is_wanted and facet.stands_alone, told=told)
    return shape, () if facet.is_exact else unknown[1]
