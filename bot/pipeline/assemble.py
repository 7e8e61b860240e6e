"""Assemble the value of a case from rows: what a decision may look at, and nothing else."""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from rewards.abuse import HOSTILE_POSTS, hostile_people, reciprocal_pairs
from rewards.case import Case, Decision, Help, Standing
from rewards.policy import Policy
from rewards.reading import Reading, reading
from store import analyses, context, helpgraph, labels, mentions, outbox, people
from store.cases import CaseRow
from store.db import Connection
from store.people import Person
from store.records import Analysis, CaseKind, Evidence, Kind, StoredAct, StoredPost, Task

_NEW_FOR: Final = timedelta(days=14)
_SAME_ASK: Final = timedelta(days=7)
_SAID_KEPT: Final = 200
_HOSTILE_LOOK: Final = 500
_TALK: Final = timedelta(hours=2)
_TALK_POSTS: Final = 60
_THANKING: Final = (Evidence.THANKED, Evidence.ACCEPTED)


@dataclass(frozen=True, slots=True)
class _Rows:
    """What one batch of cases needs, read together."""

    posts: Mapping[int, StoredPost]
    readings: Mapping[int, Mapping[Task, Analysis]]
    right: Mapping[int, Mapping[Task, str]]
    people: Mapping[int, Person]
    thanked: Mapping[int, datetime]
    asked: Mapping[int, int]
    topics: Mapping[tuple[str, str], str]
    answered: frozenset[int]


class Assembly:
    """Assembles cases of one run; keeps what is said in the run, so that nothing is said twice."""

    def __init__(self, tx: Connection, policy: Policy, now: datetime) -> None:
        self._policy = policy
        self._now = now
        acts = helpgraph.acts(tx)
        self._acts = {act.id: act for act in acts}
        self._on_post: dict[int, list[StoredAct]] = defaultdict(list)
        self._pair: dict[tuple[int, int], list[StoredAct]] = defaultdict(list)
        for act in acts:
            self._on_post[act.act.post_id].append(act)
            self._pair[act.act.helper_id, act.act.helped_id].append(act)
        self._asked_and_helped = {act.act.asked_post_id for act in acts}
        self._colluding = reciprocal_pairs(act.act for act in acts)
        self._hostile = hostile(tx, policy)
        self._newcomers = set(people.newcomers(tx, now - _NEW_FOR))
        since = now - policy.cooldown
        self._said = deque(outbox.bodies_since(tx, since), _SAID_KEPT)
        self._threads = context.threads_thanked(tx, since)
        self._thanked: dict[int, datetime] = {}
        for person_id, at, body in context.proposed(tx, since):
            self._said.append(body)
            self._thanked[person_id] = max(at, self._thanked.get(person_id, at))

    def of(self, tx: Connection, rows: Sequence[CaseRow]) -> Iterator[Case]:
        """The cases as values, in order; each sees what was decided before it."""
        read = self._read(tx, rows)
        for row in rows:
            yield self._case(row, read)

    def note(self, case: Case, decision: Decision) -> None:
        """Remember what a decision says, for the cases after it."""
        if decision.draft is None:
            return
        post = case.post.post
        self._said.append(decision.draft.body)
        self._thanked[decision.draft.recipient_id] = self._now
        if post.thread_id is not None:
            self._threads[post.platform, post.thread_id] += 1

    def _read(self, tx: Connection, rows: Sequence[CaseRow]) -> _Rows:
        helps = [self._acts[row.act_id] for row in rows if row.act_id in self._acts]
        proofs = [act.act.evidence_post_id for act in helps if act.act.evidence_post_id is not None]
        posts = mentions.load(tx, {row.post_id for row in rows} | set(proofs))
        helped = {act.act.helped_id for act in helps}
        who = {row.person_id for row in rows} | helped
        return _Rows(
            posts=posts,
            readings=analyses.of(tx, list(posts)),
            right=labels.right(tx, list(posts)),
            people=people.load(tx, who),
            thanked=outbox.last_thanked(tx, who),
            asked=context.asked_before(tx, _outside_chat(rows, posts), _SAME_ASK),
            topics=self._topics(tx, posts),
            answered=self._answered(
                tx, [row for row in rows if row.kind is CaseKind.QUESTION], posts
            ),
        )

    def _topics(
        self, tx: Connection, posts: Mapping[int, StoredPost]
    ) -> dict[tuple[str, str], str]:
        wanted: dict[str, set[str]] = defaultdict(set)
        for stored in posts.values():
            if stored.post.thread_id is not None:
                wanted[stored.post.platform].add(stored.post.thread_id)
        found = {}
        for platform, ids in wanted.items():
            for name, root in mentions.by_platform_ids(tx, platform, ids).items():
                if root.post.title:
                    found[platform, name] = root.post.title
        return found

    def _answered(
        self, tx: Connection, rows: Sequence[CaseRow], posts: Mapping[int, StoredPost]
    ) -> frozenset[int]:
        """Questions that somebody else answered, by the acts of help or by a reply of that kind."""
        found = {row.post_id for row in rows if row.post_id in self._asked_and_helped}
        for row in rows:
            if row.post_id not in found and _has_reply(tx, posts[row.post_id]):
                found.add(row.post_id)
        return frozenset(found)

    def _case(self, row: CaseRow, read: _Rows) -> Case:
        stored = read.posts[row.post_id]
        post = stored.post
        thread = (post.platform, post.thread_id or "")
        return Case(
            id=row.id,
            kind=row.kind,
            post=stored,
            person=self._standing(stored, read),
            now=self._now,
            reading=_reading(read, row.post_id),
            help=self._help(row, read),
            answered_by_peer=row.post_id in read.answered,
            asked_before=read.asked.get(row.id, 0),
            thread_thanks=self._threads[thread],
            topic=read.topics.get(thread) or post.title,
            said=tuple(self._said),
        )

    def _standing(self, stored: StoredPost, read: _Rows) -> Standing:
        person = read.people[stored.person_id]
        times = [
            at
            for at in (read.thanked.get(person.id), self._thanked.get(person.id))
            if at is not None
        ]
        handle = stored.post.author.handle
        return Standing(
            person_id=person.id,
            handle=handle,
            is_own=person.is_own
            or any(self._policy.is_own(one) for one in (handle, *person.handles)),
            is_staff=person.is_staff,
            is_bot=person.is_bot,
            choice=person.choice,
            last_thanked_at=max(times, default=None),
            hostile=person.id in self._hostile,
            newcomer=person.id in self._newcomers,
        )

    def _help(self, row: CaseRow, read: _Rows) -> Help | None:
        if row.act_id is None or (stored := self._acts.get(row.act_id)) is None:
            return None
        act = stored.act
        on_post = [one.act for one in self._on_post[act.post_id]]
        pair = [one.act for one in self._pair[act.helper_id, act.helped_id]]
        proof = read.posts.get(act.evidence_post_id) if act.evidence_post_id else None
        helped = read.people.get(act.helped_id)
        return Help(
            act_id=stored.id,
            at=act.at,
            evidence=act.evidence,
            helped_id=act.helped_id,
            helped_handle=helped.handles[0] if helped and helped.handles else "",
            proof=proof,
            proof_reading=None if proof is None else _reading(read, proof.id),
            thanked_by=len({one.helped_id for one in on_post if one.evidence in _THANKING}),
            before=tuple(one.evidence for one in pair if _same_month(one.at, act.at, self._policy)
                         and one.at < act.at),
            colluding=frozenset((act.helper_id, act.helped_id)) in self._colluding,
        )  # fmt: skip


def _outside_chat(rows: Sequence[CaseRow], posts: Mapping[int, StoredPost]) -> list[int]:
    """Cases of which it matters that somebody asks again: in a chat people talk all day."""
    return [row.id for row in rows if posts[row.post_id].post.kind is not Kind.MESSAGE]


def _has_reply(tx: Connection, asked: StoredPost) -> bool:
    """Whether somebody else answered: an answer in the thread, or a call to the asker in a chat."""
    post = asked.post
    if post.thread_id is not None:
        replies = mentions.thread(tx, post.platform, post.thread_id)
        return any(
            one.post.kind is Kind.ANSWER and one.person_id != asked.person_id for one in replies
        )
    if post.channel is None:
        return False
    called = f"@{post.author.handle}".casefold()
    talk = mentions.window(tx, post.platform, post.channel, post.created_at + _TALK, _TALK_POSTS)
    return any(
        one.post.created_at > post.created_at
        and one.person_id != asked.person_id
        and called in one.post.text.casefold()
        for one in talk
    )


def _same_month(one: datetime, other: datetime, policy: Policy) -> bool:
    here, there = one.astimezone(policy.zone), other.astimezone(policy.zone)
    return (here.year, here.month) == (there.year, there.month)


def _reading(read: _Rows, post_id: int) -> Reading:
    return reading(read.readings.get(post_id, {}), read.right.get(post_id, {}))


def hostile(tx: Connection, policy: Policy) -> set[int]:
    """People whose posts are mostly attacks; who has few offensive ones is not looked at."""
    said: list[tuple[int, Reading]] = []
    # Doubtful posts count too, so that half of the number by label is enough to look.
    for person_id in context.often_offensive(tx, HOSTILE_POSTS // 2):
        posts = people.posts_of(tx, person_id, _HOSTILE_LOOK)
        found = analyses.of(tx, [one.id for one in posts])
        said += [(person_id, reading(found.get(one.id, {}))) for one in posts]
    return hostile_people(said, policy)
