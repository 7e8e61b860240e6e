"""What is wrong with a field of a query or its value, and what was meant."""

import re
from difflib import get_close_matches
from typing import Final

from listener.connectors import KINDS
from listener.matching.fields import FIELDS, UNKNOWN, VALUES
from listener.querying.languages import is_language, language_meant
from listener.querying.problems import QUOTES, Edit, Wrong, quoted

NAMES: Final = (*FIELDS, "lang", *VALUES)
_EXAMPLES: Final = {"author": "ann", "channel": "python", "platform": "reddit", "lang": "de"}

_OTHERWISE: Final = {
    "from": "author:", "by": "author:", "user": "author:", "handle": "author:", "u": "author:",
    "subreddit": "channel:", "in": "channel:", "sub": "channel:", "forum": "channel:",
    "server": "channel:", "group": "channel:", "r": "channel:", "site": "channel:",
    "language": "lang:", "source": "platform:", "network": "platform:", "filter": "has:",
    "tag": "#", "hashtag": "#", "to": "@", "mention": "@", "mentions": "@",
}  # fmt: skip
"""How other searches call what a field or a mark asks for here."""

_PLATFORMS: Final = (*(one for one in KINDS if one not in {"archive", "jetstream"}), "slack")
_OTHER_PLATFORMS: Final = {
    "twitter": "x", "tweet": "x", "x.com": "x", "hn": "hackernews", "ycombinator": "hackernews",
    "stackoverflow": "stackexchange", "superuser": "stackexchange", "jetstream": "bluesky",
    "bsky": "bluesky", "fediverse": "mastodon", "atom": "rss", "feed": "rss",
}  # fmt: skip

_DOMAIN: Final = re.compile(r"(?:www\.)?([\w-]+)(?:\.[\w.-]+)?$")
_EMPTY: Final = re.compile(r"@|#|r/", re.IGNORECASE)


def check(name: str, written: str, start: int) -> None:
    """Refuse what no post could have. `written` is the value, which begins at `start`.

    Raises Wrong.
    """
    value = written.strip(QUOTES).strip()
    field = start - len(name) - 1
    name = name.casefold()
    if name not in NAMES:
        raise _unknown(name, written, field, start)
    choices = VALUES.get(name)
    if choices is not None and value.casefold() not in choices:
        shown = " or ".join(f"{name}:{one}" for one in choices)
        edit = _nearest(value.casefold(), tuple(choices), start, len(written))
        raise Wrong(start, f"{name}: takes one of a few values: write {shown}", edit)
    if not value or _EMPTY.fullmatch(value):
        told = f"nothing follows {name}:{value} here: write the value right behind it"
        raise Wrong(start + len(written), f"{told}, as in {name}:{_EXAMPLES[name]}")
    if name == "lang" and value.casefold() != UNKNOWN and not is_language(value):
        raise _language(value, start, len(written))
    if written[0] in QUOTES:
        return
    if "*" in value:
        told = f"{name}: takes a whole name: a star stands only at a word's end"
        raise Wrong(start + written.index("*"), told)
    if name == "platform":
        _check_platform(value, start)


def _unknown(name: str, written: str, field: int, start: int) -> Wrong:
    value = written.strip(QUOTES).strip()
    phrase = quoted(f"{name}:{value}")
    edit, end = Edit(field, start + len(written), phrase), start + len(written)
    meant = _meant(name, value)
    if meant:
        edit = Edit(field, end, meant)
    known = ", ".join(f"{one}:" for one in NAMES)
    guess = f"did you mean {meant}? " if meant and len(meant) < 40 else ""
    told = f"there is no field {name:.40}:; {guess}there are {known}; for the words write "
    return Wrong(field, told + (f"{phrase} in quotes" if len(phrase) < 60 else "quotes"), edit)


def _meant(name: str, value: str) -> str | None:
    if name == "near" and value.isdecimal():
        return f"NEAR/{value}"
    if name == "site" and (domain := _DOMAIN.fullmatch(value.casefold())):
        platform = _OTHER_PLATFORMS.get(domain[1], domain[1])
        if platform in _PLATFORMS:
            return f"platform:{platform}"
    near = get_close_matches(name, NAMES, 1, cutoff=0.75)
    field = _OTHERWISE.get(name) or (f"{near[0]}:" if near else None)
    if field is None or not value:
        return field
    shown = value.lstrip("#@") if len(field) == 1 else value
    return field + (f'"{shown}"' if re.search(r"\s", shown) else shown)


def _nearest(value: str, known: tuple[str, ...], start: int, size: int) -> Edit | None:
    near = get_close_matches(value, known, 1)
    return Edit(start, start + size, near[0]) if near else None


def _language(value: str, start: int, size: int) -> Wrong:
    meant = language_meant(value)
    if meant:
        told = f"no language is called {value:.40}: did you mean lang:{meant}?"
        return Wrong(start, told, Edit(start, start + size, meant))
    way_out = f"write its two letters, as in lang:de, or lang:{UNKNOWN}"
    return Wrong(start, f"no language is called {value:.40}: {way_out}")


def _check_platform(value: str, start: int) -> None:
    """Archives may name platforms of their own; only what resembles one of ours is refused."""
    word = value.casefold()
    if word in _PLATFORMS:
        return
    near = get_close_matches(word, _PLATFORMS, 1, cutoff=0.8)
    meant = _OTHER_PLATFORMS.get(word) or (near[0] if near else None)
    if meant:
        told = f"posts of that platform say platform:{meant}: write this"
        told += f', or platform:"{value}" where an archive has that very word'
        raise Wrong(start, told, Edit(start, start + len(value), meant))
