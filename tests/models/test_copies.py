"""What counts as a copy: pairs made as people make them, and pairs that only look alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.copies import alike, bands, likeness, words

REPORT = (
    "The sync of my playlists stopped after the update of last night, every song is greyed out "
    "and logging in again does not help. See https://example.org/threads/4711 please!"
)
NOTE = (
    "Heads up: the acme cloud login is down in Europe right now, their status page says nothing "
    "and support does not answer the phone either"
)
BUG_FORM = (
    "Describe the bug: {}. Expected behaviour: it should work. Device: {}. I have searched the "
    "existing issues."
)
COPIES = {
    "shared again": f"RT @ann_of_berlin: {REPORT}",
    "link shortened": REPORT.replace("https://example.org/threads/4711", "https://t.co/aB3xY"),
    "link left out": REPORT.replace("See https://example.org/threads/4711 please!", ""),
    "spaces and lines": REPORT.replace(" ", "  ").replace(", ", ",\n\n"),
    "emoji": f"😭😭 {REPORT} 🔥❤️",
    "capitals": REPORT.upper(),
    "full width": REPORT.replace("playlists", "ｐｌａｙｌｉｓｔｓ"),
    "invisible": REPORT.replace("sync", "sy\u200bnc"),
    "tag and address added": f"@acme_support {REPORT} #acme #fail",
    "encoded": REPORT.replace(", every", " &amp; every"),
    "a word changed": REPORT.replace("playlists", "albums"),
    "two words changed": REPORT.replace("stopped", "died").replace("greyed", "grayed"),
    "words added": f"Same for us. {REPORT}",
}


@pytest.mark.parametrize("text", COPIES.values(), ids=COPIES)
def test_edited_copy_is_found_and_is_a_copy(text: str) -> None:
    one, other = words(REPORT), words(text)
    assert set(bands(one)) & set(bands(other))
    assert alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (REPORT, NOTE),
        (
            BUG_FORM.format("the export of my invoices ends with a blank page", "Pixel 8"),
            BUG_FORM.format("search hangs as soon as I type an umlaut", "an old iPad"),
        ),
        (
            "My app crashes when I open the settings page, this is version 8.4.21 on Android",
            "My app crashes when I open the settings page, this is version 8.4.22 on Android",
        ),
        (
            "I just finished day 12 of the hundred days of code challenge and feel great about it",
            "I just finished day 13 of the hundred days of code challenge and feel great about it",
        ),
        (
            f"> {REPORT}\n\nDid you try to clear the cache of the app and to restart the phone?",
            f"> {REPORT}\n\nI have no idea either, sorry, but it works again for me since today",
        ),
    ],
    ids=["others", "form", "version", "series", "quotes"],
)
def test_texts_that_only_look_alike_are_no_copies(one: str, other: str) -> None:
    assert not alike(words(one), words(other))


@pytest.mark.parametrize(
    "text",
    [
        "thanks!", "+1", "same here", "Good morning everyone", "any news on this?",
        "it worked, thank you so much for your help", "TypeError: app.route is not a function",
        "Thanks for the quick response @acme https://example.org/a/very/long/address/of/a/page",
        "谢谢你们的帮助",
    ],
)  # fmt: skip
def test_what_many_people_say_is_not_long(text: str) -> None:
    assert not words(text).is_long


@pytest.mark.parametrize(
    "text",
    [REPORT, NOTE, "昨晚更新之后我的播放列表就不能同步了，所有的歌曲都变成灰色，重新登录也没有用"],
)
def test_what_nobody_says_by_chance_is_long(text: str) -> None:
    assert words(text).is_long


def test_links_are_compared_by_their_page() -> None:
    one = words("look: https://www.example.org/Post/1, and https://example.org")
    assert one.links == {"example.org/post/1"}


def test_numbers_kept_in_the_store_never_change() -> None:
    assert bands(words("the numbers of a text"))[:2] == [
        -3677121104510442189,
        -5539763593234673777,
    ]


@given(st.text(max_size=200))
def test_any_text_is_like_itself(text: str) -> None:
    one = words(text)
    assert likeness(one, one) == 1.0
    assert alike(one, words(text))
    assert bands(one) == bands(words(text))
    assert all(-(1 << 63) <= number < 1 << 63 for number in bands(one))
