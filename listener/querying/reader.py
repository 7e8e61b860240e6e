"""A query read into its tree, by the grammar beside this file."""

import re
from functools import cache
from pathlib import Path
from typing import Final, cast

from lark import Lark, Token, Transformer, UnexpectedInput, v_args

from listener.matching.characters import SEPARATING, is_unspaced, is_word
from listener.matching.document import is_handle
from listener.matching.words import Piece, pieces_of, whole_piece
from listener.query import (
    EVERYTHING,
    All,
    Any,
    Everything,
    Field,
    Form,
    Near,
    Not,
    Part,
    QueryError,
    Term,
    terms,
)
from listener.querying.fields_meant import check
from listener.querying.misreadings import refuse_misreadings
from listener.querying.problems import (
    QUOTES,
    Edit,
    Wrong,
    operand,
    or_quoted,
    problem,
    words_in_parentheses,
)

MOST_CHARACTERS: Final = 200_000
MOST_TERMS: Final = 10_000
DEEPEST: Final = 100
MOST_WORDS: Final = 50
"""Of one phrase."""
LONGEST_WORD: Final = 200
FARTHEST: Final = 100
"""Words that may stand between what is near."""

_LONGEST_MENDED: Final = 5_000
"""Characters of a query for which one that can be read is sought."""
_MOST_EDITS: Final = 8
_NO_HANDLE: Final = re.compile(r"[^\w]+")

_MARKS: Final = {"#": Form.TAG, "@": Form.HANDLE, "~": Form.BRAND}
_MEANT: Final = {"|": "OR", "||": "OR", "&": "AND", "&&": "AND"}


def read(query: str) -> Part:
    """The tree of a query. Raises QueryError."""
    try:
        return _read(query)
    except Wrong as wrong:
        raise QueryError(query, wrong.at, wrong.told, _mended(query, wrong)) from None


def _mended(query: str, wrong: Wrong) -> str | None:
    """A query near this one that can be read; None where none is known."""
    for _ in range(_MOST_EDITS):
        if wrong.edit is None or len(query) > _LONGEST_MENDED:
            return None
        query = wrong.edit.applied(query)
        try:
            _read(query)
        except Wrong as next_wrong:
            wrong = next_wrong
        else:
            return query
    return None


def _read(query: str) -> Part:
    """Raises Wrong."""
    if len(query) > MOST_CHARACTERS:
        long = f"a query of {len(query):,} characters; {MOST_CHARACTERS:,} are the most"
        raise Wrong(MOST_CHARACTERS, f"{long}: make several queries of it")
    _refuse_depth(query)
    refuse_misreadings(query)
    try:
        part = cast("Part", _grammar().parse(query))
    except UnexpectedInput as error:
        raise problem(query, error) from None
    except _WrongOperand as wrong:
        raise wrong.placed(query) from None
    if not _asks(part):
        told = "a query of exclusions alone would find nearly everything"
        way_out = "write what to look for before it, * for every post"
        mended = f"* ({query})" if isinstance(part, Any) else f"* {query.lstrip()}"
        raise Wrong(0, f"{told}: {way_out}", Edit(0, len(query), mended))
    if (number := sum(1 for _ in terms(part))) > MOST_TERMS:
        told = f"a query of {number:,} terms; {MOST_TERMS:,} are the most"
        raise Wrong(0, f"{told}: make several queries of it")
    return part


def _refuse_depth(query: str) -> None:
    depth, in_quotes = 0, False
    for at, one in enumerate(query):
        if one in QUOTES:
            in_quotes = not in_quotes
        elif not in_quotes:
            depth += (one == "(") - (one == ")")
        if depth > DEEPEST:
            told = f"parentheses {depth} deep; {DEEPEST} are the most"
            raise Wrong(at, f"{told}: leave out those around single words")


def _asks(part: Part, *, wanted: bool = True) -> bool:
    """Whether anything is looked for, not only excluded."""
    match part:
        case Not(inner):
            return _asks(inner, wanted=not wanted)
        case All(parts) | Any(parts):
            return any(_asks(one, wanted=wanted) for one in parts)
        case _:
            return wanted


class _WrongOperand(Wrong):
    """On one side of the NEAR that stands at `at`."""

    def __init__(self, near: Token, told: str, *, is_first: bool) -> None:
        super().__init__(near.start_pos or 0, told)
        self._end = near.end_pos or 0
        self._is_first = is_first

    def placed(self, query: str) -> Wrong:
        """The same at the operand, which the grammar no longer knows."""
        at = operand(query, self.at, is_first=self._is_first)
        inside = words_in_parentheses(query, at)
        if inside is None:
            return Wrong(at, self.told, Edit(self.at, self._end))
        return Wrong(at, self.told, Edit(*inside, " OR ".join(query[slice(*inside)].split())))


@cache
def _grammar() -> Lark:
    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="basic", transformer=_Tree())


@v_args(inline=True)
class _Tree(Transformer[Token, Part]):
    """Builds the tree while the query is read, so that no nesting is too deep."""

    def any_of(self, *parts: Part) -> Part:
        flat = [inner for one in parts for inner in (one.parts if isinstance(one, Any) else (one,))]
        return flat[0] if len(flat) == 1 else Any(tuple(flat))

    def all_of(self, *parts: Part) -> Part:
        flat = [inner for one in parts for inner in (one.parts if isinstance(one, All) else (one,))]
        return flat[0] if len(flat) == 1 else All(tuple(flat))

    def exclusion(self, part: Part) -> Part:
        return part.part if isinstance(part, Not) else Not(part)

    def near(self, first: Part, near: Token, second: Part) -> Part:
        words = near.removeprefix("NEAR").removeprefix("/")
        if not words.isdecimal() or int(words) > FARTHEST:
            at, most = near.start_pos or 0, f"NEAR/{FARTHEST if words.isdecimal() else 5}"
            told = f"NEAR needs how many words may stand between, 0 to {FARTHEST}"
            way_out = f'write {most}, or "NEAR" in quotes for the word'
            raise Wrong(at, f"{told}: {way_out}", Edit(at, at + len(near), most))
        sides = (_near(first, near, is_first=True), _near(second, near, is_first=False))
        return Near(*sides, int(words))

    def field(self, token: Token) -> Part:
        name, _, written = token.partition(":")
        check(name, written, (token.start_pos or 0) + len(name) + 1)
        return Field(name.casefold(), written.strip(QUOTES).strip())

    def term(self, token: Token) -> Part:
        text, at = str(token), token.start_pos or 0
        if text == EVERYTHING:
            return Everything()
        is_cased, form = text.startswith("="), Form.WORDS
        if not is_cased and text[0] in _MARKS:
            form = _MARKS[text[0]]
        if is_cased or form is not Form.WORDS:
            text = text[1:]
        is_quoted = bool(text) and text[0] in QUOTES
        text = text[1:-1] if is_quoted else text
        whole = Edit(at, at + len(token))
        if not text.strip():
            if is_quoted:
                raise Wrong(at, "this phrase is empty: write a word in it or leave it out", whole)
            meant = {"=": "=Word", "#": "#tag", "@": "@handle"}.get(token, '~"brand name"')
            raise Wrong(at, f"nothing follows {token}: write {meant} or leave it out", whole)
        if not text.strip("*"):
            raise Wrong(
                at, "a star in quotes is no word: write * for every post", Edit(at, whole.end, "*")
            )
        if not is_quoted and text.isascii() and not any(map(is_word, text)):
            raise _no_word(str(token), text, whole)
        term = Term(text, form, is_cased)
        _refuse(term, whole)
        return term


def _no_word(shown: str, text: str, whole: Edit) -> Wrong:
    """Signs alone, which are in quotes what they are unless they only separate words."""
    meant = _MEANT.get(text, "a word")
    told = f"{shown:.40} alone is no word: write {meant}"
    if not pieces_of(text):
        return Wrong(whole.start, f"{told} or leave it out", whole)
    mended = _MEANT.get(text) or f'"{text}"'
    told += or_quoted(text, "for the sign itself")
    return Wrong(whole.start, told, Edit(whole.start, whole.end, mended))


def _near(part: Part, near: Token, *, is_first: bool) -> tuple[Term, ...]:
    each = part.parts if isinstance(part, Any) else (part,)
    found = tuple(one for one in each if isinstance(one, Term))
    if len(found) < len(each):
        told = "NEAR stands between words or phrases, or several joined by OR in parentheses"
        way_out = "write (a NEAR/3 b) first, then AND and the rest"
        raise _WrongOperand(near, f"{told}: {way_out}", is_first=is_first)
    return found


def _refuse(term: Term, whole: Edit) -> None:
    """Refuse what could never stand in a text, or in nearly every one."""
    at = whole.start
    pieces = pieces_of(term.text, cased=term.is_cased)
    if not pieces:
        told = f"{term.text:.40} leaves nothing to look for: write a letter or leave it out"
        raise Wrong(at, told, whole)
    if len(pieces) > MOST_WORDS:
        told = f"a phrase of {len(pieces):,} words; {MOST_WORDS} are the most"
        raise Wrong(at, f"{told}: keep the words that matter")
    for piece in pieces:
        _refuse_piece(piece, term, whole, is_alone=len(pieces) == 1)
    _refuse_name(term, whole)


def _refuse_piece(piece: Piece, term: Term, whole: Edit, *, is_alone: bool) -> None:
    first = piece.readings[0]
    if len(first) > LONGEST_WORD:
        told = f"a word of {len(first):,} characters; {LONGEST_WORD} are the most"
        raise Wrong(whole.start, f"{told}: write its beginning and a star")
    if not is_alone and SEPARATING.issuperset(first):
        told = f"{first} only separates the words of a phrase"
        kept = [one for one in term.text.split() if not SEPARATING.issuperset(one)]
        edit = Edit(whole.start, whole.end, f'"{" ".join(kept)}"')
        raise Wrong(whole.start, f"{told}: leave it out", edit)
    short = sum(map(is_word, first)) < 2 and not any(map(is_unspaced, first))
    if piece.is_prefix and short:
        told = "a star needs at least two letters before it"
        text = f'"{term.text.replace("*", "")}"' if " " in term.text else term.text.rstrip("*")
        edit = Edit(whole.start, whole.end, text)
        raise Wrong(whole.start, f"{told}: write more of the word, or leave the star out", edit)


def _refuse_name(term: Term, whole: Edit) -> None:
    """Refuse a tag or a handle that none can be called."""
    text = whole_piece(term.text).readings[0]
    if term.form is Form.TAG and not all(map(_in_tag, text)):
        kept = "".join(one if _in_tag(one) else " " for one in term.text).split()
        told = "a tag is of letters, digits and underscores"
        meant = f"#{kept[0]}" if kept else ""
        raise Wrong(
            whole.start, f"{told}: write {meant or '#word'}", Edit(whole.start, whole.end, meant)
        )
    if term.form is Form.HANDLE and not is_handle(text):
        kept = _NO_HANDLE.sub(" ", term.text).split()
        told = "a handle is of letters, digits, underscores, dots and hyphens"
        edit = Edit(whole.start, whole.end, f"@{kept[0]}" if kept else "")
        raise Wrong(whole.start, f"{told}: write @name or @name@server", edit)


def _in_tag(character: str) -> bool:
    return is_word(character) or character == "_"
