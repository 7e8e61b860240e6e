"""What the model reads of late, beside what it read before."""

from datetime import datetime

from fastapi.testclient import TestClient

from desk.app import create_app
from desk.auth import new_link
from desk.drift import Line, Read, Shown
from desk.settings import DeskSettings
from rewards.review import Review
from store.db import Connection, Engine
from tests.desk.conftest import NOW, POLICY, Desk

BEFORE = Read(2000, 0.2, 0.82, 0.8)
CALM = Line("forum", "en", "intent", "issue", BEFORE, BEFORE, True, frozenset())
MOVED = Line(
    "<b>chat", "de", "sentiment", "negative", BEFORE, Read(400, 0.5, 0.7, 0.9), True,
    frozenset({"unsure"}),
)  # fmt: skip
FEW = Line("news", "fr", "intent", "issue", BEFORE, Read(9, 0.5, 0.7, 0.9), False, frozenset())


def page_of(engine: Engine, *told: Line, left_out: int = 0) -> str:
    def watch(_tx: Connection, now: datetime) -> Shown:
        assert now == NOW
        return Shown(told, left_out)

    app = create_app(
        engine,
        reviewer=Review(POLICY),
        policy=POLICY,
        settings=DeskSettings(),
        now=lambda: NOW,
        wall_clock=lambda: NOW,
        watch=watch,
    )
    with engine.begin() as tx:
        link = new_link(tx, NOW)
    with TestClient(app, base_url="http://desk.test") as client:
        client.post(f"/sign-in/{link}", data={"name": "Ann"})
        answer = client.get("/drift")
    assert answer.status_code == 200
    return answer.text


def test_what_moved_stands_first_and_is_marked(engine: Engine) -> None:
    page = page_of(engine, CALM, MOVED)
    assert page.index("&lt;b&gt;chat") < page.index("forum")
    assert '<strong>● 50 %</strong> <span class="soft">from 20 %</span>' in page
    assert page.count("<strong>●") == 1
    assert '400 <span class="soft">and 2,000</span>' in page


def test_too_few_posts_say_nothing(engine: Engine) -> None:
    page = page_of(engine, FEW)
    assert "Too few posts to say" in page
    assert "<bdi>news</bdi> (fr, intent: 9 and 2,000)" in page
    assert "<table>" not in page


def test_posts_that_another_model_read_are_said_to_be_left_out(engine: Engine) -> None:
    assert "Not counted: 1,200 posts that another model read." in page_of(
        engine, CALM, left_out=1200
    )
    assert "Not counted" not in page_of(engine, CALM)


def test_nothing_read_says_what_will_appear(desk: Desk) -> None:
    assert "Nothing was read in the last week." in desk.get("/drift")


def test_sources_lead_there_and_strangers_do_not_get_in(desk: Desk) -> None:
    assert 'href="/drift"' in desk.get("/sources")
    desk.client.cookies.clear()
    assert desk.client.get("/drift").status_code == 401
