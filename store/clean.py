"""Make a platform's strings fit for both databases."""

import hashlib
import re
from typing import Final

LONGEST_KEY: Final = 255
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_UNKNOWN: Final = "\ufffd"


def scrub(text: str) -> str:
    """The text without NUL and lone surrogates, each replaced so that positions stay."""
    if "\x00" in text:
        text = text.replace("\x00", _UNKNOWN)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return _LONE_SURROGATE.sub(_UNKNOWN, text)
    return text


def key(value: str) -> str:
    """A platform's id as it is stored: past 255 characters its end is replaced by a hash."""
    if len(value) <= LONGEST_KEY and value.isascii() and "\x00" not in value:
        return value
    value = scrub(value)
    if len(value) <= LONGEST_KEY:
        return value
    digest = hashlib.sha256(value.encode()).hexdigest()
    return f"{value[: LONGEST_KEY - len(digest) - 1]}~{digest}"


def scrub_maybe(text: str | None) -> str | None:
    """`scrub`, where there is a text."""
    return None if text is None else scrub(text)


def key_maybe(value: str | None) -> str | None:
    """`key`, where there is an id."""
    return None if value is None else key(value)
