"""Language detection on UMSAB: how many posts it tells, how many of those are right, how fast.

Takes the file of posts (`text` and `lang`, JSON lines, gzip). The Hindi part is typed in Latin
letters, and a third of it is English: English told there counts as wrong.
"""

import gzip
import json
import time
from collections import Counter

from benchmarks.report import archive, record
from models.language import UNKNOWN, LanguageIdentifier, words_of

CODES = {
    "arabic": "ar", "english": "en", "french": "fr", "german": "de", "hindi": "hi",
    "italian": "it", "portuguese": "pt", "spanish": "es",
}  # fmt: skip
LENGTHS = ((0, 10), (10, 20), (20, 40), (40, 1000))


def main() -> None:
    """Judge every post."""
    path, identifier = archive(), LanguageIdentifier()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        posts = [json.loads(line) for line in lines]
    posts = [(one["text"], CODES[one["lang"]]) for one in posts if one["lang"] in CODES]
    began = time.process_time()
    answers = [identifier.likeliest(text) for text, _ in posts]
    took = time.process_time() - began
    said = [answer.name if answer.is_told else UNKNOWN for answer in answers]
    told, right = Counter[int](), Counter[int]()
    of, found_of, answered_of, told_of = (Counter[str]() for _ in range(4))
    for (text, code), found, answer in zip(posts, said, answers, strict=True):
        length = len(words_of(text))
        at = next(start for start, end in LENGTHS if start <= length < end)
        told[at] += found != UNKNOWN
        right[at] += found == code
        of[code] += 1
        found_of[code] += found == code
        answered_of[code] += answer.name == code
        told_of[code] += found != UNKNOWN
    rest, rest_told = found_of.total() - found_of["hi"], told_of.total() - told_of["hi"]
    rows = [
        ("posts in eight languages", f"{len(posts):,}"),
        ("told", f"{told.total() / len(posts):.1%}"),
        ("right, of those told", f"{right.total() / told.total():.1%}"),
        ("the same without the Hindi part", f"{rest / rest_told:.1%}"),
        ("right, every post answered", f"{answered_of.total() / len(posts):.1%}"),
    ]
    for code in sorted(of):
        share = f"{found_of[code]} of {of[code]}, {answered_of[code]} with every post answered"
        rows.append((f"{code}: told right", share))
    wrong = Counter(one for one, (_, code) in zip(said, posts, strict=True) if code == "hi")
    rows.append(("the Hindi part told as English", f"{wrong['en']} of {of['hi']}"))
    for start, end in LENGTHS:
        if told[start]:
            share = f"{right[start]} of {told[start]} told"
            rows.append((f"right, {start} to {end - 1} letters", share))
    rows.append(("posts a second of one core", f"{len(posts) / took:,.0f}"))
    record("language, umsab", f"python -m benchmarks.language {path.name}", rows)


if __name__ == "__main__":
    main()
