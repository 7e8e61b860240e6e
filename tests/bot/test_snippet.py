"""A match on one line."""

import pytest

from bot.snippet import BOLD, BRACKETS, snippet


@pytest.mark.parametrize(
    ("text", "spans", "width", "line"),
    [
        ("my acme is down", ((3, 7),), 40, "my [acme] is down"),
        ("acme", ((0, 4),), 40, "[acme]"),
        ("acme\nand acme cloud", ((0, 4), (9, 19)), 40, "[acme] and [acme cloud]"),
        ("nothing to mark", (), 40, "nothing to mark"),
        ("a  \t b\n\nacme", ((8, 12),), 40, "a b [acme]"),
        ("my acme is down", ((3, 7),), 10, "my [acme]…"),
        ("my acmeacmeacme", ((3, 15),), 10, "my [acme]…"),
        (
            "x" * 60 + " one two three four five acme",
            ((85, 89),),
            40,
            "…two three four five [acme]",
        ),
        ("\x1b[2Jacme", ((4, 8),), 40, "[2J[acme]"),
        ("東京acmeです", ((2, 6),), 40, "東京[acme]です"),
        ("東京東京東京acme", ((6, 10),), 10, "東京東京…"),
    ],
)
def test_match_is_marked_on_a_line_of_its_width(
    text: str, spans: tuple[tuple[int, int], ...], width: int, line: str
) -> None:
    assert snippet(text, spans, width, BRACKETS) == line


def test_terminal_gets_bold_which_takes_no_room() -> None:
    assert snippet("my acme!", ((3, 7),), 8, BOLD) == "my \x1b[1macme\x1b[0m!"
