"""Posts of published sets whose intent was read one by one, by what the post alone says.

``read_intents.json`` names each by set and id. Labels of published sets are mapped to our intents
and each set has one style and few intents; these have all seven in chats, support and tweets. How
they were drawn and read is in docs/model.md (training only).
"""

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

LABELS: Final = Path(__file__).parent / "read_intents.json"


@dataclass(frozen=True, slots=True)
class Post:
    """A post of a set, by its id there, and what its author wants."""

    id: str
    text: str
    label: str


def posts(data: Path) -> Iterator[Post]:
    """All that were read, in the order of their sets; `data` is the folder of the labelled sets.

    Raises FileNotFoundError where a set is missing.
    """
    known = json.loads(LABELS.read_text(encoding="utf-8"))
    for name, ids_of in known.items():
        label_of = {one: label for label, ids in ids_of.items() for one in ids}
        for post_id, text in _texts(data / name, name):
            if post_id in label_of:
                yield Post(post_id, text, label_of[post_id])


def _texts(folder: Path, name: str) -> Iterator[tuple[str, str]]:
    # Of this set one part is published, of which corpus.py keeps every fifth dialogue for dev.
    part = "dev" if name == "ibm_customer_care" else "train"
    with gzip.open(folder / f"{part}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            yield from _turns(row) if "turns" in row else [(row["id"], row["text"])]


def _turns(dialogue: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for number, turn in enumerate(dialogue["turns"]):
        yield f"{dialogue['id']}#{number}", turn["text"]
