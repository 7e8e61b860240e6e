"""One post as it is matched; what few queries need is worked out when first asked for."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final, Protocol

import regex

from listener.matching.characters import UNSPACED, is_possessive
from listener.matching.fold import Folded, Span, fold

BORDER: Final = "\0"
"""Stands between title and text: no words, and nothing that a phrase passes over."""
_WORD: Final = r"\p{L}\p{N}\p{M}"
_HANDLE: Final = rf"[{_WORD}_]+(?:[.\-][{_WORD}_]+)*"
_MENTION: Final = regex.compile(rf"(?<![{_WORD}])@({_HANDLE}(?:@{_HANDLE})?)")
_TAG: Final = regex.compile(rf"(?<![{_WORD}])#([{_WORD}](?:_*[{_WORD}])*)")
_LETTER: Final = rf"[{_WORD}--[{UNSPACED}]]"
_COUNTED: Final = regex.compile(
    rf"[{UNSPACED}]|{_LETTER}(?:{_LETTER}|_+(?={_LETTER})|'(?={_LETTER}))*", regex.VERSION1
)


class Wrote(Protocol):
    """Who wrote a post."""

    @property
    def handle(self) -> str:
        """As the platform shows it."""
        ...


class Said(Protocol):
    """What matching reads of a post."""

    @property
    def platform(self) -> str:
        """The word of the connector."""
        ...

    @property
    def author(self) -> Wrote:
        """Who wrote it."""
        ...

    @property
    def text(self) -> str:
        """What it says."""
        ...

    @property
    def title(self) -> str | None:
        """What stands above it."""
        ...

    @property
    def channel(self) -> str | None:
        """Where it was said."""
        ...

    @property
    def parent_id(self) -> str | None:
        """What it answers."""
        ...

    @property
    def addressed(self) -> Sequence[str]:
        """Ids of the accounts that it mentions."""
        ...

    @property
    def media(self) -> Sequence[str]:
        """What hangs below it: kinds or addresses."""
        ...

    @property
    def lang(self) -> str | None:
        """As the platform says."""
        ...


class Document:
    """A post, folded. Spans are those of the title, one character, then the text."""

    __slots__ = (
        "_cased",
        "_cased_names",
        "_names",
        "_plain",
        "_words",
        "border",
        "post",
        "whole",
    )

    def __init__(self, post: Said) -> None:
        self.post = post
        self.whole = whole(post)
        self.border = len(post.title) if post.title else -1
        self._plain: Folded | None = None
        self._cased: Folded | None = None
        self._names: list[Span] | None = None
        self._cased_names: list[Span] | None = None
        self._words: tuple[list[int], list[int]] | None = None

    def folded(self, *, cased: bool = False) -> Folded:
        """Without case, or with it."""
        if cased:
            self._cased = self._cased or fold(self.whole, cased=True)
            return self._cased
        self._plain = self._plain or fold(self.whole)
        return self._plain

    def handles(self) -> Sequence[Span]:
        """Where handles stand in the folded text that are mentioned, without their ``@``."""
        text = self.folded().text
        return [found.span(1) for found in _MENTION.finditer(text)] if "@" in text else ()

    def names(self, *, cased: bool = False) -> Sequence[Span]:
        """Where the names of handles and tags stand in the folded text, without marks, in order."""
        names = self._cased_names if cased else self._names
        if names is None:
            text = self.folded(cased=cased).text
            names = []
            if "@" in text:
                names += [found.span(1) for found in _MENTION.finditer(text)]
            if "#" in text:
                names = sorted(names + [found.span(1) for found in _TAG.finditer(text)])
            if cased:
                self._cased_names = names
            else:
                self._names = names
        return names

    def words_ended(self, at: int) -> int:
        """How many words end before a place of the post, or there."""
        return bisect_right(self._counted()[1], at)

    def words_begun(self, at: int) -> int:
        """How many words begin before a place of the post."""
        return bisect_left(self._counted()[0], at)

    def _counted(self) -> tuple[list[int], list[int]]:
        if self._words is None:
            plain = self.folded()
            found = [
                plain.span(*one.span())
                for one in _COUNTED.finditer(plain.text)
                if not is_possessive(plain.text, one.start() - 1)
            ]
            self._words = [start for start, _ in found], [end for _, end in found]
        return self._words


def whole(post: Said) -> str:
    """Its title, the border, then its text, or the text alone."""
    return f"{title}{BORDER}{post.text}" if (title := post.title) else post.text


def is_handle(text: str) -> bool:
    """Whether a folded text is a handle, with its server or without."""
    return _MENTION.fullmatch("@" + text) is not None
