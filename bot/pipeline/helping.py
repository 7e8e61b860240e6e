"""Find the acts of help in newly understood posts and the conversation around them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.pipeline.readings import Reading
from models.conversation import Turn, answered, helped_by
from models.intent import gives_thanks
from models.text import prepare
from store import context, mentions
from store.db import Connection
from store.records import ActOfHelp, Evidence, Intent, Kind, StoredPost

_WINDOW: Final = 60
_SURE_ANSWER: Final = 0.5

Key = tuple[str, str, str]
"""Platform, `thread` or `channel`, and its name."""


@dataclass(frozen=True, slots=True)
class _Talk:
    """One conversation, oldest first, and which of its turns are new."""

    turns: list[Turn]
    posts: Mapping[int, StoredPost]
    new: frozenset[int]


def acts_in(tx: Connection, readings: Sequence[Reading]) -> list[ActOfHelp]:
    """The acts that the posts prove: accepted and scored answers, thanks, and plain answers."""
    acts: list[ActOfHelp] = []
    for talk in _talks(tx, readings):
        for at, turn in enumerate(talk.turns):
            if turn.id in talk.new:
                acts += _acts_at(talk, at)
    return acts


def _key(stored: StoredPost) -> Key | None:
    post = stored.post
    if post.thread_id is not None:
        return post.platform, "thread", post.thread_id
    if post.channel is not None:
        return post.platform, "channel", post.channel
    return None


def _talks(tx: Connection, readings: Sequence[Reading]) -> Iterator[_Talk]:
    groups: dict[Key, list[Reading]] = defaultdict(list)
    for reading in readings:
        if (key := _key(reading.post)) is not None:
            groups[key].append(reading)
    earlier = {key: _earlier(tx, key, group) for key, group in groups.items()}
    known = _known(tx, [post for posts in earlier.values() for post in posts])
    for key, group in groups.items():
        new = {reading.post.id: reading for reading in group}
        posts = {post.id: post for post in earlier[key]} | {one.post.id: one.post for one in group}
        ordered = sorted(posts.values(), key=lambda one: (one.post.created_at, one.id))
        ids = {one.post.platform_id: one.id for one in ordered}
        turns = [_turn(one, key, ids, new.get(one.id), known) for one in ordered]
        yield _Talk(turns, posts, frozenset(new))


def _earlier(tx: Connection, key: Key, group: Sequence[Reading]) -> list[StoredPost]:
    platform, shape, name = key
    if shape == "thread":
        return mentions.thread(tx, platform, name, 400)
    first = min(reading.post.post.created_at for reading in group)
    return mentions.window(tx, platform, name, first + timedelta(microseconds=1), _WINDOW)


def _known(tx: Connection, posts: Iterable[StoredPost]) -> dict[int, tuple[str, float]]:
    return context.intents(tx, [post.id for post in posts])


def _turn(
    stored: StoredPost,
    key: Key,
    ids: Mapping[str, int],
    reading: Reading | None,
    known: Mapping[int, tuple[str, float]],
) -> Turn:
    post = stored.post
    if reading is not None:
        intent, thanks = reading.intent, reading.thanks
    else:
        intent, confidence = known.get(stored.id, (Intent.OTHER.value, 0.0))
        thanks = gives_thanks(prepare(post.text), intent, confidence)
    parent = ids.get(post.parent_id) if post.parent_id is not None else None
    return Turn(
        id=stored.id,
        author=stored.person_id,
        handle=post.author.handle,
        at=post.created_at,
        text=post.text,
        intent=intent,
        thanks=thanks,
        parent=parent,
        flat=key[1] == "channel",
    )


def _acts_at(talk: _Talk, at: int) -> Iterator[ActOfHelp]:
    turn = talk.turns[at]
    if not _counts(talk, turn):
        return
    if turn.thanks:
        for helping in helped_by(talk.turns, at):
            if _counts(talk, helping):
                yield _act(talk, helping, turn.author, Evidence.THANKED, proof=turn)
    else:
        yield from _answer(talk, at)


def _counts(talk: _Talk, turn: Turn) -> bool:
    """Whether somebody wrote it who can help and thank."""
    return _is_scored(talk, turn) and not talk.posts[turn.id].post.author.is_bot


def _is_scored(talk: _Talk, turn: Turn) -> bool:
    """Nobody is scored where they did not agree to it, nor when it is unknown who they are."""
    post = talk.posts[turn.id].post
    return not post.unscored and not post.author.is_nobody


def _answer(talk: _Talk, at: int) -> Iterator[ActOfHelp]:
    turn = talk.turns[at]
    post = talk.posts[turn.id].post
    asked = answered(talk.turns, at)
    if asked is None or asked.author == turn.author or not _is_scored(talk, asked):
        return
    if post.accepted:
        yield _act(talk, turn, asked.author, Evidence.ACCEPTED, asked=asked)
    elif post.kind is Kind.ANSWER and (post.score or 0) > 0:
        yield _act(talk, turn, asked.author, Evidence.SCORED, asked=asked)
    elif turn.intent == Intent.ANSWER and _asks(asked):
        yield _act(talk, turn, asked.author, Evidence.REPLIED, asked=asked)


def _asks(turn: Turn) -> bool:
    return turn.intent in {Intent.QUESTION, Intent.ISSUE} or "?" in turn.text


def _act(
    talk: _Talk,
    helping: Turn,
    helped: int,
    evidence: Evidence,
    *,
    proof: Turn | None = None,
    asked: Turn | None = None,
) -> ActOfHelp:
    at = helping.at if proof is None else proof.at
    return ActOfHelp(
        post_id=helping.id,
        helper_id=helping.author,
        helped_id=helped,
        evidence=evidence,
        at=at,
        evidence_post_id=None if proof is None else proof.id,
        asked_post_id=None if asked is None else asked.id,
        channel=talk.posts[helping.id].post.channel,
    )
