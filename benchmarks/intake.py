"""Import, match and store: posts a second into SQLite, in batches and one by one."""

import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks.report import archive, record
from bot.wiring import utc_now
from listener.connectors.archive import Archive, ArchiveOptions
from listener.match import Matcher
from listener.poll import poll_once
from store.db import migrate, open_store


def posts_per_second(path: Path, batch: int, at_most: int) -> float:
    """Posts imported a second into a new store, stopping after `at_most` posts."""
    matcher = Matcher({"brand": 'spotify OR "free code camp" OR freecodecamp'}, ["SpotifyCares"])
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Archive(ArchiveOptions(path), batch=batch)) as connector,
    ):
        engine = open_store(f"sqlite:///{folder}/bench.db")
        migrate(engine)
        began, posts = time.perf_counter(), 0
        while posts < at_most:
            polled = poll_once(engine, "bench", connector, matcher, utc_now())
            posts += polled.posts
            if polled.exhausted:
                break
        seconds = time.perf_counter() - began
        engine.dispose()
    return posts / seconds


def main() -> None:
    """Measure both and keep the ratio."""
    path = archive()
    batched = [posts_per_second(path, 2000, 10**9) for _ in range(3)]
    single = posts_per_second(path, 1, 1500)
    best, middle = max(batched), sorted(batched)[1]
    record(
        "import + match + store",
        f"python -m benchmarks.intake {path.name}",
        [
            ("batches of 2,000, posts/s (median of 3)", f"{middle:,.0f}"),
            ("batches of 2,000, posts/s (best)", f"{best:,.0f}"),
            ("one post a transaction, posts/s", f"{single:,.0f}"),
            ("ratio", f"{middle / single:.1f}"),
            ("aim, posts/s", "5,000"),
        ],
    )


if __name__ == "__main__":
    main()
