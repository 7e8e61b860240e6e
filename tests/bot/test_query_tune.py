"""``laurels query tune``: what each term brought, and a word that keeps out what is not ours."""

import json
from collections.abc import Sequence

import pytest

from bot.commands import tune as command
from bot.failures import CommandError
from bot.settings import Settings
from bot.tuning import written
from desk.review import Dismissal
from listener.query import parse, terms
from listener.settings import ListenSettings, QuerySettings, Role
from rewards.policy import Policy
from rewards.review import Review
from store import cases, mentions
from store.db import Engine
from store.mentions import NewMention
from store.records import CaseKind, CaseState, NewCase
from tests.posts import MOMENT, a_post

SETTINGS = Settings(
    listener=ListenSettings(
        queries=(
            QuerySettings("leaf", 'leaf OR "maple tree" -football'),
            QuerySettings("cloud", "cloud"),
            QuerySettings("rival", "stone", Role.COMPETITOR),
            QuerySettings("jobs", "hiring", Role.EXCLUDE),
        )
    )
)
ACTED = "acted on"


def heard(engine: Engine, query: str, text: str, fate: str | None = None, times: int = 1) -> None:
    """Mentions of a query with one text, and what a person did to their cases."""
    with engine.begin() as tx:
        posts = [a_post(f"{query} {text} {fate} {at}", text) for at in range(times)]
        saved = mentions.save_posts(tx, posts, "s", MOMENT)
        mentions.add_mentions(tx, [NewMention(one.id, query, (), MOMENT) for one in saved])
        stored = mentions.load(tx, [one.id for one in saved]).values()
        opened = [
            NewCase(one.id, one.person_id, CaseKind.QUESTION, "r", MOMENT, MOMENT) for one in stored
        ]
        for id_ in cases.open_cases(tx, opened):
            cases.set_state(tx, id_, CaseState.OPEN, MOMENT)
            if fate == ACTED:
                Review(Policy()).approve(tx, id_, "", actor="eve", now=MOMENT)
            elif fate is not None:
                Review(Policy()).dismiss(tx, id_, fate, actor="eve", now=MOMENT)


def told(
    engine: Engine, capsys: pytest.CaptureFixture[str], name: str | None = "leaf", at_least: int = 5
) -> dict[str, object]:
    """What the command says of the first query, with --json."""
    command.tune(engine, SETTINGS, name, at_least, as_json=True)
    found = json.loads(capsys.readouterr().out)["queries"][0]
    assert isinstance(found, dict)
    return found


def counts(found: dict[str, object]) -> list[tuple[object, ...]]:
    """Each term with its mentions, those decided, dismissed, kept and acted on."""
    listed = found["terms"]
    assert isinstance(listed, Sequence)
    keys = ("term", "mentions", "decided", "dismissed", "kept", "acted_on")
    return [tuple(one[key] for key in keys) for one in listed]


def test_each_term_is_told_with_what_became_of_its_mentions(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    heard(engine, "leaf", "a leaf", Dismissal.NOT_FOR_US)
    heard(engine, "leaf", "a leaf", Dismissal.NOT_ABOUT_US)
    heard(engine, "leaf", "a maple tree", ACTED)
    heard(engine, "leaf", "a maple-tree with a leaf", Dismissal.ANSWERED)
    heard(engine, "leaf", "this leaf", Dismissal.SPAM)
    heard(engine, "leaf", "that leaf")
    heard(engine, "cloud", "a leaf in a cloud", Dismissal.NOT_FOR_US)
    found = told(engine, capsys, at_least=2)
    assert counts(found) == [("leaf", 5, 3, 2, 1, 0), ('"maple tree"', 2, 2, 0, 2, 1)]
    assert (found["mentions"], found["dismissed"], found["kept"]) == (6, 2, 2)


def test_terms_decided_too_seldom_come_last(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    heard(engine, "leaf", "a leaf", ACTED, 3)
    heard(engine, "leaf", "a maple tree", Dismissal.NOT_FOR_US, 2)
    assert [one[0] for one in counts(told(engine, capsys, at_least=3))] == ["leaf", '"maple tree"']
    assert [one[0] for one in counts(told(engine, capsys, at_least=2))] == ['"maple tree"', "leaf"]


def test_dismissal_that_was_undone_counts_no_more(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    heard(engine, "leaf", "a leaf", Dismissal.NOT_FOR_US)
    with engine.begin() as tx:
        Review(Policy()).undo(tx, 1, actor="eve", now=MOMENT)
    assert ("leaf", 1, 0, 0, 0, 0) in counts(told(engine, capsys))
    with engine.begin() as tx:
        Review(Policy()).dismiss(tx, 1, Dismissal.TOO_LATE, actor="eve", now=MOMENT)
    assert ("leaf", 1, 1, 0, 1, 0) in counts(told(engine, capsys))


def test_deleted_post_is_no_mention(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    heard(engine, "leaf", "a leaf", Dismissal.NOT_FOR_US)
    with engine.begin() as tx:
        mentions.delete_post(tx, "discourse", "leaf a leaf not for us 0", MOMENT, MOMENT)
    assert told(engine, capsys)["mentions"] == 0


def test_word_is_proposed_that_keeps_out_what_is_not_ours(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    heard(engine, "leaf", "where is the leaf in autumn", Dismissal.NOT_FOR_US, 6)
    heard(engine, "leaf", "the leaf of spring", Dismissal.NOT_FOR_US, 2)
    heard(engine, "leaf", "the leaf will not start", ACTED, 7)
    heard(engine, "leaf", "the leaf of my start app", ACTED, 1)
    found = told(engine, capsys)["exclusion"]
    assert isinstance(found, dict)
    assert found["word"] == "autumn"
    assert found["query"] == '(leaf OR "maple tree" -football) -autumn'
    assert (found["removes"], found["loses"]) == (6, 0)
    command.tune(engine, SETTINGS, "leaf", 5, as_json=False)
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= 80
    assert "'autumn' stands in 6 of the 8 mentions that are not ours." in said
    assert "and loses 0 of 8 that are" in said
    assert '\n  (leaf OR "maple tree" -football) -autumn\n' in said


def test_no_word_is_proposed_from_few(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    heard(engine, "leaf", "the leaf in autumn", Dismissal.NOT_FOR_US, 6)
    heard(engine, "leaf", "the leaf will not start", ACTED, 4)
    assert told(engine, capsys)["exclusion"] is None
    command.tune(engine, SETTINGS, "leaf", 5, as_json=False)
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= 80
    assert "takes 5 mentions that are not ours (there are 6)\nand 5 that are (4);" in said


def test_word_of_any_text_is_never_proposed(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    heard(engine, "leaf", "where does this leaf go", Dismissal.NOT_FOR_US, 3)
    heard(engine, "leaf", "my leaf", ACTED, 3)
    assert told(engine, capsys, at_least=2)["exclusion"] is None


def test_query_that_was_looked_back_for_is_tuned_by_its_text(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    heard(engine, "wifi*", "the wifi is down", ACTED)
    assert counts(told(engine, capsys, "wifi*")) == [("wifi*", 1, 1, 0, 1, 1)]


def test_no_word_is_proposed_where_none_tells_them_apart(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    heard(engine, "leaf", "the leaf here", Dismissal.NOT_FOR_US, 6)
    heard(engine, "leaf", "the leaf here", ACTED, 6)
    assert told(engine, capsys)["exclusion"] is None
    command.tune(engine, SETTINGS, "leaf", 5, as_json=False)
    assert "No word tells what is not ours from the rest." in capsys.readouterr().out


def test_queries_of_the_brand_are_told_unless_one_is_named(
    sqlite_engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    command.tune(sqlite_engine, SETTINGS, None, 5, as_json=True)
    found = json.loads(capsys.readouterr().out)["queries"]
    assert [one["name"] for one in found] == ["leaf", "cloud"]
    assert told(sqlite_engine, capsys, "rival")["name"] == "rival"


@pytest.mark.parametrize(
    ("settings", "name", "problem"),
    [
        (
            SETTINGS,
            "laef",
            r"no query is called 'laef'; did you mean 'leaf'\?; known: leaf, "
            r"cloud, rival, jobs \(excludes\)",
        ),
        (SETTINGS, "jobs", "jobs: this query excludes and has no mentions"),
        (Settings(), None, "there is none to tune"),
    ],
)
def test_unknown_query_is_said(
    sqlite_engine: Engine, settings: Settings, name: str | None, problem: str
) -> None:
    with pytest.raises(CommandError, match=problem):
        command.tune(sqlite_engine, settings, name, 5, as_json=False)


@pytest.mark.parametrize(
    "query",
    ["acme", '"acme cloud"', "dep*", '"acme clou*"', "=Acme", '="Acme Cloud"', "#acme", "@acme",
     '~"acme cloud"', "node.js", '"OR"', '"c++"', "東京", "🚀"],
)  # fmt: skip
def test_term_is_written_as_it_is_read(query: str) -> None:
    (term,) = terms(parse(query))
    assert parse(written(term)) == term
