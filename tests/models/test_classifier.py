"""The bundled model on plain sentences that nobody should get wrong."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.classifier import OnnxClassifier
from models.judgement import Text
from models.text import prepare
from models.weights_file import BUNDLED, ModelError


@pytest.fixture(scope="module")
def classifier() -> OnnxClassifier:
    """The model that is shipped."""
    return OnnxClassifier(threads=1)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Thank you so much, that fixed it!", "thanks"),
        ("thanks @leo you saved my day", "thanks"),
        ("How do I export my notes to PDF?", "question"),
        ("The app crashes every time I open a notebook since the last update.", "issue"),
        (
            "Please add a dark mode to the settings, it would be great to have that option",
            "request",
        ),
        ("Absolutely love this app, best one I have ever used!", "praise"),
        ("You can open Settings, choose Export and then pick PDF from the list.", "answer"),
        ("lol", "other"),
    ],
)
def test_intent_of_a_plain_sentence(classifier: OnnxClassifier, text: str, intent: str) -> None:
    assert classifier.classify([Text(text)])[0].intent.name == intent


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("I hate this, worst update ever", "negative"),
        ("What a wonderful day, I am so happy", "positive"),
        ("The meeting is on Tuesday at ten", "neutral"),
    ],
)
def test_sentiment_of_a_plain_sentence(
    classifier: OnnxClassifier, text: str, sentiment: str
) -> None:
    assert classifier.classify([Text(text)])[0].sentiment.name == sentiment


def test_emotions_above_their_thresholds_are_all_named(classifier: OnnxClassifier) -> None:
    (judgement,) = classifier.classify([Text("Thank you, this is amazing, I love it!")])
    assert "gratitude" in judgement.emotion.scores
    assert judgement.emotion.name in judgement.emotion.scores


def test_judgements_come_in_the_order_asked(classifier: OnnxClassifier) -> None:
    texts = [Text("word " * n + "thank you so much!") for n in (90, 1, 40)] + [Text("lol")]
    found = [one.intent.name for one in classifier.classify(texts)]
    assert found[3] == "other"
    assert found[1] == "thanks"
    assert classifier.classify([]) == []


def test_strange_texts_are_judged_like_any_other(classifier: OnnxClassifier) -> None:
    strange = [
        "",
        " ",
        "\x00",
        "a" * 100_000,
        "🙂" * 500,
        "\u202eevil",
        "<script>x</script>",
    ]
    assert len(classifier.classify([Text(text) for text in strange])) == len(strange)


def test_changed_model_file_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    shutil.copytree(BUNDLED, folder)
    with (folder / "model.int8.onnx").open("r+b") as file:
        file.seek(1000)
        file.write(b"\x00\x01")
    with pytest.raises(ModelError, match="SHA-256"):
        OnnxClassifier(folder)


def test_it_guesses_in_a_language_that_it_does_not_answer_for() -> None:
    (english, french) = OnnxClassifier().classify(
        [Text("I love this update, thank you!"), Text("J'adore cette mise à jour, merci à vous !")]
    )
    assert (english.sentiment.name, english.sentiment.is_guess) == ("positive", False)
    assert (french.sentiment.name, french.sentiment.is_guess) == ("positive", True)


@pytest.mark.parametrize(
    ("text", "language", "is_sure_of_the_mood"),
    [
        ("Die App ist wirklich wunderbar, vielen Dank euch allen!", None, True),
        ("J'adore cette mise à jour, merci à vous !", None, False),
        ("アプリが毎回クラッシュします", None, False),
        ("приложение постоянно падает, это ужасно", "und", False),
        ("Aplikacja ciągle się zawiesza, nie polecam", "pl", False),
    ],
)
def test_all_but_the_mood_is_a_guess_in_a_language_that_taught_nothing(
    classifier: OnnxClassifier, text: str, language: str | None, is_sure_of_the_mood: bool
) -> None:
    (found,) = classifier.classify([Text(text, language=language)])
    assert found.is_guessed
    assert found.complaint is not None
    assert found.complaint.is_guess
    assert found.sentiment.is_guess is not is_sure_of_the_mood


def test_language_that_was_told_counts_before_small_words(classifier: OnnxClassifier) -> None:
    text = "The app crashes every time I open a notebook"
    (plain, english, dutch) = classifier.classify(
        [Text(text), Text(text, language="en"), Text(text, language="nl")]
    )
    assert not plain.intent.is_guess
    assert plain == english
    assert dutch.intent == replace(plain.intent, is_guess=True)


def test_complaint_is_told(classifier: OnnxClassifier) -> None:
    (bad, good) = classifier.classify(
        [
            Text("@acme your support never answers, still no refund after three weeks!"),
            Text("what a lovely evening in the park"),
        ]
    )
    assert bad.complaint is not None
    assert good.complaint is not None
    assert (bad.complaint.name, good.complaint.name) == ("complaint", "not_complaint")


@pytest.mark.parametrize("text", ["", " \u200b\n", "https://a.example/b", "@ann, @bo", "…?"])
def test_text_without_words_is_a_guess(classifier: OnnxClassifier, text: str) -> None:
    (found, titled) = classifier.classify([Text(text), Text(text, "I hate the new update")])
    labels = (found.sentiment, found.emotion, found.intent, found.irony, found.offensive)
    has_words = text == "…?"
    assert {one.is_guess for one in labels} == ({False} if has_words else {True})
    assert not titled.sentiment.is_guess
    prepared, sure = [prepare(text)], np.array([[0.0, 1.0]])
    for task in ("sentiment", "emotion", "complaint", "target"):
        assert classifier.stands(task, prepared, sure).tolist() == [has_words]


def test_it_guesses_where_nothing_is_likely() -> None:
    classifier = OnnxClassifier()
    texts = ["Thank you so much for your help!", "hm", "it is what it is I suppose, kind of"]
    judged = classifier.classify([Text(text) for text in texts])
    found = np.array([[one.intent.confidence] for one in judged])
    stands = classifier.stands("intent", texts, found).tolist()
    assert stands == [not one.intent.is_guess for one in judged]
    assert stands[0]


def test_judgements_are_the_likeliest_labels_of_each_task(classifier: OnnxClassifier) -> None:
    texts = [
        Text("Great, it crashed again, I love losing my notes"),
        Text("Vielen Dank, das war sehr nett von euch"),
        Text("how do I turn the sync off?", "Sync"),
        Text("you are an idiot"),
        Text("هذا سيء للغاية"),
    ]
    judged = classifier.classify(texts)
    for task in ("sentiment", "emotion", "intent", "irony", "offensive"):
        told = classifier.likelihoods(task, texts)
        assert told is not None
        for row, judgement in enumerate(judged):
            label, at = getattr(judgement, task), told.verdicts[row]
            assert label.name == told.labels[at]
            assert label.confidence == pytest.approx(told.probabilities[row, at], abs=1e-4)
            named = {told.labels[n] for n in np.flatnonzero(told.given[row])}
            assert set(label.scores) <= named
