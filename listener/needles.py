"""What to ask a platform's own search for, so that it finds whatever a query can match."""

from collections.abc import Iterable

from listener.query import All, Any, Form, Near, Part, Term, parse


def needles(queries: Iterable[str], own_handles: Iterable[str] = ()) -> tuple[str, ...]:
    """Words and "quoted phrases": each match of a query, or of a handle, holds at least one.

    Empty where a query can match without any word of its own, so that nothing narrows the search.
    What the platform then finds is matched again here, so a wider net costs only requests.
    """
    found: dict[str, None] = {}
    for query in queries:
        alternatives = _alternatives(parse(query))
        if alternatives is None:
            return ()
        found |= dict.fromkeys(alternatives)
    if found:
        found |= dict.fromkeys("@" + handle.removeprefix("@") for handle in own_handles)
    return tuple(found)


def _alternatives(part: Part) -> tuple[str, ...] | None:
    match part:
        case Term():
            return _of_term(part)
        case Near(first, second):
            known = [one for one in (_alternatives(Any(first)), _alternatives(Any(second))) if one]
            return min(known, key=_cost, default=None)
        case All(parts):
            known = [one for one in map(_alternatives, parts) if one is not None]
            return min(known, key=_cost, default=None)
        case Any(parts):
            each = [_alternatives(one) for one in parts]
            if any(one is None for one in each):
                return None
            return tuple(dict.fromkeys(text for one in each if one for text in one))
        case _:
            return None


def _of_term(term: Term) -> tuple[str, ...] | None:
    """None for a prefix, which no platform looks for."""
    if "*" in term.text:
        return None
    match term.form:
        case Form.TAG:
            return ("#" + term.text,)
        case Form.HANDLE:
            return ("@" + term.text,)
        case Form.BRAND if len(term.text.split()) > 1:
            return _quoted(term.text), "".join(term.text.split())
        case _:
            return (_quoted(term.text),)


def _cost(alternatives: tuple[str, ...]) -> tuple[int, int]:
    """Fewer alternatives ask less; of as many, longer words find less that is not meant."""
    return len(alternatives), -min(map(len, alternatives))


def _quoted(text: str) -> str:
    return f'"{text}"' if any(letter.isspace() for letter in text) else text
