"""Find a #tag or an @handle: the mark with just this after it."""

from collections.abc import Iterator
from dataclasses import dataclass

from listener.matching.characters import ends, is_word
from listener.matching.document import Document
from listener.matching.fold import Span
from listener.matching.words import Piece


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag."""

    piece: Piece

    def found(self, document: Document) -> list[Span] | None:
        """Where it stands in the post, with its mark; None where it does not."""
        folded = document.folded()
        return [folded.span(*span) for span in self._places(folded.text)] or None

    def _places(self, text: str) -> Iterator[Span]:
        for reading in self.piece.readings:
            at = text.find("#" + reading)
            while at >= 0:
                end = _end(text, at + 1 + len(reading), is_prefix=self.piece.is_prefix)
                if end and (at == 0 or not is_word(text[at - 1])):
                    yield at, end
                at = text.find("#" + reading, at + 1)


def _end(text: str, at: int, *, is_prefix: bool) -> int:
    """Where the tag ends; 0 where it goes on and must not."""
    end = at
    while end < len(text) and (is_word(text[end]) or not ends(text, end)):
        end += 1
    return end if is_prefix or end == at else 0


@dataclass(frozen=True, slots=True)
class Handle:
    """An account that is mentioned, on any server where the handle names none."""

    piece: Piece

    def found(self, document: Document) -> list[Span] | None:
        """Where it stands in the post, with its mark; None where it does not."""
        folded = document.folded()
        found = []
        for start, end in document.handles():
            handle = folded.text[start:end]
            local = handle.partition("@")[0]
            if self._is_meant(handle):
                found.append(folded.span(start - 1, end))
            elif self._is_meant(local):
                found.append(folded.span(start - 1, start + len(local)))
        return found or None

    def _is_meant(self, handle: str) -> bool:
        if self.piece.is_prefix:
            return handle.startswith(self.piece.readings)
        return handle in self.piece.readings
