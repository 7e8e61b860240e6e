"""A query made ready: parts that can be asked of a post, and the strings one of which it holds."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from listener.matching import fields
from listener.matching.anchor import Anchor, anchor
from listener.matching.characters import is_unspaced
from listener.matching.document import Document
from listener.matching.fields import Detect
from listener.matching.fold import Span, fold
from listener.matching.marked import Handle, Tag
from listener.matching.near import Near
from listener.matching.plain import plainly
from listener.matching.words import Piece, Words, pieces_of, whole_piece
from listener.query import All, Any, Everything, Field, Form, Not, Part, Term
from listener.query import Near as NearPart

_MOST_LOOKED_FOR: Final = 20
"""Strings of one group that are looked for in a text; of more, one is nearly always there."""
_LONG_ENOUGH: Final = 4
"""Bytes from which on a word's length tells little of how often it is said."""

Groups = tuple[tuple[bytes, ...], ...]
"""Of each group one string is in a text."""


class Node(Protocol):
    """Something that is so of a post or is not."""

    def found(self, document: Document) -> list[Span] | None:
        """Where in the post it is seen; None where it is not so."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """`anchors` are strings of which a post that matches holds one; None: nothing narrows it.

    It also holds one of each of `groups`, anywhere in its coarse text.
    """

    node: Node
    anchors: frozenset[Anchor] | None
    groups: Groups = ()


@dataclass(frozen=True, slots=True)
class _Every:
    nodes: tuple[Node, ...]

    def found(self, document: Document) -> list[Span] | None:
        spans: list[Span] = []
        for node in self.nodes:
            if (more := node.found(document)) is None:
                return None
            spans += more
        return spans


@dataclass(frozen=True, slots=True)
class _Some:
    nodes: tuple[Node, ...]

    def found(self, document: Document) -> list[Span] | None:
        each = [more for node in self.nodes if (more := node.found(document)) is not None]
        return [span for more in each for span in more] if each else None


@dataclass(frozen=True, slots=True)
class _Without:
    node: Node

    def found(self, document: Document) -> list[Span] | None:
        return [] if self.node.found(document) is None else None


def plan(part: Part, detect: Detect) -> Plan:
    """How a query is asked of a post."""
    match part:
        case Term():
            return _term(part)
        case NearPart(first, second, words):
            each = [_some([_term(one) for one in terms]) for terms in (first, second)]
            before, after = ([_term(one).node for one in terms] for terms in (first, second))
            return _all(Near(before, after, words), each)
        case Field(name, value):
            return Plan(fields.field(name, value, detect), None)
        case Not(inner):
            return Plan(_Without(plan(inner, detect).node), None)
        case All(parts):
            plans = [plan(one, detect) for one in parts]
            # What is cheap to refuse is asked first.
            plans.sort(key=lambda one: one.anchors is None)
            return _all(_Every(_nodes(plans)), plans)
        case Everything():
            return Plan(_Every(()), None)
        case Any(parts):
            return _some([plan(one, detect) for one in parts])


def _nodes(plans: Iterable[Plan]) -> tuple[Node, ...]:
    return tuple(one.node for one in plans)


def _term(term: Term) -> Plan:
    if term.form is Form.TAG or term.form is Form.HANDLE:
        piece = whole_piece(term.text)
        mark, node = ("#", Tag(piece)) if term.form is Form.TAG else ("@", Handle(piece))
        marked = (anchor(mark + one, is_prefix=piece.is_prefix) for one in piece.readings)
        return Plan(node, _known(marked))
    pieces = pieces_of(term.text, cased=term.is_cased)
    if term.form is Form.WORDS:
        return Plan(plainly(Words(pieces, term.is_cased)), _anchors(pieces))
    together = "".join(one.readings[0] for one in pieces) + "*" * pieces[-1].is_prefix
    run_together = pieces_of(together)
    return _some([Plan(plainly(Words(one)), _anchors(one)) for one in (pieces, run_together)])


def _all(node: Node, plans: Sequence[Plan]) -> Plan:
    """What holds only where all do: the rarest is looked for, the others where it is found."""
    known = [one for one in plans if one.anchors]
    rarest = max(known, key=_rarity, default=None)
    groups = [one for plan in plans for one in plan.groups]
    groups += [
        tuple(anchor.text.encode() for anchor in one.anchors or ())
        for one in known
        if one is not rarest and len(one.anchors or ()) <= _MOST_LOOKED_FOR
    ]
    return Plan(node, None if rarest is None else rarest.anchors, tuple(groups))


def _rarity(one: Plan) -> tuple[int, int]:
    """Few strings are rarer than many, and very short ones common; else the first is the name."""
    anchors = one.anchors or frozenset()
    return -len(anchors), min(_shortest(anchors), _LONG_ENOUGH)


def _shortest(anchors: frozenset[Anchor]) -> int:
    """Bytes: what is not Latin is rarer for its length in most streams, and takes more of them."""
    return min(len(one.text.encode()) for one in anchors)


def _some(plans: Sequence[Plan]) -> Plan:
    """What holds where one does."""
    node = plans[0].node if len(plans) == 1 else _Some(_nodes(plans))
    return Plan(node, _together(plans), plans[0].groups if len(plans) == 1 else ())


def _anchors(pieces: Sequence[Piece]) -> frozenset[Anchor] | None:
    """Those of the two neighbours that are longest together, else of the longest word."""
    pairs = [one for one in map(_of_two, pieces, pieces[1:]) if one is not None]
    single = [one for one in map(_of_one, pieces) if one is not None]
    return max(pairs or single, key=_shortest, default=None)


def _of_one(piece: Piece) -> frozenset[Anchor] | None:
    return _known(
        anchor(fold(one, in_query=True).text, is_prefix=piece.is_prefix) for one in piece.readings
    )


def _of_two(first: Piece, second: Piece) -> frozenset[Anchor] | None:
    """One behind the other, or with possessives between; None where nothing need be between."""
    edges = [*(one[-1] for one in first.readings), *(two[0] for two in second.readings)]
    if first.is_prefix or not all(map(_is_kept_apart, edges)):
        return None
    return _known(
        anchor(fold(f"{one}{between}{two}", in_query=True).text, is_prefix=second.is_prefix)
        for one in first.readings
        for two in second.readings
        for between in (" ", "'s ", "'s's ")
    )


def _is_kept_apart(letter: str) -> bool:
    """Whether no word of a query may end at it without a gap, nor begin at it."""
    return unicodedata.category(letter)[0] in "LN" and not is_unspaced(letter)


def _known(each: Iterable[Anchor | None]) -> frozenset[Anchor] | None:
    found = list(each)
    known = frozenset(one for one in found if one is not None)
    return known if len(known) == len(set(found)) else None


def _together(plans: Iterable[Plan]) -> frozenset[Anchor] | None:
    whole: set[Anchor] = set()
    for one in plans:
        if one.anchors is None:
            return None
        whole |= one.anchors
    return frozenset(whole)
