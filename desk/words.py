"""How the desk says times, kinds and quotes. Every post is hostile text until it left here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from desk.reason import Moving

LINK: Final = re.compile(r"https?://[^\s<>\"'`{}|\\^\[\]]+", re.IGNORECASE)
TAIL: Final = ".,;:!?)*_~。、）」"
LINK_RULES: Final = "nofollow noopener noreferrer ugc"
TURNS: Final = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
"""What turns the direction of all that follows it."""
SOON: Final = timedelta(hours=2)
COLD: Final = timedelta(days=3)
FAR: Final = timedelta(days=30)

PLATFORMS: Final = {
    "reddit": "Reddit",
    "x": "X",
    "discord": "Discord",
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "hackernews": "Hacker News",
    "stackexchange": "Stack Exchange",
    "discourse": "Discourse",
    "github": "GitHub",
    "rss": "Feed",
    "archive": "Archive",
}


KINDS: Final = {
    "issue": "Issue",
    "question": "Question",
    "request": "Request",
    "conduct": "Conduct",
    "help": "Thanks",
    "praise": "Praise",
}
STATES: Final = {
    "new": "waits for the policy",
    "open": "open",
    "done": "done",
    "dismissed": "dismissed",
}


@dataclass(frozen=True, slots=True)
class Sayer:
    """Says moments as seen now, in one zone."""

    now: datetime
    zone: tzinfo

    def ago(self, then: datetime) -> str:
        """How long ago, or until."""
        return ago(self.now, then, self.zone)

    def exact(self, then: datetime) -> str:
        """To the minute."""
        return exact(then, self.zone)

    def clock(self, due: datetime) -> tuple[str, str]:
        """What the clock says and how loud."""
        return clock(self.now, due)


def platform_name(platform: str) -> str:
    """How a platform writes its own name."""
    return PLATFORMS.get(platform, platform)


def ago(now: datetime, then: datetime, zone: tzinfo) -> str:
    """A distance in time, short: `now`, `4 min ago`, `in 3 h`; past a month the day, `4 May`."""
    away = now - then
    if abs(away) >= FAR:
        local = then.astimezone(zone)
        year = "" if local.year == now.astimezone(zone).year else f" {local.year}"
        return f"{local.day} {local:%b}{year}"
    said = span(abs(away.total_seconds()))
    if not said:
        return "now"
    return f"{said} ago" if away > timedelta() else f"in {said}"


def span(seconds: float) -> str:
    """A length of time in its largest unit; empty under a minute."""
    for name, size in (("year", 31_557_600), ("month", 2_629_800), ("day", 86_400)):
        if seconds >= size * (2 if name == "day" else 1):
            count = int(seconds // size)
            return f"{count} {name}" + ("s" if count > 1 else "")
    for name, size in (("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{int(seconds // size)} {name}"
    return ""


def exact(then: datetime, zone: tzinfo) -> str:
    """A moment to the minute in a zone, with the zone's name."""
    local = then.astimezone(zone)
    return f"{local:%a} {local.day} {local:%B %Y, %H:%M} {local.tzname()}"


def clock(now: datetime, due: datetime) -> tuple[str, str]:
    """What a clock says and how loud: `late`, `soon` or `calm`.

    A clock that ran out long ago is told without red: where all is red, nothing is.
    """
    left = due - now
    said = span(abs(left.total_seconds())) or "1 min"
    if left < timedelta():
        return f"{said} late", "late" if -left < COLD else "calm"
    return f"{said} left", "soon" if left < SOON else "calm"


def percent(probability: float) -> str:
    """A probability as a person says it: `5 %`; never a certainty."""
    if probability < 0.01:
        return "under 1 %"
    return "over 99 %" if probability > 0.99 else f"{100 * probability:.0f} %"


def query_name(name: str) -> str:
    """What a query is called, short; the one for every post of a community by what it finds."""
    return "every post" if name == "*" else excerpt(name, 40)


def short_count(count: int) -> str:
    """A count in at most four characters: 950, 1.2k, 84k, 3.1M."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if count >= size:
            scaled = count / size
            return (f"{scaled:.1f}" if scaled < 10 else f"{scaled:.0f}") + unit
    return str(count)


def web_address(url: str | None) -> str | None:
    """The address where it may become a link: http and https only, with a host."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def excerpt(text: str, limit: int = 160) -> str:
    """One line of a text, cut at a word near `limit` characters."""
    line = " ".join(text[: limit * 4].replace("```", " ").split())
    if len(line) <= limit:
        return line
    cut = line[:limit]
    at = cut.rfind(" ")
    return (cut[:at] if at > limit * 2 // 3 else cut).rstrip() + "…"


def marked(text: str, spans: Sequence[tuple[int, int]] = ()) -> Markup:
    """A post as HTML: escaped, matched words in <mark>, http(s) addresses as wary links."""
    out: list[Markup] = []
    at = 0
    for start, end, href in _pieces(text, spans):
        out.append(escape(text[at:start]))
        inner = text[start:end]
        if href is None:
            out.append(Markup("<mark>{}</mark>").format(inner))
        else:
            out.append(Markup('<a href="{}" rel="{}">{}</a>').format(href, LINK_RULES, inner))
        at = end
    out.append(escape(text[at:]))
    return Markup("").join(out)


def weighed(text: str, words: Sequence[Moving]) -> Markup:
    """A text as HTML: escaped, the words in <mark>, its class the side they are on.

    A title's turn of direction would run on into the text, so that there is none.
    """
    out: list[Markup] = []
    at = 0
    for one in words:
        out.append(escape(text[at : one.start].translate(TURNS)))
        side = "for" if one.weight > 0 else "against"
        out.append(
            Markup('<mark class="{}">{}</mark>').format(
                side, text[one.start : one.end].translate(TURNS)
            )
        )
        at = one.end
    out.append(escape(text[at:].translate(TURNS)))
    return Markup("").join(out)


def _pieces(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int, str | None]]:
    """Links and marks in order, without overlap; a link wins over a mark inside it."""
    links = []
    for found in LINK.finditer(text):
        address = found.group().rstrip(TAIL)
        if web_address(address):
            links.append((found.start(), found.start() + len(address), address))
    pieces: list[tuple[int, int, str | None]] = list(links)
    for start, end in spans:
        inside = 0 <= start < end <= len(text)
        if inside and all(end <= a or start >= b for a, b, _ in pieces):
            pieces.append((start, end, None))
    return sorted(pieces, key=lambda piece: piece[0])
