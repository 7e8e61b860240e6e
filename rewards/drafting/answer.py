"""What a language model answered: read, linted, and the person's name put in."""

import re
from dataclasses import dataclass
from typing import Final

from rewards.drafting.brief import NAME, Brief, Mask
from rewards.drafting.settings import DraftingSettings
from rewards.linter import Fault, lint
from rewards.thanks import address
from store.clean import scrub

_THOUGHT: Final = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
LONGEST: Final = 10_000
"""Characters that the field of a draft takes."""
_PAIRS: Final = (('"', '"'), ("“", "”"), ("„", "“"), ("«", "»"))


@dataclass(frozen=True, slots=True)
class Answer:
    """The words of a draft, and what is wrong with them: with any fault they are no draft."""

    body: str
    model: str
    faults: tuple[Fault, ...] = ()


def read(answer: str, brief: Brief, settings: DraftingSettings, mask: Mask, fence: str) -> Answer:
    """The draft in an answer."""
    # Cut off in the middle of an emoji, it ends with half a character, which no page can show.
    words = _unquoted(_THOUGHT.sub("", scrub(answer)).replace("\r\n", "\n").strip())
    if len(words) > LONGEST:
        line = f"It has {len(words):,} characters; the field takes {LONGEST:,}."
        return Answer(words[:LONGEST], settings.model, (Fault("length", line),))
    called = address(brief.handle, brief.platform) if _is_called(brief.handle) else ""
    faults = _leaks(words, mask, fence)
    body = words.replace(NAME, called) if called else words
    faults += lint(
        body,
        brief.platform,
        called=called,
        links=settings.links,
        said=brief.said,
        under=settings.disclosure,
    )
    return Answer(body, settings.model, tuple(faults))


def _leaks(words: str, mask: Mask, fence: str) -> list[Fault]:
    found: list[Fault] = []
    if fence in words:
        found.append(Fault("instructions", "It repeats what was meant for the model."))
    if mask(words) != words:
        found.append(
            Fault("personal", "It holds an e-mail address, a number or a key of somebody.")
        )
    return found


def _is_called(handle: str) -> bool:
    return any(each.isalnum() for each in handle)


def _unquoted(words: str) -> str:
    for first, last in _PAIRS:
        inner = words[len(first) : -len(last)]
        if len(words) > 1 and words[0] == first and words[-1] == last and first not in inner:
            return inner.strip()
    return words
