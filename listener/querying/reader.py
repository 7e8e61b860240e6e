"""A query read into its tree, by the grammar beside this file."""

from functools import cache
from pathlib import Path
from typing import Final, cast

from lark import Lark, Token, Transformer, UnexpectedInput, v_args

from listener.matching.characters import SEPARATING, is_unspaced, is_word
from listener.matching.document import is_handle
from listener.matching.fields import FIELDS, VALUES
from listener.matching.words import pieces_of, whole_piece
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
from listener.querying.problems import operand, problem

MOST_CHARACTERS: Final = 200_000
MOST_TERMS: Final = 10_000
DEEPEST: Final = 100
MOST_WORDS: Final = 50
"""Of one phrase."""
LONGEST_WORD: Final = 200
FARTHEST: Final = 100
"""Words that may stand between what is near."""

_QUOTES: Final = '"“”„‟«»'
_MARKS: Final = {"#": Form.TAG, "@": Form.HANDLE, "~": Form.BRAND}
_MEANT: Final = {"|": "OR", "||": "OR", "&": "AND", "&&": "AND", "-": "-word without a space"}
_NAMES: Final = (*FIELDS, "lang", *VALUES)


def read(query: str) -> Part:
    """The tree of a query. Raises QueryError."""
    if len(query) > MOST_CHARACTERS:
        long = f"a query of {len(query):,} characters; {MOST_CHARACTERS:,} are the most"
        raise QueryError(query, MOST_CHARACTERS, f"{long}: make several queries of it")
    _refuse_depth(query)
    try:
        part = cast("Part", _grammar().parse(query))
    except UnexpectedInput as error:
        raise QueryError(query, *problem(query, error)) from None
    except _WrongOperand as wrong:
        at = operand(query, wrong.at, is_first=wrong.is_first)
        raise QueryError(query, at, wrong.told) from None
    except _Wrong as wrong:
        raise QueryError(query, wrong.at, wrong.told) from None
    if not _asks(part):
        told = "a query of exclusions alone would find nearly everything"
        raise QueryError(query, 0, f"{told}: write what to look for before it, * for every post")
    if (number := sum(1 for _ in terms(part))) > MOST_TERMS:
        told = f"a query of {number:,} terms; {MOST_TERMS:,} are the most"
        raise QueryError(query, 0, f"{told}: make several queries of it")
    return part


def _refuse_depth(query: str) -> None:
    depth, in_quotes = 0, False
    for at, one in enumerate(query):
        if one in _QUOTES:
            in_quotes = not in_quotes
        elif not in_quotes:
            depth += (one == "(") - (one == ")")
        if depth > DEEPEST:
            told = f"parentheses {depth} deep; {DEEPEST} are the most"
            raise QueryError(query, at, f"{told}: leave out those around single words")


def _asks(part: Part, *, wanted: bool = True) -> bool:
    """Whether anything is looked for, not only excluded."""
    match part:
        case Not(inner):
            return _asks(inner, wanted=not wanted)
        case All(parts) | Any(parts):
            return any(_asks(one, wanted=wanted) for one in parts)
        case _:
            return wanted


class _Wrong(Exception):
    def __init__(self, at: int | None, told: str) -> None:
        super().__init__(told)
        self.at = at or 0
        self.told = told


class _WrongOperand(_Wrong):
    """On one side of the NEAR that stands at `at`."""

    is_first = False


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
        at = near.start_pos
        words = near.removeprefix("NEAR").removeprefix("/")
        if not words.isdecimal() or int(words) > FARTHEST:
            told = f"NEAR needs how many words may stand between, 0 to {FARTHEST}"
            raise _Wrong(at, f'{told}: write NEAR/5, or "NEAR" in quotes for the word')
        return Near(_near(first, at, True), _near(second, at, False), int(words))

    def field(self, token: Token) -> Part:
        name, _, value = token.partition(":")
        name, value, at = name.casefold(), value.strip(_QUOTES).strip(), token.start_pos
        if name not in _NAMES:
            known = ", ".join(f"{one}:" for one in _NAMES)
            told = f"there is no field {name:.40}:; there are {known}"
            raise _Wrong(at, f'{told}. For the words write "{token:.40}" in quotes')
        choices = VALUES.get(name)
        if choices is not None and value.casefold() not in choices:
            shown = " or ".join(f"{name}:{one}" for one in choices)
            told = f"{name}: takes one of a few values: write {shown}"
            raise _Wrong((at or 0) + len(name) + 1, told)
        if not value:
            raise _Wrong(at, f"nothing follows {name}: write the value right behind it")
        return Field(name, value)

    def term(self, token: Token) -> Part:
        text, at, shown = str(token), token.start_pos, f"{token:.40}"
        if text == EVERYTHING:
            return Everything()
        is_cased, form = text.startswith("="), Form.WORDS
        if not is_cased and text[0] in _MARKS:
            form = _MARKS[text[0]]
        if is_cased or form is not Form.WORDS:
            text = text[1:]
        is_quoted = bool(text) and text[0] in _QUOTES
        text = text[1:-1] if is_quoted else text
        if not text.strip():
            if is_quoted:
                raise _Wrong(at, "this phrase is empty: write a word in it or leave it out")
            meant = {"=": "=Word", "#": "#tag", "@": "@handle"}.get(token, '~"brand name"')
            raise _Wrong(at, f"nothing follows {token}: write {meant}")
        if not is_quoted and text.strip(",;") != text:
            told = "a comma joins nothing: write OR between alternatives"
            raise _Wrong(at, f'{told}, or "{shown}" in quotes where it belongs to the word')
        if not is_quoted and text.isascii() and not any(map(is_word, text)):
            told = f"{shown} alone is no word: write {_MEANT.get(text, 'a word')}"
            raise _Wrong(at, f'{told}, or "{shown}" in quotes for the sign itself')
        term = Term(text, form, is_cased)
        _refuse(term, at)
        return term


def _near(part: Part, at: int | None, is_first: bool) -> tuple[Term, ...]:
    each = part.parts if isinstance(part, Any) else (part,)
    found = tuple(one for one in each if isinstance(one, Term))
    if len(found) < len(each):
        told = "NEAR stands between words or phrases, or several joined by OR in parentheses"
        wrong = _WrongOperand(at, f"{told}: write (a NEAR/3 b) first, then AND and the rest")
        wrong.is_first = is_first
        raise wrong
    return found


def _refuse(term: Term, at: int | None) -> None:
    """Refuse what could never stand in a text, or in nearly every one."""
    pieces = pieces_of(term.text, cased=term.is_cased)
    if not pieces:
        raise _Wrong(at, f"{term.text:.40} leaves nothing to look for: write a letter or a sign")
    if len(pieces) > MOST_WORDS:
        told = f"a phrase of {len(pieces):,} words; {MOST_WORDS} are the most"
        raise _Wrong(at, f"{told}: keep the words that matter")
    for piece in pieces:
        first = piece.readings[0]
        if len(first) > LONGEST_WORD:
            told = f"a word of {len(first):,} characters; {LONGEST_WORD} are the most"
            raise _Wrong(at, f"{told}: write its beginning and a star")
        if len(pieces) > 1 and SEPARATING.issuperset(first):
            told = f"{first} only separates the words of a phrase"
            raise _Wrong(at, f"{told}: leave it out")
        short = sum(map(is_word, first)) < 2 and not any(map(is_unspaced, first))
        if piece.is_prefix and short:
            told = "a star needs at least two letters before it"
            raise _Wrong(at, f"{told}: write more of the word, or leave the star out")
    text = whole_piece(term.text).readings[0]
    if term.form is Form.TAG and not all(is_word(one) or one == "_" for one in text):
        kept = "".join(one if is_word(one) or one == "_" else " " for one in text).split()
        told = "a tag is of letters, digits and underscores"
        raise _Wrong(at, f"{told}: write #{kept[0] if kept else 'word'}")
    if term.form is Form.HANDLE and not is_handle(text):
        told = "a handle is of letters, digits, underscores, dots and hyphens"
        raise _Wrong(at, f"{told}: write @name or @name@server")
