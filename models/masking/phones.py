"""Phone numbers of every country, as people write them.

With ``+`` or ``00`` the number says its country. Without, it counts if it is grouped as its country
groups it, begins with the zero of a country that dials one, or is called a phone number.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from models.masking.files import ends_file_name
from models.masking.span import SIGN, Span, has

_RUN: Final = re.compile(
    rf"(?<!{SIGN})(?<![#@$€£¥])(?<!\d[.,:/-])(?:(?=\(?\+)|(?<![/\\=.-]))"
    r"(?:\((?=\+?\d[\d -]{0,5}\)))?(?:\+\(?)?\d(?:[ ().\-/]{0,3}\d){6,17}+"
    rf"(?![ ().\-/]{{0,3}}\d|(?![xX]\d{{1,5}}\b){SIGN}|[.,:/-]\d| ?[%€£$¥元円원])"
)
_LINKED: Final = re.compile(
    r"(?:wa\.me/|whatsapp\.com/send/?\?phone=|t\.me/\+|\btel:|\bsms:)(\+?\d[\d-]{6,16})",
    re.IGNORECASE,
)
_LINK_HINTS: Final = ("wa.me/", "whatsapp.com/send", "t.me/+", "tel:", "sms:")
_WORDS: Final = (
    "phones?|phone numbers?|telephone|telefon|téléphone|teléfono|telefone|telefono|tel|tlf|mobile?"
    "|mobil|mob|cell|cellphone|handy|móvil|celular|cellulare|portable|gsm|whatsapp|signal|viber"
    "|sms|call|dial|ring|fax|hotline|text me|reach me|my number|my no|ruf(?: \\w+)? an|rufnummer"
    "|anrufen|appelez|llam[ae]\\w{0,6}|ligue|chiama\\w{0,3}|bel|nummer is|telefonnummer|puh|zadzwoń"
    "|telefoonnummer|nomor|điện thoại|sđt|тел|телефону?|звоните|позвоните|τηλ|τηλέφωνο|טלפון|נייד"
    "|هاتف|جوال|موبايل|फोन|मोबाइल|โทร"
)
_CALLED: Final = re.compile(
    rf"(?:\b(?:{_WORDS})\b|电话|電話|手机|手機|微信|联系|聯繫|聯絡|전화|연락처|携帯)[^\d\n\[\]]{{0,24}}\Z",
    re.IGNORECASE,
)
_NUMBERED: Final = re.compile(
    r"\b(?:order|ref|reference|ticket|invoice|case|id|issue|bug|serial|sku|build|version|tracking"
    r"|isbn|issn|ean|upc|gtin|commit|revision|firmware"
    r"|parcel|booking|transaction|bestellung|bestellnummer|rechnung|auftrag|commande|facture|pedido"
    r"|factura|ordine|fattura|заказ)\b\W{0,3}(?:(?:no|nr|num|number|id)\b)?\W{0,4}\Z"
    r"|(?:订单|訂單|单号|編號|编号|注文|주문)\D{0,6}\Z",
    re.IGNORECASE,
)
_ALSO: Final = re.compile(r"\s?(?:[,;/|]|or|and|oder|und|ou|et|o|y)?\s?", re.IGNORECASE)
_NO_PHONE: Final = re.compile(
    r"(?<![\d-])(?:19|20)\d\d[-./ ]?[01]\d[-./ ]?[0-3]\d(?!\d)"
    r"|(?<!\d)[0-3]?\d([-./])[0-3]?\d\1(?:19|20)\d\d"
    r"|\A(?!\d{3}\.\d{3}\.\d{4}\Z)[1-9]\d{0,2}\.\d{1,5}\.\d|\A\d{1,3}\.\d+\Z"
    r"|\A0\.\d|\A0\d{0,2}\.(?:\d+\.){0,4}\d(?:\.\d+){0,4}\Z"
    r"|\A(?:(?:19|20)\d\d\W?)+\Z|\A(?:\d\d\W){5}\d\d\Z|\A\d(?:\W\d)*\Z"
)
"""Dates, versions and addresses of machines, decimal numbers, years, hardware addresses, counts."""
_TRUNK: Final = (
    *("GB", "DE", "FR", "IT", "NL", "BE", "CH", "AT", "SE", "FI", "IE", "AU", "NZ", "JP", "KR"),
    *("TW", "CN", "IN", "ID", "TH", "MY", "PH", "VN", "TR", "UA", "RO", "RS", "BG", "HR", "SI"),
    *("SK", "HU", "ZA", "NG", "KE", "EG", "IL", "SA", "AE", "PK", "IR", "AR"),
)
"""Countries where a national number is written with a zero in front, most of the time."""
_GROUPED: Final = ("US", "IN", "CN", "RU", "MX", "BR", "CO", "IT", "ES", "GR")
_SHAPES: Final = frozenset(
    {(3, 3, 4), (1, 3, 3, 4), (5, 5), (3, 4, 4), (2, 4, 4), (2, 5, 4), (1, 3, 3, 2, 2)}
    | {(3, 2, 2, 2), (3, 7), (3, 3, 2, 2)}
)
"""How many digits stand in the groups that those countries make of a number."""
_LOOKUPS: Final = 500
"""In one text; beyond, doubt masks: a list of numbers is no way to pass some through."""
_NANP: Final = 3


@dataclass(slots=True)
class _Lookups:
    """Looks numbers up as long as it may."""

    left: int = _LOOKUPS

    def confirm(self, digits: str, groups: tuple[str, ...]) -> bool:
        """Whether a country has such a number, written in these groups where there are any."""
        self.left -= 1
        return self.left < 0 or (_is_grouped(groups) if groups else _is_somewhere(digits))


def phones(text: str) -> Iterator[Span]:
    """Where phone numbers stand."""
    at, last, lookups = 0, -1, _Lookups()
    while match := _RUN.search(text, at):
        start = match.start()
        is_called = _is_called(text, start) or (
            last >= 0 and start - last <= 6 and bool(_ALSO.fullmatch(text, last, start))
        )
        is_other = not is_called and "+" not in match[0][:2] and _is_numbered(text, start)
        is_other |= match[0].isdigit() and ends_file_name(text, match.end())
        length = 0 if is_other else _length(match[0], lookups, is_called=is_called)
        if length:
            last = start + length
            yield start, last
        at = start + length if length else match.end()


def linked(text: str) -> Iterator[Span]:
    """Where phone numbers stand in links that call or write to them."""
    if has(text, _LINK_HINTS):
        yield from (match.span(1) for match in _LINKED.finditer(text))


def _is_called(text: str, start: int) -> bool:
    return bool(_CALLED.search(text[max(0, start - 56) : start]))


def _is_numbered(text: str, start: int) -> bool:
    """Whether it is the number of an order or the like."""
    return bool(_NUMBERED.search(text[max(0, start - 32) : start]))


def _length(run: str, lookups: _Lookups, *, is_called: bool) -> int:
    """How many characters of a run of digits are a phone number."""
    if "+" in run[:2]:
        return _length_abroad(run)
    if _NO_PHONE.search(run):
        return 0
    if run.startswith(("00", "(00", "011")) and not run.isdigit() and (end := _length_abroad(run)):
        return end
    digits = re.sub(r"\D", "", run)
    if is_called:
        return len(run) if 7 <= len(digits) <= 13 else 0
    if not 9 <= len(digits) <= 12:
        return 0
    if run[0] == "(" or (digits[0] == "0" and digits[1] != "0"):
        return len(run) if lookups.confirm(digits, ()) else 0
    groups = tuple(re.findall(r"\d+", run))
    is_shaped = tuple(map(len, groups)) in _SHAPES
    return len(run) if is_shaped and lookups.confirm(digits, groups) else 0


def _length_abroad(run: str) -> int:
    """What follows a number, as an hour does, is left off until it is one."""
    ends = [match.end() for match in re.finditer(r"\d+", run)]
    for end in ends[:-4:-1]:
        digits = re.sub(r"\D", "", run[:end])
        number = digits if "+" in run[:2] else digits[3 if digits[1] == "1" else 2 :]
        if _is_abroad(number):
            return end
    return 0


@lru_cache(4096)
def _is_abroad(digits: str) -> bool:
    import phonenumbers

    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return False
    # Possible rather than valid: a number that is not given out yet may be given out tomorrow.
    reason = phonenumbers.is_possible_number_with_reason(number)
    return reason == phonenumbers.ValidationResult.IS_POSSIBLE


@lru_cache(4096)
def _is_somewhere(digits: str) -> bool:
    return any(_written(digits, region) for region in ("US", "BR", *_TRUNK))


@lru_cache(4096)
def _is_grouped(groups: tuple[str, ...]) -> bool:
    """Whether a country writes the number in these groups."""
    own = groups[1:] if len(groups) > _NANP and groups[0] == "1" else groups
    return any(
        tuple(re.findall(r"\d+", written)) in (groups, own)
        for region in _GROUPED
        for written in _written("".join(groups), region)
    )


def _written(digits: str, region: str) -> tuple[str, ...]:
    """How a valid number is written within its country and, without its code, abroad."""
    import phonenumbers
    from phonenumbers import PhoneNumberFormat

    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return ()
    if not phonenumbers.is_valid_number_for_region(number, region):
        return ()
    abroad = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    home = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return home, abroad.removeprefix(f"+{number.country_code}")
