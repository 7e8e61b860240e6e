"""A Reddit dump of 1 GB, plain and zstd: posts read and matched a second, and the most memory.

The dump is made of recorded communities again and again, each time with new ids, and deleted
afterwards. It is read by a process of its own, through the connector and the matcher as a poll
does, on one core. Seconds are of the processor, for other work on the machine changes the clock's.
"""

import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import zstandard

from benchmarks.report import archive, record
from listener.connectors.archive import Archive, ArchiveOptions
from listener.match import Matcher

SIZE: Final = 10**9
QUERIES: Final = {
    "spotify": 'spotify OR "spotify premium" OR @SpotifyCares',
    "camp": '"free code camp" OR freecodecamp',
    "android": "cyanogenmod OR lineageos OR (android (root OR rooted))",
    "postgres": "postgresql OR postgres",
    "server": '"sql server" (error OR fails OR slow) -azure',
    "sap": 'abap OR "s/4hana"',
    "editor": "codepen OR vscode",
    "sequence": "samtools OR fastq",
    "bootstrap": "bootstrap*",
    "nobody": 'acme OR "acme cloud" OR größenwahn',
}
"""Brands and products, as they are looked for; each but the last is spoken of in the archives."""
ALPHABET: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
SAME: Final[dict[str, Any]] = {
    "all_awardings": [],
    "approved_at_utc": None,
    "approved_by": None,
    "archived": False,
    "associated_award": None,
    "author_flair_background_color": None,
    "author_flair_css_class": None,
    "author_flair_richtext": [],
    "author_flair_template_id": None,
    "author_flair_text": None,
    "author_flair_text_color": None,
    "author_flair_type": "text",
    "author_patreon_flair": False,
    "author_premium": False,
    "awarders": [],
    "banned_at_utc": None,
    "banned_by": None,
    "can_gild": True,
    "can_mod_post": False,
    "collapsed": False,
    "collapsed_reason": None,
    "comment_type": None,
    "controversiality": 0,
    "distinguished": None,
    "edited": False,
    "gilded": 0,
    "gildings": {},
    "is_submitter": False,
    "likes": None,
    "locked": False,
    "mod_note": None,
    "mod_reports": [],
    "no_follow": True,
    "num_reports": None,
    "removal_reason": None,
    "replies": "",
    "report_reasons": None,
    "saved": False,
    "score_hidden": False,
    "send_replies": True,
    "stickied": False,
    "top_awarded_type": None,
    "total_awards_received": 0,
    "treatment_tags": [],
    "user_reports": [],
}
"""What a line of RC_2023 holds beside what changes, as in the schemas of arctic_shift."""


def base36(number: int) -> str:
    """A number as Reddit writes ids."""
    out = ""
    while number:
        number, digit = divmod(number, 36)
        out = ALPHABET[digit] + out
    return out or "0"


def said(folder: Path) -> list[dict[str, Any]]:
    """The posts of all archives in a folder."""
    found: list[dict[str, Any]] = []
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            found += [one for one in map(json.loads, lines) if one.get("text")]
    if not found:
        raise SystemExit(f"{folder}: no archives (*.jsonl.gz) there; name the folder that has them")
    return found


def line(post: dict[str, Any], number: int) -> bytes:
    """A comment of a dump with an id of its own."""
    id_, link = base36(10**9 + number), base36(10**8 + number // 30)
    subreddit = post["channel"] or "support"
    changing = {
        "author": post["author"]["handle"],
        "author_created_utc": 1_500_000_000,
        "author_fullname": f"t2_{post['author']['id']}",
        "body": post["text"].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
        "created": 1_675_209_600 + number // 30,
        "created_utc": 1_675_209_600 + number // 30,
        "id": id_,
        "link_id": f"t3_{link}",
        "name": f"t1_{id_}",
        "parent_id": f"t3_{link}",
        "permalink": f"/r/{subreddit}/comments/{link}/a_title/{id_}/",
        "retrieved_on": 1_675_209_700 + number // 30,
        "score": number % 40,
        "subreddit": subreddit,
        "subreddit_id": "t5_2qh0u",
        "subreddit_name_prefixed": f"r/{subreddit}",
        "subreddit_type": "public",
        "ups": number % 40,
    }
    text = json.dumps(SAME | changing, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode() + b"\n"


def dump(posts: list[dict[str, Any]]) -> Iterator[bytes]:
    """Lines to the size that is wanted."""
    written = number = 0
    while written < SIZE:
        made = line(posts[number % len(posts)], number)
        written, number = written + len(made), number + 1
        yield made


def write(posts: list[dict[str, Any]], plain: Path, packed: Path) -> int:
    """Write the dump, as it is and as dumps are packed; how many posts it has."""
    window = zstandard.ZstdCompressionParameters.from_level(3, window_log=24, enable_ldm=True)
    maker = zstandard.ZstdCompressor(compression_params=window)
    count = 0
    with (
        plain.open("wb") as first,
        packed.open("wb") as second,
        maker.stream_writer(second) as zstd,
    ):
        for made in dump(posts):
            first.write(made)
            zstd.write(made)
            count += 1
    return count


def read(path: Path) -> dict[str, float]:
    """Read and match it as a poll does, in this process."""
    matcher = Matcher(QUERIES, ["SpotifyCares"])
    posts = matches = 0
    reading = matching = 0.0
    cursor: str | None = None
    began, wall = time.process_time(), time.perf_counter()
    with closing(Archive(ArchiveOptions(path))) as connector:
        while True:
            at = time.process_time()
            batch = connector.fetch(cursor)
            read_at = time.process_time()
            cursor = batch.cursor
            posts += len(batch.posts)
            matches += sum(bool(matcher.match(post)) for post in batch.posts)
            reading, matching = reading + read_at - at, matching + time.process_time() - read_at
            if batch.exhausted:
                break
    return {
        "posts": posts,
        "matches": matches,
        "reading": reading,
        "matching": matching,
        "seconds": time.process_time() - began,
        "wall": time.perf_counter() - wall,
        "peak_mb": _most_memory(),
    }


def _most_memory() -> float:
    """In MB. What `getrusage` says would begin with the memory of the process that started us."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def measured(path: Path, count: int) -> dict[str, float]:
    """Read it in a process of its own, so that making it counts for nothing."""
    command = [sys.executable, "-m", "benchmarks.dump", "read", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    if found["posts"] != count:
        raise SystemExit(f"{path}: {found['posts']:,} posts were read of {count:,}")
    return found


def rows(name: str, found: dict[str, float]) -> list[tuple[str, str]]:
    """What was measured, for the report."""
    posts = found["posts"]
    return [
        (f"{name}: posts read and matched/s of one core", f"{posts / found['seconds']:,.0f}"),
        (f"{name}: the same by the clock", f"{posts / found['wall']:,.0f}"),
        (f"{name}: posts read/s, without matching", f"{posts / found['reading']:,.0f}"),
        (f"{name}: posts that match a query", f"{found['matches'] / posts:.1%}"),
        (f"{name}: share of the matcher", f"{found['matching'] / found['seconds']:.0%}"),
        (f"{name}: most memory, MB", f"{found['peak_mb']:,.0f}"),
    ]


def main() -> None:
    """Make the dump, read it both ways, and delete it."""
    folder = archive()
    posts = said(folder)
    with tempfile.TemporaryDirectory(prefix="laurels-dump-") as place:
        plain, packed = Path(place, "RC_2023-02"), Path(place, "RC_2023-02.zst")
        count = write(posts, plain, packed)
        sizes = f"{plain.stat().st_size / 1e9:.2f} GB, {packed.stat().st_size / 1e6:,.0f} MB packed"
        found = [*rows("zstd", measured(packed, count)), *rows("plain", measured(plain, count))]
    about = [("dump", f"{count:,} posts, {sizes}"), ("queries", str(len(QUERIES)))]
    aim = ("aim", "20,000 posts/s, < 300 MB")
    record("Reddit dump", "python -m benchmarks.dump ../shared/archives", [*about, *found, aim])


if __name__ == "__main__":
    if sys.argv[1:2] == ["read"]:
        print(json.dumps(read(Path(sys.argv[2]))))
    else:
        main()
