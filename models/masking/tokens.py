"""Secrets: tokens in the shapes of their providers, keys, passwords where they are called so."""

import re
from collections.abc import Iterator
from typing import Final

from models.masking.span import SPACELESS, Span, has

_SHAPES: Final = (
    r"gh[pousr]_[A-Za-z0-9]{20,255}", r"github_pat_\w{22,255}",
    r"gl(?:pat|rt|dt|cbt|ptt|ft|soat)-[\w-]{20,300}", r"xox[abeoprs]-[\w-]{10,300}",
    r"xapp-[\w-]{20,300}", r"[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}",
    r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?!\w)", r"AIza[\w-]{35}", r"ya29\.[\w-]{20,2000}",
    r"GOCSPX-[\w-]{20,60}", r"[srp]k_(?:live|test)_[A-Za-z0-9]{10,250}",
    r"whsec_[A-Za-z0-9+/=]{20,100}", r"sk-(?:proj|ant|svcacct|admin|or)-[\w-]{20,300}",
    r"sk-[A-Za-z0-9]{32,100}", r"hf_[A-Za-z0-9]{30,60}", r"npm_[A-Za-z0-9]{36}",
    r"pypi-[\w-]{50,500}", r"SG\.[\w-]{16,32}\.[\w-]{16,64}", r"key-[0-9a-f]{32}",
    r"\d{8,10}:AA[\w-]{32,34}", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
    r"do[oprt]_v1_[0-9a-f]{64}", r"hv[sb]\.[\w-]{24,300}", r"dckr_[op]at_[\w-]{20,60}",
    r"glsa_[A-Za-z0-9]{32}_[0-9A-Fa-f]{8}", r"glc_[A-Za-z0-9+/=]{32,300}",
    r"sntr[yu]s_[\w+/=]{30,300}", r"dp\.[a-z]{2}\.[\w]{40,60}", r"sbp_[0-9a-f]{40}",
    r"gsk_[A-Za-z0-9]{40,60}", r"r8_[A-Za-z0-9]{37}", r"xai-[A-Za-z0-9]{60,90}",
    r"lin_api_[A-Za-z0-9]{32,50}", r"ntn_[A-Za-z0-9]{40,50}", r"figd_[\w-]{20,60}",
    r"sq0[a-z]{3}-[\w-]{22,60}", r"ATATT3[\w=-]{50,300}", r"dapi[0-9a-f]{32}",
    r"[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,80}", r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}",
    r"NRAK-[A-Z0-9]{27}", r"EAA[A-Za-z0-9]{60,300}", r"A{15}[A-Za-z0-9%]{40,150}",
    r"(?:AC|SK)[0-9a-f]{32}(?!\w)", r"eyJ[\w-]{8,4000}+\.eyJ[\w-]{4,8000}+(?:\.[\w-]{0,2000}+)?",
)  # fmt: skip
"""As the providers' documents and the public lists of secret scanners give them."""
_SHAPED: Final = re.compile(rf"(?<![A-Za-z0-9_-])(?:{'|'.join(_SHAPES)})", re.ASCII)
_LONG: Final = re.compile(r"[\w.-]{16}", re.ASCII)
_HOOK: Final = re.compile(
    r"hooks\.slack\.com/(?:services|workflows|triggers)/([\w/]{20,200})"
    r"|/api/webhooks/\d{15,25}/([\w-]{20,100})"
)
_KEY: Final = re.compile(
    r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:[^-]{0,20000}+-----END [A-Z0-9 ]{0,50}-----"
    r"|(?:(?:\r?\n|[ \t])?(?:\\n)?[A-Za-z0-9+/=]{16,100}+){0,400})"
)
_LOGIN: Final = re.compile(
    r"(?<=://)[^\s/@\"'<>?#\[\]:]{0,100}:[^\s/\"'<>?#\[\]]{1,200}(?=@[\w\[])"
)
_ENTRY_WORDS: Final = (
    r"pass(?:word|wd|phrase|wort|code)|pwd|kennwort|mot de passe|contraseña|senha|parola|hasło"
    r"|пароль|密码|密碼|パスワード|비밀번호"
)
_NAME: Final = (
    rf"{_ENTRY_WORDS}|secret(?:[_ -]?(?:access[_ -]?)?key)?|token"
    r"|(?:api|access|account|auth|private|signing|encryption|shared[_-]?access)[_ -]?key"
    r"|credentials?|sig(?:nature)?"
)
_HINTS: Final = (
    *(
        "pass",
        "pwd",
        "kennwort",
        "contraseña",
        "senha",
        "parola",
        "hasło",
        "пароль",
        "密码",
        "密碼",
    ),
    *("パスワード", "비밀번호", "secret", "token", "key", "credential", "sig", "bearer"),
    *("authorization",),
)
_ASSIGNED: Final = re.compile(
    rf"(?:{_NAME})[\"'`]?\s{{0,2}}(?:=>|[:=])\s{{0,2}}"
    r"(?:\"(?P<double>[^\"\n]{4,200})\"|'(?P<single>[^'\n]{4,200})'"
    r"|(?P<bare>[^\s\"'`,;&<>\[\](){}$][^\s\"'`,;&<>\[\](){}]{3,200}))",
    re.IGNORECASE,
)
_SAID: Final = re.compile(
    rf"(?:(?:{_ENTRY_WORDS}) (?:is|was|ist|lautet|est|es|é)[ :]{{1,3}}"
    rf"|(?:密码|密碼)[是为為][ :]{{0,3}}|パスワードは ?|비밀번호[는은] ?)"
    rf"[\"'`]?([^\s\"'`\[\]{SPACELESS}]{{6,100}})",
    re.IGNORECASE,
)
_HEADER: Final = re.compile(
    r"(?:authorization[\"']?\s{0,2}[:=]\s{0,2}[\"']?(?:bearer|basic|token|bot) {1,2}"
    r"([\w.~+/=-]{8,4000}+)|\bbearer {1,2}(?=[^\s\d]{0,60}\d)([\w.~+/=-]{16,4000}+))",
    re.IGNORECASE | re.ASCII,
)
_PLACEHOLDER: Final = re.compile(
    r"(?:your|my|the|some|example|change|xxx|\*\*\*|\.\.\.|os\.|process\.|env\b|https?:|\[|<|\$|{)"
    r"|(?:none|null|true|false|string|required|optional|password|secret|token|invalid|incorrect"
    r"|wrong|missing|expired|hidden|text|number|integer|undefined)\W*\Z",
    re.IGNORECASE,
)
_ODD: Final = re.compile(r"[\d!@#%^*?~|]")


def tokens(text: str) -> Iterator[Span]:
    """Where secrets stand."""
    if _LONG.search(text):
        yield from (match.span() for match in _SHAPED.finditer(text))
    if "-----BEGIN " in text:
        yield from (match.span() for match in _KEY.finditer(text))
    if "://" in text and "@" in text:
        yield from (match.span() for match in _LOGIN.finditer(text))
    if "hook" in text:
        yield from (match.span(match.lastindex or 0) for match in _HOOK.finditer(text))
    if has(text, _HINTS):
        yield from _called_so(text)


def _called_so(text: str) -> Iterator[Span]:
    yield from (match.span(match.lastindex or 0) for match in _HEADER.finditer(text))
    for match in _ASSIGNED.finditer(text):
        group = match.lastgroup or "bare"
        if _is_secret(match[group], is_quoted=group != "bare"):
            yield match.span(group)
    for match in _SAID.finditer(text):
        if any(sign.isdigit() for sign in match[1]) and not _PLACEHOLDER.match(match[1]):
            yield match.span(1)


def _is_secret(value: str, *, is_quoted: bool) -> bool:
    """Whether this is a value, and no word about one, no name of a variable, no example."""
    if len(value) < 6 or _PLACEHOLDER.match(value) or re.fullmatch(r"[A-Z_]+", value):
        return False
    return is_quoted or bool(_ODD.search(value))
