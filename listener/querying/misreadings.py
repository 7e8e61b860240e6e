"""What could be read but was hardly meant so, such as the signs of other searches."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from listener.matching.characters import is_word
from listener.querying.alternatives import SEPARATORS, refuse_separators
from listener.querying.fields_meant import NAMES
from listener.querying.problems import QUOTES, Edit, Wrong, or_quoted, quoted
from listener.querying.tokens import (
    APOSTROPHES,
    DASHES,
    FIELD,
    MINUS,
    OPERATORS,
    Place,
    Token,
    tokens_of,
)

_IN_APOSTROPHES: Final = re.compile(
    rf"[{APOSTROPHES}]([^\s{APOSTROPHES}][^(){QUOTES}]{{0,100}}?)[{APOSTROPHES}](?![^\s),;])"
)
_JOINED: Final = re.compile(rf"(OR|AND|NOT)([{DASHES}].+)")
_NEARLY_NEAR: Final = re.compile(r"near[/\\:~-]?(\d{1,3})", re.IGNORECASE)
_LEADING: Final = re.compile(r"[+!¡¿?？]+")
_ASKING: Final = re.compile(r"[?？]+$")
_DISTANCE: Final = re.compile(r"~\d+")


def refuse_misreadings(query: str) -> None:
    """Raises Wrong at the first place that says something else than it seems to."""
    tokens = tokens_of(query)
    for at, token in enumerate(tokens):
        if token.is_word:
            place = Place(query, tokens, at)
            for check in _CHECKS:
                check(place)


def _apostrophes(place: Place) -> None:
    """Those that stand for quotation marks."""
    bare = place.bare
    field = FIELD.fullmatch(bare.text)
    start = bare.start + (len(field[1]) + 1 if field else bare.text[0] in "=~#@")
    found = _IN_APOSTROPHES.match(place.query, start)
    if found is None or len(found[1]) < 2:
        return
    phrase = quoted(found[1])
    has_operator = not OPERATORS.isdisjoint(found[1].split())
    text = found[1] if has_operator else phrase
    told = "apostrophes make no phrase: write " + ("none" if has_operator else phrase[:60])
    raise Wrong(start, told, Edit(start, found.end(), text))


def _dashes(place: Place) -> None:
    """A dash alone, and more than one minus before a word."""
    text = place.word.text
    rest = text.lstrip(DASHES)
    start, end = place.word.start, place.word.end
    if not rest and not place.opens:
        after = place.after
        told = f"{text:.10} alone excludes nothing: write -word without a space, or leave it out"
        excludes = after is not None and after.is_plain and place.follows
        edit = Edit(start, after.start, "-") if after and excludes else Edit(start, end)
        raise Wrong(start, told, edit)
    dashes = text[: len(text) - len(rest)]
    if len(dashes) > 1 or (dashes and dashes not in MINUS):
        told = f"one minus excludes: write -{rest[:40] or 'word'}"
        if rest:
            told += or_quoted(text, "for the sign itself")
        raise Wrong(start, told, Edit(start, start + len(dashes), "-"))


def _operators(place: Place) -> None:
    """An operator that hangs together with the word behind it."""
    found = _JOINED.fullmatch(place.word.text)
    if found is None or not place.follows:
        return
    operator, rest = found.groups()
    apart = f"{operator} {rest.lstrip(DASHES) if operator == 'NOT' else rest}"
    told = f"an operator stands apart: write {apart[:40]}"
    told += or_quoted(place.word.text, "for the word itself")
    raise Wrong(place.word.start, told, Edit(place.word.start, place.word.end, apart))


def _nearly_near(place: Place) -> None:
    text = place.word.text
    found = _NEARLY_NEAR.fullmatch(text)
    if found is None or text.startswith("NEAR/") or not place.follows or place.after is None:
        return
    told = f"NEAR is written NEAR/{found[1]}: write so"
    told += or_quoted(text, "for the word itself")
    raise Wrong(place.word.start, told, Edit(place.word.start, place.word.end, f"NEAR/{found[1]}"))


def _distance(place: Place) -> None:
    """How Lucene writes that words are near."""
    word, before = place.word, place.before
    if before is None or before.end != word.start or before.is_word:
        return
    if _DISTANCE.fullmatch(word.text):
        words = before.text.strip(QUOTES).split()
        near = f"NEAR/{min(int(word.text[1:4]), 100)}"
        edit = Edit(
            before.start, word.end, f" {near} ".join(words) if len(words) == 2 else before.text
        )
        raise Wrong(word.start, f"{word.text:.10} says nothing here: write a {near} b", edit)


def _grouped(place: Place) -> None:
    """A mark or a field before a parenthesis, or a tag in quotes."""
    mark, opens = place.bare.text, place.opens
    field = FIELD.fullmatch(mark)
    is_field = field is not None and not field[2] and field[1].casefold() in NAMES
    if not opens or (mark not in "=~#@" and not is_field):
        return
    if opens != "(" and mark not in "#@":
        return
    last = place.at + 1
    if opens == "(":
        depth = 1
        while depth:
            last += 1
            if last == len(place.tokens):
                return
            depth += (place.tokens[last].text == "(") - (place.tokens[last].text == ")")
    inside = place.tokens[place.at + 1 : last + 1]
    values = [one for one in inside if one.text not in ("(", ")")]
    if not values:
        return
    meant = _distributed(mark, values)
    told = f"{mark} stands before one {'value' if is_field else 'word or phrase'}"
    told += f": write {meant}" if len(meant) <= 60 else ": write it before each"
    raise Wrong(place.bare.start, told, Edit(place.bare.start, inside[-1].end, meant))


def _apart(place: Place) -> None:
    """A field and its value with a space between."""
    word, after = place.word, place.after
    field = FIELD.fullmatch(place.bare.text)
    if field is None or field[2] or place.opens or after is None or not after.is_plain:
        return
    if field[1].casefold() in NAMES:
        meant = f"{field[0]}{after.text}"
        told = f"a value stands right behind its field: write {meant[:40]}"
        raise Wrong(word.end, told, Edit(place.bare.start, after.end, meant))


def _distributed(mark: str, inside: Sequence[Token]) -> str:
    """The mark before each of the alternatives, or before all the words as one phrase."""
    words = [one.text.strip(SEPARATORS) for one in inside if one.text not in OPERATORS]
    is_choice = any(one.text == "OR" for one in inside) or mark in (
        "lang:",
        "platform:",
        "has:",
        "is:",
    )
    if mark in "#@":
        words = ["".join(filter(_in_name, one)) for one in words]
        if not is_choice:
            return mark + "".join(words)
    words = [one for one in words if one]
    if is_choice and len(words) > 1:
        return "(" + " OR ".join(mark + one for one in words) + ")"
    text = " ".join(one.strip(QUOTES) for one in words)
    return mark + (quoted(text) if len(text.split()) > 1 or mark == "~" else text)


def _in_name(character: str) -> bool:
    return is_word(character) or character == "_"


def _stars(place: Place) -> None:
    """A star anywhere but at the end of a word."""
    bare = place.bare
    text = bare.text[1:] if bare.text[0] in "=~#@" else bare.text
    first = text.find("*")
    ends_word = 0 < first == len(text) - 1
    if first < 0 or ends_word or bare.text == "*" or FIELD.fullmatch(bare.text):
        return
    told = "a star stands only at a word's end"
    column = bare.end - len(text) + first
    if not text.strip("*"):
        told = "a star alone finds every post: write * for this"
        raise Wrong(column, told, Edit(bare.start, bare.end, "*"))
    head = text[:first]
    if sum(map(is_word, head)) >= 2:
        meant = head + "*"
    else:
        meant = text.strip("*") if "*" not in text.strip("*") else quoted(text)
    told += f": write {meant[:40]}"
    if not meant.startswith('"'):
        told += or_quoted(text, "for the sign itself")
    raise Wrong(column, told, Edit(bare.end - len(text), bare.end, meant))


def _signs(place: Place) -> None:
    """Signs before a word that other searches know, and a question mark behind one."""
    bare = place.bare
    if "://" in bare.text or FIELD.fullmatch(bare.text):
        return
    leading = _LEADING.match(bare.text)
    signs = leading[0] if leading else ""
    rest = bare.text[len(signs) :]
    core = _ASKING.sub("", rest)
    if not any(map(is_word, core)):
        if signs in ("+", "!") and not rest and place.opens:
            meant = "-" if signs == "!" else ""
            told = f"{signs} says nothing here: write {meant or 'the words without it'}"
            raise Wrong(bare.start, told, Edit(bare.start, bare.end, meant))
        before = place.before
        if not core and before and before.end == bare.start and before.text[0] in QUOTES:
            told = f"{bare.text[:10]} says nothing behind a phrase: leave it out"
            raise Wrong(bare.start, told, Edit(bare.start, bare.end))
        return
    if core == bare.text or (signs == "+" and rest[0].isdecimal() and core == rest):
        return
    sign = signs or rest[len(core) :]
    is_exclusion = signs == "!" and bare is place.word and len(place.tokens) > 1
    meant = f"-{core}" if is_exclusion else core
    column = bare.start if signs else bare.start + len(core)
    told = f"{sign[:10]} says nothing here: write {meant[:40]}"
    told += or_quoted(bare.text, "for the sign itself")
    raise Wrong(column, told, Edit(bare.start, bare.end, meant))


_CHECKS: Final[Sequence[Callable[[Place], None]]] = (
    _apostrophes, _dashes, _operators, _nearly_near, _distance, _grouped, refuse_separators, _apart,
    _stars, _signs,
)  # fmt: skip
