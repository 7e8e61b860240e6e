"""What is left of HTML when it becomes plain text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.connectors.html_text import text_of

LINK = (
    '<p>See <a href="https://docs.joinmastodon.org/methods/statuses/" rel="nofollow noopener">'
    '<span class="invisible">https://</span><span class="ellipsis">docs.joinmastodon.org/method'
    '</span><span class="invisible">s/statuses/</span></a> now</p>'
)
MENTION = (
    '<p><span class="h-card" translate="no"><a href="https://a.test/@ann" class="u-url mention">'
    '@<span>ann</span></a></span> thanks for <a href="https://a.test/tags/acme" rel="tag">#<span>'
    "acme</span></a></p>"
)


@pytest.mark.parametrize(
    ("given_html", "expected"),
    [
        ("", ""),
        ("just words", "just words"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<p>one<p>two", "one\n\ntwo"),
        ("<p>one<br>two<br />\n three</p>", "one\ntwo\nthree"),
        ("a<br><br><br><br>b", "a\n\nb"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("  many \n\t spaces  ", "many spaces"),
        ("<b>bold</b>, <i>slanted</i> <u> and </u> so", "bold, slanted and so"),
        ("un<b>broken</b>", "unbroken"),
        ("5 &lt; 6 &amp;&amp; 7 &gt; 6 &amp;amp;", "5 < 6 && 7 > 6 &amp;"),
        ("&quot;x&#39;&#x1F600;&euro;", "\"x'😀€"),
        ("a&nbsp;b", "a\xa0b"),
        (LINK, "See https://docs.joinmastodon.org/methods/statuses/ now"),
        (MENTION, "@ann thanks for #acme"),
        ('<a href="https://a.test/very/long/path">https://a.test/very/lo...</a>.', "https://a.test/very/long/path."),
        ('<a href="https://a.test/x">and so on...</a>', "and so on..."),
        ("<ul><li>one</li><li><p>two</p></li></ul>after", "- one\n- two\n\nafter"),
        ("<ol><li>one<ul><li>in</ul><li>two</ol>", "1. one\n  - in\n2. two"),
        ("say <code>pip  install</code> it", "say `pip install` it"),
        ("<code> x </code>y", "`x` y"),
        ("<q>so</q>", '"so"'),
        (
            "try<pre><code class='lang-py'>\nif a &lt; b:\n    <span>go</span>()\n</code></pre>ok",
            "try\n\n```\nif a < b:\n    go()\n```\n\nok",
        ),
        (
            "<blockquote><p>one</p><p>two</p></blockquote><p>no</p>",
            "> one\n>\n> two\n\nno",
        ),
        ("<blockquote><blockquote>in</blockquote>out</blockquote>", "> > in\n>\n> out"),
        ("</blockquote></p></li></pre></ul>x", "x"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("a<script>if (1 < 2) { '</p>' }</script>b<style>p{}</style>c", "abc"),
        ("a<!-- <p>not</p> -->b<!doctype html>c<?xml version='1'?>d<![CDATA[e]]>f", "abcdf"),
        ('<img class="emoji" alt=":tada:" src="x"> <img alt="a photo" src="y">', ":tada:"),
        ('<a title="a > b" href=x>link</a>', "link"),
        ('<a title="never ends>one</a> <b>two</b>', "one two"),
        ("1 < 2 and 3 > 2 <3", "1 < 2 and 3 > 2 <3"),
        ("cut <b off", "cut <b off"),
        ("<p>שלום <b>עולם</b> 東京 🎉</p>", "שלום עולם 東京 🎉"),
    ],
)  # fmt: skip
def test_words_stay_and_markup_goes(given_html: str, expected: str) -> None:
    assert text_of(given_html) == expected


HOSTILE = (
    "<a ", '<a b="', "<a b='c ", "<a/", "<a b ", "<!", "<!--", "</", "</a ", "<?", "<![",
    "<![CDATA[", "&#", "&#9", "<script>", "<pre>", "<blockquote>", "<ul><li>", "<li>", "<p>",
    "<code>", "<a href=x>", "<br>", "&", "<", "</script", "<a =\"' ", "<svg>", "x\n", "<svg></svg ",
)  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("end", ["", ">", '">"', "'>'", "</blockquote>" * 5000])
def test_no_text_takes_long(piece: str, end: str) -> None:
    html = (piece * 200_000)[:200_000] + end
    assert len(text_of(html)) <= 4 * len(html)


def test_end_that_never_ends_does_not_take_long() -> None:
    assert text_of("a<svg>" + "</svg " * 40_000) == "a"


def test_entity_of_a_huge_number_is_no_error() -> None:
    assert text_of("&#" + "9" * 5000 + ";x") == "\ufffdx"


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from((*HOSTILE, ">", "</a>", "</pre>", "</li>", '"', "word")), max_size=40)
)
def test_anything_becomes_text(pieces: list[str]) -> None:
    assert isinstance(text_of("".join(pieces)), str)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="abc<>&;\"' #x3", max_size=40))
def test_escaped_text_comes_back(words: str) -> None:
    escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert text_of(f"<p>{escaped}</p>") == " ".join(words.split())
