"""A search before it is written: what has to be there together, and what may stand in its place."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Final

from listener.querying.searches_dialects import Dialect

_OR: Final = " OR "
_MOST_SPLIT: Final = 8
"""Searches that alternatives are spread over, rather than asked for less closely."""
_MOST_SPELLED: Final = 4
"""Searches that the spellings of things that must be there together are spread over."""
_OPEN: Final = 32
"""Searches begun last that one more alternative may go into: looking at all takes ever longer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing, as the platform is asked for it; `stands` where that may be all."""

    text: str
    stands: bool = True
    spellings: tuple[str, ...] = ()
    """Other ways to ask for the same; where there is OR they are alternatives instead."""
    told: str = field(default="", compare=False)
    """In words, where it is neither a word nor a phrase."""

    @property
    def longest(self) -> int:
        """Characters of its longest spelling."""
        return max(map(len, (self.text, *self.spellings)))


@dataclass(frozen=True, slots=True)
class Every:
    """All of several."""

    parts: tuple["Shape", ...]

    @property
    def stands(self) -> bool:
        """Whether it may be all that is asked for."""
        return any(one.stands for one in self.parts)


@dataclass(frozen=True, slots=True)
class Some:
    """One of several; of none: nothing can be found."""

    parts: tuple["Shape", ...]

    @property
    def stands(self) -> bool:
        """Whether it may be all that is asked for."""
        return all(one.stands for one in self.parts)


@dataclass(frozen=True, slots=True)
class _Alternatives:
    """Searches, each of things that must be there together, and what they leave out."""

    searches: list[tuple[Asked, ...]]
    left: list["Shape"] = field(default_factory=list)


@dataclass(slots=True)
class _Group:
    """Alternatives of one search, and the room that they take."""

    length: int
    operators: int
    parts: list["Shape"] = field(default_factory=list)


Shape = Asked | Every | Some
NOTHING: Final = Some(())


def every(shapes: Iterable[Shape | None]) -> Shape | None:
    """All that narrow the search; None where none does."""
    found: dict[Shape, None] = {}
    for one in shapes:
        if one == NOTHING:
            return NOTHING
        if one is not None:
            found |= dict.fromkeys(one.parts if isinstance(one, Every) else (one,))
    parts = tuple(found)
    return None if not parts else parts[0] if len(parts) == 1 else Every(parts)


def some(shapes: Iterable[Shape | None]) -> Shape | None:
    """One of them; None where one of them narrows nothing, or may not stand alone."""
    found: dict[Shape, None] = {}
    for one in shapes:
        if one is None or not one.stands:
            return None
        found |= dict.fromkeys(one.parts if isinstance(one, Some) else (one,))
    parts = tuple(found)
    return parts[0] if len(parts) == 1 else Some(parts)


class Written:
    """The searches that a shape makes, each within the limits; `left` is what they leave out."""

    def __init__(self, shape: Shape, dialect: Dialect) -> None:
        self._dialect = dialect
        self._room = dialect.longest - len(dialect.tail)
        self._left: dict[Shape, None] = {}
        if dialect.joins:
            texts = [self._text(one) for one in self._fitted(shape)]
        else:
            found = self._alternatives(shape)
            self._left |= dict.fromkeys(found.left)
            texts = [text for one in found.searches for text in self._together(one)]
        self.searches = tuple(dict.fromkeys(f"{text}{dialect.tail}" for text in texts))
        self.left = tuple(dict.fromkeys(map(self._told, self._left)))

    def _text(self, shape: Shape, *, is_inside: bool = False) -> str:
        match shape:
            case Asked(text):
                return text
            case Every(parts):
                text = (self._dialect.also or " ").join(self._inside(one) for one in parts)
            case Some(parts):
                text = _OR.join(map(self._inside, parts))
                is_inside = is_inside or bool(self._dialect.tail)
        return f"({text})" if is_inside else text

    def _told(self, shape: Shape) -> str:
        """In words, as `listener.querying.explanation` puts them."""
        match shape:
            case Asked(text, told=told):
                plain = text.strip('"')
                return told or f"with “{plain}”"
            case Every(parts):
                return f"({' and '.join(map(self._told, parts))})"
            case Some(parts):
                return f"({' or '.join(map(self._told, parts))})"

    def _inside(self, shape: Shape) -> str:
        return self._text(shape, is_inside=True)

    def _fits(self, shape: Shape) -> bool:
        text = self._text(shape)
        return len(text) <= self._room and self._may_hold(_operators(text))

    def _may_hold(self, operators: int) -> bool:
        return self._dialect.operators is None or operators <= self._dialect.operators

    def _fitted(self, shape: Shape) -> list[Shape]:
        if self._fits(shape):
            return [shape]
        if isinstance(shape, Some):
            return self._packed([one for part in shape.parts for one in self._fitted(part)], ())
        return self._spread(shape.parts) if isinstance(shape, Every) else []

    def _spread(self, parts: Sequence[Shape]) -> list[Shape]:
        """As many of the parts as fit, the alternatives of one more in several searches."""
        kept, others = self._first_that_fit(
            sorted(parts, key=lambda one: (isinstance(one, Some), not one.stands))
        )
        rest = every(kept)
        if rest is None or not rest.stands:
            shortest = min(
                (one for one in others if one.stands), key=lambda one: len(self._text(one))
            )
            self._left |= dict.fromkeys(one for one in parts if one is not shortest)
            return self._fitted(shortest)
        for one in others:
            if isinstance(one, Some) and (spread := self._beside(rest, one.parts)):
                self._left |= dict.fromkeys(other for other in others if other is not one)
                return spread
        self._left |= dict.fromkeys(others)
        return [rest]

    def _first_that_fit(self, parts: Sequence[Shape]) -> tuple[list[Shape], list[Shape]]:
        kept: list[Shape] = []
        others: list[Shape] = []
        also = self._dialect.also or " "
        length = operators = 0
        for one in parts:
            text = self._inside(one)
            longer = length + len(text) + len(also)
            more = operators + _operators(text) + _operators(also)
            fits = longer - len(also) <= self._room and self._may_hold(more - _operators(also))
            if fits:
                length, operators = longer, more
            (kept if fits else others).append(one)
        return kept, others

    def _beside(self, rest: Shape, alternatives: tuple[Shape, ...]) -> list[Shape]:
        """A search for each few of the alternatives; none where these would be too many."""
        for one in alternatives:
            whole = every((rest, one))
            if whole is None or not self._fits(whole):
                return []
        spread = self._packed(alternatives, (rest,))
        return spread if len(spread) <= _MOST_SPLIT else []

    def _packed(self, alternatives: Sequence[Shape], rest: tuple[Shape, ...]) -> list[Shape]:
        """Few shapes that hold all alternatives, each of them together with the rest."""
        also = self._dialect.also or ""
        beside = self._inside(rest[0]) if rest else ""
        length = len(beside) + len(also) if rest else 0
        operators = _operators(beside) + _operators(also) if rest else 0
        room = self._room - len("()") + len(_OR)
        most = self._dialect.operators
        groups: list[_Group] = []
        for one in alternatives:
            text = self._inside(one)
            long, many = len(text) + len(_OR), _operators(text) + 1
            for group in islice(reversed(groups), _OPEN):
                fits = group.length + long <= room
                if fits and (most is None or group.operators + many - 1 <= most):
                    break
            else:
                group = _Group(length, operators)
                groups.append(group)
            group.parts.append(one)
            group.length += long
            group.operators += many
        shapes = (every((*rest, some(group.parts))) for group in groups)
        return [shape for shape in shapes if shape is not None]

    def _alternatives(self, shape: Shape) -> "_Alternatives":
        """As few searches as find all of it, each of things that must be there together."""
        match shape:
            case Asked():
                return _Alternatives([(shape,)])
            case Some(parts):
                each = [self._alternatives(one) for one in parts]
                return _Alternatives(
                    [found for one in each for found in one.searches],
                    [left for one in each for left in one.left],
                )
            case Every(parts):
                each = [self._alternatives(one) for one in parts]
        if self._dialect.also is not None:
            taken = [number for number, one in enumerate(each) if len(one.searches) == 1]
            if any(parts[number].stands for number in taken):
                asked = [one for number in taken for one in each[number].searches[0]]
                searches = [tuple(dict.fromkeys(asked))]
                return _Alternatives(searches, self._left_of(parts, each, taken))
        standing = [number for number, part in enumerate(parts) if part.stands]
        number = min(standing, key=lambda one: _cost(each[one].searches))
        return _Alternatives(each[number].searches, self._left_of(parts, each, [number]))

    @staticmethod
    def _left_of(
        parts: Sequence[Shape], each: Sequence["_Alternatives"], taken: Sequence[int]
    ) -> list[Shape]:
        left = [shape for number in taken for shape in each[number].left]
        return left + [part for number, part in enumerate(parts) if number not in taken]

    def _together(self, parts: tuple[Asked, ...]) -> Iterator[str]:
        """Those that fit, what may stand alone first, in all of their spellings."""
        also = self._dialect.also or " "
        kept: list[tuple[str, ...]] = []
        length, number = 0, 1
        for one in sorted(parts, key=lambda one: not one.stands):
            longer, more = length + one.longest, number * (1 + len(one.spellings))
            if longer <= self._room and (more <= _MOST_SPELLED or not kept):
                kept.append((one.text, *one.spellings))
                length, number = longer + len(also), more
            else:
                self._left[one] = None
        yield from map(also.join, product(*kept))


def _operators(text: str) -> int:
    """How many operators stand in a search, outside quotes."""
    plain = "".join(text.split('"')[::2])
    return sum(one.strip("()") in ("OR", "AND", "NOT") for one in plain.split())


def _cost(alternatives: list[tuple[Asked, ...]]) -> tuple[int, int]:
    """Fewer alternatives ask less; of as many, longer words find less that is not meant."""
    shortest = min(
        sum(letter.isalnum() for one in together for letter in one.text)
        for together in alternatives
    )
    return len(alternatives), -shortest
