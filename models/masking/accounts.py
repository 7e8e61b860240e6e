"""Bank accounts: IBANs whose check digits are right, and numbers that are called an account."""

import re
from collections.abc import Iterator
from typing import Final

from models.masking.span import SIGN, Span, has

_LENGTHS: Final = {
    country: int(length)
    for length, countries in (
        ("15", "NO"), ("16", "BE"), ("18", "DK FI FO GL NL SD FK"), ("19", "MK SI"),
        ("20", "AT BA EE KZ LT LU XK MN"), ("21", "CH HR LI LV"),
        ("22", "BG BH CR DE GB GE IE ME RS VA"), ("23", "AE GI IL IQ OM TL SO"),
        ("24", "AD CZ ES MD PK RO SA SE SK TN VG"), ("25", "LY PT ST"), ("26", "IS TR"),
        ("27", "BI DJ FR GR IT MC MR SM"), ("28", "AL AZ BY CY DO GT HN HU LB NI PL SV"),
        ("29", "BR EG PS QA UA"), ("30", "JO KW MU YE"), ("31", "MT SC"),
        ("32", "LC"), ("33", "RU"),
    )
    for country in countries.split()
}  # fmt: skip
"""Characters of an IBAN by country (SWIFT, IBAN Registry)."""
_IBAN: Final = re.compile(r"\b(?=([A-Za-z]{2}\d\d(?:[ -]?[A-Za-z0-9]){11,29}+))", re.ASCII)
_NUMBER: Final = r"(?:number|no|num|nr|n°|nº|#|:)"
_NAMED: Final = re.compile(
    r"(?:\b(?:account|acct|a/c|routing|aba|sort code|bsb|conta|compte|cuenta|rekening|konto|clabe)"
    rf"\b[ .]{{0,2}}{_NUMBER}|\b(?:sort code|routing|bsb|clabe|kontonummer|kontonr|rekeningnummer"
    rf"|numéro de compte|n[uú]mero d[ea] c(?:uen|on)ta|номер сч[её]та)\b"
    r"|账号|帳號|口座番号|계좌번호)"
    r"[ .:#=]{0,3}(?:(?:number|is|ist|es|est|é) ?:? ?)?(\d(?:[ -]?\d){5,23}+)"
    rf"(?!{SIGN})",
    re.IGNORECASE,
)

_HINTS: Final = (
    *("account", "acct", "a/c", "routing", "aba", "sort code", "bsb", "conta", "compte", "cuenta"),
    *("rekening", "konto", "clabe", "сч", "账号", "帳號", "口座", "계좌"),
)


def accounts(text: str) -> Iterator[Span]:
    """Where account numbers stand."""
    for match in _IBAN.finditer(text):
        end = _end_of_iban(match[1])
        if end:
            yield match.start(), match.start() + end
    if has(text, _HINTS):
        yield from (match.span(1) for match in _NAMED.finditer(text))


def _end_of_iban(written: str) -> int:
    """How many of the characters are an IBAN; 0 for none."""
    length = _LENGTHS.get(written[:2].upper(), 0)
    places = [at for at, sign in enumerate(written) if sign.isalnum()]
    if not length or len(places) < length:
        return 0
    end = places[length - 1] + 1
    goes_on = end < len(written) and written[end].isalnum()
    return 0 if goes_on or not is_iban("".join(written[at] for at in places[:length])) else end


def is_iban(compact: str) -> bool:
    """Whether the check digits are right (ISO 7064, mod 97-10)."""
    turned = compact[4:] + compact[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1
