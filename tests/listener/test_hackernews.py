"""Hacker News through its two interfaces: what is read and what is asked for."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from listener.connectors import Bounds, ConnectorError
from listener.connectors.hackernews import Api, HackerNews, HackerNewsOptions
from listener.connectors.hackernews_post import from_hit, from_item
from store.records import Kind
from tests.listener import listening
from tests.listener.listening import NOW, Allowance, connecting, drained, ids
from tests.peers.hackernews import COMMENT, STORY, HackerNewsPeer
from tests.peers.http import HttpServer, Reply, Request
from tests.posts import known

Connect = listening.Connect[HackerNewsOptions, HackerNews]
STORY_HIT = {
    "created_at": "2022-07-20T12:59:50.000Z", "title": "The Hotel-Spirit",
    "url": "https://slate.com/business/2022/07/hotels-rental-market.html",
    "author": "civeng", "points": 1, "story_text": None, "comment_text": None, "num_comments": 1,
    "story_id": None, "story_title": None, "story_url": None, "parent_id": None,
    "created_at_i": 1658321990, "_tags": ["story", "author_civeng", "story_32165131"],
    "objectID": "32165131",
}  # fmt: skip
COMMENT_HIT = {
    "created_at": "2020-07-27T16:32:33.000Z", "title": None, "url": None, "author": "dencodev",
    "points": None, "story_text": None,
    "comment_text": "Sorry if this is a downer, but I&#x27;m planning on it taking up to a year.",
    "num_comments": None, "story_id": 23964539,
    "story_title": "How popular media portrays the employability of older software developers",
    "story_url": "https://arxiv.org/abs/2004.05847", "parent_id": 23966205,
    "created_at_i": 1595867553, "_tags": ["comment", "author_dencodev", "story_23964539"],
    "objectID": "23966666",
}  # fmt: skip
"""Records of the live search, as found in public repositories; one text is shortened."""


@pytest.fixture
def peer() -> Iterator[HackerNewsPeer]:
    with closing(HackerNewsPeer()) as served:
        yield served


@pytest.fixture
def connector(peer: HackerNewsPeer) -> Iterator[Connect]:
    """Makes connectors that are closed at the end."""
    with connecting(HackerNews, HackerNewsOptions(), peer.url) as made:
        yield made


def paths(peer: HackerNewsPeer) -> list[str]:
    return [request.path for request in peer.server.asked]


def test_story_is_read_as_it_is_documented() -> None:
    post = from_item(STORY, "8863")
    assert post is not None
    assert (post.platform_id, post.kind, post.author.handle) == ("8863", Kind.POST, "dhouston")
    assert post.title == "My YC app: Dropbox - Throw away your USB drive"
    assert post.created_at == datetime(2007, 4, 4, 19, 16, 40, tzinfo=UTC)
    assert post.score == 111
    assert post.media == ("http://www.getdropbox.com/u/2/screencast.html",)
    assert post.url == "https://news.ycombinator.com/item?id=8863"
    assert post.parent_id is None


def test_comment_is_read_as_it_is_documented() -> None:
    post = from_item(COMMENT, "2921506")
    assert post is not None
    assert (post.kind, post.parent_id, post.thread_id) == (Kind.COMMENT, "2921506", "2921506")
    assert post.text.startswith("Aw shucks, guys ... you make me blush with your compliments.\n\n")
    assert post.score is None


def test_records_of_the_search_are_read() -> None:
    story, comment = from_hit(STORY_HIT), from_hit(COMMENT_HIT)
    assert story is not None
    assert comment is not None
    assert (story.kind, story.title, story.thread_id) == (
        Kind.POST, "The Hotel-Spirit", "32165131",
    )  # fmt: skip
    assert (comment.kind, comment.parent_id, comment.thread_id) == (
        Kind.COMMENT, "23966205", "23964539",
    )  # fmt: skip
    assert comment.text.endswith("but I'm planning on it taking up to a year.")
    assert comment.title is None


def test_item_without_a_time_is_put_aside_and_the_others_are_read(
    peer: HackerNewsPeer, connector: Connect
) -> None:
    peer.put({"id": 1, "type": "story", "by": "pg", "title": "x", "time": 10**18})
    kept = peer.say("kept", NOW)
    batch = connector().fetch(None)
    assert ids(batch.posts) == [kept]
    assert [(one.number, "time" in one.reason) for one in batch.rejects] == [(1, True)]
    assert json.loads(batch.rejects[0].raw)["by"] == "pg"


def test_votes_and_jobs_are_heard_but_options_of_a_poll_are_not(
    peer: HackerNewsPeer, connector: Connect
) -> None:
    peer.put(
        {"id": 1, "type": "poll", "by": "pg", "title": "Which?", "text": "", "time": 1204403652}
    )
    peer.put({"id": 2, "type": "pollopt", "by": "pg", "parent": 1, "text": "a", "time": 1204403653})
    peer.put({"id": 3, "type": "job", "by": "justin", "title": "Jobs", "time": 1210981217})
    assert ids(connector().fetch(None).posts) == ["1", "3"]


def test_comment_knows_its_story_however_deep_it_is(
    peer: HackerNewsPeer, connector: Connect
) -> None:
    story = last = peer.say("story", NOW)
    for n in range(4):
        last = peer.say(f"level {n}", NOW, parent=last)
    _, cursor = drained(connector())
    deep = peer.say("deepest", NOW, parent=last)
    posts, _ = drained(connector(), cursor)  # a restart: nothing is remembered
    assert {(post.platform_id, post.thread_id, post.parent_id) for post in posts} >= {
        (deep, story, last)
    }


def test_item_that_is_counted_before_it_can_be_read_is_heard_later(
    peer: HackerNewsPeer, connector: Connect
) -> None:
    peer.hold_back()
    after = peer.say("after", NOW)
    made = connector()
    posts, cursor = drained(made)
    assert ids(posts) == [after]
    peer.put({"id": 1, "type": "story", "by": "pg", "title": "late", "time": 1204403652})
    posts, cursor = drained(made, cursor)
    assert ids(posts) == ["1"]
    assert json.loads(cursor) == {"next": 3, "again": []}


def test_changes_are_heard_once_and_deletions_as_such(
    peer: HackerNewsPeer, connector: Connect
) -> None:
    edited, deleted = peer.say("teh", NOW), peer.say("regretted", NOW)
    made = connector()
    _, cursor = drained(made)
    peer.edit(edited, "the", NOW)
    peer.delete(deleted)
    batch = made.fetch(cursor)
    assert [(post.platform_id, post.text) for post in batch.posts] == [(edited, "the")]
    assert [one.platform_id for one in batch.deletions] == [deleted]
    assert made.fetch(batch.cursor).posts == []


def test_dead_item_is_no_post(peer: HackerNewsPeer, connector: Connect) -> None:
    peer.put({"id": 1, "type": "story", "by": "spam", "title": "x", "time": 1, "dead": True})
    batch = connector().fetch(None)
    assert batch.posts == []
    assert [one.rule for one in batch.deletions] == ["hackernews: dead"]


def test_failure_in_the_middle_keeps_what_was_read(
    peer: HackerNewsPeer, connector: Connect
) -> None:
    all_ids = [peer.say(f"{n}", NOW) for n in range(5)]
    options = HackerNewsOptions(changes=False)
    first = connector(options, meter=Allowance(3)).fetch(None)
    assert ids(first.posts) == all_ids[:2]
    assert not first.exhausted
    assert ids(drained(connector(options), first.cursor)[0]) == all_ids[2:]


def test_nothing_is_asked_that_the_budget_refuses(peer: HackerNewsPeer, connector: Connect) -> None:
    with pytest.raises(ConnectorError, match="nothing is left"):
        connector(meter=Allowance(0)).fetch(None)
    assert peer.server.asked == []


def test_newest_number_far_too_high_loses_nothing(connector: Connect) -> None:
    newest = [100]

    def answer(request: Request) -> Reply:
        if request.path == "/v0/maxitem.json":
            return Reply(newest[0])
        number = int(request.path.removeprefix("/v0/item/").removesuffix(".json"))
        there = {"id": number, "type": "story", "by": "pg", "title": "x", "time": 1_700_000_000}
        return Reply(there if number <= 105 else None)

    options = HackerNewsOptions(api=Api.FIREBASE, items_back=1, changes=False)
    with closing(HttpServer(answer)) as server:
        made = connector(options, url=server.url)
        posts, cursor = drained(made)
        newest[0] = 10**10
        with pytest.raises(ConnectorError, match="not there") as caught:
            made.fetch(cursor)
        assert not caught.value.permanent
        first_look_then = made.fetch(None).cursor
        newest[0] = 105
        assert ids(drained(made, cursor)[0]) == ["101", "102", "103", "104", "105"]
        assert ids(drained(made, first_look_then)[0]) == ["105"]
    assert ids(posts) == ["100"]


def test_first_look_reads_only_the_newest(peer: HackerNewsPeer, connector: Connect) -> None:
    all_ids = [peer.say(f"{n}", NOW) for n in range(40)]
    made = connector(HackerNewsOptions(items_back=35))
    assert ids(drained(made)[0]) == all_ids[5:]


def test_search_asks_for_each_word_by_itself(peer: HackerNewsPeer, connector: Connect) -> None:
    found = peer.say("we use Acme Cloud here", NOW)
    other = peer.say("laurels rest", NOW)
    peer.say("nothing", NOW)
    posts, _ = drained(connector(searches=('"acme cloud"', "laurels")))
    assert ids(posts) == [found, other]
    assert [request.query["query"] for request in peer.server.asked] == [
        '"acme cloud"', '"acme\'s cloud"', "laurels",
    ]  # fmt: skip
    assert {request.query["advancedSyntax"] for request in peer.server.asked} == {"true"}
    assert all(path == "/api/v1/search_by_date" for path in paths(peer))


def test_search_reads_past_what_one_search_shows(peer: HackerNewsPeer, connector: Connect) -> None:
    all_ids = [peer.say("acme", NOW - timedelta(seconds=3 * n)) for n in range(2_500)]
    posts, _ = drained(connector(searches=("acme",)))
    assert set(ids(posts)) == set(all_ids)
    assert len(peer.server.asked) == 3
    assert len(posts) < 2_510


def test_one_hit_of_1970_does_not_end_the_search(connector: Connect) -> None:
    first = int(NOW.timestamp())
    hits = [
        {"objectID": str(n), "created_at_i": first - n, "author": "a", "_tags": ["comment"]}
        for n in range(1_500)
    ]

    def answer(request: Request) -> Reply:
        filters = request.query["numericFilters"].partition("<=")
        below = int(filters[2] or first)
        odd = {**hits[0], "objectID": "odd", "created_at_i": 0}
        found = [one for one in hits if int(str(one["created_at_i"])) <= below]
        return Reply({"hits": [odd, *found][:1_000]})

    with closing(HttpServer(answer)) as server:
        posts, _ = drained(connector(searches=("acme",), url=server.url))
    assert set(ids(posts)) == {str(n) for n in range(1_500)}


@pytest.mark.parametrize("size", [3, 1_000])
def test_page_on_which_nothing_can_be_read_does_not_end_the_search(
    connector: Connect, size: int
) -> None:
    at = int(NOW.timestamp())
    odd = {"objectID": "odd", "author": "a", "_tags": ["comment"], "created_at_i": None}
    pages = [[odd] * size, [odd] * size, [{**odd, "objectID": "1", "created_at_i": at}]]

    def answer(request: Request) -> Reply:
        below = "<=" in request.query["numericFilters"]
        hits = pages[-1] if below else pages[int(request.query["page"])]
        return Reply({"hits": hits, "page": 0, "nbPages": 1 if below else len(pages)})

    with closing(HttpServer(answer)) as server:
        made = connector(searches=("acme",), url=server.url)
        batches = [made.fetch(None)]
        while not batches[-1].exhausted:
            batches.append(made.fetch(batches[-1].cursor))
    assert [ids(one.posts) for one in batches] == [[], [], ["1"]]
    assert [len(one.rejects) for one in batches] == [size, size, 0]


def test_second_that_fills_a_page_is_read_on(peer: HackerNewsPeer, connector: Connect) -> None:
    all_ids = [peer.say("acme", NOW - timedelta(seconds=n // 999)) for n in range(3_000)]
    posts, _ = drained(connector(searches=("acme",)))
    assert set(ids(posts)) == set(all_ids)


@pytest.mark.parametrize("searches", [(), ("acme",)])
def test_server_that_speaks_only_the_other_interface_is_read_with_it(
    peer: HackerNewsPeer, searches: tuple[str, ...], connector: Connect
) -> None:
    gone = ("/v0/",) if not searches else ("/api/",)

    def answer(request: Request) -> Reply:
        missing = request.path.startswith(gone)
        return Reply({"error": "Not Found"}, 404) if missing else peer.answer(request)

    half = HttpServer(answer)
    with closing(half):
        id_ = peer.say("acme", NOW)
        made = connector(searches=searches, url=half.url)
        posts, cursor = drained(made)
        assert ids(posts) == [id_]
        new = peer.say("acme again", NOW)
        assert new in ids(drained(made, cursor)[0])
        fixed = HackerNewsOptions(api=Api.ALGOLIA if searches else Api.FIREBASE)
        with pytest.raises(ConnectorError) as caught:
            connector(fixed, searches=searches, url=half.url).fetch(None)
        assert caught.value.permanent
        lacking = "what was said about acme" if searches else "the newest item"
        assert f"does not have {lacking} (HTTP 404); check the name" in str(caught.value)


def a_thread(peer: HackerNewsPeer) -> dict[str, str]:
    root = peer.say("root", NOW)
    first = peer.say("first", NOW, parent=root)
    second = peer.say("second", NOW, parent=root)
    below = peer.say("below", NOW, parent=first)
    return {"root": root, "first": first, "second": second, "below": below}


@pytest.mark.parametrize("api", list(Api))
def test_thread_is_read_whole(peer: HackerNewsPeer, api: Api, connector: Connect) -> None:
    named = a_thread(peer)
    made = connector(HackerNewsOptions(api=api))
    posts, _ = drained(made)
    mention = next(post for post in posts if post.platform_id == named["first"])
    peer.server.asked.clear()
    found = made.thread(mention, Bounds())
    assert set(ids(found)) == set(named.values())
    assert {post.thread_id for post in found} == {named["root"]}
    assert len(peer.server.asked) <= Bounds().requests
    if api is not Api.FIREBASE:
        assert paths(peer) == [f"/api/v1/items/{named['root']}"]


def test_thread_too_long_keeps_what_stands_around_the_post(
    peer: HackerNewsPeer, connector: Connect
) -> None:
    named = a_thread(peer)
    for n in range(20):
        peer.say(f"crowd {n}", NOW, parent=named["root"])
    posts, _ = drained(connector())
    mention = next(post for post in posts if post.platform_id == named["below"])
    found = connector().thread(mention, Bounds(posts=5))
    assert len(found) == 5
    assert {named["root"], named["first"], named["below"]} <= set(ids(found))


def test_thread_is_bounded_in_depth_and_requests(peer: HackerNewsPeer, connector: Connect) -> None:
    named = a_thread(peer)
    posts, _ = drained(connector())
    root = posts[0]
    shallow = connector().thread(root, Bounds(depth=1))
    assert set(ids(shallow)) == {named["root"], named["first"], named["second"]}
    peer.server.asked.clear()
    official = connector(HackerNewsOptions(api=Api.FIREBASE))
    assert len(official.thread(root, Bounds(requests=2))) == 2
    assert len(peer.server.asked) == 2


def test_thread_of_a_deleted_post_is_empty(peer: HackerNewsPeer, connector: Connect) -> None:
    peer.say("gone", NOW)
    post = drained(connector())[0][0]
    peer.delete(post.platform_id)
    assert connector().thread(post, Bounds()) == []


def test_second_look_tells_what_stands_and_what_is_gone(
    peer: HackerNewsPeer, connector: Connect
) -> None:
    stands, gone = peer.say("stands", NOW), peer.say("gone", NOW)
    peer.delete(gone)
    found = connector().recheck(known(stands, gone, "999999999"))
    assert ids(found.posts) == [stands]
    assert found.gone == [gone]


@pytest.mark.parametrize("searches", [(), ("acme",)])
def test_quiet_poll_is_cheap(
    peer: HackerNewsPeer, searches: tuple[str, ...], connector: Connect
) -> None:
    peer.say("acme", NOW - timedelta(hours=3))
    made = connector(searches=searches)
    _, cursor = drained(made)
    peer.server.asked.clear()
    for _ in range(10):
        _, cursor = drained(made, cursor)
    assert len(peer.server.asked) == (10 if searches else 20)


@pytest.mark.parametrize("option", [{"days_back": -1}, {"items_back": 10**9}])
def test_option_out_of_range_is_refused(option: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(option))):
        HackerNewsOptions(**option)  # type: ignore[arg-type]
