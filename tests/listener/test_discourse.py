"""Discourse through its JSON interface: what is read, what is asked for, and what is refused."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listener.connectors import Access, Bounds, ConnectorError
from listener.connectors.discourse import Discourse, DiscourseOptions
from listener.connectors.discourse_post import Forum, deletion, from_item, is_public
from store.records import Kind, Post
from tests.listener import listening
from tests.listener.listening import NOW, Allowance, connecting, drained, ids
from tests.peers.discourse import LATEST, DiscoursePeer
from tests.peers.http import HttpServer, Reply
from tests.posts import known

Connect = listening.Connect[DiscourseOptions, Discourse]
FORUM = Forum("https://forum.example/")
KEYS = {"LAURELS_DISCOURSE_API_KEY": "714552c6", "LAURELS_DISCOURSE_API_USERNAME": "system"}


@pytest.fixture
def peer() -> Iterator[DiscoursePeer]:
    with closing(DiscoursePeer()) as served:
        yield served


@pytest.fixture
def connector(peer: DiscoursePeer) -> Iterator[Connect]:
    """Makes connectors that are closed at the end."""
    with connecting(Discourse, DiscourseOptions(), peer.url) as made:
        yield made


def asked(peer: DiscoursePeer) -> list[str]:
    found = [request.path for request in peer.server.asked]
    peer.server.asked.clear()
    return found


def read(**changes: Any) -> Post:
    return from_item({**LATEST, **changes}, FORUM, root=50_000, parent=50_001, title="Title")


def test_post_is_read_as_a_forum_told_it() -> None:
    post = read()
    assert (post.platform, post.platform_id) == ("discourse", "forum.example/p/56004")
    assert (post.kind, post.thread_id, post.parent_id) == (
        Kind.COMMENT, "forum.example/p/50000", "forum.example/p/50001",
    )  # fmt: skip
    assert (post.author.platform_id, post.author.handle) == ("forum.example/u/1590", "Revan")
    assert post.created_at == datetime(2025, 6, 11, 2, 27, 48, 826000, UTC)
    assert post.url == "https://forum.example/t/topic/14752/29"
    assert (post.title, post.edited_at, post.score, post.accepted) == (None, None, 0, False)


def test_first_post_of_a_topic_is_its_root_and_has_its_title() -> None:
    post = read(post_number=1)
    assert (post.kind, post.title, post.parent_id) == (Kind.POST, "Title", None)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"user_id": -1}, (True, False, False)),
        ({"admin": True}, (False, True, False)),
        ({"moderator": True}, (False, True, False)),
        ({"yours": True}, (False, False, True)),
    ],
)
def test_author_is_what_the_forum_says(changes: dict[str, Any], told: tuple[bool, ...]) -> None:
    author = read(**changes).author
    assert (author.is_bot, author.is_staff, author.is_own) == told


def test_likes_solution_and_edit_are_told() -> None:
    likes = [{"id": 8, "count": 1}, {"id": 2, "count": 18, "can_act": True}]
    post = read(
        actions_summary=likes, accepted_answer=True, version=3, updated_at="2025-06-12T00:00:00Z"
    )
    assert (post.score, post.accepted) == (18, True)
    assert post.edited_at == datetime(2025, 6, 12, tzinfo=UTC)
    unsaid = {name: value for name, value in LATEST.items() if name != "accepted_answer"}
    assert from_item(unsaid, FORUM, root=1, parent=1).accepted is None


def test_words_of_others_are_marked_as_a_quote() -> None:
    raw = '[quote="sam, post:3, topic:9"]\nDid you\ntry?\n[/quote]\n\nYes, `[quote]` works'
    assert read(raw=raw).text == raw  # A lone mark is no quote.
    assert read(raw=raw.replace(" `[quote]`", "")).text == "> Did you\n> try?\n\nYes, works"


def test_words_are_read_from_html_where_they_were_not_sent_as_typed() -> None:
    item = {name: value for name, value in LATEST.items() if name != "raw"}
    item["cooked"] = '<p>Hi <b>you</b> &amp; <img class="emoji" alt=":wave:" src="x"></p>'
    assert from_item(item, FORUM, root=1, parent=1).text == "Hi you & :wave:"


def test_mentioned_accounts_are_named_by_id_where_the_forum_tells_it() -> None:
    cooked = (
        '<p><a class="mention" href="/u/ann">@ann</a> <a class="mention" href="/u/ben">@Ben</a>'
    )
    post = read(cooked=cooked, mentioned_users=[{"id": 7, "username": "ben"}])
    assert post.addressed == ("ann", "forum.example/u/7")


@pytest.mark.parametrize(
    "change", [{"hidden": True}, {"user_deleted": True}, {"deleted_at": "2025-06-12T00:00:00Z"}]
)
def test_post_that_is_hidden_or_deleted_is_no_post(change: dict[str, Any]) -> None:
    assert deletion({**LATEST, **change}, FORUM, NOW) is not None
    assert deletion(LATEST, FORUM, NOW) is None


@pytest.mark.parametrize("change", [{"post_type": 4}, {"post_type": 3}])
def test_whisper_and_small_action_are_never_heard(
    change: dict[str, Any], peer: DiscoursePeer, connector: Connect
) -> None:
    assert not is_public({**LATEST, "topic_archetype": "private_message"})
    root = peer.say("root", NOW)
    peer.say("secret", NOW, parent=root, **change)
    posts, _ = drained(connector())
    assert ids(posts) == [root]
    assert ids(connector().thread(posts[0], Bounds())) == [root]


def test_hidden_post_among_the_latest_is_a_deletion(
    peer: DiscoursePeer, connector: Connect
) -> None:
    id_ = peer.say("flagged", NOW)
    made = connector()
    _, cursor = drained(made)
    peer.change(id_, hidden=True)
    batch = made.fetch(cursor)
    assert [(one.platform_id, one.rule) for one in batch.deletions] == [(id_, "discourse: hidden")]
    assert batch.posts == ()


def test_post_without_its_author_is_put_aside_and_the_others_are_read(
    peer: DiscoursePeer, connector: Connect
) -> None:
    peer.say("bad", NOW, user_id="ann")
    kept = peer.say("kept", NOW)
    batch = connector().fetch(None)
    assert ids(batch.posts) == [kept]
    assert [(one.number, "user_id" in one.reason) for one in batch.rejects] == [(2, True)]
    assert json.loads(batch.rejects[0].raw)["raw"] == "bad"


def test_reply_knows_its_parent_and_its_topic_however_old_they_are(
    peer: DiscoursePeer, connector: Connect
) -> None:
    root = peer.say("root", NOW)
    early = peer.say("early", NOW, parent=root)
    for n in range(80):
        middle = peer.say(f"middle {n}", NOW, parent=root)
    _, cursor = drained(connector())
    flat = peer.say("to the topic", NOW, parent=root)
    near = peer.say("to an early post", NOW, parent=early)
    far = peer.say("to a post beyond the first page of the topic", NOW, parent=middle)
    posts, _ = drained(connector(), cursor)  # a restart: nothing is remembered
    found = {post.platform_id: (post.parent_id, post.thread_id) for post in posts}
    assert found[flat] == (root, root)
    assert found[near] == (early, root)
    assert found[far] == (middle, root)


def test_reply_to_a_deleted_post_stays_in_its_topic(
    peer: DiscoursePeer, connector: Connect
) -> None:
    root = peer.say("root", NOW)
    gone = peer.say("gone", NOW, parent=root)
    reply = peer.say("reply", NOW, parent=gone)
    peer.delete(gone)
    made = connector()
    posts, cursor = drained(made)
    assert {post.platform_id: post.parent_id for post in posts}[reply] == root
    asked(peer)
    drained(made, cursor)
    assert asked(peer) == ["/posts.json"]


def test_topic_that_is_taken_away_takes_what_was_said_in_it(
    peer: DiscoursePeer, connector: Connect
) -> None:
    root = peer.say("root", NOW)
    reply = peer.say("reply", NOW, parent=root)
    posts, cursor = drained(connector())
    peer.delete(root)
    gone = connector().fetch(cursor).deletions
    assert [(one.platform_id, one.rule) for one in gone] == [(root, "discourse: user_deleted")]
    peer.remove_topic(root)
    assert connector().recheck(known(root, reply)).gone == [root, reply]
    assert connector().thread(posts[0], Bounds()) == ()


@pytest.mark.parametrize("windows", [False, True])
def test_long_absence_is_made_good_by_paging_down(
    windows: bool, peer: DiscoursePeer, connector: Connect
) -> None:
    peer.windows = windows
    all_ids = [peer.say(f"{n}", NOW) for n in range(120)]
    peer.skip(130)  # private messages take ids of the same kind
    all_ids += [peer.say(f"{n}", NOW) for n in range(60)]
    posts, cursor = drained(connector())
    assert set(ids(posts)) == set(all_ids)
    peer.skip(170)
    new = [peer.say(f"new {n}", NOW) for n in range(75)]
    posts, _ = drained(connector(), cursor)
    assert set(new) <= set(ids(posts))


def test_first_look_goes_back_as_many_days_as_it_may(
    peer: DiscoursePeer, connector: Connect
) -> None:
    for n in range(200):
        peer.say(f"{n}", NOW - timedelta(days=30))
    new = peer.say("new", NOW)
    posts, _ = drained(connector())
    assert new in ids(posts)
    assert len(posts) < 120


def test_only_the_chosen_categories_and_tags_are_heard(
    peer: DiscoursePeer, connector: Connect
) -> None:
    general, asking = peer.say("one", NOW), peer.say("two", NOW, category_id=5)
    tagged = peer.say("three", NOW)
    peer.topics[3]["tags"] = ["solved", {"id": 1, "name": "API", "slug": "api"}]
    posts, _ = drained(connector())
    assert {post.platform_id: post.channel for post in posts} == {
        general: "general", asking: "Q&A", tagged: "general",
    }  # fmt: skip
    posts, _ = drained(connector(DiscourseOptions(categories=("q&a",))))
    assert ids(posts) == [asking]
    posts, _ = drained(connector(DiscourseOptions(tags=("api",))))
    assert [(post.platform_id, post.tags) for post in posts] == [(tagged, ("solved", "API"))]


def test_category_that_is_not_there_is_named_with_those_that_are(
    peer: DiscoursePeer, connector: Connect
) -> None:
    peer.say("one", NOW)
    with pytest.raises(ConnectorError, match=r"no category 'support'.*general, Q&A") as caught:
        connector(DiscourseOptions(categories=("support",))).fetch(None)
    assert caught.value.permanent


def test_forum_must_be_named() -> None:
    made = Discourse(DiscourseOptions(), Access())
    with pytest.raises(ConnectorError, match="base_url") as caught:
        made.fetch(None)
    assert caught.value.permanent


def test_key_is_sent_with_its_account_and_useless_without(
    peer: DiscoursePeer, connector: Connect
) -> None:
    connector(secrets=KEYS).fetch(None)
    headers = peer.server.asked[0].headers
    assert (headers["api-key"], headers["api-username"]) == ("714552c6", "system")
    with pytest.raises(ConnectorError, match="set both") as caught:
        connector(secrets={"LAURELS_DISCOURSE_API_KEY": "714552c6"}).fetch(None)
    assert caught.value.permanent
    assert "714552c6" not in str(caught.value)


def refusing(status: int, body: Any) -> HttpServer:
    return HttpServer(lambda _: Reply(body, status))


def test_wait_that_only_the_body_names_is_kept(connector: Connect) -> None:
    body = {
        "errors": ["You’ve performed this action too many times. Please wait 10 seconds."],
        "error_type": "rate_limit", "extras": {"wait_seconds": 10},
    }  # fmt: skip
    with closing(refusing(429, body)) as server, pytest.raises(ConnectorError) as caught:
        connector(url=server.url).fetch(None)
    assert (caught.value.retry_after, caught.value.permanent) == (10.0, False)


@pytest.mark.parametrize("status", [403, 404])
def test_second_look_believes_only_the_forum_itself(status: int, connector: Connect) -> None:
    bodies: list[tuple[Any, bool]] = [
        ({"errors": ["no"], "error_type": "invalid_access"}, True),
        ({"errors": ["log in"], "error_type": "not_logged_in"}, False),
        (b"<html>nginx</html>", False),
    ]
    for body, believed in bodies:
        with closing(refusing(status, body)) as server:
            id_ = f"{server.url.partition('://')[2]}/p/12"
            if believed:
                assert connector(url=server.url).recheck(known(id_)).gone == [id_]
            else:
                with pytest.raises(ConnectorError):
                    connector(url=server.url).recheck(known(id_))


def test_second_look_tells_what_stands_and_what_is_gone(
    peer: DiscoursePeer, connector: Connect
) -> None:
    root = peer.say("root", NOW)
    reply, gone = peer.say("reply", NOW, parent=root), peer.say("gone", NOW)
    private = peer.say("made private", NOW)
    peer.delete(gone)
    peer.topics[4]["archetype"] = "private_message"
    found = connector().recheck(known(root, reply, gone, private, "other.example/p/1"))
    assert [(post.platform_id, post.title) for post in found.posts] == [
        (root, "Q & A"), (reply, None),
    ]  # fmt: skip
    assert found.gone == [gone, private]


def test_thread_is_read_whole(peer: DiscoursePeer, connector: Connect) -> None:
    root = last = peer.say("root", NOW)
    named = [root]
    for n in range(60):
        last = peer.say(f"level {n}", NOW, parent=root if n % 10 == 0 else last)
        named.append(last)
    peer.delete(named.pop(5))
    mention = next(post for post in drained(connector())[0] if post.platform_id == named[30])
    asked(peer)
    found = connector().thread(mention, Bounds(depth=20))
    assert set(ids(found)) == set(named)
    assert {post.thread_id for post in found} == {root}
    assert asked(peer) == ["/t/1.json", "/t/1/posts.json", "/site.json"]
    shallow = connector().thread(mention, Bounds(depth=2))
    assert mention.platform_id in ids(shallow)
    assert len(shallow) < 20


def test_long_thread_keeps_what_stands_around_the_post(
    peer: DiscoursePeer, connector: Connect
) -> None:
    root = peer.say("root", NOW)
    named = [peer.say(f"{n}", NOW, parent=root) for n in range(300)]
    mention = next(post for post in drained(connector())[0] if post.platform_id == named[200])
    found = connector().thread(mention, Bounds(posts=9))
    assert len(found) == 9
    assert {root, *named[197:204]} <= set(ids(found))


def test_thread_of_a_deleted_post_is_empty(peer: DiscoursePeer, connector: Connect) -> None:
    peer.say("gone", NOW)
    post = drained(connector())[0][0]
    peer.delete(post.platform_id)
    assert connector().thread(post, Bounds()) == ()


def test_nothing_is_asked_that_the_budget_refuses(peer: DiscoursePeer, connector: Connect) -> None:
    with pytest.raises(ConnectorError, match="nothing is left"):
        connector(meter=Allowance(0)).fetch(None)
    assert asked(peer) == []


def test_page_whose_topics_the_budget_refuses_is_read_later(
    peer: DiscoursePeer, connector: Connect
) -> None:
    root = peer.say("root", NOW)
    for _ in range(60):
        last = peer.say("reply", NOW, parent=root)
    meter = Allowance(2)
    made = connector(meter=meter)
    with pytest.raises(ConnectorError, match="nothing is left"):
        made.fetch(None)
    meter.left = 2
    assert last in ids(made.fetch(None).posts)


def test_topic_at_which_the_forum_fails_for_good_does_not_stop_the_others(
    peer: DiscoursePeer, connector: Connect
) -> None:
    broken = peer.say("root", NOW)
    for _ in range(60):
        peer.say("reply", NOW, parent=broken)
    kept = peer.say("another topic", NOW)
    server = HttpServer(
        lambda request: Reply({}, 500) if request.path == "/t/1.json" else peer.answer(request)
    )
    with closing(server):
        made = connector(url=server.url)
        for _ in range(2):
            with pytest.raises(ConnectorError, match="HTTP 500"):
                made.fetch(None)
        batch = made.fetch(None)
    assert [post.url for post in batch.posts] == [f"{server.url}/t/topic/{kept.split('/')[-1]}/1"]
    assert len(batch.rejects) == 49
    assert len(server.asked) == 7


def test_quiet_poll_is_one_cheap_request_even_after_a_restart(
    peer: DiscoursePeer, connector: Connect
) -> None:
    roots = [peer.say("root", NOW) for _ in range(60)]
    for root in roots:
        peer.say("reply " * 50, NOW, parent=root)
    made = connector()
    _, cursor = drained(made)
    asked(peer)
    _, cursor = drained(made, cursor)
    for _ in range(10):
        _, cursor = drained(made, cursor)
    assert asked(peer) == ["/posts.json"] * 11
    drained(connector(), cursor)
    restarted = asked(peer)
    assert restarted[0] == "/posts.json"
    assert len(restarted) < 30


def test_option_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="days_back"):
        DiscourseOptions(days_back=-1)
