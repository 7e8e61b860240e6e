"""Alternatives that a comma or another sign stands between, and how they are joined."""

from collections.abc import Sequence
from typing import Final

from listener.querying.problems import QUOTES, Edit, Wrong, or_quoted, quoted
from listener.querying.tokens import DASHES, FIELD, MINUS, OPERATORS, Place, Token, tokens_of

SEPARATORS: Final = ",;|،؛，；、"
_NAMES: Final = {";": "a semicolon", "؛": "a semicolon", "；": "a semicolon", "|": "a bar"}


def refuse_separators(place: Place) -> None:
    """A comma or another sign between alternatives."""
    text = place.word.text
    if "://" in text or not any(one in text for one in SEPARATORS):
        return
    at = next((at for at, one in enumerate(text) if _separates(text, at, one)), None)
    if at is None or not text.strip("|"):
        return
    name = _NAMES.get(text[at], "a comma")
    told = f"{name} joins nothing: write OR between alternatives"
    bare = place.bare.text
    if bare.strip(SEPARATORS) == bare and not FIELD.fullmatch(bare):
        told += or_quoted(bare, "where it belongs to the word")
    raise Wrong(place.word.start + at, told, _alternatives(place))


def _separates(text: str, at: int, one: str) -> bool:
    around = text[at - 1 : at], text[at + 1 : at + 2]
    is_number = one in ",;" and all(side.isdecimal() for side in around)
    return one in SEPARATORS and not is_number


def _alternatives(place: Place) -> Edit:
    """What stands between the commas, joined by OR."""
    first, end = _group(place)
    tokens = place.tokens[first:end]
    start, stop = tokens[0].start, tokens[-1].end
    if all(one.is_plain for one in tokens):
        return Edit(start, stop, " OR ".join(_segments(place.query[start:stop])))
    tokens = _chain(place)
    start, stop = tokens[0].start, tokens[-1].end
    text = place.query[start:stop]
    minus = text[0] if text[0] in MINUS else ""
    items = [one for one in _segments(text[len(minus) :]) if one]
    if (field := FIELD.fullmatch(items[0] if items else "")) is not None:
        items = [one if FIELD.fullmatch(one) else f"{field[1]}:{one}" for one in items]
    joined = " OR ".join(items)
    return Edit(start, stop, minus + (f"({joined})" if len(items) > 1 else joined))


def _group(place: Place) -> tuple[int, int]:
    """The tokens of the parentheses that the place is in, or of the whole query."""
    depth, first = 0, place.at
    while first and not (depth == 0 and place.tokens[first - 1].text == "("):
        first -= 1
        depth += (place.tokens[first].text == ")") - (place.tokens[first].text == "(")
    depth, end = 0, place.at
    while end < len(place.tokens) and not (depth == 0 and place.tokens[end].text == ")"):
        depth += (place.tokens[end].text == "(") - (place.tokens[end].text == ")")
        end += 1
    return first, end


def _chain(place: Place) -> Sequence[Token]:
    """The words that the commas stand between."""
    tokens, first, last = place.tokens, place.at, place.at
    if tokens[first].text[0] in SEPARATORS and first and _joins(tokens[first - 1]):
        first -= 1
    while last + 1 < len(tokens):
        ends = tokens[last].text[-1] in SEPARATORS and _joins(tokens[last + 1])
        begins = tokens[last + 1].text[0] in SEPARATORS
        glued_field = tokens[last].text[-1] == ":"
        if not (ends or begins or glued_field):
            break
        last += 1
    return tokens[first : last + 1]


def _joins(token: Token) -> bool:
    is_sign = token.text[0] in DASHES + "()" or token.text in OPERATORS
    return not is_sign and not token.text.startswith("NEAR")


def _segments(text: str) -> list[str]:
    """What stands between the separators; several words as a phrase."""
    segments: list[str] = [""]
    for token in tokens_of(text):
        if token.text[0] in QUOTES:
            segments[-1] += f" {token.text}"
            continue
        for at, one in enumerate(token.text):
            if _separates(token.text, at, one):
                segments.append("")
            else:
                segments[-1] += one if at else f" {one}"
    found = [one.strip().replace(": ", ":") for one in segments if one.strip()]
    return [_as_one(one) for one in found]


def _as_one(segment: str) -> str:
    is_one = len(segment.split()) == 1 or len(tokens_of(segment)) == 1 or ":" in segment
    if is_one:
        return segment
    return f"({segment})" if any(one in segment for one in QUOTES) else quoted(segment)
