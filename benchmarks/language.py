"""Language detection on UMSAB: how many posts it tells, how many of those are right, how fast.

Takes the file of posts (`text` and `lang`, JSON lines, gzip). The Hindi part is left out: most of
it is written in Latin letters, half of that in English.
"""

import gzip
import json
import time
from collections import Counter

from benchmarks.report import archive, record
from models.language import UNKNOWN, LanguageIdentifier, words_of

CODES = {
    "arabic": "ar", "english": "en", "french": "fr", "german": "de", "italian": "it",
    "portuguese": "pt", "spanish": "es",
}  # fmt: skip
LENGTHS = ((0, 10), (10, 20), (20, 40), (40, 1000))


def main() -> None:
    """Judge every post."""
    path, identifier = archive(), LanguageIdentifier()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        posts = [json.loads(line) for line in lines]
    posts = [(one["text"], CODES[one["lang"]]) for one in posts if one["lang"] in CODES]
    began = time.perf_counter()
    said = [identifier.language(text).name for text, _ in posts]
    took = time.perf_counter() - began
    told, right = Counter[int](), Counter[int]()
    for (text, code), found in zip(posts, said, strict=True):
        length = len(words_of(text))
        at = next(start for start, end in LENGTHS if start <= length < end)
        told[at] += found != UNKNOWN
        right[at] += found == code
    rows = [
        ("posts in seven languages", f"{len(posts):,}"),
        ("told", f"{told.total() / len(posts):.1%}"),
        ("right, of those told", f"{right.total() / told.total():.1%}"),
    ]
    for start, end in LENGTHS:
        if told[start]:
            share = f"{right[start]} of {told[start]} told"
            rows.append((f"right, {start} to {end - 1} letters", share))
    rows.append(("posts a second", f"{len(posts) / took:,.0f}"))
    record("language, umsab", f"python -m benchmarks.language {path.name}", rows)


if __name__ == "__main__":
    main()
