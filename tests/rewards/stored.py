"""A case in a store, with its posts, people and act of help, as the pipeline assembles it."""

from dataclasses import replace
from datetime import timedelta

from rewards.case import Case, Help, Standing
from rewards.policy import Policy
from rewards.rules import Heard, openings
from store import cases, helpgraph, mentions
from store.db import Connection
from store.records import ActOfHelp, CaseKind, Evidence, Kind
from tests.posts import MOMENT, a_post
from tests.rewards.examples import a_reading

NOW = MOMENT + timedelta(hours=1)


def help_case(tx: Connection, name: str = "a", *, evidence: Evidence = Evidence.THANKED) -> Case:
    """`leo-<name>` answered `ana-<name>`; the case is open in the store."""
    root = a_post(f"{name}-q", "How?", author=f"ana-{name}", thread_id=f"{name}-q")
    answer = a_post(
        f"{name}-a", "So.", author=f"leo-{name}", thread_id=f"{name}-q", parent_id=f"{name}-q",
        kind=Kind.ANSWER,
    )  # fmt: skip
    asked, answered = [saved.id for saved in mentions.save_posts(tx, [root, answer], "test", NOW)]
    posts = mentions.load(tx, [asked, answered])
    helper, helped = posts[answered].person_id, posts[asked].person_id
    helpgraph.save_acts(tx, [ActOfHelp(answered, helper, helped, evidence, MOMENT)])
    (act,) = helpgraph.acts_on(tx, [answered])
    person = Standing(helper, f"leo-{name}")
    heard = Heard(posts[answered], person, a_reading("answer"), is_mention=False, acts=[act])
    (case_id,) = cases.open_cases(tx, openings(heard, Policy(), NOW))
    return Case(
        id=case_id,
        kind=CaseKind.HELP,
        post=posts[answered],
        person=person,
        now=NOW,
        reading=heard.reading,
        help=Help(act.id, MOMENT, evidence, helped, f"ana-{name}"),
        topic=f"Topic of {name}",
    )


def issue_case(tx: Connection, name: str = "i") -> Case:
    """`tim-<name>` reported a problem; the case is open in the store."""
    root = a_post(f"{name}-p", "It broke.", author=f"tim-{name}", thread_id=f"{name}-p")
    (saved,) = mentions.save_posts(tx, [root], "test", NOW)
    post = mentions.load(tx, [saved.id])[saved.id]
    person = Standing(post.person_id, f"tim-{name}")
    heard = Heard(post, person, a_reading("issue"), is_mention=False)
    (case_id,) = cases.open_cases(tx, openings(heard, Policy(), NOW))
    return Case(case_id, CaseKind.ISSUE, post, person, NOW, reading=heard.reading)


def doubtful(case: Case) -> Case:
    """The same help with thanks that may not be thanks: it earns nothing without a person."""
    assert case.help is not None
    return replace(case, help=replace(case.help, confidence=0.5))
