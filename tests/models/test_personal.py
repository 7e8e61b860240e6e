"""What personal data is masked, what stays, and that no text is too much."""

import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.masking.accounts import is_iban
from models.masking.cards import is_checked
from models.personal import Find, Kind, found, masked
from tests.models.personal_lines import Line, lines

LINES = lines()
_PIECES = st.sampled_from(
    [
        *("ann@example.com", "ann (at) example (dot) com", "@ann@a.example", "[email]", "[phone]"),
        *("+44 20 7946 0958", "020 7946 0958", "555 0199", "phone", "call me", "or", ", ", ":"),
        *("4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "account no", "12345678", "12"),
        *("password:", "hunter2!", "token=", "bearer ", "https://a:b1@c.example/", "a1b2c3d4e5f6"),
        *("\u200b", "１２３", "٠٠", "-", "(", ")", " ", "\n", "x", "key: '", "eyJabcdefgh.eyJa"),
    ]
)


def test_the_lines_are_enough_to_say_something() -> None:
    kinds = Counter(kind for line in LINES for kind, _, _ in line.truth)
    assert kinds.total() >= 150
    assert min(kinds[kind] for kind in Kind) >= 15
    assert sum(not line.truth for line in LINES) >= 150


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.text[:40].encode("unicode_escape"))
def test_each_line_is_masked_as_it_is_labelled(line: Line) -> None:
    assert masked(line.text) == line.masked


def test_masked_lines_stay_as_they_are() -> None:
    assert [masked(line.masked) for line in LINES] == [line.masked for line in LINES]


def test_lines_together_are_masked_as_each_alone() -> None:
    whole = "\n\n".join(line.text for line in LINES)
    assert masked(whole) == "\n\n".join(line.masked for line in LINES)


def test_a_find_says_what_and_where() -> None:
    assert found("mail ann@example.com") == [Find(Kind.EMAIL, 5, 20)]


def test_places_are_those_of_the_text_as_it_was_written() -> None:
    text = "\u200bmail a\u200bnn@example.com\u200b."
    (find,) = found(text)
    assert text[find.start : find.end] == "a\u200bnn@example.com"


@pytest.mark.parametrize("text", ["conf@app.ini", "key@host.conf", "icon@2x.png", "Ann@LOG.TXT"])
def test_name_of_a_file_is_no_address(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize("text", ["", " ", "@", "+", "[email]", "\x00", "\ud800", "0" * 5, "((((("])
def test_what_holds_nothing_stays(text: str) -> None:
    assert masked(text) == text


@given(st.lists(_PIECES, max_size=14).map(" ".join) | st.lists(_PIECES, max_size=14).map("".join))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = masked(text)
    assert masked(once) == once


@given(st.text())
def test_any_text_can_be_masked_and_finds_do_not_overlap(text: str) -> None:
    at = 0
    for find in found(text):
        assert at <= find.start < find.end <= len(text)
        at = find.end
    masked(text)


@pytest.mark.parametrize(
    "piece",
    [
        *("1 ", "12 34 ", "(1", "1-", "0 1 ", "０１", "+", "0044 20 7946 0958 ", "4111 ", "DE89"),
        *("a@", "a.", "a@a.", "a%40", "a at b dot ", "(at) ", "-eyJ", "eyJ.", "M" * 24 + "."),
        *("password=", "password: a1", "bearer ", "authorization: ", "://:", "://a:b"),
        *("-----BEGIN PRIVATE KEY-----", "account no ", "phone 1", "ghp_", "A", "\u200b1", "www."),
    ],
)
def test_hostile_texts_take_time_in_step_with_their_length(piece: str) -> None:
    began = time.process_time()
    masked((piece * (100_000 // len(piece) + 1))[:100_000])
    assert time.process_time() - began < 4


def test_thousands_of_numbers_take_no_lookup_each() -> None:
    text = "\n".join(f"0{number} 555 {number % 10000:04}" for number in range(100, 6100))
    began = time.process_time()
    masked(text)
    assert time.process_time() - began < 4


@pytest.mark.parametrize(
    ("digits", "is_right"),
    [("4111111111111111", True), ("4111111111111112", False), ("79927398713", True), ("0", True)],
)
def test_check_digit_of_a_card(digits: str, *, is_right: bool) -> None:
    assert is_checked(digits) is is_right


@pytest.mark.parametrize(
    ("iban", "is_right"),
    [
        ("GB82WEST12345698765432", True),
        ("GB82WEST12345698765433", False),
        ("no9386011117947", True),
    ],
)
def test_check_digits_of_an_iban(iban: str, *, is_right: bool) -> None:
    assert is_iban(iban) is is_right
