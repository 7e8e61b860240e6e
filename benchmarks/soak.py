"""Every connector against its peer at once, with faults at random: nothing lost, nothing doubled.

    python -m benchmarks.soak --minutes 30 --items 10000

Each platform says its items over the time, edits and deletes some, and fails at random; each
connector is polled as the daemon polls it, and made anew now and then, as after a crash. In the end
the ids that were said are compared one by one with those that are stored. Exit status 1 where any
is lost or doubled.
"""

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from bot.pipeline.hear import hear
from listener.connectors import (
    Access,
    Connector,
    ConnectorError,
    Deletions,
    Held,
    Rechecker,
    kind,
)
from listener.match import Matcher
from listener.query import EVERYTHING
from store import mentions
from store.db import Engine, migrate, open_store, reading
from store.rows import chunks
from tests.peers import PEERS, Peer, peer

EVERY_POST = Matcher({EVERYTHING: EVERYTHING})
EDITED, DELETED, ANSWERED = 0.01, 0.01, 0.3
MENDING = 120.0
"""Seconds without anything new after which a source is no longer waited for."""


@dataclass
class Course:
    """One platform, its connector, and what happened to both."""

    word: str
    engine: Engine
    folder: Path
    items: int
    seconds: float
    luck: random.Random
    place: Peer
    said: list[str] = field(default_factory=list)
    edited: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    """What has replies stays: with it a platform takes away what nobody deleted."""
    counts: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)
    connector: Connector | None = None

    @property
    def platform(self) -> str:
        return kind(self.place.word).capabilities.platform

    def made(self) -> Connector:
        access = Access(
            base_url=self.place.url,
            secrets=self.place.secrets,
            folder=self.folder,
            timeout=2.0,
            patience=0.2,
        )
        return kind(self.place.word)(self.place.options, access)

    def speak(self) -> None:
        """Say the items over the time, with faults, edits and deletions between."""
        began = time.monotonic()
        faults = max(1, round(self.seconds / 4))
        fault_at = sorted(self.luck.random() * self.seconds * 0.9 for _ in range(faults))
        for number in range(self.items):
            due = began + self.seconds * 0.9 * number / self.items
            if (wait := due - time.monotonic()) > 0:
                time.sleep(wait)
            while fault_at and time.monotonic() - began >= fault_at[0]:
                fault_at.pop(0)
                self.place.fail(self.luck.choice(self.place.faults))
                self.counts["faults"] += 1
            self.say(number)
        self.over.set()

    def say(self, number: int) -> None:
        now = datetime.now(UTC)
        answers = self.said and self.luck.random() < ANSWERED
        parent = self.luck.choice(self.said[-50:]) if answers else None
        if parent in self.deleted:
            parent = None
        if parent is not None:
            self.answered.add(parent)
        author = f"user{self.luck.randrange(200)}"
        words = f"item {number} of {self.word}"
        self.said.append(self.place.say(words, now, author=author, parent=parent))
        chance = self.luck.random()
        old = self.luck.choice(self.said)
        if old in self.deleted:
            return
        if self.place.edits and chance < EDITED:
            self.edited[old] = f"edited {number}"
            self.place.edit(old, self.edited[old], now)
        elif (
            chance > 1 - DELETED
            and old not in self.answered
            and self.place.deletions is not Deletions.NEVER
        ):
            self.deleted.add(old)
            self.place.delete(old)

    def listen(self) -> None:
        """Poll until all is said and heard, with restarts between.

        A busy platform shows what was said only after a while; it is waited for as long as
        something comes.
        """
        self.connector = self.made()
        quiet = 0
        ends = time.monotonic() + self.seconds + MENDING
        while (quiet < 3 or self.missing()) and time.monotonic() < ends:
            was_over = self.over.is_set()
            if self.luck.random() < 0.01:
                self.connector.close()
                self.connector = self.made()
                self.counts["restarts"] += 1
            new = self.poll()
            quiet = quiet + 1 if was_over and new == 0 else 0
            if new or not was_over:
                ends = time.monotonic() + MENDING
            time.sleep(0.05 if was_over and new else self.luck.random())

    def missing(self) -> set[str]:
        """What was said and is not stored; what was taken away before a look cannot be."""
        with reading(self.engine) as tx:
            stored = mentions.by_platform_ids(tx, self.platform, set(self.said))
        return set(self.said) - self.deleted - set(stored)

    def poll(self) -> int | None:
        assert self.connector is not None
        rejects = self.folder / "rejects.jsonl"
        try:
            heard = hear(self.engine, self.word, self.connector, EVERY_POST, _now, rejects)
        except ConnectorError as error:
            self.failures[type(error).__name__] += 1
            self.counts["failed polls"] += 1
            if error.permanent:
                self.counts["permanent"] += 1
                sys.stderr.write(f"{self.word}: {error}\n")
            time.sleep(min(error.retry_after or 0.2, 2.0))
            return None
        self.counts["polls"] += 1
        self.counts["received"] += heard.received
        return heard.new

    def recheck(self) -> None:
        """What the purge would do, where a platform can be asked what became of posts."""
        if not isinstance(self.connector, Rechecker):
            return
        ids = sorted(self.deleted | set(self.edited))
        with reading(self.engine) as tx:
            stored = mentions.by_platform_ids(tx, self.platform, ids)
        known = [Held(id_, one.post.url) for id_, one in stored.items() if one.post.text]
        for some in chunks(known, self.connector.recheck_size):
            self.recheck_some(some)

    def recheck_some(self, known: Sequence[Held]) -> None:
        assert isinstance(self.connector, Rechecker)
        for _ in range(20):
            with suppress(ConnectorError):
                found = self.connector.recheck(known)
                with self.engine.begin() as tx:
                    mentions.save_posts(tx, found.posts, self.word, _now())
                    for id_ in found.gone:
                        mentions.delete_post(tx, self.platform, id_, _now(), _now())
                return
            time.sleep(0.5)

    def outcome(self) -> dict[str, object]:
        with reading(self.engine) as tx:
            stored = mentions.by_platform_ids(tx, self.platform, set(self.said))
            query = text("SELECT count(*) FROM post WHERE source = :source")
            every = int(tx.execute(query, {"source": self.word}).scalar_one())
        unburied = [id_ for id_ in self.deleted if id_ in stored and stored[id_].post.text]
        stale = [
            id_
            for id_, words in self.edited.items()
            if id_ in stored and id_ not in self.deleted and stored[id_].post.text.strip() != words
        ]
        return {
            "connector": self.word,
            "sent": len(self.said),
            "stored": len(stored),
            "lost": len(self.missing()),
            "doubled": every - len(stored),
            "edited": len(self.edited),
            "stale": len(stale),
            "deleted": len(self.deleted),
            "unburied": len(unburied),
            "received": self.counts["received"],
            "polls": self.counts["polls"],
            "faults": self.counts["faults"],
            "failed polls": self.counts["failed polls"],
            "restarts": self.counts["restarts"],
            "permanent": self.counts["permanent"],
        }


def _now() -> datetime:
    return datetime.now(UTC)


def run(words: Sequence[str], items: int, minutes: float, seed: int) -> list[dict[str, object]]:
    """All at once; a row for each connector."""
    with tempfile.TemporaryDirectory(prefix="laurels-soak-") as folder:
        stores: list[Engine] = []
        courses: list[Course] = []
        for number, word in enumerate(words):
            place = Path(folder) / word
            place.mkdir()
            luck = random.Random(seed + number)
            served = peer(word)
            # Two peers of one platform number their posts alike: the second gets another store.
            before = sum(one.place.word == served.word for one in courses)
            if before == len(stores):
                stores.append(open_store(f"sqlite:///{folder}/soak{before}.db"))
                migrate(stores[before])
            courses.append(Course(word, stores[before], place, items, minutes * 60, luck, served))
        threads = [
            threading.Thread(target=work, daemon=True)
            for one in courses
            for work in (one.speak, one.listen)
        ]
        for thread in threads:
            thread.start()
        ends = time.monotonic() + minutes * 60 + 5 * MENDING
        for thread in threads:
            thread.join(max(0.0, ends - time.monotonic()))
        rows = []
        for one in courses:
            one.recheck()
            rows.append(one.outcome())
            if one.connector is not None:
                one.connector.close()
            one.place.close()
        for store in stores:
            store.dispose()
        return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", nargs="*", default=sorted(PEERS))
    chosen = parser.parse_args()
    rows = run(chosen.only, chosen.items, chosen.minutes, chosen.seed)
    names = list(rows[0])
    print("| " + " | ".join(names) + " |")
    print("|" + "---|" * len(names))
    for row in rows:
        print("| " + " | ".join(str(row[name]) for name in names) + " |")
    print(json.dumps(rows), file=sys.stderr)
    # Edits and deletions that a platform tells only while one listens are counted, not judged.
    bad = [row for row in rows if row["lost"] or row["doubled"] or row["sent"] != chosen.items]
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
