"""What is wrong with words that a reply would say: each fault names the words and the reason."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rewards.thanks import DEFAULT_LIMIT, LIMITS, TOO_ALIKE, alike, fits, length

_LINK: Final = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{0,20}:)?//[^\s<>\"'\])}]+|\bwww\.[^\s<>\"'\])}]+", re.IGNORECASE
)
_SCHEME: Final = re.compile(r"\b(?:javascript|data|mailto|tel|sms|file|vbscript):\S", re.IGNORECASE)
_DOT: Final = re.compile(
    r"\s?[\[({]\s?(?:\.|dot)\s?[\])}]\s?|(?<=[a-z0-9])\u3002(?=[a-z])", re.IGNORECASE
)
"""How a dot is written that shall not look like one."""
_BARE: Final = re.compile(
    r"(?<![\w@./-])((?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}([^\W\d_]{2,24}|xn--[\w-]+))(?![\w-])(/?)"
)
_FILES: Final = frozenset(
    {
        *("js", "mjs", "tsx", "jsx", "json", "yaml", "yml", "toml", "ini", "cfg", "conf", "txt"),
        *("log", "csv", "html", "css", "xml", "exe", "dll", "java", "php", "png", "jpg", "pdf"),
        *("sql", "env", "lock"),
    }
)
"""Ends of file names that no domain has: no link unless a path follows."""
_HOST: Final = re.compile(r"https://([a-z0-9.-]+)(?::443)?(?:[/?#][^\s\\@]*)?", re.IGNORECASE)
_CALL: Final = re.compile(
    r"(?<![\w.])[@\uff20][\w][\w.-]*(?:@[\w.-]+)?|(?<![\w/])/?u/[\w-]{2,}|<[@#][!&]?\w+>",
    re.IGNORECASE,
)
_OPEN: Final = re.compile(
    r"\[[^\W\d][\w .-]{0,40}\](?!\()|\{[^{}\n]{0,60}\}|<[a-z][\w -]{0,40}>", re.IGNORECASE
)
_MONEY: Final = re.compile(
    r"\b(?:refund|reimburse|compensat|voucher|coupon|discount|free (?:month|year|of charge)"
    r"|gift card|money back|rückerstatt|erstatte|gutschein|rabatt|entschädig|reembols|descuento"
    r"|cup[oó]n|rembours|bon d.achat|desconto)\w*|返金|割引|クーポン"
    r"|[$€£¥]\s?\d[\d.,]*|\d[\d.,]*\s?(?:[$€£¥]|(?:usd|eur|gbp)\b)",
    re.IGNORECASE,
)
_SELLING: Final = re.compile(
    r"\b(?:buy now|upgrade (?:now|today|to)|sign up (?:now|today))\b", re.IGNORECASE
)
_PROGRAM: Final = re.compile(r"\bas an? (?:ai|language model|assistant|chatbot)\b", re.IGNORECASE)
_HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: the rule in a word, and a line for a person."""

    rule: str
    line: str


def lint(
    body: str,
    platform: str,
    *,
    called: str = "",
    links: Sequence[str] = (),
    said: Sequence[str] = (),
    under: str = "",
) -> list[Fault]:
    """The faults of a reply on a platform; an empty list where it may be shown as a draft.

    `called` is the one person whom it may call, as `rewards.thanks.address` writes them, `links`
    the hosts that it may link to, with all below them, `said` what was said of late, and `under`
    a line that will stand under it.
    """
    if not body.strip():
        return [Fault("empty", "It is empty.")]
    if too_long := _length(body, platform, under):
        return [too_long]  # the rest is not worth the time that it could take
    plain = _without(called, unicodedata.normalize("NFKC", body))
    found = [*_hidden(body), *_links(plain, links)]
    # What stands in a link is its own: neither a call nor a placeholder.
    rest = _LINK.sub(" ", plain)
    found += [
        Fault("call", f"It calls {_cut(one)}, who is not asked.") for one in _all(_CALL, rest)
    ]
    found += [Fault("placeholder", f"It leaves {_cut(one)} open.") for one in _all(_OPEN, rest)]
    found += [
        Fault("promise", f"It speaks of money or goods: “{one}”.") for one in _all(_MONEY, rest)
    ]
    found += [Fault("selling", f"It sells: “{one}”.") for one in _all(_SELLING, rest)]
    found += [Fault("program", f"It speaks as a program: “{one}”.") for one in _all(_PROGRAM, rest)]
    if any(alike(body, one) >= TOO_ALIKE for one in said):
        found.append(Fault("alike", "It is nearly what was said to somebody before."))
    return found


def below(body: str, line: str) -> str:
    """The reply with a line of ours under it, which stands there once."""
    return body if not line or body.rstrip().endswith(line) else f"{body}\n\n{line}"


def _length(body: str, platform: str, under: str) -> Fault | None:
    whole = below(body, under)
    if fits(whole, platform):
        return None
    most, has = LIMITS.get(platform, DEFAULT_LIMIT), length(whole, platform)
    return Fault("length", f"It has {has:,} characters, {platform} takes {most:,}.")


def _hidden(body: str) -> Iterator[Fault]:
    if _HIDDEN.search(body):
        yield Fault("hidden", "It holds characters that nobody sees.")


def _links(plain: str, allowed: Sequence[str]) -> Iterator[Fault]:
    dotted = _DOT.sub(".", plain)
    found = [match[0].rstrip(".,;:!?") for match in _LINK.finditer(dotted)]
    bare = _LINK.sub(" ", dotted)
    found += [match[0] for match in _SCHEME.finditer(bare)]
    found += [
        match[1] for match in _BARE.finditer(bare) if match[3] or match[2].casefold() not in _FILES
    ]
    for one in dict.fromkeys(found):
        if not _is_allowed(one, allowed):
            yield Fault("link", f"It links to {_cut(one)}, which drafting.links does not list.")


def _is_allowed(link: str, allowed: Sequence[str]) -> bool:
    match = _HOST.fullmatch(link)
    host = match[1].casefold() if match else ""
    return any(host == one or host.endswith(f".{one}") for one in allowed)


def _without(called: str, body: str) -> str:
    """The words without the person who may be called, so that the call of a longer name stays."""
    if not called:
        return body
    name = re.escape(unicodedata.normalize("NFKC", called))
    return re.sub(rf"(?<![\w@/]){name}(?![\w@/-]|\.\w)", " ", body, flags=re.IGNORECASE)


def _all(pattern: re.Pattern[str], text: str) -> list[str]:
    return list(dict.fromkeys(match[0].rstrip(".") for match in pattern.finditer(text)))


def _cut(words: str) -> str:
    return words if len(words) <= _SHOWN else words[: _SHOWN - 1] + "…"
