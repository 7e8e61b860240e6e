"""The queue page with 100,000 mentions, beside the same page with 1,000."""

import re
import tempfile
import time
from datetime import timedelta

from fastapi.testclient import TestClient

from benchmarks.report import record
from bot.wiring import utc_now
from desk.app import create_app
from desk.auth import new_link
from desk.settings import DeskSettings
from rewards.policy import Policy
from rewards.review import Review
from store import analyses, cases, mentions
from store.db import Engine, migrate, open_store
from store.mentions import NewMention
from store.records import Analysis, Author, CaseKind, CaseState, Kind, NewCase, Post, Task

PAGES = ("/queue", "/queue?page=20", "/queue?kind=issue", "/queue?q=sync")
SENTENCE = "the sync stops on my phone and nobody answers since the update of last week"


def filled(url: str, count: int) -> Engine:
    """A store with that many mentions, each with its analyses and an open case."""
    engine = open_store(url)
    migrate(engine)
    now = utc_now()
    kinds = [kind for kind in CaseKind if kind is not CaseKind.HELP]
    for start in range(0, count, 5000):
        posts = [
            Post(
                platform="discourse",
                platform_id=str(n),
                kind=Kind.POST,
                author=Author(f"u{n % 5000}", f"user{n % 5000}"),
                created_at=now - timedelta(minutes=n),
                text=f"{SENTENCE[n % 5 :]} {n}",
                channel=f"c{n % 20}",
            )
            for n in range(start, min(start + 5000, count))
        ]
        with engine.begin() as tx:
            ids = [one.id for one in mentions.save_posts(tx, posts, "bench", now)]
            mentions.add_mentions(tx, [NewMention(one, "brand", ((0, 3),), now) for one in ids])
            analyses.save(
                tx, [Analysis(one, Task.SENTIMENT, "m", "negative", 0.9, {}) for one in ids]
            )
            analyses.mark_understood(tx, ids, "m")
            people = {one: mentions.load(tx, [one])[one].person_id for one in ids[:1]}
            owner = next(iter(people.values()))
            opened = cases.open_cases(
                tx,
                [
                    NewCase(one, owner, kinds[one % len(kinds)], "issue 0.91", now, now, one % 90)
                    for one in ids
                ],
            )
            for one in opened:
                cases.set_state(tx, one, CaseState.OPEN, now)
    return engine


def p95(client: TestClient, page: str) -> float:
    """The 95th percentile of 60 calls, in milliseconds."""
    times = []
    for _ in range(60):
        began = time.perf_counter()
        client.get(page).raise_for_status()
        times.append(1000 * (time.perf_counter() - began))
    return sorted(times)[56]


def signed_in(engine: Engine) -> TestClient:
    """A client with a session."""
    policy = Policy()
    app = create_app(
        engine, reviewer=Review(policy), policy=policy, settings=DeskSettings(), now=utc_now
    )
    client = TestClient(app, base_url="http://localhost")
    with engine.begin() as tx:
        token = new_link(tx, utc_now())
    form = client.get(f"/sign-in/{token}").text
    fields = dict(
        re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form)
    )
    client.post(f"/sign-in/{token}", data=fields | {"name": "Bench"})
    return client


def main() -> None:
    """Measure each page on both stores."""
    rows: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        many = signed_in(filled(f"sqlite:///{folder}/many.db", 100_000))
        few = signed_in(filled(f"sqlite:///{folder}/few.db", 1_000))
        for page in PAGES:
            large, small = p95(many, page), p95(few, page)
            rows.append((f"{page}, 100,000 mentions, p95 ms", f"{large:.1f}"))
            rows.append((f"{page}, 1,000 mentions, p95 ms", f"{small:.1f}"))
            rows.append((f"{page}, ratio", f"{large / small:.2f}"))
    rows.append(("aim, p95 ms", "50"))
    record("queue page", "python -m benchmarks.queue_page", rows)


if __name__ == "__main__":
    main()
