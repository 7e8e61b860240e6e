"""Stack Exchange: what is read of a question, what is heard late, how its limits are kept."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Protocol

import pytest

from listener.connectors import Access, Bounds, ConnectorError, Unread
from listener.connectors.stackexchange import StackExchange, StackExchangeOptions
from listener.connectors.stackexchange_post import read
from store.records import Kind, Post
from tests.peers.http import HttpServer, Reply, Request
from tests.peers.stackexchange import (
    ANSWERS,
    INVALID_FILTER,
    PAGE_26,
    THROTTLED,
    StackExchangePeer,
)
from tests.posts import known

NOW = datetime.now(UTC).replace(microsecond=0)


class Connect(Protocol):
    def __call__(
        self,
        options: StackExchangeOptions | None = None,
        *,
        access: Access | None = None,
        searches: tuple[str, ...] = (),
    ) -> StackExchange: ...


@pytest.fixture
def peer() -> Iterator[StackExchangePeer]:
    with closing(StackExchangePeer()) as served:
        yield served


@pytest.fixture
def connector(peer: StackExchangePeer) -> Iterator[Connect]:
    """Makes connectors that are closed at the end."""
    with ExitStack() as opened:

        def made(
            options: StackExchangeOptions | None = None,
            *,
            access: Access | None = None,
            searches: tuple[str, ...] = (),
        ) -> StackExchange:
            access = access or Access(base_url=peer.url, searches=searches, timeout=1.0)
            options = options or StackExchangeOptions()
            return opened.enter_context(closing(StackExchange(options, access)))

        yield made


def drained(made: StackExchange, cursor: str | None = None) -> tuple[list[Post], str]:
    posts: list[Post] = []
    while True:
        batch = made.fetch(cursor)
        posts += batch.posts
        cursor = batch.cursor
        if batch.exhausted:
            return posts, cursor


def ids(posts: Sequence[Post]) -> list[str]:
    return [post.platform_id for post in posts]


def one_of(posts: Sequence[Post], platform_id: str) -> Post:
    return next(post for post in posts if post.platform_id == platform_id)


def answering(body: object, status: int = 200) -> HttpServer:
    return HttpServer(lambda _request: Reply(body, status))


def test_answer_is_read_as_the_live_site_gives_it() -> None:
    post = read({**ANSWERS[0], "body": "<p>so</p>", "_site": "stackoverflow"})
    assert (post.platform_id, post.kind) == ("stackoverflow/a/72756207", Kind.ANSWER)
    assert post.parent_id == post.thread_id == "stackoverflow/q/72755863"
    assert (post.accepted, post.score) == (True, 1)
    assert (post.author.platform_id, post.author.handle) == (
        "stackoverflow/u/19168512", "BhusalC_Bipin",
    )  # fmt: skip
    assert post.edited_at == datetime(2022, 6, 25, 18, 47, 53, tzinfo=UTC)


def test_question_brings_its_answers_and_comments_with_their_places(
    peer: StackExchangePeer, connector: Connect
) -> None:
    question = peer.say("how?", NOW)
    answer = peer.say("so", NOW, author="ben", parent=question)
    on_question = peer.comment("which version?", NOW, on=question)
    on_answer = peer.comment("thanks", NOW, on=answer)
    posts = {post.platform_id: post for post in drained(connector())[0]}
    assert set(posts) == {question, answer, on_question, on_answer}
    assert {post.thread_id for post in posts.values()} == {question}
    assert [posts[one].parent_id for one in (question, answer, on_question, on_answer)] == [
        None, question, question, answer,
    ]  # fmt: skip
    assert posts[question].title == "How to <b> & survive"
    assert posts[question].tags == ("python", "acme")
    assert posts[question].channel == "stackoverflow"
    assert {posts[on_answer].kind, posts[on_question].kind} == {Kind.COMMENT}


def test_comment_listed_by_itself_knows_its_question_from_its_link() -> None:
    comment = {
        "comment_id": 7, "post_id": 5, "post_type": "answer", "creation_date": 1656180148,
        "owner": {}, "body": "ok", "_site": "superuser",
        "reply_to_user": {"user_id": 3, "user_type": "registered"},
        "link": "https://superuser.com/questions/4/how#comment7_5",
    }  # fmt: skip
    post = read(comment)
    assert (post.parent_id, post.thread_id) == ("superuser/a/5", "superuser/q/4")
    assert post.addressed == ("superuser/u/3",)
    assert read({**comment, "link": None}).thread_id is None


def test_authors_who_left_are_never_taken_for_one(
    peer: StackExchangePeer, connector: Connect
) -> None:
    for _ in range(2):
        peer.without_author(peer.say("orphan", NOW))
    posts, _ = drained(connector())
    assert len({post.author.platform_id for post in posts}) == 2
    assert {post.author.handle for post in posts} == {"Old Display Name"}


def test_moderator_is_no_staff_of_ours_and_the_community_user_is_a_bot() -> None:
    item = {"question_id": 1, "creation_date": 1656180148, "body": "?", "_site": "stackoverflow"}
    owner = {"user_id": 3, "user_type": "moderator", "display_name": "m"}
    moderator = read({**item, "owner": owner})
    robot = read({**item, "owner": {"user_id": -1, "user_type": "moderator"}})
    assert (moderator.author.is_staff, moderator.author.is_bot) == (False, False)
    assert robot.author.is_bot


@pytest.mark.parametrize("tags", [(), ("acme",)])
def test_comment_without_its_words_is_asked_for_by_its_number(
    peer: StackExchangePeer, connector: Connect, tags: tuple[str, ...]
) -> None:
    question = peer.say("how?", NOW)
    comments = [peer.comment(f"word {n}", NOW, on=question) for n in range(150)]
    peer.silent = True
    posts, _ = drained(connector(StackExchangeOptions(tags=tags)))
    assert {post.platform_id for post in posts} == {question, *comments}
    assert all(post.text for post in posts)
    assert sum("/2.3/comments/" in one.path for one in peer.server.asked) == 2


def test_comment_whose_words_nobody_tells_is_put_aside(connector: Connect) -> None:
    comment = {"comment_id": 2, "post_id": 1, "creation_date": 1656180148, "owner": {}}
    question = {"question_id": 1, "creation_date": 1656180148, "body": "?", "comments": [comment]}
    answers = iter(([{"filter": "!abc"}], [question], [comment]))
    with closing(HttpServer(lambda _request: Reply({"items": next(answers)}))) as server:
        made = connector(access=Access(base_url=server.url))
        batch = made.fetch(None)
    assert ids(batch.posts) == ["stackoverflow/q/1"]
    assert [one.reason for one in batch.rejects] == ["body: missing"]


@pytest.mark.parametrize("tags", [(), ("acme",)])
def test_late_acceptance_and_comment_are_heard_though_they_are_no_activity(
    peer: StackExchangePeer, connector: Connect, tags: tuple[str, ...]
) -> None:
    old = NOW - timedelta(days=3)
    question = peer.say("how?", old)
    answer = peer.say("so", old, parent=question)
    peer.say("another", NOW)
    made = connector(StackExchangeOptions(tags=tags))
    _, cursor = drained(made)
    posts, cursor = drained(made, cursor)
    assert answer not in ids(posts)
    peer.accept(answer)
    comment = peer.comment("it works", NOW, on=answer)
    posts, _ = drained(made, cursor)
    heard = {post.platform_id: post for post in posts}
    assert heard[answer].accepted is True
    assert heard[comment].parent_id == answer


def test_many_questions_are_paged_by_time_without_a_loss(
    peer: StackExchangePeer, connector: Connect
) -> None:
    all_ids = [peer.say("x", NOW - timedelta(seconds=n // 150)) for n in range(900)]
    posts, _ = drained(connector(StackExchangeOptions(tags=("acme",))))
    assert set(ids(posts)) == set(all_ids)
    assert max(int(one.query["page"]) for one in peer.server.asked if "page" in one.query) <= 2


def test_one_question_of_1970_does_not_end_the_listing(connector: Connect) -> None:
    at = int(NOW.timestamp())
    dates = [[at, 0, at - 9], [at - 9, at - 20]]
    pages = [
        [
            {"question_id": date, "creation_date": at, "last_activity_date": date, "body": "?"}
            for date in page
        ]
        for page in dates
    ]
    answers = iter(
        [
            {"items": [{"filter": "!abc"}]},
            {"items": pages[0], "has_more": True},
            {"items": pages[1]},
            {"items": []},
        ]
    )
    with closing(HttpServer(lambda _request: Reply(next(answers)))) as server:
        posts, _ = drained(connector(access=Access(base_url=server.url)))
    assert f"stackoverflow/q/{at - 20}" in ids(posts)


def test_page_on_which_nothing_can_be_read_does_not_end_the_listing(connector: Connect) -> None:
    at = int(NOW.timestamp())
    odd = [{"question_id": n, "body": "no date"} for n in range(3)]
    good = {"question_id": 7, "creation_date": at, "last_activity_date": at, "body": "?"}

    def answer(request: Request) -> Reply:
        if request.path.endswith("create"):
            return Reply({"items": [{"filter": "!abc"}]})
        is_last = request.query["page"] == "3"
        return Reply({"items": [good] if is_last else odd, "has_more": not is_last})

    with closing(HttpServer(answer)) as server:
        made = connector(StackExchangeOptions(tags=("a",)), access=Access(base_url=server.url))
        batches = [made.fetch(None)]
        while not batches[-1].exhausted:
            batches.append(made.fetch(batches[-1].cursor))
    assert [ids(one.posts) for one in batches] == [[], [], ["stackoverflow/q/7"]]
    assert [len(one.rejects) for one in batches] == [3, 3, 0]


def test_listing_on_which_nothing_can_ever_be_read_ends_and_is_told(connector: Connect) -> None:
    def answer(request: Request) -> Reply:
        is_filter = request.path.endswith("create")
        items = [{"filter": "!abc"}] if is_filter else [{"question_id": 1, "body": "no date"}]
        return Reply({"items": items, "has_more": True})

    with closing(HttpServer(answer)) as server:
        made = connector(StackExchangeOptions(tags=("a",)), access=Access(base_url=server.url))
        batch = made.fetch(None)
        while not batch.exhausted:
            batch = made.fetch(batch.cursor)
        assert len(server.asked) == 11
    assert "10 pages in a row" in batch.unread[0].reason


def test_search_asks_for_each_word_on_each_site() -> None:
    asked: list[Request] = []

    def answer(request: Request) -> Reply:
        asked.append(request)
        items = [{"filter": "!abc"}] if request.path.endswith("create") else []
        return Reply({"items": items, "has_more": False, "quota_remaining": 9})

    with closing(HttpServer(answer)) as server:
        options = StackExchangeOptions(sites=("stackoverflow", "superuser"))
        access = Access(base_url=server.url, searches=("acme", '"acme cloud"'))
        with closing(StackExchange(options, access)) as made:
            drained(made)
    assert [(one.path, one.query.get("site"), one.query.get("q")) for one in asked] == [
        ("/filters/create", None, None),
        ("/search/excerpts", "stackoverflow", "acme"),
        ("/search/excerpts", "stackoverflow", '"acme cloud"'),
        ("/search/excerpts", "superuser", "acme"),
        ("/search/excerpts", "superuser", '"acme cloud"'),
    ]


def test_search_finds_a_question_by_its_answer(peer: StackExchangePeer, connector: Connect) -> None:
    question = peer.say("how?", NOW)
    answer = peer.say("use acme", NOW, parent=question)
    comment = peer.comment("thanks", NOW, on=answer)
    peer.say("other", NOW)
    posts, _ = drained(connector(searches=("acme",)))
    assert ids(posts) == [question, answer, comment]
    assert one_of(posts, answer).author.handle == "ann"
    assert one_of(posts, answer).parent_id == question


def test_quiet_search_is_one_request_and_hears_what_changes(
    peer: StackExchangePeer, connector: Connect
) -> None:
    question = peer.say("how?", NOW - timedelta(days=1))
    answer = peer.say("use acme", NOW - timedelta(hours=1), parent=question)
    _, cursor = drained(connector(searches=("acme",)))
    made = connector(searches=("acme",))
    asked = len(peer.server.asked)
    posts, cursor = drained(made, cursor)
    posts, cursor = drained(made, cursor)
    assert posts == []
    assert [one.path.rpartition("/")[2] for one in peer.server.asked[asked:]] == [
        "create", "excerpts", "excerpts",
    ]  # fmt: skip
    peer.accept(answer)
    posts, cursor = drained(made, cursor)
    assert one_of(posts, answer).accepted is True
    new = peer.say("acme again", NOW - timedelta(hours=2))
    posts, cursor = drained(made, cursor)
    assert new in ids(posts)


def test_search_that_was_not_kept_is_told_again(
    peer: StackExchangePeer, connector: Connect
) -> None:
    question = peer.say("acme", NOW)
    made = connector(searches=("acme",))
    for _ in range(2):
        assert ids(made.fetch(None).posts) == [question]


def test_search_is_paged_by_time_without_a_loss(
    peer: StackExchangePeer, connector: Connect
) -> None:
    question = peer.say("how?", NOW - timedelta(days=2))
    found = [
        peer.say("acme", NOW - timedelta(seconds=n // 3), parent=question if n % 2 else None)
        for n in range(450)
    ]
    posts, _ = drained(connector(searches=("acme",)))
    assert set(ids(posts)) == {question, *found}


def test_excerpt_of_no_question_is_put_aside(connector: Connect) -> None:
    answers = iter(([{"filter": "!abc"}], [{"item_type": "answer", "answer_id": 1}, "x"]))
    with closing(HttpServer(lambda _request: Reply({"items": next(answers)}))) as server:
        made = connector(access=Access(base_url=server.url, searches=("acme",)))
        batch = made.fetch(None)
    assert [one.reason for one in batch.rejects] == [
        "question_id: expected a whole number",
        "expected an object",
    ]


@pytest.mark.parametrize(("key", "pages"), [(None, 20), ("k", 25)])
def test_first_look_leaves_enough_of_the_day(
    peer: StackExchangePeer, connector: Connect, key: str | None, pages: int
) -> None:
    for n in range(2_500):
        peer.say("x", NOW - timedelta(seconds=10 * n))
    secrets = {"LAURELS_STACKEXCHANGE_KEY": key} if key else {}
    access = Access(base_url=peer.url, secrets=secrets, timeout=1.0)
    made = connector(StackExchangeOptions(tags=("acme",)), access=access)
    cursor, fetched = None, 0
    unread: list[Unread] = []
    while True:
        batch = made.fetch(cursor)
        cursor, fetched = batch.cursor, fetched + 1
        unread += batch.unread
        if batch.exhausted:
            break
    assert abs(fetched - pages) <= (1 if key else 0)
    assert [one.what for one in unread] == ([] if key else ["stackoverflow: questions"])
    assert all("20 pages" in one.reason for one in unread)
    new = [peer.say("x", NOW) for _ in range(2)]
    assert set(new) <= set(ids(drained(made, cursor)[0]))


def test_first_look_is_bounded_for_all_listings_together(
    peer: StackExchangePeer, connector: Connect
) -> None:
    for n in range(1_500):
        peer.say("acme beta", NOW - timedelta(seconds=10 * n))
    made = connector(searches=("acme", "beta"))
    drained(made)
    assert sum(one.path.endswith("excerpts") for one in peer.server.asked) == 20


def test_backoff_is_kept_and_a_little_longer(peer: StackExchangePeer, connector: Connect) -> None:
    clock = [NOW]
    access = Access(base_url=peer.url, now=lambda: clock[0], timeout=1.0)
    made = connector(StackExchangeOptions(tags=("acme",)), access=access)
    _, cursor = drained(made)
    peer.backoff = 12
    _, cursor = drained(made, cursor)
    peer.backoff = None
    asked = len(peer.server.asked)
    for waited in (0, 12):
        clock[0] = NOW + timedelta(seconds=waited)
        with pytest.raises(ConnectorError) as caught:
            made.fetch(cursor)
        assert not caught.value.permanent
        assert caught.value.retry_after == 15 - waited
    assert len(peer.server.asked) == asked
    clock[0] = NOW + timedelta(seconds=15)
    drained(made, cursor)


def test_backoff_in_the_middle_of_a_sweep_is_told_and_loses_nothing(
    peer: StackExchangePeer, connector: Connect
) -> None:
    clock = [NOW]
    all_ids = {peer.say("x", NOW - timedelta(minutes=n)) for n in range(150)}
    access = Access(base_url=peer.url, now=lambda: clock[0], timeout=1.0)
    made = connector(access=access)
    peer.backoff = 10
    first = made.fetch(None)
    with pytest.raises(ConnectorError) as caught:
        made.fetch(first.cursor)
    assert (caught.value.permanent, caught.value.retry_after) == (False, 13)
    peer.backoff = None
    clock[0] = NOW + timedelta(seconds=13)
    rest, _ = drained(made, first.cursor)
    assert set(ids(first.posts)) | set(ids(rest)) == all_ids


def test_backoff_is_of_one_method_alone(peer: StackExchangePeer, connector: Connect) -> None:
    peer.backoff = 10
    drained(connector())
    assert {one.path for one in peer.server.asked} >= {"/2.3/questions", "/2.3/comments"}


def test_throttle_of_one_listing_is_that_of_all(connector: Connect) -> None:
    answers = iter(([{"filter": "!abc"}], [], None))

    def answer(_request: Request) -> Reply:
        items = next(answers)
        return Reply(THROTTLED, 400) if items is None else Reply({"items": items})

    with closing(HttpServer(answer)) as server:
        made = connector(access=Access(base_url=server.url))
        batch = made.fetch(None)
        with pytest.raises(ConnectorError) as caught:
            made.fetch(batch.cursor)
    assert (caught.value.permanent, caught.value.retry_after) == (False, 84_600)


def test_second_look_that_has_to_wait_tells_what_it_saw(
    peer: StackExchangePeer, connector: Connect
) -> None:
    question = peer.say("how?", NOW)
    peer.backoff = 10
    made = connector()
    found = made.recheck(known(question, "superuser/q/1", "stackoverflow/q/9"))
    assert (ids(found.posts), found.gone) == ([question], ["stackoverflow/q/9"])
    with pytest.raises(ConnectorError):
        made.recheck(known(question))


def test_selection_of_fields_that_is_unknown_is_made_anew_once(
    peer: StackExchangePeer, connector: Connect
) -> None:
    made = connector(StackExchangeOptions(tags=("acme",)))
    _, cursor = drained(made)
    peer.filter = "!another"
    new = peer.say("how?", NOW)
    asked = len(peer.server.asked)
    assert ids(drained(made, cursor)[0]) == [new]
    assert [one.path for one in peer.server.asked[asked:]] == [
        "/2.3/search/advanced", "/2.3/filters/create", "/2.3/search/advanced",
    ]  # fmt: skip


def test_selection_of_fields_that_stays_unknown_is_for_a_person(connector: Connect) -> None:
    def answer(request: Request) -> Reply:
        created = request.path.endswith("create")
        return Reply({"items": [{"filter": "!a"}]}) if created else Reply(INVALID_FILTER, 400)

    with closing(HttpServer(answer)) as server:
        made = connector(StackExchangeOptions(tags=("a",)), access=Access(base_url=server.url))
        with pytest.raises(ConnectorError, match="Invalid filter specified") as caught:
            made.fetch(None)
        assert len(server.asked) == 4
    assert caught.value.permanent


def test_refusal_is_told_in_the_words_of_the_site(connector: Connect) -> None:
    with closing(answering(PAGE_26, 400)) as server:
        made = connector(access=Access(base_url=server.url))
        with pytest.raises(ConnectorError, match="page above 25 requires") as caught:
            drained(made)
    assert caught.value.permanent
    assert "LAURELS_STACKEXCHANGE_KEY" in str(caught.value)


def test_spent_quota_waits_for_the_next_day(peer: StackExchangePeer, connector: Connect) -> None:
    peer.quota = 2
    noon = NOW.replace(hour=12, minute=0, second=0)
    access = Access(base_url=peer.url, now=lambda: noon, timeout=1.0)
    made = connector(StackExchangeOptions(tags=("acme",)), access=access)
    batch = made.fetch(None)
    with pytest.raises(ConnectorError, match="LAURELS_STACKEXCHANGE_KEY") as caught:
        made.fetch(batch.cursor)
    assert caught.value.retry_after == 12 * 3600 + 60


def test_looking_all_the_time_leaves_requests_for_the_whole_day(
    peer: StackExchangePeer, connector: Connect
) -> None:
    day = NOW.replace(hour=0, minute=0, second=0)
    clock, looks, waits = day, list[datetime](), list[ConnectorError]()
    peer.quota = 300
    access = Access(base_url=peer.url, now=lambda: clock, timeout=1.0)
    made, cursor = connector(StackExchangeOptions(tags=("acme",)), access=access), None
    for _ in range(1_000):
        if clock >= day + timedelta(days=1):
            break
        try:
            _, cursor = drained(made, cursor)
        except ConnectorError as error:
            waits.append(error)
            clock += timedelta(seconds=error.retry_after or 0)
        else:
            looks.append(clock)
            clock += timedelta(seconds=1)
    assert peer.quota >= 0
    assert looks[100] < day + timedelta(hours=1)
    pauses = [(b - a).total_seconds() for a, b in pairwise(looks)]
    assert max(pauses) < 1_000
    assert looks[-1] > day + timedelta(hours=23, minutes=30)
    for hint in ("every_seconds", "LAURELS_STACKEXCHANGE_KEY", "of 300 requests"):
        assert hint in str(waits[0])
    assert not waits[0].permanent


@pytest.mark.parametrize(
    ("body", "permanent", "wait"),
    [
        (THROTTLED, False, 84_600),
        ({"error_id": 502, "error_name": "throttle_violation", "error_message": "no"}, False, 3600),
        ({"error_id": 500, "error_name": "internal_error", "error_message": "?"}, False, None),
        ({"error_id": 503, "error_name": "temporarily_unavailable"}, False, None),
        ({"error_id": 400, "error_name": "bad_parameter", "error_message": "site"}, True, None),
        ({"error_id": "x"}, True, None),
        ([], True, None),
    ],
)
def test_error_is_what_the_body_says_and_not_the_status(
    connector: Connect, body: object, permanent: bool, wait: float | None
) -> None:
    with closing(answering(body, 400)) as server:
        made = connector(access=Access(base_url=server.url))
        with pytest.raises(ConnectorError) as caught:
            drained(made)
    assert (caught.value.permanent, caught.value.retry_after) == (permanent, wait)


def test_key_is_sent_and_never_shown(connector: Connect) -> None:
    with closing(answering({"error_id": 400, "error_message": "`key`"}, 400)) as server:
        access = Access(base_url=server.url, secrets={"LAURELS_STACKEXCHANGE_KEY": "s3cret"})
        made = connector(access=access)
        with pytest.raises(ConnectorError) as caught:
            drained(made)
        assert {one.query["key"] for one in server.asked} == {"s3cret"}
    assert "s3cret" not in str(caught.value)


def test_thread_is_read_in_one_request(peer: StackExchangePeer, connector: Connect) -> None:
    question = peer.say("how?", NOW)
    answer = peer.say("so", NOW, parent=question)
    comment = peer.comment("thanks", NOW, on=answer)
    made = connector()
    posts, _ = drained(made)
    asked = len(peer.server.asked)
    assert ids(made.thread(posts[-1], Bounds())) == [question, answer, comment]
    assert len(peer.server.asked) == asked + 1
    assert len(made.thread(posts[-1], Bounds(posts=2))) == 2
    peer.delete(question)
    assert made.thread(posts[-1], Bounds()) == ()


def crowded(peer: StackExchangePeer) -> tuple[str, str]:
    """A question with many answers; it, and a comment on the last of them."""
    question = peer.say("how?", NOW)
    answers = [peer.say(f"so {n}", NOW, parent=question) for n in range(20)]
    return question, peer.comment("thanks", NOW, on=answers[-1])


@pytest.mark.parametrize("most", [1, 2, 3, 7])
def test_thread_keeps_what_was_asked_for_within_its_bounds(
    peer: StackExchangePeer, connector: Connect, most: int
) -> None:
    question, comment = crowded(peer)
    made = connector()
    asked = one_of(drained(made)[0], comment)
    found = made.thread(asked, Bounds(posts=most))
    assert len(found) == max(2, most)
    assert {question, comment} <= set(ids(found))
    assert most < 3 or asked.parent_id in ids(found)
    assert ids(made.thread(asked, Bounds(depth=0))) == [question, comment]


@pytest.mark.parametrize(("requests", "made_by_then"), [(0, 0), (1, 1), (2, 2), (5, 2)])
def test_thread_makes_no_more_requests_than_it_may(
    peer: StackExchangePeer, connector: Connect, requests: int, made_by_then: int
) -> None:
    question, comment = crowded(peer)
    made = connector()
    asked = one_of(drained(made)[0], comment)
    peer.silent = True
    before = len(peer.server.asked)
    found = made.thread(asked, Bounds(requests=requests))
    assert len(peer.server.asked) == before + made_by_then
    assert all(post.text for post in found)
    assert (question in ids(found)) == (requests > 0)
    assert comment in ids(found)


def test_thread_that_has_to_wait_tells_what_it_saw(
    peer: StackExchangePeer, connector: Connect
) -> None:
    question, comment = crowded(peer)
    made = connector()
    asked = one_of(drained(made)[0], comment)
    peer.silent, peer.backoff = True, 10
    made.recheck(known(comment))
    found = ids(made.thread(asked, Bounds()))
    assert len(found) == 22
    assert {question, comment} <= set(found)


def test_second_look_asks_once_for_each_kind(peer: StackExchangePeer, connector: Connect) -> None:
    question, gone = peer.say("how?", NOW), peer.say("regretted", NOW)
    answer = peer.say("so", NOW, parent=question)
    comment = peer.comment("thanks", NOW, on=answer)
    made = connector()
    drained(made)
    peer.delete(gone)
    peer.edit(answer, "so it is", NOW)
    asked = len(peer.server.asked)
    found = made.recheck(known(question, gone, answer, comment, "nonsense"))
    assert len(peer.server.asked) == asked + 3
    assert {post.platform_id: post.text for post in found.posts} == {
        question: "how?", answer: "so it is", comment: "thanks",
    }  # fmt: skip
    assert found.gone == [gone]


def test_question_that_cannot_be_read_is_put_aside(connector: Connect) -> None:
    items = [{"question_id": 1, "body": "no date"}, "nonsense"]
    answers = iter(([{"filter": "!abc"}], items, []))
    with closing(HttpServer(lambda _request: Reply({"items": next(answers)}))) as server:
        made = connector(access=Access(base_url=server.url))
        batch = made.fetch(None)
    assert [one.reason for one in batch.rejects] == [
        "creation_date: expected a whole number",
        "expected an object",
    ]


def test_quiet_poll_is_cheap(peer: StackExchangePeer, connector: Connect) -> None:
    for n in range(100):
        question = peer.say("how? " * 50, NOW - timedelta(hours=1, minutes=n))
        peer.say("so " * 50, NOW - timedelta(hours=1, minutes=n), parent=question)
    made = connector(StackExchangeOptions(tags=("acme",)))
    _, cursor = drained(made)
    asked = len(peer.server.asked)
    for _ in range(10):
        _, cursor = drained(made, cursor)
    assert len(peer.server.asked) == asked + 10


@pytest.mark.parametrize(
    "options", [{"sites": ()}, {"sites": ("https://superuser.com",)}, {"days_back": -1}]
)
def test_option_that_cannot_be_meant_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        StackExchangeOptions(**options)  # type: ignore[arg-type]
