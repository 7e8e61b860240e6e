"""What counts as the same and what is a word: the plainest reading of `docs/queries.md`."""

import itertools
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

# Folding

IGNORABLE: Final = (
    (0xAD, 0xAD),
    (0x34F, 0x34F),
    (0x61C, 0x61C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
"""Unicode's Default_Ignorable_Code_Point, and U+FFF9 to U+FFFB."""
NOTHING: Final = {code: None for first, last in IGNORABLE for code in range(first, last + 1)}

QUOTES: Final = '"“”„‟″«»'
TYPOGRAPHIC: Final = str.maketrans(
    dict.fromkeys("‘’‚‛ʼ′´`", "'") | dict.fromkeys(QUOTES, '"') | dict.fromkeys("™℠®©", " ")
)


def visible(text: str) -> str:
    """The text without the characters that have no width."""
    return text.translate(NOTHING)


def plain(text: str) -> str:
    """All folding but that of case."""
    composed = unicodedata.normalize("NFKC", visible(text).translate(TYPOGRAPHIC))
    return visible(composed).translate(TYPOGRAPHIC)


def caseless(text: str) -> str:
    """A plain text without case."""
    return unicodedata.normalize("NFKC", text.casefold())


class Glyph(NamedTuple):
    """A character after folding, and the place of the original that it came from."""

    char: str
    start: int
    end: int


def spelled(glyphs: Sequence[Glyph]) -> str:
    """The characters alone."""
    return "".join(glyph.char for glyph in glyphs)


def changed(glyphs: Sequence[Glyph], change: Callable[[str], str]) -> list[Glyph]:
    """Glyphs after a change of their text.

    The text is cut where changing both sides apart gives the same as changing the whole; what
    comes out of one piece came from all of that piece.
    """
    text = spelled(glyphs)
    whole = change(text)
    cuts = [i for i in range(len(text) + 1) if change(text[:i]) + change(text[i:]) == whole]
    result = [
        Glyph(char, glyphs[start].start, glyphs[end - 1].end)
        for start, end in itertools.pairwise(cuts)
        for char in change(text[start:end])
    ]
    assert spelled(result) == whole
    return result


HYPHENS_AND_SLASHES: Final = "-‐‑‒–/\\"


# Words

SPACELESS: Final = (
    "CJK UNIFIED IDEOGRAPH",
    "CJK COMPATIBILITY IDEOGRAPH",
    "IDEOGRAPHIC ITERATION",
    "IDEOGRAPHIC NUMBER",
    "HIRAGANA",
    "KATAKANA",
    "HANGUL",
    "THAI",
    "LAO",
    "KHMER",
    "MYANMAR",
)
"""How Unicode's names of characters begin in scripts without spaces between words."""


def lettered(char: str) -> bool:
    """A letter, a digit or number, or a combining mark."""
    return unicodedata.category(char)[0] in "LNM"


def in_word(text: str, at: int) -> bool:
    """Whether a word character stands there."""
    if text[at] == "_":
        before, after = text[:at].rstrip("_"), text[at:].lstrip("_")
        return bool(before and after) and lettered(before[-1]) and lettered(after[0])
    return lettered(text[at])


def spaceless(char: str) -> bool:
    """A word character of a script that is written without spaces."""
    return lettered(char) and unicodedata.name(char, "").startswith(SPACELESS)


def touches(text: str, outside: int, inside: int) -> bool:
    """Whether the character outside goes on with the word of the one inside."""
    if not 0 <= outside < len(text) or not in_word(text, outside):
        return False
    return not spaceless(text[outside]) and not spaceless(text[inside])


def runs(text: str, joint: str = "") -> list[tuple[int, int]]:
    """Each run of word characters, and each character of a script without spaces.

    `joint` joins two word characters.
    """
    result: list[tuple[int, int]] = []
    at = 0
    while at < len(text):
        end = at
        while goes_on(text, end):
            end += 1
            if joint and text[end : end + 1] == joint and goes_on(text, end + 1):
                end += 1
        if end == at and spaceless(text[at]):
            end += 1
        if end > at:
            result.append((at, end))
        at = max(end, at + 1)
    return result


def goes_on(text: str, at: int) -> bool:
    """Whether a word character stands there that is not a word of its own."""
    return at < len(text) and in_word(text, at) and not spaceless(text[at])


# Possessives


def possessive(text: str, at: int) -> bool:
    """Whether a possessive `'s` begins there."""
    after = at > 0 and not text[at - 1].isspace()
    return after and text[at : at + 2] in ("'s", "'S") and not touches(text, at + 2, at + 1)


def without_possessives(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Glyphs without each `'s` that is no part of a word."""
    text = spelled(glyphs)
    dropped = {at + i for at in range(len(text)) if possessive(text, at) for i in (0, 1)}
    return [glyph for at, glyph in enumerate(glyphs) if at not in dropped]


# Look-alikes

LATIN: Final = dict(
    zip(
        "АВЕЅІЈКМНОРСТУХԌԚԜӀ" + "авеѕіјкмнорстухһԁԛԝѵӏ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" + "αγικνορτυχ",
        "ABESIJKMHOPCTYXGQWI" + "abesijkmhopctyxhdqwvl" + "ABEZHIKMNOPTYX" + "ayikvoptux",
        strict=True,
    )
)
"""Cyrillic and Greek letters, as the Latin ones that they look like."""


def scripts(word: str) -> set[str]:
    """Which of the three scripts have letters in a word."""
    names = {unicodedata.name(char, " ").split(" ")[0] for char in word}
    return names & {"LATIN", "CYRILLIC", "GREEK"}


def mixed(word: str) -> bool:
    """Latin letters beside Cyrillic or Greek ones."""
    return "LATIN" in scripts(word) and len(scripts(word)) > 1


def wholly(word: str) -> bool:
    """Every letter is a Cyrillic or Greek one that looks like a Latin one."""
    letters = [char for char in word if char.isalpha()]
    return bool(letters) and all(char in LATIN for char in letters)


def latin(word: str) -> str:
    """The word with its look-alikes read as Latin."""
    return "".join(LATIN.get(char, char) for char in word)


def query_readings(text: str) -> list[str]:
    """A term's text, with each word of look-alikes read in both ways."""
    choices: list[tuple[str, ...]] = []
    end = 0
    for start, stop in runs(text):
        word = text[start:stop]
        both = (word, latin(word)) if wholly(word) else (latin(word) if mixed(word) else word,)
        choices += [(text[end:start],), both]
        end = stop
    choices.append((text[end:],))
    return ["".join(choice) for choice in itertools.product(*choices)]


def text_readings(parts: Sequence[list[Glyph]]) -> list[list[Glyph]]:
    """The parts of a post with their look-alikes read as they are meant."""
    texts = [spelled(part) for part in parts]
    words = {text[start:end] for text in texts for start, end in runs(text)}
    has_latin = any("LATIN" in scripts(word) for word in words)
    ordinary = {
        script
        for word in words
        if not mixed(word) and not wholly(word)
        for script in scripts(word)
        if script != "LATIN"
    }
    result = []
    for part, text in zip(parts, texts, strict=True):
        glyphs = list(part)
        for start, end in runs(text):
            word = text[start:end]
            meant = wholly(word) and has_latin and not scripts(word) & ordinary
            if mixed(word) or meant:
                for at in range(start, end):
                    glyphs[at] = glyphs[at]._replace(char=latin(glyphs[at].char))
        result.append(glyphs)
    return result


# Tags and mentions


def run_end(text: str, at: int) -> int:
    """Where word characters end."""
    end = at
    while end < len(text) and in_word(text, end):
        end += 1
    return end


def name_end(sign: str, text: str, at: int) -> int:
    """Where the name of a tag or a handle that begins there ends."""
    if sign == "#":
        return run_end(text, at)
    end = handle_end(text, at)
    if end > at and text[end : end + 1] == "@":
        further = handle_end(text, end + 1)
        return further if further > end + 1 else end
    return end


def handle_end(text: str, at: int) -> int:
    """Where a handle ends, or the server of one: underscores are of it wherever they stand."""
    end = at
    while end < len(text):
        is_part = lettered(text[end]) or text[end] == "_"
        after = text[end + 1 : end + 2]
        goes_on = end > at and text[end] in ".-" and (after == "_" or (after and lettered(after)))
        if not (is_part or goes_on):
            break
        end += 1
    return end
