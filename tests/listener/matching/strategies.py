"""Random queries and posts of a few nasty words, so that they meet often and differ in little."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from hypothesis import strategies as st

from store.records import Post
from tests.listener.matching.cases import Case


@dataclass(frozen=True, slots=True)
class Nasty:
    """A word: how queries spell it, how texts do, and what it is not but nearly."""

    queries: tuple[str, ...]
    texts: tuple[str, ...]
    nearly: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    """What queries ask for by a sign."""


NASTY: Final = (
    Nasty(
        ("acme", "Acme", "ac\u00adme", "\u0430cme", "acme's", "\uff41cme"),
        ("acme", "Acme", "ACME", "ac\u200dme", "\u0430cm\u0435", "acme's", "_acme_", "#acme"),
        ("acmes", "acme2", "@acme-dev", "@ann@acme.social", "#AcmeCloud", "acme_cloud"),
        named=(
            "#acme",
            "@acme",
            "@acme-dev",
            "#AcmeCloud",
            "#acme_cloud",
            '~"acme cloud"',
            "#\u0430cme",
        ),
    ),
    Nasty(
        ("cloud", "Cloud", "CLOUD", "cl\u043eud", "cloud\u2019s"),
        ("cloud", "Cloud", "**cloud**", '"cloud"', "\u201cCloud\u201d", "CLOUD'S", "@cloud"),
        ("clouds", "acmecloud", "#AcmeCloud", "@cloud.acme", "cloud_"),
        named=(
            "#cloud",
            "@Cloud",
            "@cloud.acme",
            '~"acme-cloud"',
        ),
    ),
    Nasty(
        ("straße", "STRASSE", "Strasse", "stra\u1e9ee"),
        ("Straße", "STRASSE", "strasse", "#straße", "stra\u00ad\u00dfe"),
        ("strase", "strassen"),
        named=(
            "#STRASSE",
            "@straße",
        ),
    ),
    Nasty(
        ("caf\u00e9", "cafe\u0301", "CAF\u00c9"),
        ("caf\u00e9", "cafe\u0301", "CAFE\u0301", "caf\u034f\u00e9", "@caf\u00e9"),
        ("cafe", "Caf\u00e9\u0301"),
        named=(
            "#caf\u00e9",
            "@cafe\u0301",
        ),
    ),
    Nasty(
        ("cop", "\u0441\u043e\u0440", "\u0421\u041e\u0420", "c\u043ep"),
        ("cop", "\u0441\u043e\u0440", "c\u043ep", "Cop's", "#\u0441\u043e\u0440"),
        ("\u043c\u0438\u0440", "\u044d\u0442\u043e", "\u0441\u043e\u0440\u0442", "cops"),
        named=(
            "#cop",
            "#\u0441\u043e\u0440",
        ),
    ),
    Nasty(
        ("c++", "C++"),
        ("c++", "C++", "c++'s", "(c++)"),
        ("C++20", "c+++", "c", "c#"),
    ),
    Nasty(
        ("node.js", "node", "js", "Node.JS"),
        ("node.js", "Node.js", "node.js's", "nod\u200be.js"),
        ("nodejs", "node.json", "node. js"),
    ),
    Nasty(
        ("\u6771\u4eac", "\u4eac", "\u6771\u4eac\u90fd"),
        ("\u6771\u4eac", "\u6771\u4eac\u90fd", "\u6771\u4eac\u306e", "acme\u6771\u4eac", "\u4eac"),
        ("\u4eac\u6771", "\u6771 \u4eac"),
    ),
    Nasty(
        ("\u0e44\u0e17\u0e22",),
        ("\u0e44\u0e17\u0e22", "\u0e1b\u0e23\u0e30\u0e40\u0e17\u0e28\u0e44\u0e17\u0e22"),
        ("\u0e17\u0e22\u0e44",),
    ),
    Nasty(
        ("\ud55c\uad6d", "\u1112\u1161\u11ab\uad6d"),
        ("\ud55c\uad6d", "\ud55c\uad6d\uc740", "\u1112\u1161\u11ab\uad6d"),
        ("\ud55c\ubbfc\uad6d",),
    ),
    Nasty(
        ("\U0001f680", "\u2764\ufe0f", "\U0001f469\u200d\U0001f4bb"),
        ("\U0001f680", "\u2764", "\U0001f680\U0001f680", "\U0001f469\u200d\U0001f4bb"),
        ("\U0001f525",),
    ),
    Nasty(
        ("ann", "Ann", "ann's"),
        ("ann", "@ann", "Ann's", "#ann", "l'ann"),
        ("@ann@acme.social", "@ann.acme", "ann@acme.social", "anna"),
        named=(
            "#ann",
            "@ann",
            "@ann@acme.social",
            "@Ann.acme",
            '~"ann acme"',
        ),
    ),
    Nasty(
        ("fine", "\ufb01ne", "FINE"),
        ("fine", "\ufb01ne", "\uff46\uff49\uff4e\uff45", "~~fine~~"),
        ("fin", "fines"),
    ),
    Nasty(
        ("\u0130stanbul", "istanbul", "ISTANBUL"),
        ("\u0130STANBUL'da", "istanbul", "Istanbul", "i\u0307stanbul"),
        ("\u0131stanbul",),
    ),
    Nasty(
        ("\u039f\u0394\u039f\u03a3", "\u03bf\u03b4\u03bf\u03c2"),
        ("\u03bf\u03b4\u03bf\u03c2", "\u03bf\u03b4\u03bf\u03c3", "\u039f\u0394\u039f\u03a3"),
        ("\u03bf\u03b4\u03cc\u03c2",),
    ),
    Nasty(
        ("e-mail", "e/mail", "mail"),
        ("e-mail", "E\u2011Mail", "e mail", "e/mail", "e - mail"),
        ("email", "e, mail", "e--mail"),
    ),
    Nasty(
        ("don't", "don\u2019t"),
        ("don't", "don\u2019t", "DON\u00b4T"),
        ("dont", "don t"),
    ),
)

SPACES: Final = (" ", " ", " ", " ", "  ", "\n", "\u00a0", "\t", "\u3000", " \u200b")
SIGNS: Final = ("-", "/", ", ", ". ", ".", " - ", "\u2013", " _", "* ", "", "'s ", "\u2122 ", "! ")
APART: Final = (" ? ", " \uff1f ", " one two ", " https://acme.com/?q=1 ", " 's ", " and ", " (")
FIELDS: Final = (
    "author:ann",
    "author:@Ann",
    'author:"ann lee"',
    "channel:help",
    "channel:r/Python",
    "channel:#help",
    "platform:reddit",
    "platform:Mastodon",
    "lang:en",
    "lang:DE",
    "has:link",
    "has:question",
    "has:image",
    "is:reply",
    "is:post",
    "*",
)

Vocabulary: TypeAlias = tuple[Nasty, ...]
TERM, PHRASE, PREFIX, CASED, NAMED, FIELD = "term", "phrase", "prefix", "cased", "named", "field"
WORDED: Final = (TERM, TERM, TERM, PHRASE, PHRASE, PREFIX, CASED)
TERMS: Final = (*WORDED, *WORDED, NAMED, NAMED, FIELD)
JOINED: Final = ("term", "and", "and", "or", "or", "near", "group")
OR, AND, NEAR, ATOM = range(4)


@dataclass(frozen=True, slots=True)
class Written:
    """A part of a query as it is written, and how strongly it holds together."""

    text: str
    strength: int

    def within(self, strength: int) -> str:
        """As it is written inside something of that strength."""
        return self.text if self.strength >= strength else f"({self.text})"


class Writer:
    """Writes random queries of a few words."""

    def __init__(self, draw: st.DrawFn, vocabulary: Vocabulary) -> None:
        self.draw = draw
        self.words = [word for each in vocabulary for word in each.queries]
        self.named = [name for each in vocabulary for name in each.named] or ["#acme"]
        self.lettered = [word for word in self.words if word[-1].isalnum()] or ["acme"]
        self.latin = [word for word in self.words if word.isascii() and word.isalpha()] or ["acme"]

    def one(self, choices: Sequence[str]) -> str:
        """Any of them."""
        return self.draw(st.sampled_from(choices))

    def phrase(self) -> str:
        """One to three words in quotes of some kind."""
        words = [self.one(self.lettered) for _ in range(self.draw(st.integers(1, 3)))]
        text = words[0] + "".join(self.one((" ", " ", "  ", "-", "/")) + word for word in words[1:])
        quotes = self.one(('""', '""', "\u201c\u201d", "\u00ab\u00bb"))
        return quotes[0] + text + self.one(("", "", "", "*")) * self.latin_end(text) + quotes[1]

    def latin_end(self, text: str) -> bool:
        """Whether the text ends in two letters of ASCII, so that a star may follow."""
        return text[-2:].isascii() and text[-2:].isalpha()

    def prefix(self) -> str:
        """The beginning of a word, with its star."""
        word = self.one(self.latin)
        return word[: self.draw(st.integers(2, max(2, len(word))))] + "*"

    def term(self, kinds: Sequence[str]) -> str:
        """A single term of one of the kinds."""
        kind = self.one(kinds)
        if kind == PHRASE:
            return self.one(("", "", "", "=", "~")) + self.phrase()
        if kind == PREFIX:
            return self.prefix()
        if kind == CASED:
            return "=" + self.one(self.words)
        if kind == NAMED:
            return self.one(self.named)
        return self.one(FIELDS if kind == FIELD else self.words)

    def side(self) -> str:
        """What may be near something."""
        first = self.term(WORDED)
        return self.draw(st.sampled_from((first, first, f"({first} OR {self.term(WORDED)})")))

    def conjunction(self, depth: int) -> Written:
        """Two or three parts, of which the first has to be there and others may be excluded."""
        text = self.tree(depth - 1).within(AND + 1)
        for _ in range(self.draw(st.integers(1, 2))):
            sign = self.one((" ", " ", " AND ", " -", " NOT ", " AND NOT "))
            part = self.tree(depth - 1)
            text += sign + part.within(AND + 1 if sign in (" ", " AND ") else ATOM)
        return Written(text, AND)

    def tree(self, depth: int) -> Written:
        """A query of at most that depth."""
        kind = self.one(JOINED) if depth else "term"
        if kind == "and":
            return self.conjunction(depth)
        if kind == "or":
            parts = [self.tree(depth - 1).within(AND) for _ in range(self.draw(st.integers(2, 3)))]
            return Written(" OR ".join(parts), OR)
        if kind == "near":
            words = self.draw(st.integers(0, 5))
            return Written(f"{self.side()} NEAR/{words} {self.side()}", NEAR)
        if kind == "group":
            return Written(f"({self.tree(depth - 1).text})", ATOM)
        return Written(self.term(TERMS), ATOM)


def a_text(draw: st.DrawFn, vocabulary: Vocabulary, least: int, most: int) -> str:
    """Words of the vocabulary and what is nearly one of them, however separated."""
    exact = [text for word in vocabulary for text in word.texts]
    nearly = [text for word in vocabulary for text in word.nearly]
    words = st.sampled_from(exact * 3 + nearly)
    between = st.sampled_from(SPACES * 4 + SIGNS + APART)
    pieces = draw(st.lists(st.tuples(words, between), min_size=least, max_size=most))
    return "".join(map("".join, pieces))


def a_post(draw: st.DrawFn, vocabulary: Vocabulary) -> Post:
    """A post of the vocabulary."""
    titled = draw(st.sampled_from((False, False, True)))
    return Case(
        pattern="",
        query="",
        text=a_text(draw, vocabulary, 2, 9),
        verdict=False,
        title=a_text(draw, vocabulary, 0, 3) if titled else None,
        author=draw(st.sampled_from(("ann", "Ann", "ann lee", "anna"))),
        channel=draw(st.sampled_from((None, "python", "Help"))),
        platform=draw(st.sampled_from(("reddit", "mastodon"))),
        lang=draw(st.sampled_from(("en", "en-GB", "de"))),
        media=draw(st.sampled_from(((), ("https://acme.com/a.png",)))),
        parent=draw(st.sampled_from((None, "9"))),
    ).post


@st.composite
def pairs(draw: st.DrawFn, depth: int = 4) -> tuple[str, Post]:
    """A query that is not refused and a post, of the same few words."""
    chosen = draw(st.lists(st.sampled_from(NASTY), min_size=1, max_size=3, unique=True))
    vocabulary = tuple(chosen)
    query = Writer(draw, vocabulary).tree(draw(st.integers(0, depth))).text
    return query, a_post(draw, vocabulary)
