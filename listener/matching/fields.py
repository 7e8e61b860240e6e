"""What a post is beside its words: whose, where, in which language, with what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import regex

from listener.matching.document import Document
from listener.matching.fold import Span, fold

Detect = Callable[[str], str]
"""The language of a text, ``und`` where it cannot be told."""

UNKNOWN: Final = "unknown"
"""How a query names the language that nobody could tell."""

_LINK: Final = regex.compile(
    r"(?:https?://|(?<![\p{L}\p{N}@.])www\.[\p{L}\p{N}])[^\s<>\"\0]*", regex.IGNORECASE
)
_QUESTION: Final = regex.compile(
    r"[?\u00bf\uff1f\ufe56\u061f\u037e\u2e2e\u055e\u1367\u2047-\u2049\u2753\u2754\u203d"
    r"\u2cfa\u2cfb\ua60f\ua6f7\U00011143]|(?<=\p{Greek}\s?);"
)
"""Of any script; a semicolon is one behind Greek letters."""

_ENDING: Final = "?!.,:;*_~'\")]"
"""Signs at the end of an address that are taken for the sentence's."""

_PICTURES: Final = frozenset({"image", "photo", "picture", "gif", "animated_gif", "gifv"})
_PICTURE_PAGE: Final = regex.compile(r"/photo/\d+$")
"""How X links a picture of a post."""
_PICTURE_FILES: Final = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".heic", ".svg", ".bmp")


@dataclass(frozen=True, slots=True)
class Field:
    """One thing about a post that must be so."""

    test: Callable[[Document], bool]

    def found(self, document: Document) -> list[Span] | None:
        """No place in the text; None where it is not so."""
        return [] if self.test(document) else None


def field(name: str, value: str, detect: Detect) -> Field:
    """What `name` asks; see `FIELDS` and `VALUES` for what there is."""
    if name == "lang":
        wanted = _tag(_folded(value))
        return Field(_of_language("und" if wanted == UNKNOWN else wanted, detect))
    if name in VALUES:
        return Field(VALUES[name][value.casefold()])
    read, wanted = FIELDS[name], _TRIMMED.get(name, str)(_folded(value))
    return Field(lambda document: read(document) == wanted)


def _folded(value: str) -> str:
    return fold(value, in_query=True).text.strip()


def _author(document: Document) -> str:
    return _folded(document.post.author.handle).removeprefix("@")


def _channel(document: Document) -> str:
    return _without_mark(_folded(document.post.channel or ""))


def _without_mark(channel: str) -> str:
    return channel.removeprefix("#").removeprefix("r/")


def _of_language(wanted: str, detect: Detect) -> Callable[[Document], bool]:
    def test(document: Document) -> bool:
        said = document.post.lang or detect(document.post.text or document.post.title or "")
        return _tag(said) == wanted or _tag(said).split("-")[0] == wanted

    return test


def _tag(language: str) -> str:
    return language.replace("_", "-").casefold()


def _has_link(document: Document) -> bool:
    return _LINK.search(document.whole) is not None or any(
        "://" in one and not _is_picture(one) for one in document.post.media
    )


def _has_question(document: Document) -> bool:
    return _QUESTION.search(_LINK.sub(_behind_link, document.whole)) is not None


def _behind_link(link: "regex.Match[str]") -> str:
    """What was taken for the end of an address: a bracket that it does not open, a sentence's."""
    text, opened = link[0], 0
    for at, character in enumerate(text):
        opened += (character in "([") - (character in ")]")
        if opened < 0:
            return " " + text[at:]
    return " " + text[len(text.rstrip(_ENDING)) :]


def _has_picture(document: Document) -> bool:
    return any(map(_is_picture, document.post.media))


def _is_picture(medium: str) -> bool:
    medium = medium.casefold()
    if medium in _PICTURES or medium.startswith("image/"):
        return True
    path = regex.split(r"[?#]", medium, maxsplit=1)[0]
    return "://" in medium and (
        path.endswith(_PICTURE_FILES) or _PICTURE_PAGE.search(path) is not None
    )


FIELDS: Final[Mapping[str, Callable[[Document], str]]] = {
    "author": _author,
    "channel": _channel,
    "platform": lambda document: _folded(document.post.platform),
}
"""Fields that are compared with any value."""

VALUES: Final[Mapping[str, Mapping[str, Callable[[Document], bool]]]] = {
    "has": {"link": _has_link, "question": _has_question, "image": _has_picture},
    "is": {
        "reply": lambda document: document.post.parent_id is not None,
        "post": lambda document: document.post.parent_id is None,
    },
}
"""Fields that take one of a few values."""

_TRIMMED: Final[Mapping[str, Callable[[str], str]]] = {
    "author": lambda value: value.removeprefix("@"),
    "channel": _without_mark,
}
