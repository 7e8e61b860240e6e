"""What a deletion takes with it, what stays, and that nothing brings it back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest
from sqlalchemy import text

from store import analyses, cases, conversations, helpgraph, ledger, mentions, outbox, people
from store.burial import carry_out
from store.db import Connection
from store.mentions import NewMention
from store.records import (
    NOBODY,
    ActOfHelp,
    Analysis,
    Author,
    CaseKind,
    CaseState,
    Choice,
    Deletion,
    Draft,
    Evidence,
    Kind,
    LedgerEntry,
    MessageState,
    NewCase,
    Post,
    Task,
)
from tests.posts import MOMENT, a_post
from tests.store.seeds import only, saved

LATER: Final = MOMENT + timedelta(hours=1)
SECRETS: Final = ("zebra", "quagga", "okapi", "kudu")
"""Words that only the deleted post and its author brought."""


def told(platform_id: str = "a1", author: str = "okapi", **changes: Any) -> Post:
    """An answer full of words to be forgotten."""
    return replace(
        a_post(platform_id, "zebra stripes", author=author, kind=Kind.ANSWER, thread_id="q1",
               parent_id="q1", addressed=("kudu",), score=3),
        author=Author(author, "okapi", "Okapi Johnston"), title="quagga", tags=("zebra",),
        media=("https://example.org/zebra.png",), url="https://example.org/okapi/1", lang="en",
        **changes,
    )  # fmt: skip


def gone(platform_id: str | None = "a1", author_id: str | None = None) -> Deletion:
    """Its platform says so."""
    return Deletion("discourse", MOMENT, "event", platform_id=platform_id, author_id=author_id)


def whole(tx: Connection) -> str:
    """Every row of every table, as text."""
    names = (
        "account", "person", "post", "edit", "mention", "analysis", "case", "outbox",
        "act_of_help", "decision", "audit", "link", "conversation", "tombstone", "likeness",
        "case_copy",
    )  # fmt: skip
    rows = {name: tx.execute(text(f'SELECT * FROM "{name}"')).all() for name in names}
    return repr(rows).lower()


def a_story(tx: Connection) -> int:
    """A question, an answer that helped, thanks; a case with a draft and a message. The case."""
    asked, answer, thanks = saved(
        tx,
        a_post("q1", "how?", author="u1", thread_id="q1"),
        told(),
        a_post("t1", "thanks", author="u1", thread_id="q1", parent_id="a1"),
    )
    saved(tx, told(text="zebra changed"))
    mentions.add_mentions(tx, [NewMention(answer, "brand", ((0, 5),), MOMENT)])
    analyses.save(tx, [Analysis(answer, Task.INTENT, "m", "answer", 0.9, {"answer": 0.9})])
    conversations.open_new(tx, [("discourse", "q1", answer)], "forum", MOMENT)
    who = mentions.load(tx, [asked, answer])
    helper, helped = who[answer].person_id, who[asked].person_id
    act = ActOfHelp(answer, helper, helped, Evidence.THANKED, MOMENT, thanks, asked)
    helpgraph.save_acts(tx, [act])
    act_id = helpgraph.acts(tx)[0].id
    ledger.add(tx, [LedgerEntry("l1", helper, 15, "thanked", MOMENT, act_id)])
    new = NewCase(answer, helper, CaseKind.HELP, "help", MOMENT, MOMENT, act_id=act_id)
    case_id = only(cases.open_cases(tx, [new]))
    cases.set_state(tx, case_id, CaseState.OPEN, MOMENT)
    cases.set_draft(tx, case_id, "Thanks @okapi for the quagga")
    draft = Draft("discourse", answer, helper, "Thanks @okapi for the quagga")
    outbox.enqueue(tx, "m1", case_id, "rehearsal", draft, MOMENT, MOMENT)
    return case_id


def test_every_word_goes_and_points_stay(tx: Connection) -> None:
    case_id = a_story(tx)
    assert all(secret in whole(tx) for secret in SECRETS)
    helper = helpgraph.acts(tx)[0].act.helper_id
    assert carry_out(tx, [gone()], LATER) == 1
    assert [secret for secret in SECRETS if secret in whole(tx)] == []
    assert ledger.balance(tx, helper) == 15
    assert len(helpgraph.acts(tx)) == 1
    row = cases.load(tx, case_id)
    assert row is not None
    assert (row.state, row.closed_at, row.draft) == (CaseState.DISMISSED, LATER, None)
    (message,) = outbox.of_case(tx, case_id)
    assert (message.state, message.draft.body) == (MessageState.FAILED, "")
    assert message.error == "the post was deleted; nothing was sent"
    assert conversations.due(tx, "forum", LATER, 9) == []


@pytest.mark.parametrize("how", ["event", "account", "heard deleted"])
def test_nothing_brings_it_back(tx: Connection, how: str) -> None:
    a_story(tx)
    if how == "heard deleted":
        saved(tx, told(deleted_at=MOMENT), heard_at=LATER)
    else:
        carry_out(tx, [gone() if how == "event" else gone(None, "okapi")], LATER)
    after = whole(tx)
    saved(tx, told(), told(edited_at=LATER, text="zebra again"), heard_at=LATER)
    assert mentions.save_posts(tx, [told()], "archive", LATER)[0].is_gone
    assert carry_out(tx, [gone(), gone(None, "okapi")], LATER) == 0
    assert [secret for secret in SECRETS if secret in after] == []
    assert whole(tx) == after


def test_place_that_is_gone_takes_every_post_in_it(tx: Connection) -> None:
    link = "https://discord.test/channels/1/20"
    urls = {"in": f"{link}/7", "told": link, "near": f"{link}0/7", "unknown": None}
    for n, (id_, url) in enumerate(urls.items()):
        saved(tx, replace(a_post(id_, "zebra", author=f"u{n}", platform="discord"), url=url))
    saved(tx, replace(a_post("elsewhere", "zebra", author="u9"), url=f"{link}/8"))
    left = Deletion("discord", MOMENT, "event", within=link)
    assert carry_out(tx, [left], LATER) == 2
    assert carry_out(tx, [left], LATER) == 0
    found = mentions.by_platform_ids(tx, "discord", list(urls))
    assert {id_ for id_, one in found.items() if not one.post.text} == {"in", "told"}
    assert mentions.by_platform_ids(tx, "discourse", ["elsewhere"])["elsewhere"].post.text
    stones = tx.execute(text("SELECT rule FROM tombstone")).scalars().all()
    assert stones == ["event", "event"]
    assert mentions.save_posts(tx, [a_post("in", platform="discord")], "s", LATER)[0].is_gone


def test_author_who_has_another_post_keeps_the_name(tx: Connection) -> None:
    a_story(tx)
    saved(tx, a_post("b1", "other", author="okapi"))
    carry_out(tx, [gone()], LATER)
    found = mentions.by_platform_ids(tx, "discourse", ["a1", "b1"])
    assert found["b1"].post.author.handle == "okapi"
    assert found["a1"].post.author == Author(NOBODY, NOBODY)
    assert found["a1"].person_id != found["b1"].person_id


def test_deleted_account_takes_all_its_posts_and_its_name(tx: Connection) -> None:
    saved(tx, told(), a_post("b1", "other", author="okapi"), a_post("c1", author="ann"))
    assert carry_out(tx, [gone(None, "okapi")], LATER) == 2
    assert [secret for secret in SECRETS if secret in whole(tx)] == []
    assert people.find(tx, "discourse", "okapi") is None
    assert people.find(tx, "discourse", "ann") is not None


def test_draft_that_names_or_quotes_somebody_gone_is_dropped(tx: Connection) -> None:
    case_id = a_story(tx)
    assert carry_out(tx, [gone("t1")], LATER) == 1
    row = cases.load(tx, case_id)
    assert row is not None
    assert (row.state, row.draft) == (CaseState.OPEN, None)
    (message,) = outbox.of_case(tx, case_id)
    assert message.error == "a post that it speaks of was deleted; nothing was sent"


def test_title_that_a_draft_quotes_goes_with_its_thread(tx: Connection) -> None:
    case_id = a_story(tx)
    saved(tx, replace(a_post("q1", "how?", author="u1", thread_id="q1"), title="kiwi"))
    carry_out(tx, [gone("q1")], LATER)
    row = cases.load(tx, case_id)
    assert row is not None
    assert row.draft is None


def test_helper_who_is_named_by_nobody_is_dropped_from_later_drafts(tx: Connection) -> None:
    case_id = a_story(tx)
    saved(tx, a_post("z9", "bye", author="u1"))
    carry_out(tx, [gone("q1"), gone("t1")], LATER)
    cases.set_draft(tx, case_id, "Thanks for helping u1")
    carry_out(tx, [gone("z9")], LATER)
    row = cases.load(tx, case_id)
    assert row is not None
    assert row.draft is None


def test_post_that_was_heard_when_already_deleted_names_nobody(tx: Connection) -> None:
    saved(tx, told(deleted_at=MOMENT))
    assert [secret for secret in SECRETS if secret in whole(tx)] == []


def test_objection_outlives_the_name(tx: Connection) -> None:
    saved(tx, told())
    who = people.find(tx, "discourse", "okapi")
    assert who is not None
    people.set_choice(tx, who, Choice.NONE, "message", MOMENT)
    carry_out(tx, [gone(None, "okapi")], LATER)
    assert [secret for secret in SECRETS if secret in whole(tx)] == []
    saved(tx, a_post("n1", "new", author="okapi"))
    assert people.find(tx, "discourse", "okapi") == who
    found = people.load(tx, [who])[who]
    assert (found.name, found.handles, found.choice) == ("okapi", ("okapi",), Choice.NONE)


def test_own_account_keeps_its_name(tx: Connection) -> None:
    saved(tx, replace(told(), author=Author("us", "acme", is_own=True)))
    carry_out(tx, [gone()], LATER)
    assert people.find(tx, "discourse", "us") is not None


def test_thousands_at_once(tx: Connection) -> None:
    saved(tx, *(a_post(f"p{n}", author=f"u{n % 50}") for n in range(2_500)))
    assert carry_out(tx, [gone(f"p{n}") for n in range(2_500)], LATER) == 2_500
    assert "'u7'" not in whole(tx)
