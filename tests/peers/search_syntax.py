"""What platforms' searches find, in the plainest reading of their syntax, for peers and tests.

Words that stand together must all be there, phrases word by word; OR, AND, NOT, a minus and
parentheses where the platform knows them. A text is parted at whatever is neither letter nor digit,
so that a possessive is a word of its own.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import regex

_UNSPACED: Final = (
    r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー々〇"
)
_LETTER: Final = rf"[\p{{L}}\p{{N}}\p{{M}}--[{_UNSPACED}]]"
_TOKEN: Final = regex.compile(rf"{_LETTER}+|[{_UNSPACED}\p{{So}}]", regex.VERSION1)
_NAME: Final = r"(?<![\p{L}\p{N}\p{M}])"
_SYNTAX: Final = re.compile(r'(-?)("[^"]*"|[()]|[^\s()"]+)')


@dataclass(frozen=True)
class Found:
    """What a search looks through."""

    texts: Sequence[str]
    """A title, a text: no phrase goes on from one to the other."""
    author: str = ""
    channel: str = ""
    is_reply: bool = False
    has_media: bool = False


@dataclass(frozen=True)
class Syntax:
    """What a platform's search knows beside words and phrases."""

    joins: bool = False
    """OR, AND, NOT and parentheses."""
    minus: bool = False
    names: str = ""
    """The marks, of # and @, that it knows."""
    fields: tuple[str, ...] = ()
    """As they stand before a colon."""


def plain(text: str) -> str:
    """Without case or compatibility forms."""
    return unicodedata.normalize("NFKC", text).casefold()


class Search:
    """A search that was sent."""

    def __init__(self, text: str, syntax: Syntax, fold: Callable[[str], str] = plain) -> None:
        self._syntax = syntax
        self._fold = fold
        self._left = list(_SYNTAX.findall(text))[::-1]
        self._test = self._either()
        assert not self._left, f"unbalanced parentheses in {text}"

    def finds(self, post: Found) -> bool:
        """Whether it finds that."""
        return self._test(post)

    def _next(self) -> str:
        return self._left[-1][1] if self._left else ""

    def _either(self) -> Callable[[Found], bool]:
        tests = [self._together()]
        while self._syntax.joins and self._next() == "OR":
            self._left.pop()
            tests.append(self._together())
        return lambda post: any(test(post) for test in tests)

    def _together(self) -> Callable[[Found], bool]:
        tests = [self._one()]
        while self._left and not (self._syntax.joins and self._next() in ("OR", ")")):
            if self._syntax.joins and self._next() == "AND":
                self._left.pop()
            tests.append(self._one())
        return lambda post: all(test(post) for test in tests)

    def _one(self) -> Callable[[Found], bool]:
        minus, text = self._left.pop()
        if minus and self._syntax.minus:
            self._left.append(("", text))
            assert text != "(", "what is grouped cannot be negated"
            return _not(self._one())
        if self._syntax.joins and text == "NOT":
            return _not(self._one())
        if self._syntax.joins and text == "(":
            inner = self._either()
            assert self._left.pop()[1] == ")"
            return inner
        assert not (self._syntax.joins and text in ("OR", "AND", ")")), f"{text} in a wrong place"
        name, _, value = text.partition(":")
        if name in self._syntax.fields:
            return _field(name, value)
        if text[0] in self._syntax.names and len(text) > 1:
            return self._named(text)
        return self._words(text)

    def _named(self, text: str) -> Callable[[Found], bool]:
        end = r"(?![\p{L}\p{N}\p{M}_])"
        wanted = regex.compile(_NAME + regex.escape(self._fold(text)) + end)
        return lambda post: any(wanted.search(self._fold(one)) for one in post.texts)

    def _words(self, text: str) -> Callable[[Found], bool]:
        wanted = list(self._tokens(text.strip('"')))
        return lambda post: any(_holds(list(self._tokens(one)), wanted) for one in post.texts)

    def _tokens(self, text: str) -> Iterator[str]:
        yield from _TOKEN.findall(self._fold(text))


def _not(test: Callable[[Found], bool]) -> Callable[[Found], bool]:
    return lambda post: not test(post)


def _field(name: str, value: str) -> Callable[[Found], bool]:
    match name, value:
        case (("from" | "author"), _):
            return lambda post: post.author.casefold() == value.casefold()
        case "subreddit", _:
            return lambda post: post.channel.casefold() == value.casefold()
        case "is", "reply":
            return lambda post: post.is_reply
        case "has", "media":
            return lambda post: post.has_media
        case "is", "retweet":
            return lambda _: False
    raise AssertionError(f"no such operator: {name}:{value}")


def _holds(tokens: list[str], wanted: list[str]) -> bool:
    size = len(wanted)
    return any(tokens[at : at + size] == wanted for at in range(len(tokens) - size + 1))


X: Final = Syntax(joins=True, minus=True, names="#@", fields=("from", "is", "has"))
REDDIT: Final = Syntax(joins=True, fields=("author", "subreddit"))
GITHUB: Final = Syntax(joins=True)
HACKERNEWS: Final = Syntax(minus=True)
STACKEXCHANGE: Final = Syntax(minus=True)
BLUESKY: Final = Syntax(minus=True, names="#", fields=("from",))
MASTODON: Final = Syntax(minus=True)
