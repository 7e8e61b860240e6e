"""Near-duplicates: how many edited copies are found, how many other texts pass for copies, and how
much of understanding the grouping takes."""

import random
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

from benchmarks.report import archive, record
from bot import wiring
from bot.pipeline import understand
from bot.pipeline.grouping import open_or_join
from bot.settings import Settings
from listener.connectors.archive import Archive, ArchiveOptions
from models.copies import Words, alike, bands, likeness, words
from rewards.policy import Policy
from store import mentions
from store.records import Post
from store.settings import StoreSettings

SAMPLE = 1500
UNDERSTOOD = 4000
FORM = (
    "Describe the bug: {}. Expected behaviour: it should work as before. I have searched the "
    "existing issues and read the contributing guide."
)


def posts_of(path: Path) -> list[Post]:
    """All posts of an archive, without the title: that of a reply is not its own."""
    with closing(Archive(ArchiveOptions(path), batch=1_000_000)) as connector:
        return list(connector.fetch(None).posts)


def edits(chance: random.Random) -> dict[str, Callable[[str], str]]:
    """What people do to a text that they copy."""

    def shortened(text: str) -> str:
        return re.sub(r"https?://\S+", "https://t.co/Ab3dE", text)

    def spaced(text: str) -> str:
        return re.sub(" ", lambda _: chance.choice((" ", "  ", "\n")), text)

    return {
        "shared with RT": lambda text: f"RT @user: {text}",
        "link shortened, one added": lambda text: f"{shortened(text)} https://t.co/xYz12",
        "other spaces": spaced,
        "emoji": lambda text: f"🔥 {text} 😭😭 ❤️",
        "tags added": lambda text: f"{text} #acme #fail",
        "capitals": str.upper,
        "a greeting and thanks added": lambda text: f"Hi guys, {text} Thanks",
        "all at once": lambda text: f"RT @user: 🔥 {spaced(shortened(text))} #acme",
        "last seventh cut off": lambda text: f"{text[: len(text) * 6 // 7]}…",
    }


def turned(chance: random.Random, pool: Sequence[str]) -> dict[str, Callable[[str], str]]:
    """What makes another report of a text: a word in its midst."""

    def replaced(text: str, count: int) -> str:
        said = text.split(" ")
        midst = [at for at in range(3, len(said) - 3) if len(said[at]) > 3 and said[at].isalpha()]
        for at in chance.sample(midst, min(count, len(midst))):
            said[at] = chance.choice(pool)
        return " ".join(said)

    def negated(text: str) -> str:
        said = text.split(" ")
        said.insert(chance.randrange(1, len(said)), "not")
        return " ".join(said)

    return {
        "another word in its midst": lambda text: replaced(text, 1),
        "two other words": lambda text: replaced(text, 2),
        "a negation": negated,
    }


def is_found(one: Words, other: Words) -> bool:
    """Whether the bands lead to a copy and the comparison says so."""
    return bool(set(bands(one)) & set(bands(other))) and alike(one, other)


def passing(pairs: Sequence[tuple[Words, Words]]) -> str:
    """How many pairs of different texts would be grouped, whoever wrote them."""
    wrong = sum(one.is_long and other.is_long and is_found(one, other) for one, other in pairs)
    return f"{wrong:,} of {len(pairs):,}"


def strangers(posts: Sequence[Post], said: Sequence[Words]) -> list[tuple[float, str, str]]:
    """Long posts of two authors that pass for copies, the least alike first."""
    near = defaultdict(list)
    for at, one in enumerate(said):
        if one.is_long:
            for band in bands(one):
                near[band].append(at)
    pairs = {pair for each in near.values() if len(each) < 100 for pair in combinations(each, 2)}
    return sorted(
        (likeness(said[a], said[b]), posts[a].text, posts[b].text)
        for a, b in pairs
        if posts[a].author != posts[b].author and alike(said[a], said[b])
    )


def share_of_understanding(posts: Sequence[Post]) -> tuple[float, float]:
    """Seconds of grouping, and of all of stage 2."""
    took = 0.0

    def timed(*given: object) -> list[int]:
        nonlocal took
        began = time.perf_counter()
        opened = open_or_join(*given)
        took += time.perf_counter() - began
        return opened

    with tempfile.TemporaryDirectory() as folder:
        engine = wiring.store(StoreSettings(f"sqlite:///{folder}/store.db"))
        judges, moment = wiring.judges(Settings()), datetime.now(UTC)
        with engine.begin() as tx:
            mentions.save_posts(tx, posts, "benchmark", max(one.created_at for one in posts))
        understand.open_or_join = timed
        began = time.perf_counter()
        policy = Policy(fresh_days=100_000)
        while understand.understand(engine, judges, policy, lambda: moment).posts:
            continue
        whole = time.perf_counter() - began
        engine.dispose()
    return took, whole


def main() -> None:
    """Make pairs from the archive and judge them."""
    path, chance = archive(), random.Random(3)
    posts = posts_of(path)
    began = time.perf_counter()
    said = [words(one.text) for one in posts]
    for one in said:
        bands(one)
    each = (time.perf_counter() - began) / len(posts)
    long = [at for at, one in enumerate(said) if one.is_long and len(posts[at].text) < 1500]
    sample = chance.sample(long, min(SAMPLE, len(long)))
    pool = [
        word
        for at in sample[:300]
        for word in posts[at].text.split()
        if word.isalpha() and len(word) > 3
    ]
    rows = [("posts; long enough to be copied", f"{len(posts):,}; {len(long):,}")]
    for name, edit in edits(chance).items():
        found = sum(is_found(said[at], words(edit(posts[at].text))) for at in sample)
        rows.append((f"copies found: {name}", f"{found / len(sample):.1%}"))
    for name, turn in turned(chance, pool).items():
        pairs = [(said[at], words(turn(posts[at].text))) for at in sample]
        changed = [(one, other) for one, other in pairs if one.folded != other.folded]
        rows.append((f"taken for copies: {name}", passing(changed)))
    others = [chance.sample(sample, 2) for _ in range(5000)]
    forms = {at: words(FORM.format(posts[at].text[:200])) for at in sample}
    short = [one for one in said if not one.is_long]
    filled = [(forms[a], forms[b]) for a, b in others]
    talk = [tuple(chance.sample(short, 2)) for _ in range(5000)]
    same = [(one, one) for one in chance.sample(short, min(2000, len(short)))]
    seen = strangers(posts, said)
    rows += [
        ("taken for copies: random posts", passing([(said[a], said[b]) for a, b in others])),
        ("taken for copies: one form, two fillings", passing(filled)),
        ("taken for copies: short posts", passing(talk)),
        ("taken for copies: the same short words", passing(same)),
        ("pairs of two authors in the archive (shown by this script)", f"{len(seen):,}"),
        ("words and bands of a post, microseconds", f"{each * 1e6:,.0f}"),
    ]  # fmt: skip
    grouping, whole = share_of_understanding(posts[:UNDERSTOOD])
    rows += [
        (f"grouping in understanding {min(UNDERSTOOD, len(posts)):,} posts, s", f"{grouping:.2f}"),
        ("understanding, s", f"{whole:.1f}"),
        ("share", f"{grouping / whole:.1%}"),
        ("aim", "< 10 %"),
    ]
    for index, one, other in seen[:20]:
        print(f"{index:.2f}  {one[:90]!r}\n      {other[:90]!r}")
    record(f"copies, {path.name}", f"python -m benchmarks.copies {path.name}", rows)


if __name__ == "__main__":
    main()
