"""What the linter lets pass, and what it names."""

import time

import pytest

from rewards.linter import below, lint


def rules(body: str, platform: str = "discourse", **options: object) -> list[str]:
    found = lint(body, platform, called="@leo", **options)  # type: ignore[arg-type]  # by name
    return [one.rule for one in found]


@pytest.mark.parametrize(
    "body",
    [
        "Thank you, @leo, for your answer. It is good to read.",
        "@leo, which version is it, 2.4.1 or 3.0? See config.yaml, e.g. with Node.js.",
        "Danke, @leo. Das schauen wir uns an.",
        "@leo さん、ありがとうございます。お返事をうれしく読みました。",
        "شكرا لك @leo على هذا.\u200f",
        "Thanks @leo. 👩\u200d💻 Either/or: at 10:30 it's fine; 3 of 4 worked.",
        "Is the line “Export failed” all that you see, @leo?",
        "Settings > Export: it's in r/acme too.",
    ],
)
def test_plain_reply_passes(body: str) -> None:
    assert lint(body, "discourse", called="@leo") == []


@pytest.mark.parametrize(
    "body",
    [
        "See https://evil.example/x",
        "See HTTP://EVIL.EXAMPLE",
        "See www.evil.example",
        "See evil.com for more",
        "See evil.com/docs.json",
        "See evil[.]com",
        "See evil (dot) com",
        "See evil。com",
        "See ｅｖｉｌ．ｃｏｍ",
        "See //evil.example/x",
        "[docs](https://evil.example)",
        "[docs](javascript:alert(1))",
        "Write to mailto:a",
        "See https://docs.example.org@evil.example/",
        "See https://docs.example.org.evil.example/",
        "See https://evildocs.example.org",
        "See http://docs.example.org/",
        "See https://docs.example.org\\@evil.example",
        "See xn--80ak6aa92e.xn--p1ai",
        "See apple.рф",
    ],
)
def test_link_elsewhere_is_named(body: str) -> None:
    assert "link" in rules(body, links=("docs.example.org",))


@pytest.mark.parametrize(
    "body",
    [
        "See https://docs.example.org/export?a=1#b.",
        "See [the page](https://docs.example.org/export).",
        "See https://eu.docs.example.org (new).",
    ],
)
def test_link_to_a_listed_host_passes(body: str) -> None:
    assert rules(body, links=("docs.example.org",)) == []
    assert rules(body) == ["link"]


@pytest.mark.parametrize(
    "body",
    [
        "Ask @bob.",
        "Ask @leonard.",
        "Ask @leo@evil",
        "Ask @leo-the-other",
        "@everyone look",
        "＠bob look",
        "Ask u/bob",
        "Ask /u/bob",
        "Ask <@1234>",
        "Ask <@&77>",
    ],
)
def test_call_of_somebody_else_is_named(body: str) -> None:
    assert "call" in rules(body)


def test_handle_that_looks_like_a_link_may_be_called() -> None:
    handle = "@leo.bsky.social"
    assert lint(f"Thank you, {handle}.", "bluesky", called=handle) == []
    (fault,) = lint(f"Thank you, {handle}.evil.com", "bluesky", called=handle)
    assert fault.rule in ("link", "call")


@pytest.mark.parametrize("body", ["Hi [name],", "Hi {name}", "Hi <name>", "Mail [email]."])
def test_placeholder_is_named(body: str) -> None:
    assert rules(body) == ["placeholder"]


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("We refund you.", "promise"),
        ("Take 20 € off.", "promise"),
        ("Wir schicken einen Gutschein.", "promise"),
        ("必ず返金します。", "promise"),
        ("Upgrade to Pro.", "selling"),
        ("As an AI language model I cannot.", "program"),
        ("Thank\u200b you.", "hidden"),
        ("Thank you \u202eevil.", "hidden"),
        ("  \n", "empty"),
    ],
)
def test_what_is_no_machines_to_say_is_named(body: str, rule: str) -> None:
    assert rules(body) == [rule]


def test_length_counts_the_line_that_stands_under_it() -> None:
    body = "a" * 270
    assert rules(body, "x") == []
    (fault,) = lint(body, "x", under="Written with a language model.")
    assert fault.line == "It has 302 characters, x takes 280."
    assert below(below("Hi", "By us."), "By us.") == "Hi\n\nBy us."


def test_words_that_were_said_before_are_named() -> None:
    said = "Thank you for this answer, @leo. It will keep helping others for long."
    assert rules(said, said=(said.replace("@leo", "@mara"),)) == ["alike"]
    assert rules("Which version is it?", said=(said,)) == []


def test_fault_shows_the_words() -> None:
    (fault,) = lint("See https://evil.example/" + "a" * 200, "discourse")
    assert fault.line.startswith("It links to https://evil.example/aaa")
    assert len(fault.line) < 120


@pytest.mark.parametrize("unit", ["a", "a.", "@", "[", "{", "http://", "<a", "1$", "u/", "-a"])
def test_hostile_length_takes_no_time(unit: str) -> None:
    began = time.perf_counter()
    lint(unit * (60_000 // len(unit)), "github", called="@leo")
    assert time.perf_counter() - began < 5
