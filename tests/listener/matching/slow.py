"""What a query finds in a post, as plainly as it can be said, to hold fast matchers against.

Every place of a text is tried, nothing is remembered, and no code is shared with what it judges.
To be read beside `docs/queries.md`, with `slow_query` and `slow_words`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple

from store.records import Post
from tests.listener.matching.slow_query import (
    And,
    Every,
    Field,
    Named,
    Near,
    Node,
    Not,
    Or,
    Parser,
    Phrase,
    Word,
)
from tests.listener.matching.slow_words import (
    HYPHENS_AND_SLASHES,
    Glyph,
    caseless,
    changed,
    in_word,
    lettered,
    name_end,
    plain,
    runs,
    spaceless,
    spelled,
    text_readings,
    touches,
    without_possessives,
)

FORMATTING: Final = "*_~\"'"

# Tags and mentions


def names(text: str) -> Iterator[tuple[str, int, int]]:
    """Each tag and mention: its sign, and where its name starts and ends."""
    for at, char in enumerate(text):
        follows = at > 0 and unicodedata.category(text[at - 1])[0] in "LN"
        if char in "#@" and not follows:
            end = name_end(char, text, at + 1)
            if end > at + 1:
                yield char, at + 1, end


def found_names(node: Named, text: str) -> Iterator[tuple[int, int]]:
    """Where the tag or the mention stands."""
    for sign, start, end in names(text):
        local = text[start:end].partition("@")[0]
        if sign == node.sign and text[start:end] in node.names:
            yield start - 1, end
        elif sign == node.sign and local in node.names:
            yield start - 1, start + len(local)


# Words and phrases in a text


def stands(text: str, start: int, end: int) -> bool:
    """Whether a word ends where this does, on both sides."""
    if not any(map(lettered, text[start:end])):
        return True
    if touches(text, start - 1, start) or touches(text, end, end - 1):
        return False
    sign_goes_on = text[end : end + 1] == text[end - 1]
    return in_word(text, end - 1) or not sign_goes_on


def separates(text: str, start: int, end: int) -> bool:
    """Whether two words of a phrase may stand on both sides of this."""
    if start == end:
        return spaceless(text[start - 1]) or spaceless(text[end])
    gap = text[start:end]
    joints = sum(char in HYPHENS_AND_SLASHES for char in gap)
    others = all(c.isspace() or c in FORMATTING + HYPHENS_AND_SLASHES for c in gap)
    return others and joints <= 1


def placed(words: Sequence[Word], text: str, start: int) -> Iterator[list[tuple[int, int]]]:
    """Each way the words stand in the text from there on: the place of each."""
    word = words[0]
    end = start + len(word.text)
    if text[start:end] != word.text:
        return
    while word.prefix and touches(text, end, end - 1):
        end += 1
    if not stands(text, start, end):
        return
    if len(words) == 1:
        yield [(start, end)]
        return
    for following in range(end, len(text)):
        if separates(text, end, following):
            for rest in placed(words[1:], text, following):
                yield [(start, end), *rest]


def fits_names(place: tuple[int, int], text: str) -> bool:
    """Whether a word stands in no tag or mention, or in one that is just it, sign or no sign."""
    start, end = place
    return all(
        place in ((first, last), (first - 1, last)) or last <= start or end <= first
        for _, first, last in names(text)
    )


def found_phrase(words: Sequence[Word], text: str) -> Iterator[tuple[int, int]]:
    """Where the phrase stands."""
    for start in range(len(text)):
        for places in placed(words, text, start):
            if fits_names(places[0], text) and fits_names(places[-1], text):
                yield places[0][0], places[-1][1]


# A post


class Place(NamedTuple):
    """Where something stands: in which part of the post, and from where to where in the whole."""

    part: int
    start: int
    end: int


class Reading:
    """The parts of a post, folded."""

    def __init__(self, post: Post, *, cased: bool) -> None:
        parts = [post.title, post.text] if post.title else [post.text]
        glyphs: list[list[Glyph]] = []
        offset = 0
        for part in parts:
            raw = [Glyph(c, offset + at, offset + at + 1) for at, c in enumerate(part or "")]
            glyphs.append(changed(raw, plain))
            offset += len(raw) + 1
        glyphs = text_readings(glyphs)
        if not cased:
            glyphs = [changed(part, caseless) for part in glyphs]
        self.parts = [without_possessives(part) for part in glyphs]

    def places(self, find: Callable[[str], Iterator[tuple[int, int]]]) -> set[Place]:
        """Where it is found, in the original."""
        return {
            Place(number, part[start].start, part[end - 1].end)
            for number, part in enumerate(self.parts)
            for start, end in find(spelled(part))
        }


class Reader:
    """Asks one post."""

    def __init__(self, post: Post, detected: str) -> None:
        self.post = post
        self.lang = post.lang or detected
        self.readings = {cased: Reading(post, cased=cased) for cased in (False, True)}

    def holds(self, node: Node) -> set[Place] | None:
        """The places that make it hold; None where it does not."""
        if isinstance(node, Every):
            return set()
        if isinstance(node, Field):
            return set() if self.has(node) else None
        if isinstance(node, Not):
            return set() if self.holds(node.node) is None else None
        if isinstance(node, And | Or):
            answers = [self.holds(each) for each in node.nodes]
            held = [answer for answer in answers if answer is not None]
            enough = len(held) == len(answers) if isinstance(node, And) else bool(held)
            return set().union(*held) if enough else None
        return self.places(node) or None

    def places(self, node: Node) -> set[Place]:
        """Where what has a place stands."""
        if isinstance(node, Named):
            return self.readings[False].places(partial(found_names, node))
        if isinstance(node, Phrase):
            reading = self.readings[node.cased]
            found = [reading.places(partial(found_phrase, words)) for words in node.readings]
            return set().union(*found)
        if isinstance(node, Or):
            return set().union(*map(self.places, node.nodes))
        assert isinstance(node, Near)
        return {
            place
            for one in self.places(node.left)
            for other in self.places(node.right)
            if self.near(one, other, node.most)
            for place in (one, other)
        }

    def near(self, one: Place, other: Place, most: int) -> bool:
        """Whether at most so many words stand between two that do not overlap."""
        first, second = sorted((one, other))
        if first.part != second.part or second.start < first.end:
            return False
        part = self.readings[False].parts[first.part]
        between = [
            (start, end)
            for start, end in runs(spelled(part), joint="'")
            if first.end <= part[start].start and part[end - 1].end <= second.start
        ]
        return len(between) <= most

    def has(self, field: Field) -> bool:
        """Whether the post is of the kind."""
        post, value = self.post, field.value
        if field.name == "author":
            return bare(post.author.handle, "@") == bare(value, "@")
        if field.name == "channel":
            return bare(post.channel or "", "#", "r/") == bare(value, "#", "r/")
        if field.name == "platform":
            return bare(post.platform) == value
        if field.name == "lang":
            return bare(self.lang) == value or bare(self.lang).startswith(value + "-")
        return {
            "link": any(ADDRESS.search(part) for part in (post.title or "", post.text)),
            "question": any(asks(part) for part in (post.title or "", post.text)),
            "image": bool(post.media),
            "reply": post.parent_id is not None,
            "post": post.parent_id is None,
        }[value]


ADDRESS: Final = re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)


def asks(text: str) -> bool:
    """Whether a question mark of any script stands outside an address."""
    outside = ADDRESS.sub(lambda address: " " + behind(address.group()), text)
    marks = [char for char in outside if unicodedata.category(char) in ("Po", "So")]
    return any(
        "QUESTION" in unicodedata.name(char, "") or char == "\N{INTERROBANG}" for char in marks
    )


def behind(address: str) -> str:
    """What is not of an address: from a bracket on that closes nothing, or a sentence's signs."""
    for size in range(1, len(address) + 1):
        start = address[:size]
        if sum(map(start.count, ")]")) > sum(map(start.count, "([")):
            return address[size - 1 :]
    end = address
    while end and end[-1] in "?!.,:;*_~'\")]":
        end = end[:-1]
    return address[len(end) :]


def bare(name: str, *signs: str) -> str:
    """A folded name without the sign before it."""
    folded = caseless(plain(name))
    for sign in signs:
        folded = folded.removeprefix(sign)
    return folded


def found(query: str, post: Post, detected: str = "unknown") -> list[tuple[int, int]] | None:
    """Where a query finds a post; None where it does not mean it.

    The sorted places of what was found, as characters of the title, a line break and the text, or
    of the text alone where there is no title. `detected` is the language where the platform names
    none. Raises Refused, a ValueError, for what is no query.
    """
    places = Reader(post, detected).holds(Parser(query).parse())
    return None if places is None else sorted({(place.start, place.end) for place in places})
