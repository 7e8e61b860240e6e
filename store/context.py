"""What surrounds posts when they are judged: intents, mentions, and what was said already."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select
from sqlalchemy import case as sql_case

from store.clean import key
from store.records import Task
from store.rows import chunks
from store.schema import account, analysis, case, mention, outbox, post

Thread = tuple[str, str]
"""Platform and thread id."""


def intents(tx: Connection, post_ids: Sequence[int]) -> dict[int, tuple[str, float]]:
    """The intent of each understood post with how sure it is."""
    found: dict[int, tuple[str, float]] = {}
    for some in chunks(list(post_ids)):
        query = select(analysis.c.post_id, analysis.c.label, analysis.c.confidence).where(
            analysis.c.post_id.in_(some), analysis.c.task == Task.INTENT.value
        )
        found |= {row.post_id: (row.label, row.confidence) for row in tx.execute(query)}
    return found


def mentioned(
    tx: Connection, post_ids: Sequence[int], everything: str, competitors: Collection[str] = ()
) -> set[int]:
    """Those of the posts that a query named, but for the one for everything and competitors'."""
    found: set[int] = set()
    others = [key(everything), *(key(name) for name in competitors)]
    for some in chunks(list(post_ids)):
        query = select(mention.c.post_id).where(
            mention.c.post_id.in_(some), mention.c.query.not_in(others)
        )
        found |= set(tx.scalars(query))
    return found


def of_competitors(
    tx: Connection,
    post_ids: Sequence[int],
    competitors: Collection[str],
    communities: Collection[str],
) -> set[int]:
    """Those of the posts that only competitors' queries named, outside our own communities."""
    found: set[int] = set()
    theirs = [key(name) for name in competitors]
    for some in chunks(list(post_ids) if theirs else []):
        query = (
            select(mention.c.post_id)
            .join(post, mention.c.post_id == post.c.id)
            .where(mention.c.post_id.in_(some), post.c.source.not_in(list(communities)))
            .group_by(mention.c.post_id)
            .having(func.sum(sql_case((mention.c.query.in_(theirs), 0), else_=1)) == 0)
        )
        found |= set(tx.scalars(query))
    return found


def often_offensive(tx: Connection, at_least: int) -> list[int]:
    """People with at least that many posts that read as offensive."""
    query = (
        select(account.c.person_id)
        .join_from(analysis, post, analysis.c.post_id == post.c.id)
        .join(account, post.c.account_id == account.c.id)
        .where(analysis.c.task == Task.OFFENSIVE.value, analysis.c.label == Task.OFFENSIVE.value)
        .group_by(account.c.person_id)
        .having(func.count() >= at_least)
        .order_by(account.c.person_id)
    )
    return list(tx.scalars(query))


def labelled(tx: Connection, task: Task, label: str, at_least: float) -> list[int]:
    """Posts with this label at this confidence or above, by id."""
    query = (
        select(analysis.c.post_id)
        .where(
            analysis.c.task == task.value,
            analysis.c.label == label,
            analysis.c.confidence >= at_least,
        )
        .order_by(analysis.c.post_id)
    )
    return list(tx.scalars(query))


def threads_thanked(tx: Connection, since: datetime) -> Counter[Thread]:
    """How many thank-yous stand or are proposed in each thread since a moment."""
    places = select(post.c.platform, post.c.thread_id).where(post.c.thread_id.is_not(None))
    said = places.join_from(outbox, post, outbox.c.target_post_id == post.c.id).where(
        outbox.c.created_at >= since, outbox.c.state != "failed"
    )
    proposed = places.join_from(case, post).where(
        case.c.draft.is_not(None), case.c.state == "open", case.c.opened_at >= since
    )
    found: Counter[Thread] = Counter()
    for query in (said, proposed):
        found.update((row.platform, row.thread_id) for row in tx.execute(query))
    return found


def proposed(tx: Connection, since: datetime) -> list[tuple[int, datetime, str]]:
    """Drafts that wait for a person: recipient, when the case was opened, the words."""
    query = select(case.c.person_id, case.c.opened_at, case.c.draft).where(
        case.c.draft.is_not(None), case.c.state == "open", case.c.opened_at >= since
    )
    return [(row.person_id, row.opened_at, row.draft) for row in tx.execute(query)]


def asked_before(tx: Connection, case_ids: Collection[int], within: timedelta) -> dict[int, int]:
    """How many cases of the same kind each case's person had in the time before its post."""
    earlier, asked, before = case.alias(), post.alias(), post.alias()
    counts: Counter[int] = Counter()
    for some in chunks(list(case_ids)):
        query = (
            select(case.c.id, asked.c.created_at, before.c.created_at)
            .join_from(case, earlier, case.c.person_id == earlier.c.person_id)
            .join(asked, case.c.post_id == asked.c.id)
            .join(before, earlier.c.post_id == before.c.id)
            .where(
                case.c.id.in_(some),
                earlier.c.kind == case.c.kind,
                before.c.created_at < asked.c.created_at,
            )
        )
        counts.update(id_ for id_, at, then in tx.execute(query) if at - then <= within)
    return dict(counts)
