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
READINESS = (
    "### Pull Request Readiness Checklist\n- [x] I agree to contribute to the project under this "
    "licence\n- [x] To the best of my knowledge the proposed patch is not based on other code\n"
    "- [ ] There is a test and a reference to the original bug report\n"
)
IMAGE = '<img src="https://github.example/assets/{}.png" width="{}" alt="Screenshot of the page">'
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
    "typing errors": REPORT.replace("stopped", "stoped").replace("playlists", "plyalists"),
    "words added": f"Same for us. {REPORT}",
    "words added behind": f"{REPORT} Could anyone look into it?",
    "slight words": f"Hi guys, {REPORT.replace('every song', 'really every song')} Thanks",
    "broken off": REPORT[:130] + "…",
    "broken off in a word": REPORT[:117] + "...",
}


@pytest.mark.parametrize("text", COPIES.values(), ids=COPIES)
def test_edited_copy_is_found_and_is_a_copy(text: str) -> None:
    one, other = words(REPORT), words(text)
    assert set(bands(one)) & set(bands(other))
    assert alike(one, other)
    assert alike(other, one)


OTHERS = {
    "others": (REPORT, NOTE),
    "another word": (REPORT, REPORT.replace("playlists", "albums")),
    "form": (
        BUG_FORM.format("the export of my invoices ends with a blank page", "Pixel 8"),
        BUG_FORM.format("search hangs as soon as I type an umlaut", "an old iPad"),
    ),
    "form, one word each": (
        BUG_FORM.format("the export button does nothing", "Pixel"),
        BUG_FORM.format("the import button does nothing", "Pixel"),
    ),
    "form, filled and empty": (
        BUG_FORM.format("the export button does nothing", "Pixel"),
        BUG_FORM.format("", "Pixel"),
    ),
    "checklist": (f"Fix the border mode\n{READINESS}", f"Add a wheel in cocoa\n{READINESS}"),
    "markup": (
        f"the export is gone {IMAGE.format('8f3a', 'a')} {IMAGE.format('77aa', 'b')}",
        f"search hangs for me {IMAGE.format('8f3b', 'a')} {IMAGE.format('77ab', 'b')}",
    ),
    "version": (
        "My app crashes when I open the settings page, this is version 8.4.21 on Android",
        "My app crashes when I open the settings page, this is version 8.4.22 on Android",
    ),
    "series": (
        "I just finished day 12 of the hundred days of code challenge and feel great about it",
        "I just finished day 13 of the hundred days of code challenge and feel great about it",
    ),
    "quotes": (
        f"> {REPORT}\n\nDid you try to clear the cache of the app and to restart the phone?",
        f"> {REPORT}\n\nI have no idea either, sorry, but it works again for me since today",
    ),
    "one letter": (
        "The app is not working on my phone after the latest update, what should I do about it?",
        "The app is now working on my phone after the latest update, what should I do about it?",
    ),
    "negation": (
        "The app is working on my phone after the latest update that you sent out last night",
        "The app is not working on my phone after the latest update that you sent out last night",
    ),
    "negation joined on": (
        "I cannot log in to my account on the web page since the update of last night, acme",
        "I can log in to my account on the web page since the update of last night, acme",
    ),
    "negation at the end": (
        "I was told that the refund for my order would come within a few days and it did",
        "I was told that the refund for my order would come within a few days and it did not",
    ),
    "opposite": (
        "This is the worst customer service ever, I was on the phone with them for an hour",
        "This is the best customer service ever, I was on the phone with them for an hour",
    ),
    "number words": (
        "My order of blue shoes has not arrived after two weeks, where is it, dear acme team?",
        "My order of red shoes has not arrived after three weeks, where is it, dear acme team?",
    ),
    "two fillings at the ends": (
        "Please bring the student discount back to the shop as soon as you can, in Germany",
        "Please bring the student discount back to the shop as soon as you can, in Brazil",
    ),
    "negation in Chinese": (
        "昨晚更新之后我的播放列表就能同步了，所有的歌曲都变成灰色，重新登录也有用",
        "昨晚更新之后我的播放列表就不能同步了，所有的歌曲都变成灰色，重新登录也没有用",
    ),
    "word in Chinese": (
        "昨晚更新之后我的播放列表就不能同步了，所有的歌曲都变成灰色，重新登录也没有用",
        "昨晚更新之后我的播放列表就不能下载了，所有的歌曲都变成灰色，重新登录也没有用",
    ),
    "a signature": (
        "Everything in this book may be wrong, from the adventures of a reluctant messiah",
        "Does anybody know a doctor near the old airport? Everything in this book may be wrong, "
        "from the adventures of a reluctant messiah",
    ),
}


@pytest.mark.parametrize(("one", "other"), OTHERS.values(), ids=OTHERS)
def test_texts_that_only_look_alike_are_no_copies(one: str, other: str) -> None:
    first, second = words(one), words(other)
    are_copies = first.is_long and second.is_long and alike(first, second)
    assert not are_copies
    assert alike(first, second) == alike(second, first)


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
