"""Personal data in a text: found, and masked before the text goes where it need not be known.

`[email]`, `[phone]`, `[card]`, `[account]` and `[token]` say what stood there and nothing else of
it. Names, postal addresses and handles stay: they need a model of names, and a handle is how the
person wants to be known. Nothing is looked up outside.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from models.masking.accounts import accounts
from models.masking.addresses import addresses
from models.masking.cards import cards
from models.masking.phones import linked, phones
from models.masking.seen import seen
from models.masking.span import Span, links, outside
from models.masking.tokens import tokens

_FEWEST_DIGITS: Final = 6
_PASSES: Final = 4


class Kind(StrEnum):
    """What personal data is; of two in the same place, the first here counts."""

    TOKEN = "token"  # noqa: S105 - the word for one
    EMAIL = "email"
    ACCOUNT = "account"
    CARD = "card"
    PHONE = "phone"


_RANKS: Final = tuple(Kind)


@dataclass(frozen=True, slots=True)
class Find:
    """A piece of personal data, from `start` to before `end`."""

    kind: Kind
    start: int
    end: int


def found(text: str) -> list[Find]:
    """The personal data in a text, in its order, without overlaps."""
    plain, places = seen(text)
    finds = _joined(
        sorted((*span, _RANKS.index(kind)) for kind, spans in _spans(plain) for span in spans)
    )
    if places is None:
        return finds
    return [Find(one.kind, places[one.start], places[one.end - 1] + 1) for one in finds]


def masked(text: str) -> str:
    """The text with each piece of personal data replaced by its kind in brackets.

    What is masked stays as it is when it is masked again.
    """
    for _ in range(_PASSES):
        finds = found(text)
        if not finds:
            break
        text = "".join(_pieces(text, finds))
    return text


def _pieces(text: str, finds: list[Find]) -> Iterator[str]:
    at = 0
    for one in finds:
        yield text[at : one.start]
        yield f"[{one.kind}]"
        at = one.end
    yield text[at:]


def _spans(text: str) -> Iterator[tuple[Kind, Iterator[Span]]]:
    secrets = sorted(tokens(text))
    yield Kind.TOKEN, iter(secrets)
    # A password before the @ of a server is no name of a mailbox.
    yield Kind.EMAIL, outside(iter(sorted(addresses(text))), secrets)
    if _has_digits(text):
        barred = links(text)
        yield Kind.ACCOUNT, outside(iter(sorted(accounts(text))), barred)
        yield Kind.CARD, outside(cards(text), barred)
        yield Kind.PHONE, outside(phones(text), barred)
        yield Kind.PHONE, linked(text)


def _has_digits(text: str) -> bool:
    return sum(map(text.count, "0123456789")) >= _FEWEST_DIGITS


def _joined(spans: list[tuple[int, int, int]]) -> list[Find]:
    """Overlapping spans made one, of the kind that counts first."""
    joined: list[tuple[int, int, int]] = []
    for start, end, rank in spans:
        if joined and start < joined[-1][1]:
            first, last, other = joined.pop()
            joined.append((first, max(last, end), min(other, rank)))
        else:
            joined.append((start, end, rank))
    return [Find(_RANKS[rank], start, end) for start, end, rank in joined]
