"""Jetstream at 20,000 events a second with forced breaks: is any lost, what does it cost.

    python -m benchmarks.jetstream --seconds 60

A server in a process of its own replays events; the connector reads them and matches each with
real queries. Every event has a number, and every number is looked for among what the queries saw.
"""

import argparse
import json
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from benchmarks.report import record
from listener.connectors import Access
from listener.connectors.jetstream import Jetstream, JetstreamOptions
from listener.connectors.jetstream_line import Protocol
from listener.match import Matcher
from store.records import Post

QUERIES = {
    "acme": '(acme OR "acme cloud") -jobs',
    "camp": 'freecodecamp OR "free code camp"',
    "spotify": "spotify AND (playlist OR premium)",
    "help": '"can anybody help" OR "does anyone know"',
}


class Seen:
    """How often each numbered event was seen."""

    def __init__(self, total: int) -> None:
        self.times = bytearray(total)
        self.matcher = Matcher(QUERIES, ["acme.example.org"])

    def note(self, uri: str) -> None:
        """One more time."""
        number = int(uri[-13:])
        if self.times[number] < 255:
            self.times[number] += 1

    def wanted(self, post: Post) -> bool:
        """What the connector asks of every post."""
        self.note(post.platform_id)
        return self.matcher.matches(post)


def resident() -> float:
    """Megabytes of this process in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def main() -> None:
    """Read all, compare the numbers, keep the figures."""
    given = _given()
    total = given.rate * given.seconds
    seen = Seen(total)
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "benchmarks.jetstream_server"),
            *("--rate", str(given.rate), "--seconds", str(given.seconds)),
            *("--breaks", str(given.breaks), "--protocol", given.protocol),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    try:
        rows = _run(given, seen, int(server.stdout.readline()))
    finally:
        server.kill()
        server.wait()
    name = f"jetstream replay, {given.protocol}"
    asked = f"--seconds {given.seconds} --protocol {given.protocol}"
    if given.keep:
        record(name, f"python -m benchmarks.jetstream {asked}", rows)
    else:
        print("\n".join(f"{label}: {figure}" for label, figure in rows))
    sys.exit(1 if seen.times.count(0) else 0)


def _run(given: argparse.Namespace, seen: Seen, port: int) -> list[tuple[str, str]]:
    total = len(seen.times)
    access = Access(base_url=f"ws://127.0.0.1:{port}", wanted=seen.wanted, patience=1.0)
    options = JetstreamOptions(
        protocol=Protocol(given.protocol), compress=False, history_hours=0.01
    )
    received = kept = 0
    memory: list[float] = []
    with closing(Jetstream(options, access)) as connector:
        began, cpu = time.perf_counter(), time.process_time()
        cursor: str | None = None
        ends = began + given.seconds * 3 + 30
        while not seen.times[total - 1] and time.perf_counter() < ends:
            batch = connector.fetch(cursor)
            cursor = batch.cursor
            received += batch.received or 0
            kept += len(batch.posts)
            for one in batch.deletions:
                seen.note(one.platform_id or "")
            if time.perf_counter() - began > 5:
                memory.append(resident())
        for one in connector.fetch(cursor).deletions:
            seen.note(one.platform_id or "")
        wall, used = time.perf_counter() - began, time.process_time() - cpu
    lag = time.time() - json.loads(cursor or "{}").get("time_us", 0) / 1e6
    again = sum(times - 1 for times in seen.times if times)
    return [
        ("events sent once each", f"{total:,} at {given.rate:,}/s"),
        ("forced breaks", f"{given.breaks}"),
        ("events lost", f"{seen.times.count(0):,}"),
        ("seen again after breaks, by the overlap", f"{again:,}"),
        ("events read and matched a second, those seen again too", f"{received / wall:,.0f}"),
        ("wanted and handed on", f"{kept:,}"),
        ("seconds behind the server at the end", f"{max(0.0, lag):.1f}"),
        ("CPU, share of one core", f"{100 * used / wall:.0f} %"),
        ("CPU per event, µs", f"{1e6 * used / max(1, received):.1f}"),
        ("memory after 5 s, MB", f"{memory[0]:.0f}" if memory else "not run long enough"),
        ("memory at the end, MB", f"{resident():.0f}"),
        ("aim", "20,000/s for 60 s, 3 breaks, 0 lost, memory flat"),
    ]


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=20_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--breaks", type=int, default=3)
    parser.add_argument("--protocol", choices=("v1", "v2"), default="v1")
    parser.add_argument("--keep", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
