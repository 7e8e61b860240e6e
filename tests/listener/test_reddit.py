"""What is heard on Reddit, and what is asked for."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from listener.connectors.reddit import RedditOptions
from store.records import Kind
from tests.listener.reddit_listening import NEW, ago, connector, drained, failure, posts_of
from tests.peers.reddit import SUBREDDIT, RedditPeer


@pytest.fixture
def peer() -> Iterator[RedditPeer]:
    """Reddit, serving."""
    with closing(RedditPeer()) as served:
        yield served


def test_reply_tells_its_parent_and_its_submission(peer: RedditPeer) -> None:
    root = peer.say("how do I?", ago(90))
    answer = peer.say("like this", ago(60), author="ben", parent=root)
    thanks = peer.say("thanks u/ben, and /u/cyd", ago(30), parent=answer)
    found = posts_of(connector(peer))
    assert (found[root].kind, found[root].thread_id, found[root].parent_id) == (
        Kind.POST, root, None,
    )  # fmt: skip
    assert (found[thanks].kind, found[thanks].thread_id, found[thanks].parent_id) == (
        Kind.COMMENT, root, answer,
    )  # fmt: skip
    assert found[thanks].addressed == ("ben", "cyd")
    assert found[thanks].channel == SUBREDDIT
    assert found[thanks].author.platform_id.startswith("t2_")
    assert found[root].title == "A title"
    assert str(found[thanks].url).startswith("https://www.reddit.com/r/")


def test_who_is_a_program_staff_and_ourselves(peer: RedditPeer) -> None:
    said = {who: peer.say("hello", ago(60), author=who) for who in ("AutoModerator", "Laurels_Bot")}
    mod = peer.say("as a moderator", ago(50), author="mo")
    peer.items[mod].more = {"distinguished": "moderator"}
    options = RedditOptions(user="laurels_bot", subreddits=(SUBREDDIT,), staff_in=(SUBREDDIT,))
    found = posts_of(connector(peer, options=options))
    assert found[said["AutoModerator"]].author.is_bot
    assert found[said["Laurels_Bot"]].author.is_own
    assert found[mod].author.is_staff
    elsewhere = posts_of(connector(peer))
    assert not elsewhere[mod].author.is_staff


def test_fields_that_reddit_hides_or_adds(peer: RedditPeer) -> None:
    hidden, link = peer.say("young", ago(60)), peer.say("", ago(50))
    peer.items[hidden].more = {"hide_score": True, "link_flair_text": "Help"}
    peer.items[link].more = {"is_self": False, "url": "https://example.org/a.png"}
    found = posts_of(connector(peer))
    assert found[hidden].score is None
    assert found[hidden].tags == ("Help",)
    assert found[link].score == 1
    assert found[link].media == ("https://example.org/a.png",)


@pytest.mark.parametrize(
    "fields",
    [
        {"selftext": "[removed]"},
        {"author": "[deleted]"},
        {"author": None},
        {"removed_by_category": "moderator"},
    ],
)
def test_what_was_taken_away_has_no_words_and_no_author(
    peer: RedditPeer, fields: dict[str, object]
) -> None:
    id_ = peer.say("secret", ago(60))
    peer.items[id_].more = fields
    post = posts_of(connector(peer))[id_]
    assert post.deleted_at is not None
    assert (post.text, post.title, post.author.platform_id) == ("", None, "[deleted]")


@pytest.mark.parametrize(
    ("field", "value"), [("created_utc", "soon"), ("selftext", None), ("author", 7), ("name", "?")]
)
def test_item_that_cannot_be_read_is_put_aside(peer: RedditPeer, field: str, value: object) -> None:
    bad, good = peer.say("bad", ago(60)), peer.say("good", ago(50))
    peer.items[bad].more = {field: value}
    batches, _ = drained(connector(peer))
    assert [post.platform_id for batch in batches for post in batch.posts] == [good]
    (reject,) = [reject for batch in batches for reject in batch.rejects]
    assert reject.reason.startswith(field)
    assert bad[3:] in reject.raw


def test_many_pages_are_read_to_the_end_and_then_one_a_listing(peer: RedditPeer) -> None:
    root = peer.say("root", ago(5_000))
    ids = [peer.say(f"{n}", ago(4_900 - 10 * n), parent=root) for n in range(450)]
    reddit = connector(peer)
    batches, cursor = drained(reddit)
    assert sorted(post.platform_id for batch in batches for post in batch.posts) == sorted(
        [root, *ids]
    )
    assert max(len(batch.posts) for batch in batches) == 100
    before = len(peer.asked)
    drained(reddit, cursor)
    assert len(peer.asked) - before == 2


def test_kill_after_any_page_loses_and_doubles_nothing(peer: RedditPeer) -> None:
    ids = [peer.say(f"{n}", ago(4_900 - 10 * n)) for n in range(450)]
    found: list[str] = []
    cursor = None
    for _ in range(6):
        with closing(connector(peer)) as another:
            batch = another.fetch(cursor)
        cursor = batch.cursor
        found += [post.platform_id for post in batch.posts]
        ids.append(peer.say("meanwhile", ago(1)))
    assert batch.exhausted
    with closing(connector(peer)) as last:
        found += [post.platform_id for post in last.fetch(cursor).posts]
    assert set(found) == set(ids)
    assert len(found) <= len(ids) + 100


def test_page_after_an_item_that_was_deleted_loses_nothing(peer: RedditPeer) -> None:
    ids = [peer.say(f"{n}", ago(900 - n)) for n in range(250)]
    reddit = connector(peer)
    first = reddit.fetch(None)
    boundary = first.posts[-1].platform_id
    peer.delete(boundary)
    batches, _ = drained(reddit, first.cursor)
    found = {post.platform_id for batch in [first, *batches] for post in batch.posts}
    assert found == set(ids)


def test_listing_that_ends_before_what_was_reached_is_told(peer: RedditPeer) -> None:
    peer.say("first", ago(80_000))
    reddit = connector(peer)
    _, cursor = drained(reddit)
    for n in range(700):
        peer.say(f"{n}", ago(3_000 - n))
    peer.cap = 600
    batches, _ = drained(reddit, cursor)
    (unread,) = [unread for batch in batches for unread in batch.unread]
    assert unread.what == NEW
    assert "1,000" in unread.reason


def test_search_of_all_of_reddit_asks_for_all_words_at_once(peer: RedditPeer) -> None:
    hit = peer.say("Acme Cloud is down", ago(60))
    peer.say("nothing", ago(50))
    searches = ("acme", '"acme cloud"', "@acme_help", "or", "c++")
    options = RedditOptions(user="laurels_bot")
    reddit = connector(peer, options=options, searches=searches)
    assert set(posts_of(reddit)) == {hit}
    query = peer.asked[-1].query
    assert query["q"] == ('acme OR "acme cloud" OR "acme\'s cloud" OR acme_help OR "or" OR "c++"')
    assert (query["sort"], query["type"]) == ("new", "link")


def test_words_that_fill_more_than_one_query_are_several_listings(peer: RedditPeer) -> None:
    searches = (*(f'"{n} word" {"long" * 25}{n}' for n in range(20)), "x " * 600)
    options = RedditOptions(user="laurels_bot", subreddits=(SUBREDDIT,), search_only=True)
    drained(connector(peer, options=options, searches=searches))
    asked = [request.query for request in peer.asked if request.path.endswith("search")]
    assert len(asked) > 4
    assert all(len(query["q"]) <= 512 and query["restrict_sr"] == "true" for query in asked)
    assert all(f'"{n} word' in " ".join(query["q"] for query in asked) for n in range(20))


def test_nothing_to_listen_to_says_so(peer: RedditPeer) -> None:
    error = failure(connector(peer, options=RedditOptions(user="laurels_bot")))
    assert error.permanent
    assert "subreddits" in str(error)
    assert not peer.asked


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({}, "user"),
        ({"user": "a b"}, "user"),
        ({"user": "laurels", "subreddits": ("a+b",)}, "a+b"),
        ({"user": "laurels", "lookback_hours": -1.0}, "lookback_hours"),
    ],
)
def test_settings_that_cannot_work_are_refused(given: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word.replace("+", r"\+")):
        RedditOptions(**given)


def test_names_may_be_written_as_reddit_writes_them(peer: RedditPeer) -> None:
    id_ = peer.say("hello", ago(60), author="laurels_bot")
    options = RedditOptions(user="/u/laurels_bot", subreddits=(f"r/{SUBREDDIT}",))
    assert posts_of(connector(peer, options=options))[id_].author.is_own
    agent = peer.asked[-1].headers["user-agent"]
    assert agent.split(" PRAW")[0].endswith("(by /u/laurels_bot)")
    assert ":laurels:v" in agent
