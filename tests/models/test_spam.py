"""What sells something nobody asked for, and what merely speaks of such things."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.spam import FILE, head_of, spam
from models.weights_file import ModelError


@pytest.mark.parametrize(
    "text",
    [
        "Get 10k followers in 24h https://x.example/f",
        "Airdrop! claim your free coins https://t.example/a",
        "Urgent hiring, no experience needed, $500 per day, WhatsApp me",
        "Cheap licence keys, use code LEAF20 https://k.example",
        "Enter now for a chance to win a free phone! #giveaway #contest https://g.example",
        "Retweet to win! Our giveaway ends tonight, link in bio 🎁🎁",
        "Follow + retweet to win a spotify gift card! Ends Friday #giveaway #win #competition",
        "To enter, follow us and tag a friend: one of you wins a phone #giveaway",
    ],
)
def test_offers_are_spam(text: str) -> None:
    assert spam(text).is_spam


@pytest.mark.parametrize(
    "text",
    [
        "",
        "How do I get followers of a note?",
        "The bitcoin wallet plugin crashes https://a.example/log",
        "see https://docs.example",
        "I work from home and sync fails!!!",
        "We have 20 % off sick today",
        "I won your giveaway in May and the gift card never came, whom do I ask?",
        "My promo code is refused at the checkout, https://shop.example/cart shows an error",
        "You charged me $49 a month though I cancelled!!! I want my money back",
        "@acme app error - says click here, can't click not hyperlinked http://t.example/IH5w9n",
        "no wiki entry for: `status` [click here to create one now!](https://wiki.example/status)",
        "Did anyone win the giveaway Acme ran last week?",
        "I had to retweet to win a phone and never got it",
        "Where is the prize of your #giveaway? https://g.example shows an error",
        "thanks for giving away my seat. Another fine job! http://t.example/r7ibq",
        "Sure. Win 10 pro. Version 1.0.66, your free trial fails to start there",
        "@acme welcome to Free Code Camp, run it in your free code camp folder https://c.example",
        "The fleet is on fleek http://t.example/a really?!!! 😂😂😂 hell no",
        "Somebody on Telegram says he is your support and asks for my wallet, please warn people",
    ],
)
def test_speaking_of_such_things_is_not(text: str) -> None:
    assert not spam(text).is_spam


def test_marks_say_why() -> None:
    assert spam("promo code LEAF https://a.example").marks == ("promo code", "link")


def test_words_that_weigh_are_named_beside_the_marks() -> None:
    found = spam("Enter to win a free phone, a giveaway for you #win #free https://g.example")
    assert found.is_spam
    assert found.marks[:2] == ("giveaway", "asks to enter")
    assert any(mark.startswith("“") for mark in found.marks)


def test_words_alone_make_no_spam() -> None:
    assert spam("win win win free free entered").score == 0.0


@given(st.text(max_size=300))
def test_any_text_has_a_probability(text: str) -> None:
    assert 0.0 <= spam(text).score <= 1.0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"bias": "x", "weights": {}}', '{"weights": 1}'])
def test_broken_head_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(ModelError, match=r"spam\.json"):
        head_of(tmp_path)
