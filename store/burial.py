"""Carry out deletions: what a platform took away goes here too, and stays away."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, delete, func, or_, select, update

from store import audit, copies
from store.authors import nobody
from store.clean import key
from store.erasure import erase, erase_unheard
from store.records import NOBODY, CaseState, Deletion, MessageState
from store.rows import add_new, chunks, lock, one_of
from store.schema import (
    account,
    act_of_help,
    analysis,
    case,
    conversation,
    edit,
    example,
    label,
    mention,
    outbox,
    post,
    tombstone,
)

ACTOR: Final = "purge"
GONE: Final = "the post was deleted"
_LONGEST_RULE: Final = 64
_WAITING: Final = (CaseState.NEW.value, CaseState.OPEN.value)


def hold_off(tx: Connection) -> None:
    """Let no post be buried before this transaction ends: what it read of posts stays true."""
    lock(tx, "posts")


def carry_out(tx: Connection, deletions: Sequence[Deletion], now: datetime) -> int:
    """Empty what platforms took away: posts, whole accounts and places; how many posts."""
    if not deletions:
        return 0
    lock(tx, "posts")
    by_rule: defaultdict[str, dict[int, datetime]] = defaultdict(dict)
    accounts: list[int] = []
    for (platform, rule), some in _grouped(deletions).items():
        posts = {key(one.platform_id): one.at for one in some if one.platform_id is not None}
        found = _standing(tx, platform, post.c.platform_id, list(posts))
        by_rule[rule] |= {row.id: posts[row.platform_id] for row in found}
        authors = {key(one.author_id): one.at for one in some if one.author_id is not None}
        for row in _accounts(tx, platform, list(authors)):
            accounts.append(row.id)
            by_rule[rule] |= dict.fromkeys(_posts_by(tx, row.id), authors[row.platform_id])
        for place, at in {one.within: one.at for one in some if one.within is not None}.items():
            by_rule[rule] |= dict.fromkeys(_posts_within(tx, platform, place), at)
    done: set[int] = set()
    for rule, found_by in by_rule.items():
        bury(tx, {id_: at for id_, at in found_by.items() if id_ not in done}, now, rule)
        done |= found_by.keys()
    _erased(tx, erase(tx, accounts), now)
    return len(done)


def is_known(tx: Connection, platform: str, platform_id: str, *, is_post: bool) -> bool:
    """Whether there is such a post, or such an account, deleted or not."""
    table = post if is_post else account
    found = select(table.c.id).where(
        table.c.platform == platform, table.c.platform_id == key(platform_id)
    )
    return tx.scalar(found) is not None


def delete_post(
    tx: Connection,
    platform: str,
    platform_id: str,
    deleted_at: datetime,
    now: datetime,
    rule: str = "event",
) -> bool:
    """Empty a post that its platform deleted; False where there is none left to empty."""
    gone = Deletion(platform, deleted_at, rule, platform_id=platform_id)
    return bool(carry_out(tx, [gone], now))


def bury(
    tx: Connection, deleted: Mapping[int, datetime], carried_out_at: datetime, rule: str = "event"
) -> None:
    """Empty posts, by row id with when they were deleted, and all that was made of their words.

    Their authors are let go of too: an account without another post loses its name. Acts of help,
    points and decisions stay; they hold ids and words of ours.
    """
    for some in chunks(list(deleted)):
        _bury(tx, {id_: deleted[id_] for id_ in some}, carried_out_at, rule[:_LONGEST_RULE])


def finish(tx: Connection, now: datetime, limit: int = 1_000) -> int:
    """Bury again what an older version emptied and left signed; how many posts there were."""
    signed = (
        select(post.c.id, post.c.deleted_at)
        .join(account)
        .where(
            post.c.deleted_at.is_not(None),
            account.c.platform_id != NOBODY,
            account.c.is_own.is_(False),
        )
        .limit(limit)
    )
    lock(tx, "posts")
    left = {row.id: row.deleted_at for row in tx.execute(signed)}
    bury(tx, left, now)
    return len(left)


def _bury(tx: Connection, deleted: Mapping[int, datetime], now: datetime, rule: str) -> None:
    ids = list(deleted)
    columns = (
        post.c.id, post.c.platform, post.c.platform_id, post.c.account_id, post.c.title,
    )  # fmt: skip
    rows: list[Row[Any]] = list(tx.execute(select(*columns).where(post.c.id.in_(ids))))
    _silence(tx, rows, now)
    copies.let_go(tx, ids, ACTOR, now)
    _close_cases(tx, ids, now, rule)
    _empty(tx, rows, deleted)
    for table in (edit, analysis, example, label):
        tx.execute(delete(table).where(table.c.post_id.in_(ids)))
    tx.execute(update(mention).where(mention.c.post_id.in_(ids)).values(matched=[]))
    tx.execute(update(conversation).where(conversation.c.post_id.in_(ids)).values(due_at=None))
    stones = [
        {"post_id": id_, "deleted_at": at, "carried_out_at": now, "rule": rule}
        for id_, at in deleted.items()
    ]
    add_new(tx, tombstone, stones)
    _erased(tx, erase_unheard(tx, {row.account_id for row in rows}), now)


def _empty(tx: Connection, rows: Sequence[Row[Any]], deleted: Mapping[int, datetime]) -> None:
    emptied: dict[str, object] = {
        "text": "", "title": None, "url": None, "lang": None, "score": None,
        "media": [], "tags": [], "addressed": [],
    }  # fmt: skip
    by_platform: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        by_platform[row.platform].append(row.id)
    for platform, ids in by_platform.items():
        # A platform's [deleted] is one account of nobody, so that no row leads to who it was.
        author = nobody(tx, platform, min(deleted[id_] for id_ in ids))
        for at in {deleted[id_] for id_ in ids}:
            then = [id_ for id_ in ids if deleted[id_] == at]
            values = emptied | {"account_id": author, "deleted_at": at}
            tx.execute(update(post).where(post.c.id.in_(then)).values(values))


def _close_cases(tx: Connection, post_ids: Sequence[int], now: datetime, rule: str) -> None:
    ours = case.c.post_id.in_(post_ids)
    waiting = list(tx.scalars(select(case.c.id).where(ours, case.c.state.in_(_WAITING))))
    closed = {"state": CaseState.DISMISSED.value, "closed_at": now}
    tx.execute(update(case).where(case.c.id.in_(waiting)).values(closed))
    tx.execute(update(case).where(ours).values(reason=GONE))
    for case_id in sorted(waiting):
        audit.note(tx, now, ACTOR, "close", "case", case_id, {"rule": rule})


def _silence(tx: Connection, rows: Sequence[Row[Any]], now: datetime) -> None:
    """Drop the words prepared or said about the posts: they name and quote who wrote them."""
    ids = [row.id for row in rows]
    about = list(tx.scalars(select(case.c.id).where(case.c.post_id.in_(ids))))
    _drop_words(tx, about, GONE, now)
    near: set[int] = set()
    proofs = or_(act_of_help.c.evidence_post_id.in_(ids), act_of_help.c.asked_post_id.in_(ids))
    near |= set(_cases_with_words(tx, case.c.act_id.in_(select(act_of_help.c.id).where(proofs))))
    for row in rows:
        if row.title:
            near |= set(_cases_in_thread(tx, row))
    _drop_words(tx, sorted(near - set(about)), "a post that it speaks of was deleted", now)


def _erased(tx: Connection, person_ids: Sequence[int], now: datetime) -> None:
    """Drop the words that name people who have no name any more."""
    for some in chunks(person_ids):
        helped = select(act_of_help.c.id).where(act_of_help.c.helped_id.in_(some))
        named = _cases_with_words(tx, or_(case.c.person_id.in_(some), case.c.act_id.in_(helped)))
        _drop_words(tx, named, "somebody whom it names deleted all that they wrote", now)


def _drop_words(tx: Connection, case_ids: Sequence[int], why: str, now: datetime) -> None:
    """Drop the drafts and messages of cases; what was not sent yet never will be."""
    for some in chunks(case_ids):
        tx.execute(update(case).where(case.c.id.in_(some)).values(draft=None))
        ours = outbox.c.case_id.in_(some)
        unsent = {"state": MessageState.FAILED.value, "error": f"{why}; nothing was sent"}
        pending = outbox.c.state == MessageState.PENDING.value
        tx.execute(update(outbox).where(ours, pending).values(unsent | {"due_at": now}))
        # One that is just being sent is settled by its sender, who finds the post gone.
        tx.execute(update(outbox).where(ours).values(body=""))


def _cases_in_thread(tx: Connection, root: Row[Any]) -> Sequence[int]:
    """Cases whose words may quote the title of the thread that a post began."""
    replies = post.alias()
    query = select(replies.c.id).where(
        replies.c.platform == root.platform, replies.c.thread_id == root.platform_id
    )
    return _cases_with_words(tx, case.c.post_id.in_(query))


def _cases_with_words(tx: Connection, condition: ColumnElement[bool]) -> Sequence[int]:
    spoken = select(outbox.c.id).where(outbox.c.case_id == case.c.id, outbox.c.body != "")
    query = select(case.c.id).where(condition, or_(case.c.draft.is_not(None), spoken.exists()))
    return list(tx.scalars(query))


def _grouped(deletions: Sequence[Deletion]) -> Mapping[tuple[str, str], list[Deletion]]:
    groups: defaultdict[tuple[str, str], list[Deletion]] = defaultdict(list)
    for one in deletions:
        groups[one.platform, one.rule].append(one)
    return groups


def _standing(
    tx: Connection, platform: str, column: ColumnElement[str], ids: Sequence[str]
) -> list[Row[Any]]:
    found: list[Row[Any]] = []
    for some in chunks(ids):
        query = select(post.c.id, post.c.platform_id)
        query = query.where(post.c.platform == platform, post.c.deleted_at.is_(None))
        found += tx.execute(one_of(tx, query, column, some))
    return found


def _accounts(tx: Connection, platform: str, ids: Sequence[str]) -> list[Row[Any]]:
    found: list[Row[Any]] = []
    for some in chunks(ids):
        query = select(account.c.id, account.c.platform_id).where(account.c.platform == platform)
        found += tx.execute(one_of(tx, query, account.c.platform_id, some))
    return found


def _posts_by(tx: Connection, account_id: int) -> Sequence[int]:
    query = select(post.c.id).where(post.c.account_id == account_id, post.c.deleted_at.is_(None))
    return list(tx.scalars(query))


def _posts_within(tx: Connection, platform: str, place: str) -> Sequence[int]:
    inside = f"{place}/"
    is_there = or_(post.c.url == place, func.substr(post.c.url, 1, len(inside)) == inside)
    query = select(post.c.id).where(post.c.platform == platform, post.c.deleted_at.is_(None))
    return list(tx.scalars(query.where(is_there)))
