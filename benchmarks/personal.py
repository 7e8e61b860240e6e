"""How much personal data is found, how much else is taken for it, and what that costs a post.

`python -m benchmarks.personal [../shared/data]`. The lines stand in `tests/models/personal.txt`,
written for this, in the shapes of some fifty countries; whoever wrote the patterns wrote them, too,
so they say what is covered and not what the world holds. The numbers of every country are the
examples of the phone library, by whose rules the patterns ask. With the labelled sets named, what
is masked in posts that people wrote is counted beside; it was read through by hand.
"""

import gzip
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Final

import phonenumbers

from benchmarks.report import record
from models.personal import Kind, found, masked
from tests.models.personal_lines import Line, lines

_SETS: Final = ("semeval2017_4a", "complaints_acl19", "qatarliving15", "nlbse24_issues")
_MOST: Final = 3_000
_HOSTILE: Final = ("0123456789 ", "a@", "password: a1", "4111 ", "1 ", "DE89 3704 ")


def main(data: Path | None) -> None:
    """Print the table."""
    labelled = lines()
    rows = [_recall("recall", labelled, tuple(Kind))]
    rows += [_recall(f"recall of {kind}", labelled, (kind,)) for kind in Kind]
    rows += _examples()
    clean = [line for line in labelled if not line.truth]
    wrong = [line.text for line in clean if found(line.text)]
    rows.append(("lines without any, masked wrongly", f"{len(wrong)} of {len(clean)}"))
    rows += [_in_posts(name, data) for name in _SETS if data]
    rows.append(("100,000 hostile characters, the slowest", f"{_slowest():.2f} s"))
    record("personal data", "python -m benchmarks.personal ../shared/data", rows)


def _recall(label: str, labelled: list[Line], kinds: tuple[Kind, ...]) -> tuple[str, str]:
    hits = [
        any(find.kind == kind and find.start <= start and end <= find.end for find in found(text))
        for line in labelled
        for text in (line.text,)
        for kind, start, end in line.truth
        if kind in kinds
    ]
    return label, f"{sum(hits) / len(hits):.3f}, {sum(hits)} of {len(hits)}"


def _examples() -> list[tuple[str, str]]:
    """Mobile and landline numbers that the library holds as examples, of every country."""
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
    numbers = [
        number
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
        for kind in kinds
        if (number := phonenumbers.example_number_for_type(region, kind)) is not None
    ]
    shapes = phonenumbers.PhoneNumberFormat
    return [
        _hit("with + and spaces", "I said {}!", numbers, shapes.INTERNATIONAL),
        _hit("with + alone", "I said {}!", numbers, shapes.E164),
        _hit("as at home, after 'call'", "call {}!", numbers, shapes.NATIONAL),
        _hit("as at home, nothing said", "I said {}!", numbers, shapes.NATIONAL),
    ]


def _hit(
    label: str, words: str, numbers: list[phonenumbers.PhoneNumber], shape: int
) -> tuple[str, str]:
    wanted = words.format("[phone]")
    texts = [words.format(phonenumbers.format_number(number, shape)) for number in numbers]
    hits = sum(masked(text) == wanted for text in texts)
    return f"numbers of every country, {label}", f"{hits / len(texts):.3f} of {len(texts)}"


def _in_posts(name: str, data: Path) -> tuple[str, str]:
    texts = _texts(min((data / name).glob("*.jsonl.gz")))
    kinds = Counter(find.kind for text in texts for find in found(text))
    began = time.perf_counter()
    for text in texts:
        masked(text)
    each = (time.perf_counter() - began) / len(texts) * 1e6
    told = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common()) or "none"
    length = sum(map(len, texts)) // len(texts)
    return f"{name}: {len(texts):,} posts of {length} characters", f"{each:.0f} µs a post; {told}"


def _texts(path: Path) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line)["text"] for line, _ in zip(file, range(_MOST), strict=False)]


def _slowest() -> float:
    times = []
    for piece in _HOSTILE:
        text = (piece * (100_000 // len(piece) + 1))[:100_000]
        began = time.perf_counter()
        masked(text)
        times.append(time.perf_counter() - began)
    return max(times)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
