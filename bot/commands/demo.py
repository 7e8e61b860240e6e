"""``laurels demo``: the main job on a recorded community, then the desk."""

import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType

from bot import wiring
from bot.commands.desk import must_be_free, serve
from bot.demo import STAGES, Outcome, Wish, run, settings_for
from bot.settings import Settings
from bot.terminal import columns, counted, emit, note, progress

_LABELS = dict(
    zip(STAGES, ("Hearing", "Understanding", "Deciding", "Rehearsing", "Measuring"), strict=True)
)


def demo(
    wish: Wish, base: Settings, *, desk: bool, as_json: bool, keep: Path | None, port: int | None
) -> None:
    """Run the demo in a store of its own and, with `desk`, serve it until interrupted."""
    with ExitStack() as stack:
        stack.enter_context(_ending_on_sigterm())
        folder = keep or Path(
            stack.enter_context(
                tempfile.TemporaryDirectory(prefix="laurels-demo-", ignore_cleanup_errors=True)
            )
        )
        folder.mkdir(parents=True, exist_ok=True)
        settings, hidden = settings_for(wish, base, folder)
        _emptied(folder)
        if desk:
            must_be_free(base, port)
        engine = wiring.store(settings.store)
        stack.callback(engine.dispose)
        with progress(_LABELS) as show:
            outcome = run(settings, hidden, engine, folder, show)
        if outcome.rejected:
            where = folder / "demo.rejects.jsonl" if keep else "--keep FOLDER keeps them"
            note(f"{counted(outcome.rejected, 'line')} could not be read: {where}")
        emit(plain(outcome), described(outcome), as_json=as_json)
        if desk:
            serve(engine, settings, port)


@contextmanager
def _ending_on_sigterm() -> Iterator[None]:
    """Be told to end in a way that leaves nothing behind: the store of a demo is temporary."""

    def end(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _emptied(folder: Path) -> None:
    """Remove what an earlier demo kept there: each run has a store of its own."""
    for name in ("laurels.db", "laurels.db-wal", "laurels.db-shm", "rehearsal.jsonl"):
        (folder / name).unlink(missing_ok=True)
    (folder / "demo.rejects.jsonl").unlink(missing_ok=True)


def plain(outcome: Outcome) -> dict[str, object]:
    """The outcome as one object; what only the shipped community has is left out elsewhere."""
    return {key: value for key, value in asdict(outcome).items() if value is not None}


def described(outcome: Outcome) -> str:
    """The outcome for a person, at most 80 columns."""
    counts = [
        ("posts heard", outcome.posts),
        ("mentions", outcome.mentions),
        ("understood", outcome.understood),
        ("cases", outcome.cases),
        ("drafts", outcome.drafts),
        ("thank-yous rehearsed", outcome.thanks),
        ("acts of help", outcome.acts_of_help),
    ]
    parts = [
        columns([(name, f"{count:,}") for name, count in counts], right=frozenset({1})),
        "Experts\n" + (_indented(_experts(outcome)) or "  Nobody helped yet."),
        f"Leaderboard of {outcome.month}\n"
        + (_indented(_board(outcome)) or "  Nobody earned points this month."),
    ]
    if outcome.planted is not None and outcome.found is not None:
        parts.append("Hidden in this community, and found\n" + _indented(_hidden(outcome)))
    return "\n\n".join(parts)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def _experts(outcome: Outcome) -> str:
    rows = [(str(one["person"])[:40], f"{one['score']:.1f}") for one in outcome.experts[:5]]
    return columns(rows, right=frozenset({1}))


def _board(outcome: Outcome) -> str:
    rows = [
        (str(one["rank"]), str(one["person"])[:40], str(one["points"]))
        for one in outcome.leaderboard[:10]
    ]
    return columns(rows, right=frozenset({0, 2}))


def _hidden(outcome: Outcome) -> str:
    planted, found = outcome.planted or {}, outcome.found or {}
    rows = [("", "hidden", "found", "wrongly")]
    for name, truth in planted.items():
        said = set(found.get(name, ()))
        hit = len(said & set(truth))
        rows.append((name, str(len(truth)), str(hit), str(len(said) - hit)))
    return columns(rows, right=frozenset({1, 2, 3}))
