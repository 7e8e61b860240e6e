"""The policy: section `rewards` of config.yaml, with every default."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from store.records import CaseKind, Evidence

MOST = 100_000
"""The most that any number here may be: days beyond it leave the calendar."""


@dataclass(frozen=True, slots=True)
class Responder:
    """Who takes the cases that fit. An empty list fits everything."""

    name: str
    kinds: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError for a responder without a name or for an unknown kind of case."""
        if not self.name.strip():
            raise ValueError("rewards.responders: a responder needs a name")
        for kind in self.kinds:
            if kind not in set(CaseKind):
                known = ", ".join(CaseKind)
                raise ValueError(
                    f"rewards.responders: {self.name}: no kind of case is called {kind!r};"
                    f" known: {known}"
                )


@dataclass(frozen=True, slots=True)
class ResponseHours:
    """How many hours after the post each kind of case should be taken care of."""

    conduct: int = 4
    issue: int = 8
    question: int = 48
    request: int = 72
    help: int = 168
    praise: int = 168

    def __post_init__(self) -> None:
        """Raises ValueError for a clock that runs backward."""
        for kind in CaseKind:
            if self.of(kind) < 0:
                raise ValueError(f"rewards.response_hours.{kind}: less than nothing")

    def of(self, kind: CaseKind) -> int:
        """The hours of one kind."""
        return {
            CaseKind.CONDUCT: self.conduct,
            CaseKind.ISSUE: self.issue,
            CaseKind.QUESTION: self.question,
            CaseKind.REQUEST: self.request,
            CaseKind.HELP: self.help,
            CaseKind.PRAISE: self.praise,
        }[kind]


@dataclass(frozen=True, slots=True)
class PointRates:
    """Points for one act of help by its evidence, before the pair's cap."""

    accepted: int = 15
    thanked: int = 10
    scored: int = 5

    def __post_init__(self) -> None:
        """Raises ValueError for help that would cost points."""
        if min(self.accepted, self.thanked, self.scored) < 0:
            raise ValueError("rewards.points: help never costs points")

    def of(self, evidence: Evidence) -> int:
        """The points of one evidence; a mere reply earns nothing."""
        return {
            Evidence.ACCEPTED: self.accepted,
            Evidence.THANKED: self.thanked,
            Evidence.SCORED: self.scored,
            Evidence.REPLIED: 0,
        }[evidence]


@dataclass(frozen=True, slots=True)
class Policy:
    """What is thanked, routed, reviewed or left alone, and by whom.

    Confidences are between 0 and 1. Raises ValueError, with the key, for values that cannot be.
    """

    own_handles: tuple[str, ...] = ()
    """Accounts of the organisation: they are never thanked and open no case."""
    automatic: bool = False
    """Send a thank-you without a person's approval."""
    sender: str = "rehearsal"
    undo_seconds: int = 30
    """How long an approved message waits, so that it can be taken back."""
    thank_praise: bool = False
    """Propose thanks for praise; else a person decides on each."""
    cooldown_days: int = 30
    """One thank-you a person in this time."""
    thread_limit: int = 1
    """Thank-yous in one thread."""
    question_wait_hours: int = 24
    """How long peers have before a question becomes ours."""
    fresh_days: int = 14
    """A post older than this when heard gets no reply; help in it still scores."""
    confident: float = 0.6
    unsure: float = 0.45
    """From here up to `confident` a person decides; below, only what may be a problem is opened."""
    irony: float = 0.7
    """From this probability on, nice words are read by a person."""
    offensive: float = 0.8
    complaint: float = 0.5
    """From this probability on, what seems to be praise or nothing special is read by a person."""
    spam: float = 0.6
    """From this probability on, a post waits in the lane for spam."""
    relevance: float = 0.4
    """Below this probability of being about us, a post waits in the lane of the unsure."""
    responders: tuple[Responder, ...] = (Responder("team"),)
    """The first that fits takes the case."""
    response_hours: ResponseHours = ResponseHours()
    points: PointRates = PointRates()
    pair_monthly_cap: int = 45
    """The most that one person can earn by helping the same person in a month."""
    half_life_days: int = 45
    """After this time an act of help counts half in an expert's score."""
    time_zone: str = "UTC"
    """Where a month begins and ends."""
    leaderboard_size: int = 20
    min_points: int = 1
    """Points below which nobody is listed."""

    def __post_init__(self) -> None:
        """Raises ValueError for values that cannot be."""
        self._check_confidences()
        self._check_numbers()
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"rewards.time_zone: no such zone: {self.time_zone!r}") from error

    def _check_confidences(self) -> None:
        for name in ("confident", "unsure", "irony", "offensive", "complaint", "spam", "relevance"):
            value: float = getattr(self, name)
            if not 0 <= value <= 1:
                raise ValueError(f"rewards.{name}: between 0 and 1, not {value}")
        if self.unsure > self.confident:
            raise ValueError("rewards.unsure: must not be above rewards.confident")

    def _check_numbers(self) -> None:
        least = {
            "undo_seconds": 0, "cooldown_days": 0, "thread_limit": 0, "question_wait_hours": 0,
            "fresh_days": 0, "pair_monthly_cap": 0, "half_life_days": 1, "leaderboard_size": 1,
            "min_points": 1,
        }  # fmt: skip
        for name, smallest in least.items():
            value: int = getattr(self, name)
            if not smallest <= value <= MOST:
                raise ValueError(f"rewards.{name}: from {smallest} to {MOST:,}, not {value}")

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the calendar month."""
        return ZoneInfo(self.time_zone)

    @property
    def cooldown(self) -> timedelta:
        """The time between two thank-yous to the same person."""
        return timedelta(days=self.cooldown_days)

    def is_own(self, handle: str) -> bool:
        """Whether a handle is one of the organisation's, however it is written."""
        return plain_handle(handle) in {plain_handle(own) for own in self.own_handles}


def plain_handle(handle: str) -> str:
    """A handle without `@`, `u/` or `/u/`, in lower case."""
    plain = handle.strip().casefold().removeprefix("@").removeprefix("/")
    return plain.removeprefix("u/")
