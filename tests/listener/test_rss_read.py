"""Feeds of every kind, and what they do wrong, as posts."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from listener.connectors.rss_post import entry_id, read_posts
from listener.connectors.rss_read import NoFeed, read_feed
from store.records import Kind, Post

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
URL = "https://example.org/feed"
RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>Liftoff News</title><link>http://liftoff.msfc.nasa.gov/</link>
<language>en-us</language>{}</channel></rss>"""
"""https://www.rssboard.org/files/sample-rss-2.xml, shortened."""
ITEM = "<item><guid>{0}</guid><title>T{0}</title><description>words {0}</description></item>"


def posts(body: str | bytes, kind: str = "application/rss+xml") -> list[Post]:
    data = body if isinstance(body, bytes) else body.encode()
    return list(read_posts(read_feed(data, kind, URL), URL, NOW).posts)


def test_rss_2_is_read() -> None:
    (post,) = posts(
        RSS.format("""
      <item><title>Star City &amp;amp; more</title>
      <link>http://liftoff.msfc.nasa.gov/news/2003/news-starcity.asp</link>
      <description>How do Americans get ready to work with Russians aboard the
      &lt;a href="http://howe.iki.rssi.ru/GCTC/gctc_e.htm"&gt;Star City&lt;/a&gt;?</description>
      <pubDate>Tue, 03 Jun 2003 09:39:21 GMT</pubDate><dc:creator>Ann</dc:creator>
      <category>Space</category><enclosure url="http://x.org/a.mp3" length="1" type="audio/mpeg"/>
      <guid>http://liftoff.msfc.nasa.gov/2003/06/03.html#item573</guid></item>""")
    )
    assert post.platform == "rss"
    assert post.platform_id == entry_id(URL, "http://liftoff.msfc.nasa.gov/2003/06/03.html#item573")
    assert post.kind is Kind.POST
    assert post.title == "Star City & more"
    assert post.text == "How do Americans get ready to work with Russians aboard the Star City?"
    assert post.created_at == datetime(2003, 6, 3, 9, 39, 21, tzinfo=UTC)
    assert post.url == "http://liftoff.msfc.nasa.gov/news/2003/news-starcity.asp"
    assert (post.channel, post.lang, post.tags) == ("Liftoff News", "en", ("Space",))
    assert post.media == ("http://x.org/a.mp3",)
    assert (post.author.handle, post.thread_id, post.parent_id) == ("Ann", None, None)


def test_atom_is_read() -> None:
    (post,) = posts("""<?xml version="1.0" encoding="utf-8"?>
      <feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>dive into mark</title>
      <entry><title>Atom draft-07 snapshot</title>
      <link rel="alternate" type="text/html" href="/2005/04/02/atom"/>
      <id>tag:example.org,2003:3.2397</id><updated>2005-07-31T12:29:29Z</updated>
      <published>2003-12-13T08:29:29-04:00</published>
      <author><name>Mark Pilgrim</name><uri>http://example.org/</uri></author>
      <summary>short</summary>
      <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">
      <p><i>[Update: The Atom draft is finished.]</i></p></div></content></entry></feed>""")
    assert post.text == "[Update: The Atom draft is finished.]"
    assert post.created_at == datetime(2003, 12, 13, 12, 29, 29, tzinfo=UTC)
    assert post.edited_at == datetime(2005, 7, 31, 12, 29, 29, tzinfo=UTC)
    assert (post.author.name, post.lang) == ("Mark Pilgrim", "de")
    assert post.url == "https://example.org/2005/04/02/atom"


def test_rss_1_and_0_91_are_read() -> None:
    (post,) = posts("""<?xml version="1.0"?>
      <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
       xmlns="http://purl.org/rss/1.0/"><channel rdf:about="http://www.xml.com/xml/news.rss">
      <title>XML.com</title></channel>
      <item rdf:about="http://xml.com/pub/2000/08/09/xslt/xslt.html">
      <title>Processing Inclusions with XSLT</title>
      <link>http://xml.com/pub/2000/08/09/xslt/xslt.html</link>
      <description>Processing document inclusions.</description></item></rdf:RDF>""")
    assert post.text == "Processing document inclusions."
    assert post.author.handle == "XML.com"
    (post,) = posts("""<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
      "http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel>
      <title>WriteTheWeb</title><item><title>Giving the world a pluggable Gnutella</title>
      <link>http://writetheweb.com/read.php?item=24</link></item></channel></rss>""")
    assert post.platform_id == entry_id(URL, "http://writetheweb.com/read.php?item=24")
    assert (post.text, post.title) == ("", "Giving the world a pluggable Gnutella")


def test_json_feed_is_read() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1", "title": "My Example Feed",
        "items": [
            {"id": "2", "content_text": "This is a <second> item.", "url": "https://example.org/2"},
            {"id": "1", "content_html": "<p>Hello, world!</p>", "url": "https://example.org/1",
             "date_published": "2010-02-07T14:04:00-05:00", "authors": [{"name": "Ann"}],
             "tags": ["a"], "attachments": [{"url": "https://example.org/a.mp3"}]},
            {"id": "0"}, "no item",
        ],
    }  # fmt: skip
    second, first = posts(json.dumps(feed), "application/feed+json")
    assert second.text == "This is a <second> item."
    assert second.created_at == NOW
    assert (first.text, first.author.handle, first.tags) == ("Hello, world!", "Ann", ("a",))
    assert first.created_at == datetime(2010, 2, 7, 19, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Tue, 03 Jun 2036 09:39:21 GMT", NOW),
        ("Thu, 01 Jan 1970 00:00:00 GMT", NOW),
        ("yesterday", NOW),
        ("Tue, 99 Foo 99999 99:99:99 +9999", NOW),
        ("2003-06-03", datetime(2003, 6, 3, tzinfo=UTC)),
    ],
)
def test_time_that_cannot_be_is_now(date: str, expected: datetime) -> None:
    (post,) = posts(RSS.format(f"<item><title>t</title><pubDate>{date}</pubDate></item>"))
    assert post.created_at == expected


def test_entry_without_id_is_the_same_when_its_words_change() -> None:
    item = "<item><title>t</title><description>{}</description></item>"
    (first,) = posts(RSS.format(item.format("one")))
    (again,) = posts(RSS.format(item.format("two")))
    assert first.platform_id == again.platform_id


def test_address_of_an_author_is_not_kept() -> None:
    (post,) = posts(RSS.format("<item><title>t</title><author>ann@example.org</author></item>"))
    assert post.author.handle == "ann"
    assert "example.org" not in post.author.platform_id


def test_content_goes_before_summary() -> None:
    item = "<item><title>t</title><description>short</description>{}</item>"
    whole = "<content:encoded><![CDATA[<p>a &amp; b</p><p>c</p>]]></content:encoded>"
    assert posts(RSS.format(item.format(whole)))[0].text == "a & b\n\nc"
    empty = "<content:encoded> </content:encoded>"
    assert posts(RSS.format(item.format(empty)))[0].text == "short"


def test_entry_without_words_is_put_aside() -> None:
    body = RSS.format("<item><guid>7</guid></item>" + ITEM.format("8")).encode()
    found = read_posts(read_feed(body, "text/xml", URL), URL, NOW)
    assert len(found.posts) == 1
    assert [one.raw for one in found.rejects] == ["7"]


def bomb(levels: int) -> str:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">\n' for n in range(1, levels))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">\n{entities}]>' + RSS.format(
        ITEM.format(f"&l{levels - 1};")
    ).removeprefix('<?xml version="1.0"?>')


HOSTILE = {
    "entity bomb": bomb(9).encode(),
    "large entity": b'<!DOCTYPE x [\n<!ENTITY a "' + b"a" * 50_000 + b'">\n]>'
    + RSS.format(ITEM.format("&a;" * 5_000)).encode(),
    "entities in utf-16": ('<!DOCTYPE x [\n<!ENTITY a "' + "a" * 9_000 + '">\n]>'
    + RSS.format(ITEM.format("&a;" * 5_000))).encode("utf-16"),
    "tag in entity": b'<!DOCTYPE x [\n<!ENTITY a "<b>' + b"a" * 50_000 + b'">\n]>'
    + RSS.format(ITEM.format("&a;" * 5_000)).encode(),
    "outside file": b'<!DOCTYPE x [\n<!ENTITY a SYSTEM "file:///etc/passwd">\n]>'
    + RSS.format(ITEM.format("&a;")).encode(),
    "backslash": b'<!DOCTYPE x [\n<!ENTITY a "C:\\data">\n]>'
    + RSS.format(ITEM.format("&a;")).encode(),
    "no character": RSS.format(ITEM.format("1") + ITEM.format("&#1114112;&#55296;&x;")).encode(),
    "huge character": RSS.format(ITEM.format("1&#99999999999999;&x;")).encode(),
    "latin": RSS.format(ITEM.format("grüße")).encode("latin-1"),
    "utf-16": RSS.format(ITEM.format("grüße")).encode("utf-16"),
    "nul": RSS.format(ITEM.format("1")).encode() + b"\x00" * 100,
    "half": RSS.format(ITEM.format("1") + ITEM.format("2"))[:-60].encode(),
    "deep": RSS.format(ITEM.format("<a>" * 10_000)).encode(),
    "open": RSS.format("<item><title>" * 5_000).encode(),
    "marked section": RSS.format(ITEM.format("<![dsgvo_service_control]> <!x/>")).encode(),
    "bad address": RSS.format(ITEM.format("<link>http://[x</link>")).encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_feed_is_survived(name: str) -> None:
    said = "".join(f"{one.title} {one.text}" for one in posts(HOSTILE[name]))
    assert len(said) < 300_000
    assert "root:" not in said


@pytest.mark.parametrize("name", ["no character", "huge character", "backslash", "latin", "half"])
def test_bad_characters_cost_no_other_entry(name: str) -> None:
    assert posts(HOSTILE[name])


@pytest.mark.parametrize(
    ("charset", "declared"),
    [
        ("utf-8", "iso-8859-1"), ("latin-1", "utf-8"), ("cp1252", None), ("utf-16", None),
        ("utf-16-le", "utf-16"), ("utf-8-sig", "idna"), ("utf-8", "no-such"), ("utf-32", None),
    ],
)  # fmt: skip
def test_wrong_charset_spoils_no_words(charset: str, declared: str | None) -> None:
    declaration = "" if declared is None else f' encoding="{declared}"'
    feed = RSS.format(ITEM.format("grüße")).replace(
        ' version="1.0"?', f' version="1.0"{declaration}?'
    )
    (post,) = posts(feed.encode(charset), "text/xml; charset=us-ascii")
    assert post.title == "Tgrüße"
    assert (
        posts(
            RSS.format(ITEM.format("東京")).encode("iso-2022-jp"),
            "text/xml; charset=iso-2022-jp",
        )[0].title
        == "T東京"
    )


@pytest.mark.parametrize(
    ("body", "kind", "why"),
    [
        (b"<html><body>hello</body></html>", "text/html; charset=utf-8", "text/html"),
        (b'{"items": 3}', "application/json", "application/json"),
        (b'{"items": ', "application/json", "application/json"),
        (b"", "text/xml", "sent nothing"),
        (b"\xff\xfe", "text/xml", "sent nothing"),
        (b"<rss>" + b"x" * 9 * 2**20, "text/xml", "8 MB"),
        (b"<a>" * 500_001, "text/xml", "tags"),
    ],
)
def test_what_is_no_feed_is_said_so(body: bytes, kind: str, why: str) -> None:
    with pytest.raises(NoFeed, match=why):
        read_feed(body, kind, URL)


def test_clock_before_the_feed_s_keeps_the_post() -> None:
    later = (NOW + timedelta(hours=3)).isoformat()
    (post,) = posts(RSS.format(f"<item><title>t</title><dc:date>{later}</dc:date></item>"))
    assert post.created_at == NOW
