"""Who answers whom, and which turn a thank-you is for, in threads and in flat chat.

The rules for flat chat, in order, are those measured on the Ubuntu IRC corpus (Kummerfeld et al.,
ACL 2019): a named person's last turn; who last addressed the author; the author's own last turn;
a question opens a conversation; else the turn before.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_NAMED: Final = re.compile(r"@([\w][\w.-]*)")
_FIRST: Final = re.compile(r"\A([\w][\w.-]{2,40})\s*[:,]\s")
_WINDOW: Final = 60
_OWN_TURN: Final = 20
_LONGEST_PAUSE: Final = timedelta(hours=6)
_THANKS_PAUSE: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Turn:
    """One post of a conversation, as little as is needed to place it."""

    id: int
    author: int
    handle: str
    at: datetime
    text: str
    intent: str
    thanks: bool
    parent: int | None = None
    """Id of the turn answered, where the platform says so."""
    flat: bool = True
    """Whether it stands in a chat without threads."""


def named(turn: Turn, before: Sequence[Turn]) -> list[int]:
    """Authors whom the turn calls by handle, most recent speaker first."""
    words = {word.rstrip(".-").casefold() for word in _NAMED.findall(turn.text)}
    if (first := _FIRST.match(turn.text)) is not None:
        words.add(first.group(1).casefold())
    if not words:
        return []
    found = dict.fromkeys(one.author for one in reversed(before) if one.handle.casefold() in words)
    return [author for author in found if author != turn.author]


def _recent(turns: Sequence[Turn], at: int, pause: timedelta) -> Sequence[Turn]:
    start = max(0, at - _WINDOW)
    return [one for one in turns[start:at] if turns[at].at - one.at <= pause]


def _last_of(author: int, before: Sequence[Turn]) -> Turn | None:
    return next((one for one in reversed(before) if one.author == author), None)


def answered(turns: Sequence[Turn], at: int) -> Turn | None:
    """The turn that `turns[at]` answers, by the platform's word or the rules; None for an opening.

    `turns` are one conversation or channel, oldest first.
    """
    turn = turns[at]
    if turn.parent is not None:
        return next((one for one in reversed(turns[:at]) if one.id == turn.parent), None)
    if not turn.flat:
        return None
    before = _recent(turns, at, _LONGEST_PAUSE)
    if people := named(turn, before):
        return _last_of(people[0], before)
    if (caller := _addressed_me(turn, before)) is not None:
        return caller
    if turn.intent == "question" or not before:
        return None
    own = _last_of(turn.author, before[-_OWN_TURN:])
    if own is not None:
        return next((one for one in reversed(before) if one.author != turn.author), None)
    return before[-1]


def _addressed_me(turn: Turn, before: Sequence[Turn]) -> Turn | None:
    for place in range(len(before) - 1, -1, -1):
        if before[place].author == turn.author:
            return None
        if turn.author in named(before[place], [*before[:place], turn]):
            return before[place]
    return None


def helped_by(turns: Sequence[Turn], at: int) -> Iterator[Turn]:
    """The turns that the thanks in `turns[at]` is for: by name, by reply, else who last answered.

    Nothing where nobody else spoke: thanks to somebody absent is no evidence of a post.
    """
    turn = turns[at]
    before = _recent(turns, at, _THANKS_PAUSE if not turn.flat or turn.parent else _LONGEST_PAUSE)
    if people := named(turn, before):
        yield from (found for one in people if (found := _helpful_of(one, before)) is not None)
        return
    parent = answered(turns, at) if turn.parent is not None else None
    if parent is not None and parent.author != turn.author:
        yield parent
        return
    helper = _who_answered(turn, before)
    if helper is not None:
        yield helper


def _helpful_of(author: int, before: Sequence[Turn]) -> Turn | None:
    own = [one for one in before if one.author == author and not one.thanks]
    telling = [one for one in own if one.intent == "answer"]
    return (telling or own)[-1] if own else None


def _who_answered(turn: Turn, before: Sequence[Turn]) -> Turn | None:
    """The nearest turn by somebody else that looks like an answer to the author."""
    asked = max((at for at, one in enumerate(before) if one.author == turn.author), default=None)
    if asked is None:
        return None
    spoken_since = [one for one in before if one.author != turn.author and not one.thanks]
    answers = [one for one in spoken_since if one.intent == "answer"]
    for one in reversed(answers):
        place = before.index(one)
        target = answered(before, place)
        if target is not None and target.author == turn.author:
            return one
    late = [one for one in answers if before.index(one) > _first_question(turn.author, before)]
    return late[-1] if late else None


def _first_question(author: int, before: Sequence[Turn]) -> int:
    places = [
        at
        for at, one in enumerate(before)
        if one.author == author and (one.intent in {"question", "issue"} or "?" in one.text)
    ]
    return places[-1] if places else len(before)
