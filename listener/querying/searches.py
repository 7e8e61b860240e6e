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
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, pairwise, product
from typing import Final
from unicodedata import category

from listener.matching.characters import is_unspaced
from listener.matching.fold import fold
from listener.matching.words import Piece, pieces_of, whole_piece
from listener.query import All, Any, Everything, Field, Form, Near, Not, Part, Term, parse, terms
from listener.querying.explanation import explain
from listener.querying.searches_dialects import Dialect
from listener.querying.searches_shape import NOTHING, Asked, Shape, Written, every, some

_PLAIN: Final = re.compile(r"\w+")
_OPERATORS: Final = frozenset({"and", "or", "not"})
_MARKS: Final = {"author": ("@",), "channel": ("#", "r/")}
_OPPOSITE: Final = {("is", "post"): ("is", "reply")}
_MOST_FORMS: Final = 4
"""Ways to write two words of a phrase that are asked for; where there are more, the words are."""


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
            readings = [one for piece in _spelled(pieces) for one in piece.readings]
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


Wide = tuple[Shape | None, tuple[Part, ...]]
"""What finds at least all that a part matches, None for everything; what is left to be filtered."""


def _wide(part: Part, dialect: Dialect, *, is_anywhere: bool = False) -> Wide:
    inner = partial(_wide, dialect=dialect, is_anywhere=is_anywhere)
    match part:
        case Everything():
            return None, ()
        case Term():
            return _term(part, dialect)
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
    return [some(_term(one, dialect)[0] for one in each) for each in (part.first, part.second)]


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


def _term(term: Term, dialect: Dialect) -> Wide:
    if term.form is Form.TAG or term.form is Form.HANDLE:
        return _named(term, dialect)
    pieces = pieces_of(term.text, cased=True)
    shape, is_whole = _words(pieces if term.is_cased else _spelled(pieces), dialect)
    if term.form is Form.BRAND and len(pieces) > 1:
        run = pieces_of("".join(one.readings[0] for one in pieces), cased=True)
        shape = some((shape, _words(_spelled(run), dialect)[0]))
    return shape, () if is_whole and not term.is_cased else (term,)


def _spelled(pieces: Iterable[Piece]) -> list[Piece]:
    """With the readings that full case folding makes equal, as far as it writes them out."""
    return [replace(one, readings=_spellings(one.readings)) for one in pieces]


def _spellings(readings: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for word in readings:
        for one in (word, word.lower(), fold(word, in_query=True).text):
            found.setdefault("".join(map(str.lower, one)), one)
    return tuple(found.values())


def _named(term: Term, dialect: Dialect) -> Wide:
    """A tag or a handle, as such or as the word that it is."""
    is_tag = term.form is Form.TAG
    mark, known = ("#", dialect.tag) if is_tag else ("@", dialect.handle)
    piece = whole_piece(term.text)
    if piece.is_prefix:
        return None, (term,)
    names = _spellings(one for each in pieces_of(term.text, cased=True) for one in each.readings)
    if not is_tag:
        names = piece.readings
    if known is not None and all(re.fullmatch(known, one) for one in names):
        return _asked([Asked(mark + one) for one in names], dialect), ()
    # Some platforms show a handle without its server.
    local = term.text.strip().lstrip("@").partition("@")[0]
    return _words(_spelled(pieces_of(local, cased=True)), dialect)[0], (term,)


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
    asked = [_run(run, dialect) for run in runs]
    is_whole = len(asked) == 1 and asked[0][0] is not None and asked[0][1]
    return every(shape for shape, _ in asked), is_whole


def _may_touch(first: Piece, second: Piece) -> bool:
    """Whether nothing need stand between, so that a search need not see two words."""
    return is_unspaced(first.readings[0][-1]) or is_unspaced(second.readings[0][0])


def _run(run: Sequence[Piece], dialect: Dialect) -> tuple[Shape | None, bool]:
    """Words that stand one after another, and whether that is all of it."""
    if run[0].is_prefix or run[0].is_symbol:
        sign = run[0].readings[0]
        shown = len(sign) == 1 and category(sign) == "So"
        return (Asked(f'"{sign}"') if shown else None), True
    if len(run) == 1:
        return _piece(run[0], dialect), True
    if not dialect.phrases:
        return _unquoted(run, dialect)
    pairs = [(pair, _pair(*pair, dialect)) for pair in pairwise(run)]
    if dialect.joins:
        each = [
            every(_piece(one, dialect) for one in pair) if shape is None else shape
            for pair, shape in pairs
        ]
        return every(each), all(shape is not None for _, shape in pairs)
    return _closest(run, pairs, dialect)


def _unquoted(run: Sequence[Piece], dialect: Dialect) -> tuple[Shape | None, bool]:
    if dialect.also is not None:
        return every(_piece(one, dialect) for one in run), False
    forms = islice(product(*(one.readings for one in run)), _MOST_FORMS)
    return _asked([_word(" ".join(one), dialect) for one in forms], dialect), True


def _closest(
    run: Sequence[Piece],
    pairs: Sequence[tuple[tuple[Piece, Piece], Shape | None]],
    dialect: Dialect,
) -> tuple[Shape | None, bool]:
    """Two of the words as a phrase and the others as words: of three, a possessive could stand in
    too many places for a search each."""
    known = [(pair, shape) for pair, shape in pairs if shape is not None]
    if not known:
        return every(_piece(one, dialect) for one in run), False
    pair, shape = max(known, key=lambda one: sum(len(piece.readings[0]) for piece in one[0]))
    if dialect.also is None or len(run) == len(pair):
        return shape, len(run) == len(pair)
    others = [_piece(one, dialect) for one in run if one not in pair]
    return every((shape, *others)), False


def _pair(first: Piece, second: Piece, dialect: Dialect) -> Shape | None:
    """Two words of a phrase, also with the possessive that parts them for a search which reads it
    as a word of its own; None where there are too many ways to write them, or one is too long."""
    forms = [
        f"{before}{owns} {after}"
        for before in first.readings
        for after in second.readings
        for owns in ("", "'s")
    ]
    if len(forms) > _MOST_FORMS:
        return None
    return _asked([_word(one, dialect) for one in forms], dialect)


def _piece(piece: Piece, dialect: Dialect) -> Shape | None:
    return _asked([_word(one, dialect) for one in piece.readings], dialect)


def _asked(forms: Sequence[Asked | None], dialect: Dialect) -> Shape | None:
    """One thing, in all of its spellings; None where one of them is too long for a search."""
    known = [one for one in forms if one is not None]
    if len(known) < len(forms):
        return None
    if dialect.joins:
        return some(known)
    first, *others = known
    return replace(first, spellings=tuple(one.text for one in others))


def _word(text: str, dialect: Dialect) -> Asked | None:
    """A word or a phrase that is taken for nothing else; None where it is too long for a search."""
    plain = " ".join(text.replace('"', " ").replace("\\", " ").split())
    is_plain = _PLAIN.fullmatch(plain) is not None and plain.lower() not in _OPERATORS
    asked = plain if is_plain else f'"{plain}"'
    room = dialect.longest - len(dialect.tail) - len("()")
    return Asked(asked) if plain and len(asked) <= room else None
