"""What a platform's own search is asked for of one word, phrase, tag or handle."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice, pairwise, product
from typing import Final
from unicodedata import category

from listener.matching.characters import is_unspaced
from listener.matching.fold import fold
from listener.matching.words import Piece, pieces_of, whole_piece
from listener.query import Form, Part, Term
from listener.querying.searches_dialects import Dialect
from listener.querying.searches_shape import Asked, Shape, every, some

_PLAIN: Final = re.compile(r"\w+")
_OPERATORS: Final = frozenset({"and", "or", "not"})
_MOST_FORMS: Final = 4
"""Ways to write two words of a phrase that are asked for; where there are more, the words are."""

Wide = tuple[Shape | None, tuple[Part, ...]]
"""What finds at least all that a part matches, None for everything; what is left to be filtered."""


def shape_of(term: Term, dialect: Dialect) -> Wide:
    """What finds at least all that the term matches, and the term where more is left to see to."""
    if term.form is Form.TAG or term.form is Form.HANDLE:
        return _named(term, dialect)
    pieces = pieces_of(term.text, cased=True)
    shape, is_whole = _words(pieces if term.is_cased else spelled(pieces), dialect)
    if term.form is Form.BRAND and len(pieces) > 1:
        run = pieces_of("".join(one.readings[0] for one in pieces), cased=True)
        shape = some((shape, _words(spelled(run), dialect)[0]))
    return shape, () if is_whole and not term.is_cased else (term,)


def spelled(pieces: Iterable[Piece]) -> list[Piece]:
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
    return _words(spelled(pieces_of(local, cased=True)), dialect)[0], (term,)


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
