"""Find the words of one term in a post: whole, one after another, in their place."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

import regex

from listener.matching.characters import (
    JOINING,
    SEPARATING,
    ends,
    is_possessive,
    is_unspaced,
    is_word,
    starts,
)
from listener.matching.document import Document
from listener.matching.fold import Folded, Span, fold
from listener.matching.lookalikes import WORD, as_latin, is_wholly

_SPLIT: Final = regex.compile(r"\s+|(?<=[^\s\-/])[\-/](?=[\p{L}\p{N}\p{M}])")
_LONE: Final = frozenset("-/")


@dataclass(frozen=True, slots=True)
class Piece:
    """One word of a term, as it may stand in a text; `is_prefix` where it may go on."""

    readings: tuple[str, ...]
    is_prefix: bool = False
    is_symbol: bool = False
    """No word character is in it: it is found wherever it stands."""


def pieces_of(text: str, *, cased: bool = False) -> tuple[Piece, ...]:
    """The words of a query's term; none where nothing is left to look for."""
    folded = _without_possessives(fold(text, cased=True, in_query=True).text)
    return tuple(
        _piece(one, cased=cased) for one in _SPLIT.split(folded) if one and one not in _LONE
    )


def whole_piece(text: str) -> Piece:
    """A tag or a handle, without its mark, as one word."""
    return _piece(_without_possessives(fold(text.strip(), cased=True, in_query=True).text))


def _without_possessives(text: str) -> str:
    kept = [
        one
        for at, one in enumerate(text)
        if not is_possessive(text, at) and not (at and is_possessive(text, at - 1))
    ]
    return "".join(kept)


def _piece(word: str, *, cased: bool = False) -> Piece:
    is_prefix = len(word) > 1 and word.endswith("*")
    text = word.removesuffix("*") if is_prefix else word
    latin = WORD.sub(lambda run: as_latin(run[0]) if is_wholly(run[0]) else run[0], text)
    readings = dict.fromkeys(
        one if cased else fold(one, in_query=True).text for one in (text, latin)
    )
    return Piece(tuple(readings), is_prefix, not any(map(is_word, text)))


@dataclass(frozen=True, slots=True)
class Words:
    """Words, one after another."""

    pieces: tuple[Piece, ...]
    cased: bool = False

    def found(self, document: Document) -> list[Span] | None:
        """Where they stand in the post, every place; None where they do not."""
        folded = document.folded(cased=self.cased)
        return [folded.span(*span) for span in self._places(document, folded)] or None

    def _places(self, document: Document, folded: Folded) -> Iterator[Span]:
        text = folded.text
        known: dict[tuple[Piece, int], set[int]] = {}
        for reading in self.pieces[0].readings:
            at = text.find(reading)
            while at >= 0:
                for end in self._ends_from(document, text, at, known):
                    yield at, end
                at = text.find(reading, at + 1)

    def _ends_from(
        self, document: Document, text: str, at: int, known: dict[tuple[Piece, int], set[int]]
    ) -> set[int]:
        """Where the last word may end when the first begins at a place."""
        begun = {at}
        for piece in self.pieces[:-1]:
            following: set[int] = set()
            for at in begun:
                key = piece, at
                if key not in known:
                    ended = self._ends(document, text, piece, at)
                    known[key] = {after for end in ended for after in _after_gap(text, end)}
                following |= known[key]
            if not following:
                return following
            begun = following
        return {end for at in begun for end in self._ends(document, text, self.pieces[-1], at)}

    def _ends(self, document: Document, text: str, piece: Piece, at: int) -> set[int]:
        """Where one word may end that begins at a place."""
        ended = {
            _end(piece, text, at, at + len(reading))
            for reading in piece.readings
            if text.startswith(reading, at)
        }
        return {one for one in ended if one is not None and self._may_stand(document, at, one)}

    def _may_stand(self, document: Document, start: int, end: int) -> bool:
        """In a handle or a tag only what is all of it, with its mark or without."""
        names = document.names(cased=self.cased)
        for at in range(bisect_right(names, start, key=itemgetter(1)), len(names)):
            first, last = names[at]
            if first >= end:
                break
            if not (start <= first and last == end):
                return False
        return True


def _end(piece: Piece, text: str, start: int, end: int) -> int | None:
    """Where a word ends that begins so; None where it is no whole word."""
    if piece.is_symbol:
        return end
    if not starts(text, start) or (start and is_possessive(text, start - 1)):
        return None
    if piece.is_prefix:
        return _end_of_word(text, end)
    return end if ends(text, end) else None


def _end_of_word(text: str, at: int) -> int:
    while not ends(text, at):
        at += 1
    return at


def _after_gap(text: str, at: int) -> Iterator[int]:
    """Where a next word may begin after what only separates."""
    joins = 0
    while is_possessive(text, at):
        at += 2
    if at < len(text) and (is_unspaced(text[at]) or is_unspaced(text[at - 1])):
        yield at
    while at < len(text) and (text[at].isspace() or text[at] in SEPARATING):
        if is_possessive(text, at):
            at += 2
        else:
            joins += text[at] in JOINING
            if joins > 1:
                return
            at += 1
        yield at
