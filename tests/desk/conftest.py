"""A real store with a small community, a real reviewer, and a signed-in member at the desk."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from desk.app import create_app
from desk.auth import new_link
from desk.reason import Moved, Moving, Unexplained
from desk.settings import DeskSettings
from rewards.policy import Policy
from rewards.review import Review
from store import cases, decisions, helpgraph, ledger, mentions
from store.db import Engine
from store.mentions import NewMention
from store.records import (
    ActOfHelp,
    Author,
    CaseKind,
    CaseState,
    Evidence,
    Kind,
    LedgerEntry,
    NewCase,
    Post,
    Reason,
    Verdict,
)

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
POLICY = Policy(own_handles=("acme",))
HOSTILE = '<script>alert(1)</script> javascript:alert(1) https://example.org/?a=1&b="2"'
THANKS = "Thank you for helping mara, @leo."


def a_post(id_: str, author: str, text: str, *, hours: float, **changes: object) -> Post:
    """A post of the forum, some hours before now."""
    values: dict[str, object] = {
        "platform": "discourse",
        "platform_id": id_,
        "kind": Kind.POST,
        "author": Author(author, author),
        "created_at": NOW - timedelta(hours=hours),
        "text": text,
        "channel": "forum.example",
        "url": f"https://forum.example/{id_}",
    }
    return Post(**values | changes)  # type: ignore[arg-type]  # the test names the fields


@dataclass(frozen=True)
class Desk:
    """What a test of the desk works with."""

    engine: Engine
    client: TestClient
    help_case: int
    issue_case: int
    waiting_case: int
    leo: int
    mara: int

    def get(self, path: str, status: int = 200) -> str:
        """A page, as text."""
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    def post(self, path: str, **fields: str) -> str:
        """Send a form of this session; where it leads."""
        token = found(r'name="form_token" value="([^"]+)"', self.get("/queue"))
        answer = self.client.post(path, data={"form_token": token} | fields)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]


def found(pattern: str, page: str) -> str:
    """The first group of a pattern that has to be there."""
    match = re.search(pattern, page)
    assert match is not None, pattern
    return match[1]


def explain(text: str, title: str | None, task: str) -> Moved:
    """Of any post the first word speaks for the verdict and the second against it."""
    if task == "irony":
        raise Unexplained("models.hub: set it to null")
    whole = f"{title}. {text}" if title else text
    if task == "offensive":
        return Moved(whole, task, "inoffensive", 0.99, is_guess=False, words=[])
    first, second = list(re.finditer(r"\S+", whole))[:2]
    words = [Moving(*first.span(), 1.5, 0.41), Moving(*second.span(), -0.5, 0.97)]
    return Moved(whole, task, "negative", 0.91, is_guess=False, words=words)


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """The pages are the same on both databases; the store's own tests run on both."""
    return sqlite_engine


@pytest.fixture
def client(engine: Engine) -> Iterator[TestClient]:
    """A browser at the desk, nobody signed in."""
    app = create_app(
        engine,
        reviewer=Review(POLICY),
        policy=POLICY,
        settings=DeskSettings(time_zone="Europe/Berlin"),
        now=lambda: NOW,
        wall_clock=lambda: NOW,
        explain=explain,
    )
    with TestClient(app, base_url="http://desk.test", follow_redirects=False) as made:
        yield made


@pytest.fixture
def desk(engine: Engine, client: TestClient) -> Desk:
    """The desk with a community in its store and Ann signed in."""
    with engine.begin() as tx:
        link = new_link(tx, NOW)
    assert client.post(f"/sign-in/{link}", data={"name": "Ann"}).status_code == 303
    return community(engine, client)


def community(engine: Engine, client: TestClient) -> Desk:
    """A question that was answered, an angry report, a hostile text and a question that waits."""
    posts = [
        a_post("q", "mara", "How do I export my notes?", hours=30, title="Export", thread_id="q"),
        a_post("a", "leo", "Settings, then Export.", hours=29, thread_id="q", parent_id="q"),
        a_post("t", "mara", "Thank you Leo!", hours=28, thread_id="q", parent_id="a"),
        a_post("i", "zed", HOSTILE + " it crashed", hours=7, title="Acme \u202ecrashed"),
        a_post("w", "uma", "Is there a dark mode?", hours=1),
    ]
    with engine.begin() as tx:
        saved = mentions.save_posts(tx, posts, "forum", NOW)
        stored = mentions.load(tx, [one.id for one in saved])
        q, a, t, i, w = (stored[one.id] for one in saved)
        mentions.add_mentions(tx, [NewMention(i.id, "acme", ((0, 4), (15, 23)), NOW)])
        act = ActOfHelp(
            a.id, a.person_id, q.person_id, Evidence.THANKED, a.post.created_at, t.id, q.id
        )
        helpgraph.save_acts(tx, [act])
        act_id = helpgraph.acts_on(tx, [a.id])[0].id
        entry = LedgerEntry("e1", a.person_id, 10, "thanked", a.post.created_at, act_id)
        ledger.add(tx, [entry])
        new = [
            NewCase(a.id, a.person_id, CaseKind.HELP, "help, thanked", NOW, NOW, 150, act_id),
            NewCase(i.id, i.person_id, CaseKind.ISSUE, "issue 0.91", NOW, NOW, 800),
            NewCase(w.id, w.person_id, CaseKind.QUESTION, "question 0.8", NOW, NOW, 10),
        ]
        help_case, issue_case, waiting_case = cases.open_cases(tx, new)
        for id_ in (help_case, issue_case):
            cases.set_state(tx, id_, CaseState.OPEN, NOW)
        cases.set_draft(tx, help_case, THANKS)
        cases.route(
            tx, issue_case, responder="support", due_at=NOW + timedelta(hours=1), priority=800
        )
        reasons = [Reason("issue", "reports a problem"), Reason("mood", "anger 0.91")]
        decisions.add(tx, "d1", issue_case, Verdict.ROUTE, reasons, "policy", NOW)
    return Desk(engine, client, help_case, issue_case, waiting_case, a.person_id, q.person_id)
