"""The desk in a real browser, with its script and without."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
import uvicorn
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from bot import wiring
from desk.app import create_app
from desk.auth import new_link
from desk.settings import DeskSettings
from rewards.drafting.settings import DraftingSettings
from rewards.review import Review
from store import analyses, cases, cursors
from store.db import Engine
from store.records import Analysis, Lane, Task
from tests.desk.conftest import NOW, POLICY, Desk, community, explain
from tests.peers.language_model import LanguageModel
from tests.services import needs

CHROMIUM: Final = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS: Final = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
WORDS: Final = "Thank you, Leo: mara found her export."

pytestmark = pytest.mark.browser


@contextmanager
def served(engine: Engine, model_url: str | None = None) -> Iterator[str]:
    """The desk on a free port of this machine, perhaps with a language model for drafts."""
    app = create_app(
        engine,
        reviewer=Review(POLICY),
        policy=POLICY,
        settings=DeskSettings(),
        now=lambda: NOW,
        wall_clock=lambda: NOW,
        explain=explain,
        drafter=wiring.drafter(DraftingSettings(url=model_url, model="small-1"), {}),
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # Who connects early waits in the backlog: the server need not have started.
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)


@pytest.fixture
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        needs(f"no Chromium at {CHROMIUM}: install the package chromium, or set CHROMIUM")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture
def stage(engine: Engine, client: TestClient) -> Desk:
    """The community, nobody signed in."""
    return community(engine, client)


def come_in(page: Page, engine: Engine, address: str) -> None:
    """From the link that the command line prints to the queue."""
    with engine.begin() as tx:
        link = new_link(tx, NOW)
    page.goto(f"{address}/sign-in/{link}")
    page.get_by_label("It stands beside what you decide.").fill("Ann")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/queue")


@pytest.mark.parametrize("scripted", [True, False], ids=["script", "no script"])
def test_from_the_link_to_what_was_said(browser: Browser, stage: Desk, scripted: bool) -> None:
    with (
        served(stage.engine) as address,
        browser.new_context(java_script_enabled=scripted) as context,
    ):
        page = context.new_page()
        page.set_default_timeout(15_000)
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: problems.append(line.text))
        come_in(page, stage.engine, address)
        page.locator(f"#item-{stage.help_case}").click()
        page.wait_for_url(f"**/cases/{stage.help_case}")
        page.locator("#draft").fill(WORDS)
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Draft saved.").wait_for()
        page.get_by_role("button", name="Approve").click()
        page.get_by_text("Approved.").wait_for()
        page.get_by_role("link", name="Said").click()
        page.wait_for_url("**/said")
        assert page.get_by_text(WORDS).is_visible()
        assert problems == []


def test_keys_press_the_buttons(browser: Browser, stage: Desk) -> None:
    with served(stage.engine) as address, browser.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(15_000)
        come_in(page, stage.engine, address)
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/cases/{stage.help_case}")
        page.keyboard.press("e")
        page.keyboard.type("aard ")
        page.keyboard.press("Escape")
        page.keyboard.press("d")
        page.keyboard.press("3")
        page.get_by_text("Dismissed.").wait_for()
        page.keyboard.press("u")
        page.get_by_text("Undone").wait_for()
        page.keyboard.press("g")
        page.keyboard.press("l")
        page.wait_for_url("**/leaderboard")


def test_phone_steps_from_list_to_case_to_person(browser: Browser, stage: Desk) -> None:
    phone = {"width": 390, "height": 844}
    with stage.engine.begin() as tx:
        for name in ("forum", "r/acme"):
            cursors.fail(tx, name, "HTTP 503 " * 60, NOW, permanent=True, retry_at=None)
        cursors.leave_unread(tx, "forum", "page" * 50, "the money of today is spent", NOW)
    with (
        served(stage.engine) as address,
        browser.new_context(
            viewport={"width": phone["width"], "height": phone["height"]}
        ) as context,
    ):
        page = context.new_page()
        page.set_default_timeout(15_000)
        come_in(page, stage.engine, address)
        assert not page.locator(".case").is_visible()
        page.locator(f"#item-{stage.help_case}").click()
        page.wait_for_url(f"**/cases/{stage.help_case}")
        assert not page.locator("#list").is_visible()
        assert page.get_by_role("button", name="Approve").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= phone["width"]
        button = page.get_by_role("button", name="Approve").bounding_box()
        assert button is not None
        assert button["y"] + button["height"] <= phone["height"]
        page.get_by_role("link", name="Person →").click()
        page.wait_for_url(f"**/people/{stage.leo}")
        assert page.evaluate("document.documentElement.scrollWidth") <= phone["width"]
        page.get_by_role("link", name="Sources").click()
        page.wait_for_url("**/sources")
        assert page.evaluate("document.documentElement.scrollWidth") <= phone["width"]


@pytest.mark.parametrize("width", [360, 390, 820, 1440])
@pytest.mark.parametrize("lane", list(Lane))
def test_buttons_of_a_case_stand_in_the_window(
    browser: Browser, stage: Desk, lane: Lane, width: int
) -> None:
    with stage.engine.begin() as tx:
        cases.set_lane(tx, stage.help_case, lane)
    size: ViewportSize = {"width": width, "height": 800}
    with served(stage.engine) as address, browser.new_context(viewport=size) as context:
        page = context.new_page()
        page.set_default_timeout(15_000)
        come_in(page, stage.engine, address)
        page.goto(f"{address}/queue?tab={'open' if lane is Lane.MAIN else lane.value}")
        tabs = page.locator(".tabs")
        assert tabs.evaluate("node => node.offsetHeight") <= 52, "one line"
        page.goto(f"{address}/cases/{stage.help_case}?did=saved")
        page.locator("summary[data-key=d]").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        buttons = page.locator(".dock .acts button:visible, .dock summary:visible").all()
        for box in [one.bounding_box() for one in buttons]:
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
        last = page.locator(".acts:not(.asks) > button, .acts:not(.asks) > .menu > summary").all()
        tops = {round(one.evaluate("node => node.getBoundingClientRect().top")) for one in last}
        assert len(tops) == 1, "one row"


def test_notice_covers_nothing(browser: Browser, stage: Desk) -> None:
    with served(stage.engine) as address, browser.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(15_000)
        come_in(page, stage.engine, address)
        page.goto(f"{address}/queue?did=saved&case={stage.help_case}")
        notice, work = (page.locator(name).bounding_box() for name in (".toast", "main"))
        assert notice is not None
        assert work is not None
        assert notice["y"] + notice["height"] <= work["y"]
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_unsure_case_is_answered_and_undone_by_keys(browser: Browser, stage: Desk) -> None:
    with stage.engine.begin() as tx:
        cases.set_lane(tx, stage.issue_case, Lane.UNSURE)
    with served(stage.engine) as address, browser.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(15_000)
        come_in(page, stage.engine, address)
        for key, said in (("b", "Moved to the open cases."), ("n", "Dismissed.")):
            page.goto(f"{address}/queue?tab=unsure")
            page.keyboard.press(key)
            page.get_by_text(said).wait_for()
            page.keyboard.press("u")
            page.get_by_text("Undone").wait_for()


@pytest.mark.parametrize("scripted", [True, False], ids=["script", "no script"])
def test_words_of_a_verdict_are_reached_by_keyboard(
    browser: Browser, stage: Desk, scripted: bool
) -> None:
    with stage.engine.begin() as tx:
        case = cases.load(tx, stage.issue_case)
        assert case is not None
        analyses.save(tx, [Analysis(case.post_id, Task.SENTIMENT, "m", "negative", 0.9, {})])
    with (
        served(stage.engine) as address,
        browser.new_context(java_script_enabled=scripted) as context,
    ):
        page = context.new_page()
        page.set_default_timeout(15_000)
        come_in(page, stage.engine, address)
        page.goto(f"{address}/cases/{stage.issue_case}")
        page.locator("summary", has_text="What the model read").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.locator(".moved mark.for").wait_for()
        assert page.locator(".moved mark.against").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture
def model() -> Iterator[LanguageModel]:
    made = LanguageModel("Hello [name]. Which version is it, and what stands in the log?")
    yield made
    made.close()


@pytest.mark.parametrize("scripted", [True, False], ids=["script", "no script"])
def test_draft_is_asked_for_edited_and_approved(
    browser: Browser, stage: Desk, model: LanguageModel, scripted: bool
) -> None:
    with (
        served(stage.engine, model.url) as address,
        browser.new_context(java_script_enabled=scripted) as context,
    ):
        page = context.new_page()
        page.set_default_timeout(15_000)
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        come_in(page, stage.engine, address)
        page.goto(f"{address}/cases/{stage.issue_case}")
        page.locator("#draft").fill("Mine")
        page.get_by_role("button", name="Ask for a draft").click()
        page.get_by_text("There are words of a person in the draft").wait_for()
        assert page.locator("#draft").input_value() == "Mine"
        page.locator("#draft").fill("")
        if scripted:
            page.locator("#draft").blur()
            page.keyboard.press("w")
        else:
            page.get_by_role("button", name="Ask for a draft").click()
        page.locator("#mark").wait_for()
        assert page.locator("#draft").input_value().startswith("Hello @zed. Which version")
        page.locator("#draft").fill("Hello @zed. Which version is it?")
        page.get_by_role("button", name="Approve").click()
        page.get_by_text("Approved.").wait_for()
        page.goto(f"{address}/cases/{stage.issue_case}")
        assert page.get_by_text("edited by Ann").is_visible()
        assert problems == []


def test_button_shows_that_a_draft_is_waited_for(
    browser: Browser, stage: Desk, model: LanguageModel
) -> None:
    model.server.fail("silent")
    with served(stage.engine, model.url) as address, browser.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(15_000)
        come_in(page, stage.engine, address)
        page.goto(f"{address}/cases/{stage.issue_case}")
        page.get_by_role("button", name="Ask for a draft").click()
        page.locator("form.htmx-request [data-asks]").wait_for()
        model.server.hush.set()
        page.get_by_text("cannot be reached").wait_for()


@pytest.mark.parametrize("width", [360, 390, 820, 1440])
def test_draft_with_faults_leaves_the_buttons_in_the_window(
    browser: Browser, stage: Desk, model: LanguageModel, width: int
) -> None:
    model.says("Hello [name]. " + "See https://evil.example/" + "a" * 900 + " and ask @mara. " * 9)
    size: ViewportSize = {"width": width, "height": 800}
    with (
        served(stage.engine, model.url) as address,
        browser.new_context(viewport=size) as context,
    ):
        page = context.new_page()
        page.set_default_timeout(15_000)
        come_in(page, stage.engine, address)
        page.goto(f"{address}/cases/{stage.issue_case}")
        page.get_by_role("button", name="Ask for a draft").click()
        page.locator(".proposal").wait_for()
        assert page.url == f"{address}/cases/{stage.issue_case}"
        assert page.locator("#draft").input_value() == ""
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for name in ("Approve", "Save", "Ask for a draft"):
            box = page.get_by_role("button", name=name).bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["y"] + box["height"] <= 800
