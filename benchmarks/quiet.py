"""One poll of a connector that has nothing new: seconds of CPU in our process, its peer elsewhere.

python -m benchmarks.quiet
"""

import multiprocessing
import os
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

from benchmarks.report import record
from bot.pipeline.hear import hear
from listener.connectors import Access, Connector, kind
from listener.match import Matcher
from listener.query import EVERYTHING
from store.db import Engine, migrate, open_store
from tests.peers import PEERS, peer

POLLS = 20
ITEMS = 50
AIM_MS = 20


@dataclass(frozen=True)
class Served:
    """What a connector has to know of a peer in another process."""

    word: str
    url: str
    options: object
    secrets: Mapping[str, str]


def serve(word: str, pipe: Connection) -> None:
    """Run a peer with some items until told to end."""
    with closing(peer(word)) as place:
        now = datetime.now(UTC)
        for number in range(ITEMS):
            place.say(f"item {number}", now - timedelta(minutes=60 - number))
        pipe.send(Served(place.word, place.url, place.options, dict(place.secrets)))
        pipe.recv()


def cpu_ms(word: str) -> float:
    """The median over polls, after the first ones have read what is there."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(word, theirs), daemon=True)
    process.start()
    try:
        served: Served = ours.recv()
        with tempfile.TemporaryDirectory() as folder:
            access = Access(
                base_url=served.url, secrets=served.secrets, folder=Path(folder), patience=0.0
            )
            engine = open_store(f"sqlite:///{folder}/quiet.db")
            migrate(engine)
            with closing(kind(served.word)(served.options, access)) as connector:
                return _measured(engine, connector, Path(folder))
    finally:
        ours.send(None)
        process.join(10)


def _measured(engine: Engine, connector: Connector, folder: Path) -> float:
    matcher = Matcher({EVERYTHING: EVERYTHING})
    spent = []
    for _ in range(POLLS + 3):
        began = time.process_time()
        hear(engine, "quiet", connector, matcher, lambda: datetime.now(UTC), folder / "rejects")
        spent.append((time.process_time() - began) * 1_000)
        time.sleep(0.05)
    engine.dispose()
    return median(spent[3:])


def main() -> None:
    rows = [(word, f"{cpu_ms(word):.1f} ms") for word in sorted(PEERS)]
    record(
        "one poll of a quiet connector, CPU",
        "python -m benchmarks.quiet",
        [*rows, ("polls, median of", str(POLLS)), ("aim", f"< {AIM_MS} ms")],
    )


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
