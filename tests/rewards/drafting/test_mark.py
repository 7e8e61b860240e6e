"""Words of a model stay marked, through saving and sending, and nothing else is."""

from datetime import UTC, datetime

from rewards.drafting.mark import Mark, carried, mark_of, written
from store.audit import Note

NOW = datetime(2026, 5, 20, tzinfo=UTC)
WORDS = "Hello @leo."


def a_note(detail: dict[str, str]) -> Note:
    return Note(NOW, "Ann", "draft", "case", 1, detail)


NOTES = [a_note({}), a_note(written("small-1", WORDS, "Ann"))]


def test_words_of_a_model_are_marked_and_no_others() -> None:
    assert mark_of(NOTES, f" {WORDS}\n") == Mark("small-1", "Ann")
    assert mark_of(NOTES, "Hello.") is None
    assert mark_of(NOTES, None) is None
    assert mark_of([], WORDS) is None


def test_audit_holds_no_words() -> None:
    assert WORDS not in str(NOTES)


def test_mark_goes_on_and_tells_the_first_who_edited() -> None:
    mark = mark_of(NOTES, WORDS)
    same = a_note(carried(mark, WORDS, WORDS, "Bob", WORDS))
    assert mark_of([*NOTES, same], WORDS) == Mark("small-1", "Ann")
    bob = a_note(carried(mark, WORDS, "Hi.", "Bob", "Hi."))
    assert bob.detail["reason"] == "(machine-written, edited)"
    edited = mark_of([*NOTES, bob], "Hi.")
    assert edited == Mark("small-1", "Ann", "Bob")
    ann = a_note(carried(edited, "Hi.", "Hi there.", "Ann", "Hi there.\n\nBy us."))
    assert mark_of([*NOTES, bob, ann], "Hi there.\n\nBy us.") == Mark("small-1", "Ann", "Bob")


def test_words_without_a_mark_get_none() -> None:
    assert carried(None, None, "Mine.", "Ann", "Mine.") == {}
    assert carried(Mark("small-1", "Ann"), WORDS, "", "Ann", "") == {}


def test_words_that_no_store_keeps_are_marked_too() -> None:
    odd = "Hello \x00\ud800."
    assert mark_of([a_note(written("m", odd, "Ann"))], "Hello \ufffd\ufffd.") is not None
