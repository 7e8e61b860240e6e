"""Thousands of queries over recorded posts: posts a second, against a loop of compiled regexes.

    python -m benchmarks.match ../shared/data

Rows are decoded from JSON lines and matched in batches, as a dump is, on one core; seconds are of
the processor. Verdicts are those of the suite's slow reading of the language on a sample, and those
of the regex loop on every post for the queries that a regex can say.
"""

import gc
import gzip
import json
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import ClassVar, Final

import msgspec
import regex

from benchmarks.report import record
from listener.match import Matcher
from listener.matching.engine import AhoCorasick, Engine, Hyperscan
from listener.matching.fold import fold
from store.records import Author, Kind, Post
from tests.listener.matching.slow import found as slowly_found

SETS: Final = ("semeval2017_4a", "umsab")
BATCH: Final = 4096
ROUNDS: Final = 7
SAMPLE: Final = 600
LOOPED: Final = 400
ENGINES: Final[dict[str, Callable[[Sequence[bytes]], Engine]]] = {
    "hyperscan": Hyperscan,
    "pyahocorasick": AhoCorasick,
}
WORD: Final = regex.compile(r"[\p{L}\p{M}]{4,}")
EDGE: Final = r"[^\W_]"


NOBODY: Final = Author("", "")


class Row(msgspec.Struct, gc=False):
    """What a row says; what it does not say is the same for all."""

    text: str
    platform: ClassVar[str] = "x"
    author: ClassVar[Author] = NOBODY
    title: ClassVar[str | None] = None
    channel: ClassVar[str | None] = None
    parent_id: ClassVar[str | None] = None
    addressed: ClassVar[Sequence[str]] = ()
    media: ClassVar[Sequence[str]] = ()
    lang: ClassVar[str | None] = None


def lines(folder: Path) -> list[bytes]:
    """The rows of both sets, as they stand in their files."""
    found: list[bytes] = []
    for name in SETS:
        for path in sorted((folder / name).glob("*.jsonl.gz")):
            found += gzip.decompress(path.read_bytes()).splitlines()
    if not found:
        raise SystemExit(f"{folder}: no {SETS[0]} there; name the folder that has it")
    return found


class Words:
    """Words of the posts, rare ones and rarer ones, for queries to be made of."""

    def __init__(self, texts: Sequence[str], seed: int, least: int, most: int) -> None:
        self.chance = random.Random(seed)
        each = [WORD.findall(fold(text).text) for text in texts]
        often = Counter(word for words in each for word in set(words))
        pairs = Counter(pair for words in each for pair in set(pairwise(words)))
        self.rare: list[str] = sorted(
            word for word, times in often.items() if least <= times <= most
        )
        self.common: list[str] = sorted(word for word, times in often.items() if times > 30)
        self.pairs = sorted(pair for pair, times in pairs.items() if least <= times <= most)

    def one(self) -> str:
        """A rare word, as a brand's name is."""
        return self.chance.choice(self.rare)

    def other(self) -> str:
        """A common word."""
        return self.chance.choice(self.common)

    def pair(self) -> str:
        """Two words that stand together somewhere."""
        return " ".join(self.chance.choice(self.pairs))


QUERIES: Final[tuple[Callable[[Words], str], ...]] = (
    lambda words: words.one(),
    lambda words: words.one(),
    lambda words: f'"{words.pair()}"',
    lambda words: f"{words.one()} OR {words.one()}",
    lambda words: f"{words.one()} ({words.other()} OR {words.other()})",
    lambda words: f'({words.one()} OR "{words.pair()}") -{words.other()}',
    lambda words: f"#{words.one()} OR @{words.one()}",
    lambda words: f"{words.one()} NEAR/5 {words.other()}",
    lambda words: f'~"{words.pair()}"',
    lambda words: f"{words.one()}*",
)
"""One after another; the texts are in nine languages, and so are the words."""


def queries(texts: Sequence[str], count: int) -> dict[str, str]:
    """Queries of every kind, the same each time; of many, each is rarer."""
    least, most = (3, 14) if count <= 1000 else (1, 2)
    words = Words(texts, count, least, most)
    return {f"q{number}": QUERIES[number % len(QUERIES)](words) for number in range(count)}


@dataclass
class Rounds:
    """Posts decoded and matched a second, by rounds taken in turns, and posts hit."""

    speeds: list[float]
    hit: int = 0


def side_by_side(
    matchers: dict[tuple[int, str], Matcher], rows: Sequence[bytes]
) -> dict[tuple[int, str], Rounds]:
    """What each does in rounds that take turns, so that all meet the same busy minutes."""
    decode = msgspec.json.Decoder(Row).decode
    found = {which: Rounds([]) for which in matchers}
    for _ in range(ROUNDS):
        for which, matcher in matchers.items():
            began, hit = time.process_time(), 0
            for at in range(0, len(rows), BATCH):
                hit += len(matcher.match_many([decode(row) for row in rows[at : at + BATCH]]))
            found[which].speeds.append(len(rows) / (time.process_time() - began))
            found[which].hit = hit
    return found


def as_regex(query: str) -> str | None:
    """A word, a phrase or a choice of words; None where a regex cannot say it."""
    if re.search(r'[#@~*()]|NEAR|-|" ', query):
        return None
    words = [one.strip('"') for one in query.split(" OR ")]
    said = (r"\s+".join(map(re.escape, fold(one).text.split())) for one in words)
    return f"(?<!{EDGE})(?:{'|'.join(said)})(?!{EDGE})"


def loop_per_second(asked: dict[str, str], rows: Sequence[bytes]) -> float:
    """The same queries as a loop of compiled regexes; what one cannot say is asked by its words."""
    patterns = [re.compile(as_regex(one) or as_words(one)) for one in asked.values()]
    decode = msgspec.json.Decoder(Row).decode
    began = time.process_time()
    for row in rows:
        text = fold(decode(row).text).text
        for pattern in patterns:
            pattern.search(text)
    return len(rows) / (time.process_time() - began)


def as_words(query: str) -> str:
    """Whether one of the words of a query is there, which is the least that a loop must ask."""
    words = regex.findall(r"[\p{L}\p{M}]+", re.sub(r"NEAR/\d+|OR", " ", query))
    return rf"(?<!{EDGE})(?:{'|'.join(map(re.escape, words))})(?!{EDGE})"


def regexes_agree(asked: dict[str, str], rows: Sequence[bytes]) -> tuple[int, int]:
    """How many verdicts of regexes the matcher was held against, and how many were not the same.

    Posts whose words stand in tags or handles, or beside what a regex does not fold, are left out.
    """
    said = {name: said for name, one in asked.items() if (said := as_regex(one)) is not None}
    matcher = Matcher({name: asked[name] for name in said})
    decode = msgspec.json.Decoder(Row).decode
    one_of_them = {name: re.compile(pattern) for name, pattern in said.items()}
    first: dict[str, list[str]] = {}
    for name in said:
        for one in asked[name].split(" OR "):
            first.setdefault(fold(one.strip('"')).text.split()[0], []).append(name)
    wrong = count = 0
    for at in range(0, len(rows), BATCH):
        posts = [decode(row) for row in rows[at : at + BATCH]]
        found = matcher.match_many(posts)
        for number, post in enumerate(posts):
            text = fold(post.text).text
            if regex.search(r"[#@_'\"*~\-/‐‑‒–\\]|[^\p{Latin}\p{Common}]", text):
                continue
            count += len(said)
            # Only a query whose first word is in the text at all can be found by its regex.
            near = {name for word in WORD.findall(text) for name in first.get(word, ())}
            wanted = {name for name in near if one_of_them[name].search(text)}
            wrong += len(wanted ^ {one.query for one in found.get(number, ())})
    return count, wrong


def slow_agrees(asked: dict[str, str], rows: Sequence[bytes]) -> tuple[int, int]:
    """How many verdicts of the slow reading were compared, and how many were not the same."""
    chance = random.Random(7)
    matcher = Matcher(asked)
    decode = msgspec.json.Decoder(Row).decode
    names = list(asked)
    posts = [decode(one) for one in rows]
    hit = [(at, match) for at, found in matcher.match_many(posts).items() for match in found]
    tried = [(at, one.query) for at, one in chance.sample(hit, min(len(hit), SAMPLE // 2))]
    tried += [(chance.randrange(len(posts)), chance.choice(names)) for _ in range(SAMPLE // 2)]
    known = {(at, one.query): list(one.spans) for at, one in hit}
    wrong = sum(
        slowly_found(asked[name], a_post(posts[at].text)) != known.get((at, name))
        for at, name in tried
    )
    return len(tried), wrong


def a_post(text: str) -> Post:
    """A row as the slow reading takes it."""
    return Post(
        platform="x",
        platform_id="1",
        kind=Kind.POST,
        author=NOBODY,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        text=text,
    )


def memory(asked: dict[str, str], engine: str) -> float:
    """MB that queries take, in a process of its own that knows nothing else."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.match", "memory", engine],
        check=True,
        capture_output=True,
        text=True,
        input=json.dumps(asked),
    )
    return float(done.stdout)


def resident() -> float:
    """MB of this process in memory now."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096 / 1e6


def kept(asked: dict[str, str], engine: str) -> float:
    """MB that queries take once they are made ready, over what their texts took."""
    warm = Matcher({"warm": "up OR größer"}, engine=ENGINES[engine])
    warm.match_many([Row("nothing"), Row("größer")])
    gc.collect()
    before = resident()
    matcher = Matcher(asked, engine=ENGINES[engine])
    matcher.match_many([Row("nothing"), Row("größer")])
    gc.collect()
    return resident() - before


def made(asked: dict[str, str], engine: str) -> tuple[Matcher, float]:
    """A matcher, and the seconds to make it ready."""
    began = time.process_time()
    matcher = Matcher(asked, engine=ENGINES[engine])
    return matcher, time.process_time() - began


def adding(matcher: Matcher) -> float:
    """Milliseconds to add one query."""
    began = time.process_time()
    matcher.add("one more", "acme OR akme")
    return (time.process_time() - began) * 1000


def main(folder: Path) -> None:
    """Measure both engines, hold the verdicts against others, keep the figures."""
    rows = lines(folder)
    decode = msgspec.json.Decoder(Row).decode
    texts = [decode(row).text for row in rows]
    shown = [("posts", f"{len(rows):,}, {sum(map(len, texts)) / len(texts):.0f} characters each")]
    each = {(count, name): queries(texts, count) for count in (1000, 10_000) for name in ENGINES}
    ready = {which: made(asked, which[1]) for which, asked in each.items()}
    measured = side_by_side({which: matcher for which, (matcher, _) in ready.items()}, rows)
    for which, (matcher, seconds) in ready.items():
        of_it, what = measured[which], f"{which[0]:,} queries, {which[1]}"
        shown += [
            (f"{what}: posts decoded and matched/s", f"{max(of_it.speeds):,.0f}"),
            (f"{what}: posts hit", f"{of_it.hit / len(rows):.1%}"),
            (f"{what}: made ready, s", f"{seconds:.2f}"),
            (f"{what}: one added, ms", f"{adding(matcher):.1f}"),
            (f"{what}: memory, MB", f"{memory(each[which], which[1]):,.0f}"),
        ]
    asked = queries(texts, 1000)
    chosen = random.Random(1).sample(rows, LOOPED)
    loop = loop_per_second(asked, chosen)
    many, few = (measured[count, "hyperscan"].speeds for count in (10_000, 1000))
    fast, ratio = max(few), median(one / other for one, other in zip(many, few, strict=True))
    by_regex, wrong = regexes_agree(asked, rows)
    slow, wrong_slow = slow_agrees(asked, rows)
    shown += [
        ("1,000 queries, a loop of compiled regexes: posts/s", f"{loop:,.0f}"),
        ("hyperscan to the loop", f"{fast / loop:,.0f} times"),
        ("10,000 queries to 1,000", f"{ratio:.2f}, the median of {ROUNDS} rounds"),
        ("verdicts of regexes, not the same", f"{wrong} of {by_regex:,}"),
        ("verdicts and places read slowly, not the same", f"{wrong_slow} of {slow:,}"),
        ("aim", "250,000 posts/s, >= 30 times, >= 0.5, < 2 s, < 50 ms, 10,000 in < 200 MB"),
    ]
    record("matching", "python -m benchmarks.match ../shared/data", shown)
    if wrong or wrong_slow:
        raise SystemExit("verdicts differ")


if __name__ == "__main__":
    given = sys.argv[1:]
    if given[:1] == ["memory"]:
        print(kept(json.load(sys.stdin), given[1]))
    elif len(given) == 1:
        main(Path(given[0]))
    else:
        raise SystemExit("usage: python -m benchmarks.match FOLDER")
