"""Whatever Reddit sends, a post comes out or the one reason why not."""

from datetime import UTC, datetime
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from listener.connectors.reddit_post import BadThing, Known, read_thing, written
from store.records import Post

NOW: Final = datetime(2026, 11, 1, tzinfo=UTC)
THING: Final[dict[str, Any]] = {
    "name": "t1_abc", "author": "ann", "author_fullname": "t2_x", "created_utc": 1_700_000_000.0,
    "body": "words", "selftext": "words", "title": "title", "link_id": "t3_ab",
    "parent_id": "t3_ab", "subreddit": "python", "permalink": "/r/python/x/", "score": 3,
    "edited": False, "distinguished": None, "media_metadata": None, "is_self": False,
    "url": "https://example.org", "url_overridden_by_dest": None, "link_flair_text": None,
    "score_hidden": False, "hide_score": False, "removed_by_category": None,
}  # fmt: skip

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
changes = st.dictionaries(st.sampled_from(sorted(THING)), anything, max_size=4)


def read(thing: object) -> Post | None:
    """The post; None where it says that it cannot be one."""
    try:
        return read_thing(thing, Known("ann"), NOW)
    except BadThing:
        return None


@given(changed=changes, name=st.sampled_from(["t1_abc", "t3_abc"]))
def test_any_field_may_be_anything(changed: dict[str, Any], name: str) -> None:
    thing = {"kind": name[:2], "data": {**THING, "name": name, **changed}}
    post = read(thing)
    assert written(thing) is not None or post is None
    if post is not None and post.deleted_at is not None:
        assert (post.text, post.title, post.media, post.addressed) == ("", None, (), ())


@given(thing=anything)
def test_anything_may_be_sent(thing: Any) -> None:
    read(thing)
    written(thing)
    read({"kind": "t1", "data": thing})


def test_names_in_links_are_no_mentions() -> None:
    text = "u/ann and /u/b-o_b, not reddit.com/u/cyd, you/dee, u/xy or u/far_too_long_to_be_a_name"
    post = read({"kind": "t1", "data": {**THING, "body": text}})
    assert post is not None
    assert post.addressed == ("ann", "b-o_b")
