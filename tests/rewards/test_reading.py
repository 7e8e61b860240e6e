"""How stored analyses read."""

from rewards.reading import UNREAD, Label, reading
from store.records import Analysis, Task


def test_labels_and_probabilities_are_taken_over() -> None:
    def one(task: Task, label: str, confidence: float, **scores: float) -> Analysis:
        return Analysis(1, task, "m", label, confidence, scores)

    read = reading(
        {
            Task.INTENT: one(Task.INTENT, "issue", 0.8),
            Task.IRONY: one(Task.IRONY, "irony", 0.7),
            Task.OFFENSIVE: one(Task.OFFENSIVE, "none", 0.75),
            Task.SPAM: one(Task.SPAM, "none", 0.9, spam=0.1, none=0.9),
        }
    )
    assert read.intent == Label("issue", 0.8)
    assert (read.irony, read.offensive, read.spam) == (0.7, 0.25, 0.1)
    assert read.language is None


def test_post_without_analyses_reads_as_nothing_special() -> None:
    assert reading({}) == UNREAD


def test_reasons_of_spam_are_marks_and_never_words_of_the_post() -> None:
    found = Analysis(1, Task.SPAM, "m", "spam", 0.9, {"spam": 0.9, "giveaway": 1.0, "“win”": 1.0})
    assert reading({Task.SPAM: found}).spam_marks == ("giveaway",)


def test_relevance_is_unknown_until_it_was_judged() -> None:
    found = Analysis(1, Task.RELEVANCE, "m", "something else", 0.8, {"relevance": 0.2})
    assert reading({Task.RELEVANCE: found}).relevance == 0.2
    assert reading({}).relevance is None


def test_post_is_unread_where_it_is_in_a_language_and_all_is_guessed() -> None:
    def found(language: str, *, guessed: bool) -> dict[Task, Analysis]:
        tasks = (Task.INTENT, Task.SENTIMENT, Task.OFFENSIVE)
        rows = {task: Analysis(1, task, "m", "x", 0.4, {}, guessed) for task in tasks}
        return {**rows, Task.LANGUAGE: Analysis(1, Task.LANGUAGE, "m", language, 0.9, {})}

    assert reading(found("ja", guessed=True)).is_unread
    assert not reading(found("ja", guessed=False)).is_unread
    assert not reading(found("und", guessed=True)).is_unread
    assert not reading(found("ja", guessed=True), {Task.INTENT: "issue"}).is_unread
    assert not reading({}).is_unread


def test_complaint_is_a_probability() -> None:
    fine = Analysis(1, Task.COMPLAINT, "m", "not_complaint", 0.75, {})
    assert reading({Task.COMPLAINT: fine}).complaint == 0.25
    assert reading({}).complaint == 0.0
