"""The list: order, tabs, filters, pages, what it says when empty."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from desk.auth import new_link
from store import cases, cursors, mentions
from store.db import Engine
from store.mentions import NewMention
from store.records import CaseKind, CaseState, NewCase
from tests.desk.conftest import NOW, Desk, a_post, found


def items(page: str) -> list[int]:
    """The cases that a page lists, in order."""
    return [int(part.partition('"')[0]) for part in page.split('id="item-')[1:]]


def test_most_urgent_case_is_first_and_lies_open(desk: Desk) -> None:
    page = desk.get("/queue")
    assert items(page) == [desk.issue_case, desk.help_case]
    assert f'id="case-{desk.issue_case}"' in page
    assert "on-list" in page


def test_clock_says_what_is_left_with_the_exact_time_in_the_zone(desk: Desk) -> None:
    page = desk.get("/queue")
    assert "● 1 h left" in page
    assert "Wed 20 May 2026, 15:00 CEST" in page


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ("?kind=help", ["help"]),
        ("?kind=praise", []),
        ("?platform=discourse", ["issue", "help"]),
        ("?platform=reddit", []),
        ("?query=acme", ["issue"]),
        ("?query=nobody", []),
        ("?query=acme&kind=help", []),
        ("?q=EXPORT", ["help"]),
        ("?q=%25", []),
        ("?tab=unassigned", ["issue", "help"]),
        ("?tab=mine", []),
        ("?tab=new", ["waiting"]),
        ("?tab=nonsense&kind=nonsense&platform=nonsense", ["issue", "help"]),
        ("?page=9", []),
        ("?page=-3", ["issue", "help"]),
    ],
)
def test_filters_leave_what_fits(desk: Desk, query: str, listed: list[str]) -> None:
    ids = {"help": desk.help_case, "issue": desk.issue_case, "waiting": desk.waiting_case}
    assert items(desk.get(f"/queue{query}")) == [ids[name] for name in listed]


def test_tabs_count_what_waits(desk: Desk) -> None:
    desk.post(f"/cases/{desk.help_case}/act", assignee="1")
    page = desk.get("/queue")
    for label, count in (("Open", 2), ("Mine", 1), ("Free", 1), ("Later", 1)):
        assert f">{label} <span>{count}</span>" in page


def test_tabs_stand_in_one_order_each_with_its_count(desk: Desk) -> None:
    tabs = desk.get("/queue").partition('class="tabs"')[2].partition("</nav>")[0]
    labels = re.findall(r">(\w+) <span>(\d+)</span>", tabs)
    assert [label for label, _ in labels] == [
        "Open", "Mine", "Free", "Later", "Unsure", "Spam", "Done", "Dismissed",
    ]  # fmt: skip
    assert [count for _, count in labels] == ["2", "0", "2", "1", "0", "0", "0", "0"]


def test_list_is_narrowed_to_what_was_heard(desk: Desk) -> None:
    page = desk.get("/queue?query=acme")
    platforms = page.partition('name="platform"')[2].partition("</select>")[0]
    assert re.findall(r'value="(\w+)"', platforms) == ["discourse"]
    assert '<option value="acme" selected>acme</option>' in page
    assert '<option value="gone" selected>gone</option>' in desk.get("/queue?query=gone")
    assert f'href="/cases/{desk.issue_case}?query=acme"' in page
    where = desk.post(f"/cases/{desk.issue_case}/act", verb="save", body="x", query="acme")
    assert "query=acme" in where


def test_row_and_case_say_which_query_found_the_post(desk: Desk) -> None:
    with desk.engine.begin() as tx:
        row = cases.load(tx, desk.issue_case)
        assert row is not None
        new = [NewMention(row.post_id, name, (), NOW) for name in ("*", "<rival>")]
        mentions.add_mentions(tx, new)
    page = desk.get("/queue")
    item = page.partition(f'id="item-{desk.issue_case}"')[2].partition("</li>")[0]
    assert "<bdi>every post</bdi> +2</span>" in item
    case = page.partition('small soft">Found by ')[2].partition("</p>")[0]
    assert 'href="/queue?query=acme"' in case
    assert 'href="/queue?query=%3Crival%3E"' in case
    other = page.partition(f'id="item-{desk.help_case}"')[2].partition("</li>")[0]
    assert "badge query" not in other


def test_empty_search_says_what_was_looked_for_and_the_way_out(desk: Desk) -> None:
    page = desk.get("/queue?tab=unsure&q=zzz&kind=issue&platform=reddit&query=acme")
    asked = "the words “zzz”, the kind Issue, the place Reddit, the query acme"
    assert page.count(f"Unsure holds none with {asked}.") == 2  # the list, and the wide column
    assert page.count('href="/queue?tab=unsure">Clear the filters</a>') == 2


def test_filters_follow_into_the_case_and_back(desk: Desk) -> None:
    page = desk.get("/queue?kind=help&q=export")
    assert f'href="/cases/{desk.help_case}?kind=help&amp;q=export"' in page
    page = desk.get(f"/cases/{desk.help_case}?kind=help&q=export")
    assert items(page) == [desk.help_case]


def test_empty_queue_says_what_will_appear(engine: Engine, client: TestClient) -> None:
    with engine.begin() as tx:
        link = new_link(tx, NOW)
    client.post(f"/sign-in/{link}", data={"name": "Ann"})
    assert "The queue is empty." in client.get("/queue").text
    assert "Clear the filters" in client.get("/queue?q=nothing").text


def test_fifty_cases_a_page(desk: Desk) -> None:
    many = [a_post(f"m{n}", f"u{n}", f"text {n}", hours=2) for n in range(120)]
    with desk.engine.begin() as tx:
        saved = mentions.save_posts(tx, many, "forum", NOW)
        stored = mentions.load(tx, [one.id for one in saved])
        new = [
            NewCase(one.id, one.person_id, CaseKind.PRAISE, "praise 0.9", NOW, NOW)
            for one in stored.values()
        ]
        for id_ in cases.open_cases(tx, new):
            cases.set_state(tx, id_, CaseState.OPEN, NOW)
    pages = [items(desk.get(f"/queue?page={n}")) for n in (1, 2, 3)]
    assert [len(page) for page in pages] == [50, 50, 22]
    assert len({id_ for page in pages for id_ in page}) == 122
    assert 'rel="next"' not in desk.get("/queue?page=3")


def test_source_in_trouble_is_a_quiet_bar(desk: Desk) -> None:
    with desk.engine.begin() as tx:
        cursors.fail(tx, "r/acme", "the key is wrong", NOW, permanent=True, retry_at=None)
    assert "r/acme could not be heard: the key is wrong" in desk.get("/queue")


def test_several_sources_in_trouble_are_one_bar(desk: Desk) -> None:
    with desk.engine.begin() as tx:
        for name in ("forum", "r/acme"):
            cursors.fail(tx, name, "the key is wrong", NOW, permanent=True, retry_at=None)
    page = desk.get("/queue")
    assert page.count('class="trouble"') == 1
    assert "2 sources could not be heard: forum, r/acme" in page


def test_failure_that_passes_by_itself_troubles_nobody(desk: Desk) -> None:
    with desk.engine.begin() as tx:
        retry_at = NOW + timedelta(minutes=5)
        cursors.fail(tx, "r/acme", "HTTP 503", NOW, permanent=False, retry_at=retry_at)
    assert "HTTP 503" not in desk.get("/queue")


def test_home_leads_to_the_queue(desk: Desk) -> None:
    assert desk.client.get("/").headers["location"] == "/queue"


def test_page_is_light(desk: Desk) -> None:
    page = desk.get("/queue")
    assert found(r"desk\.css\?([0-9a-f]+)", page)
    assert desk.client.get("/queue").headers["content-encoding"] == "gzip"
