"""A thank-you names the deed, keeps within the platform and never repeats itself."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.phrases import PHRASES
from rewards.thanks import LIMITS, TOO_ALIKE, Deed, address, alike, compose, fits
from store.records import Evidence

DEED = Deed("discourse", "leo", Evidence.THANKED, "ana", "Sync sits at 99 % forever", "en")
LANGUAGES = sorted(PHRASES)


def deed(language: str = "en", platform: str = "discourse", **changed: str | None) -> Deed:
    values = {"handle": "leo", "helped": "ana", "topic": "Sync sits at 99 % forever"} | changed
    handle = values["handle"] or ""
    return Deed(platform, handle, Evidence.THANKED, values["helped"], values["topic"], language)


def said(made: Deed, seed: int = 1) -> str:
    body = compose(made, seed, ())
    assert body is not None
    return body


def test_same_deed_and_seed_give_the_same_words() -> None:
    assert compose(DEED, 5, ()) == compose(DEED, 5, ())
    assert len({compose(DEED, seed, ()) for seed in range(20)}) > 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_alike_in_a_row(language: str) -> None:
    bodies: list[str] = []
    for number in range(40):
        body = compose(deed(language, handle=f"person{number}"), number, bodies)
        if body is not None:
            bodies.append(body)
    assert len(bodies) >= 8
    pairs = itertools.combinations(bodies, 2)
    assert max(alike(one, other) for one, other in pairs) < TOO_ALIKE


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("evidence", [Evidence.ACCEPTED, Evidence.THANKED, None])
@pytest.mark.parametrize("topic", ["How to export", None])
@pytest.mark.parametrize("helped", ["ana", None])
def test_every_language_has_words_for_every_deed(
    language: str, evidence: Evidence | None, topic: str | None, helped: str | None
) -> None:
    body = said(Deed("x", "leo", evidence, helped, topic, language))
    assert "@leo" in body
    assert "{" not in body
    if topic and evidence:
        assert topic in body


@pytest.mark.parametrize(
    ("code", "word"),
    [("de-AT", "ank"), ("pt_BR", "grade"), ("tr", "hank"), (None, "hank"), ("FR", "erci")],
)
def test_language_of_the_post_is_spoken_else_english(code: str | None, word: str) -> None:
    assert word in said(Deed("discourse", "leo", Evidence.ACCEPTED, None, None, code))


def test_handles_are_written_the_platforms_way() -> None:
    assert address("leo", "reddit") == "u/leo"
    assert address("u/leo", "reddit") == "u/leo"
    assert address("@leo", "x") == "@leo"


def test_nobody_but_the_person_thanked_is_called() -> None:
    assert address("everyone", "discord") == "everyone"
    for seed in range(30):
        body = compose(deed(platform="discord", helped="@ana", topic="@here look"), seed, ())
        assert body is not None
        assert body.count("@") == 1


def test_links_and_markup_of_a_title_are_not_repeated() -> None:
    assert "http" not in said(deed(topic="cheap pills https://spam.example/x"))
    body = said(deed(topic="**Sync** <b>fails</b> [here](x)"))
    assert not set("*<>[]()") & set(body)


@given(
    handle=st.text(min_size=1, max_size=60),
    topic=st.text(max_size=400),
    language=st.sampled_from(LANGUAGES),
    platform=st.sampled_from([*LIMITS, "gitter"]),
)
def test_body_always_fits_the_platform(
    handle: str, topic: str, language: str, platform: str
) -> None:
    body = compose(deed(language, platform, handle=handle, topic=topic), 1, ())
    assert body is None or fits(body, platform)


def test_x_counts_japanese_double() -> None:
    assert fits("あ" * 140, "x")
    assert not fits("あ" * 141, "x")


def test_person_without_a_name_gets_no_prepared_words() -> None:
    assert compose(deed(handle="\u200b @ "), 1, ()) is None


def test_handle_of_the_fediverse_keeps_its_server_for_the_one_who_is_thanked() -> None:
    body = compose(
        deed(platform="mastodon", handle="ana@floss.example", helped="bo@x.example"), 1, ()
    )
    assert body is not None
    assert "@ana@floss.example" in body
    assert "x.example" not in body
