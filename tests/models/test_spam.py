"""What sells something nobody asked for, and what merely speaks of such things."""

import pytest

from models.spam import spam


@pytest.mark.parametrize(
    "text",
    [
        "Get 10k followers in 24h https://x.example/f",
        "Airdrop! claim your free coins https://t.example/a",
        "Urgent hiring, no experience needed, $500 per day, WhatsApp me",
        "Cheap licence keys, use code LEAF20 https://k.example",
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
    ],
)
def test_speaking_of_such_things_is_not(text: str) -> None:
    assert not spam(text).is_spam


def test_marks_say_why() -> None:
    assert spam("promo code LEAF https://a.example").marks == ("promo code", "link")
