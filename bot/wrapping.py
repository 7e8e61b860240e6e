"""Text in lines that a terminal of 80 columns shows whole."""

from typing import Final

_WIDTH: Final = 80
_MORE: Final = "…"


def shortened(text: str, width: int) -> str:
    """A text in so many columns at most, with a mark where its end is left out."""
    from rich.cells import cell_len, chop_cells

    return text if cell_len(text) <= width else chop_cells(text, width - 1)[0] + _MORE


def wrapped(text: str, *, margin: int = 0) -> list[str]:
    """The lines of a text, parted at spaces where it can be; wide letters count two."""
    from rich.cells import cell_len, chop_cells

    room = _WIDTH - margin
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and cell_len(longer) <= room:
            lines[-1] = longer
        else:
            lines += chop_cells(word, room)
    return lines
