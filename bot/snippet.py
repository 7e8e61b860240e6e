"""The words around a match on one line, the matched ones marked."""

from collections.abc import Sequence
from typing import Final

Span = tuple[int, int]
BOLD: Final = ("\x1b[1m", "\x1b[0m")
BRACKETS: Final = ("[", "]")
_BEFORE: Final = 24
"""Characters shown ahead of the first match."""
_MORE: Final = "…"


def snippet(text: str, spans: Sequence[Span], width: int, marks: tuple[str, str]) -> str:
    """A part of the text with the first match in it, at most `width` columns wide.

    What a terminal would take for a command is left out, and a line break is a space.
    """
    from rich.cells import cell_len

    first = min((start for start, _ in spans), default=0)
    begin = _begin(text, first)
    inside = {at for start, end in spans for at in range(start, min(end, begin + width))}
    shown = _MORE if begin else ""
    left, is_open = width - len(shown), False
    mark_width = sum(map(len, marks)) if marks is BRACKETS else 0
    for at in range(begin, len(text)):
        one = text[at] if text[at].isprintable() else " "
        if one == " " and shown[-1:] in (" ", "") and not is_open:
            continue
        opens = at in inside and not is_open
        closes = is_open and at not in inside
        if closes:
            shown, is_open = shown + marks[1], False
        need = cell_len(one) + (mark_width if opens else 0) + (at + 1 < len(text))
        if need > left:
            return shown + (marks[1] if is_open else "") + _MORE
        if opens:
            shown, is_open, left = shown + marks[0], True, left - mark_width
        shown += one
        left -= cell_len(one)
    return (shown + marks[1]) if is_open else shown.rstrip()


def _begin(text: str, first: int) -> int:
    """Where the line begins: at the text's start, or at a word not far ahead of the match."""
    if first <= _BEFORE:
        return 0
    begin = first - _BEFORE
    space = text.find(" ", begin, first)
    return begin if space < 0 else space + 1
