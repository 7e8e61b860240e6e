"""Read the labelled research sets into training examples (training only).

Each set maps onto the heads it has evidence for; a head without a label for a row is masked in
the loss. The mapping to the seven intents follows the labels' own definitions.
"""

import gzip
import json
import random
from collections.abc import Iterable, Iterator, Set
from pathlib import Path
from typing import Any, Final

from models import emotion, intent, read_intents, sentiment
from models.example import UNKNOWN, Example
from models.intent import thanks_cue
from models.target import marked, unmarked
from models.text import prepare

_TOO_SHORT: Final = 20
"""Letters; what is shorter ("thank you so much") is written twice by chance."""
_LATIN = {"english", "french", "german", "italian", "portuguese", "spanish"}


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _intent(label: str) -> int:
    return intent.LABELS.index(label)


def _semeval(data: Path, split: str) -> Iterator[Example]:
    for row in _rows(data / "semeval2017_4a" / f"{split}.jsonl.gz"):
        yield Example(
            prepare(row["text"]), "semeval2017_4a", sentiment=sentiment.LABELS.index(row["label"])
        )


def many_tongues(data: Path, split: str, languages: Set[str] | None = None) -> list[Example]:
    """The tweets of umsab, in all eight languages or in those named."""
    return [
        Example(prepare(row["text"]), "umsab", sentiment=sentiment.LABELS.index(row["label"]))
        for row in _rows(data / "umsab" / f"{split}.jsonl.gz")
        if languages is None or row["lang"] in languages
    ]


def _umsab(data: Path, split: str) -> Iterator[Example]:
    yield from many_tongues(data, split, _LATIN)


def _topics(data: Path, split: str) -> Iterator[Example]:
    """Tweets of semeval2017_4a again, each with the topic that the sentiment is towards."""
    for row in _rows(data / "semeval2017_4b_topic" / f"{split}.jsonl.gz"):
        wanted = sentiment.LABELS.index(row["label"])
        text = prepare(marked(row["text"], row["target"]))
        yield Example(text, "semeval2017_4b_topic", target=wanted)


def _targets(data: Path, split: str) -> Iterator[Example]:
    for row in _rows(data / "dong2014_target" / f"{split}.jsonl.gz"):
        wanted = sentiment.LABELS.index(row["label"])
        text = prepare(marked(row["text"], row["target"]))
        yield Example(text, "dong2014_target", target=wanted)
    seen: set[str] = set()
    for row in _rows(data / "entity_sentiment_kaggle" / f"{split}.jsonl.gz"):
        # The other variants of a tweet are machine-made paraphrases.
        if row["label"] in sentiment.LABELS and row["group"] not in seen:
            seen.add(row["group"])
            wanted = sentiment.LABELS.index(row["label"])
            text = prepare(marked(row["text"], row["target"]))
            yield Example(text, "entity_sentiment_kaggle", target=wanted)


def _goemotions(data: Path, split: str) -> Iterator[Example]:
    """Clear gratitude, admiration, curiosity and neutral carry an intent too."""
    for row in _rows(data / "goemotions" / f"{split}.jsonl.gz"):
        labels = row["labels"]
        wanted = UNKNOWN
        asks = "?" in row["text"]
        if "gratitude" in labels:
            wanted = _intent("thanks")
        elif labels == ["admiration"]:
            wanted = _intent("praise")
        elif asks and set(labels) <= {"curiosity", "confusion"}:
            wanted = _intent("question")
        elif not asks and set(labels) <= {"neutral", "amusement", "realization"}:
            wanted = _intent("other")
        indexes = tuple(emotion.LABELS.index(label) for label in labels)
        yield Example(prepare(row["text"]), "goemotions", emotion=indexes, intent=wanted)


def _irony(data: Path, split: str) -> Iterator[Example]:
    for row in _rows(data / "tweeteval_irony" / f"{split}.jsonl.gz"):
        yield Example(prepare(row["text"]), "tweeteval_irony", irony=int(row["label"] == "irony"))


def _offensive(data: Path, split: str) -> Iterator[Example]:
    for row in _rows(data / "tweeteval_offensive" / f"{split}.jsonl.gz"):
        hostile = int(row["label"] == "offensive")
        yield Example(prepare(row["text"]), "tweeteval_offensive", offensive=hostile)


def _complaints(data: Path, split: str) -> Iterator[Example]:
    for row in _rows(data / "complaints_acl19" / f"{split}.jsonl.gz"):
        angry = int(row["label"] == "complaint")
        if angry:
            wanted = "issue"
        elif row["domain"].startswith("random"):
            wanted = "question" if row["text"].rstrip().endswith("?") else "other"
        elif "?" in row["text"]:
            wanted = "question"
        else:
            wanted = None
        code = UNKNOWN if wanted is None else _intent(wanted)
        yield Example(prepare(row["text"]), "complaints_acl19", intent=code, complaint=angry)


_REVIEWS: Final = {
    "appreview_maalej": {"bug_report": "issue", "feature_request": "request"},
    "appreview_gplay8000": {"bug_report": "issue", "feature_request": "request"},
    "appreview_pan": {
        "problem_discovery": "issue",
        "feature_request": "request",
        "information_seeking": "question",
        "information_giving": "other",
    },
    "appreview_vu": {"bug_report": "issue", "noise": "other"},
}
_STARS: Final = {"very negative": 0, "negative": 0, "neutral": 1, "positive": 2, "very positive": 2}


def _reviews(data: Path, split: str) -> Iterator[Example]:
    for name, mapping in _REVIEWS.items():
        for row in _rows(data / name / f"{split}.jsonl.gz"):
            wanted = mapping.get(row["label"])
            if row["label"] == "rating_praise" and int(float(row["stars"])) >= 4:
                wanted = "praise"
            mood = _STARS.get(row.get("sentiment") or "", UNKNOWN)
            if wanted is None and mood == UNKNOWN:
                continue
            code = UNKNOWN if wanted is None else _intent(wanted)
            yield Example(prepare(row["text"]), name, sentiment=mood, intent=code)


def _tracker(data: Path, split: str) -> Iterator[Example]:
    mapping = {"bug": "issue", "feature": "request", "question": "question"}
    for row in _rows(data / "nlbse24_issues" / f"{split}.jsonl.gz"):
        yield Example(prepare(row["text"]), "nlbse24_issues", intent=_intent(mapping[row["label"]]))


_BANK_ISSUE: Final = {
    "card_not_working", "lost_or_stolen_card", "lost_or_stolen_phone", "transaction_charged_twice",
    "wrong_amount_of_cash_received", "top_up_failed", "transfer_not_received_by_recipient",
    "Refund_not_showing_up", "contactless_not_working", "virtual_card_not_working",
    "card_swallowed", "compromised_card", "cash_withdrawal_not_recognised", "declined_transfer",
    "card_payment_not_recognised", "declined_card_payment", "declined_cash_withdrawal",
    "failed_transfer", "extra_charge_on_statement", "direct_debit_payment_not_recognised",
}  # fmt: skip
_BANK_QUESTION: Final = {
    "exchange_rate", "supported_cards_and_currencies", "fiat_currency_support", "age_limit",
    "country_support", "top_up_limits", "transfer_timing", "visa_or_mastercard", "atm_support",
    "apple_pay_or_google_pay", "verify_source_of_funds", "automatic_top_up", "exchange_via_app",
    "card_delivery_estimate", "disposable_card_limits", "getting_spare_card", "card_acceptance",
}  # fmt: skip


def _bank(data: Path, split: str) -> Iterator[Example]:
    for row in _rows(data / "banking77" / f"{split}.jsonl.gz"):
        if row["label"] in _BANK_ISSUE:
            yield Example(prepare(row["text"]), "banking77", intent=_intent("issue"))
        elif row["label"] in _BANK_QUESTION:
            yield Example(prepare(row["text"]), "banking77", intent=_intent("question"))


def _assistant(data: Path, split: str) -> Iterator[Example]:
    for row in _rows(data / "clinc150" / f"{split}.jsonl.gz"):
        if row["label"] == "thank_you":
            yield Example(prepare(row["text"]), "clinc150", intent=_intent("thanks"))
        elif row["label"] in {"yes", "no", "maybe", "greeting", "goodbye"}:
            yield Example(prepare(row["text"]), "clinc150", intent=_intent("other"))


def _forum(data: Path, split: str) -> Iterator[Example]:
    seen: set[str] = set()
    for row in _rows(data / "qatarliving16" / f"{split}.jsonl.gz"):
        if row["thread"] not in seen:
            seen.add(row["thread"])
            yield Example(prepare(row["question"]), "qatarliving16", intent=_intent("question"))
        if row["label"] == "good" or (row["label"] == "bad" and "?" not in row["text"]):
            wanted = "answer" if row["label"] == "good" else "other"
            yield Example(prepare(row["text"]), "qatarliving16", intent=_intent(wanted))


def _support(data: Path, split: str) -> Iterator[Example]:
    """The one published part is divided here: every fifth dialogue is kept for `dev`."""
    for number, row in enumerate(_rows(data / "ibm_customer_care" / "dev.jsonl.gz")):
        if (number % 5 == 0) == (split == "dev"):
            for turn in row["turns"]:
                if turn["role"] == "agent":
                    code = _intent("answer")
                    yield Example(prepare(turn["text"]), "ibm_customer_care", intent=code)


def _sites(archives: Path, split: str) -> Iterator[Example]:
    """Questions and answers of two Stack Exchange sites; every tenth thread is kept for `dev`."""
    for name, cap in (("se_bioinformatics", 1200), ("se_android", 2400)):
        taken = 0
        for row in _rows(archives / f"{name}.jsonl.gz"):
            if (hash_of(row["thread_id"]) % 10 == 0) != (split == "dev") or not row["text"]:
                continue
            if (taken := taken + 1) > cap:
                break
            wanted = "answer" if row["kind"] == "answer" else "question"
            yield Example(prepare(row["text"], row["title"]), name, intent=_intent(wanted))


def _chat(archives: Path, split: str) -> Iterator[Example]:
    """Weak labels from who thanked whom in a chat: thanks, the helper's turn, the question."""
    thanks = {row["trigger"]: row for row in _rows(archives / "freecodecamp_chat.thanks.jsonl.gz")}
    rooms: dict[str, list[dict[str, Any]]] = {}
    filler = 0
    for row in _rows(archives / "freecodecamp_chat.jsonl.gz"):
        room = rooms.setdefault(row["channel"], [])
        room.append(row)
        held_out = hash_of(row["author"]["id"]) % 10 == 0
        if held_out != (split == "dev"):
            continue
        event = thanks.get(row["id"])
        if event is not None:
            yield Example(prepare(row["text"]), "freecodecamp_chat", intent=_intent("thanks"))
            yield from _before_thanks(room[-25:-1], row["author"]["id"], set(event["to"]))
        elif _is_filler(row["text"]) and (filler := filler + 1) % 12 == 0:
            yield Example(prepare(row["text"]), "freecodecamp_chat", intent=_intent("other"))


def _is_filler(text: str) -> bool:
    return len(text) < 20 and "?" not in text and thanks_cue(text) is None


def _before_thanks(
    window: Iterable[dict[str, Any]], asker: str, helpers: set[str]
) -> Iterator[Example]:
    for row in window:
        text = row["text"]
        if row["author"]["id"] in helpers and len(text) > 40 and "?" not in text:
            yield Example(prepare(text), "freecodecamp_chat", intent=_intent("answer"))
        elif row["author"]["id"] == asker and len(text) > 25 and "?" in text:
            yield Example(prepare(text), "freecodecamp_chat", intent=_intent("question"))


def _read(data: Path, split: str) -> Iterator[Example]:
    """Posts of many sets whose intent was read one by one; every tenth is kept for `dev`."""
    for post in read_intents.posts(data):
        if (hash_of(post.id) % 10 == 0) == (split == "dev"):
            yield Example(prepare(post.text), "read_intents", intent=_intent(post.label))


def hash_of(text: str) -> int:
    """A stable number for splitting by author or thread (the built-in hash changes each run)."""
    value = 2166136261
    for byte in text.encode():
        value = (value ^ byte) * 16777619 % 2**32
    return value >> 8


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _all(data: Path, archives: Path, split: str) -> Iterator[Example]:
    for source in (_semeval, _goemotions, _irony, _offensive, _complaints, _reviews, _tracker):
        yield from source(data, split)
    for source in (_umsab, _bank, _assistant, _forum, _support, _topics, _targets):
        yield from source(data, split)
    for part in (_sites, _chat):
        yield from part(archives, split)
    yield from _read(data, split)


def examples(
    data: Path, archives: Path, split: str, *, seed: int = 7, without: Set[str] = frozenset()
) -> list[Example]:
    """All examples of `split` ("train" or "dev"), shuffled, empty texts and repeats dropped.

    `data` and `archives` are the folders of labelled sets and of archives; the sources in `without`
    are left out, to be measured as sources that nothing was learnt from. What stands in a dev
    part is not trained on, under whatever name another set has it: the English of umsab is
    semeval2017_4a's. Raises FileNotFoundError where a set is missing.
    """
    held: set[str] = set()
    if split == "train":
        held = {_bare(unmarked(one.text)) for one in _all(data, archives, "dev")}
    found: dict[tuple[str, str], Example] = {}
    for example in _all(data, archives, split):
        if example.source in without:
            continue
        bare = _bare(unmarked(example.text))
        if bare and (len(bare) < _TOO_SHORT or bare not in held):
            found.setdefault((example.source, example.text), example)
    kept = list(found.values())
    random.Random(seed).shuffle(kept)  # noqa: S311 - an order, not a secret
    return kept
