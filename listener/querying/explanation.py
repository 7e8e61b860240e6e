"""A query in words, as a tree, for a person who asks what it finds."""

from collections.abc import Iterator, Sequence

from listener.query import All, Any, Everything, Field, Form, Near, Not, Part, Term

_FIELDS = {
    "author": "written by {}",
    "channel": "said in {}",
    "platform": "on {}",
    "lang": "in the language {}",
}
_VALUES = {
    ("has", "link"): "with a web address",
    ("has", "question"): "with a question mark",
    ("has", "image"): "with a picture",
    ("is", "reply"): "that answers another post",
    ("is", "post"): "that answers no other post",
}

_ALSO = ", also run together or as a tag"


def explain(part: Part) -> str:
    """In one sentence's part, behind "Finds posts"."""
    match part:
        case Everything():
            return "of any kind"
        case Term():
            return f"with {_term(part)}"
        case Near(first, second, words):
            between = f"at most {words} word{'' if words == 1 else 's'} between"
            return f"with {_side(first)} near {_side(second)}, {between}"
        case Field(name, value):
            known = _VALUES.get((name, value.casefold()))
            return known or _FIELDS[name].format(value)
        case Not(inner):
            return f"not {explain(inner)}"
        case All(parts):
            return "(" + " and ".join(explain(one) for one in parts) + ")"
        case Any(parts):
            return "(" + " or ".join(explain(one) for one in parts) + ")"


def tree(part: Part) -> list[str]:
    """A line a part, those of a group below it and further in."""
    return list(_lines(part, ""))


def _lines(part: Part, margin: str) -> Iterator[str]:
    match part:
        case All(parts):
            yield f"{margin}all of"
            for one in parts:
                yield from _lines(one, margin + "  ")
        case Any(parts):
            yield f"{margin}one of"
            for one in parts:
                yield from _lines(one, margin + "  ")
        case Not(inner):
            yield f"{margin}none of"
            yield from _lines(inner, margin + "  ")
        case _:
            yield margin + explain(part)


def _term(term: Term) -> str:
    text = f"“{term.text}”"
    match term.form:
        case Form.TAG:
            return f"the tag #{term.text}"
        case Form.HANDLE:
            return f"a mention of @{term.text}"
        case Form.BRAND:
            return text + _ALSO
        case _ if term.is_cased:
            return f"{text} in just this case"
        case _ if term.text.endswith("*"):
            return f"a word that begins with “{term.text[:-1]}”"
        case _:
            return text


def _side(terms: Sequence[Term]) -> str:
    """One side of a NEAR; in parentheses where it is unclear where it ends."""
    if len(terms) == 1 and terms[0].form is not Form.BRAND:
        return _term(terms[0])
    return f"({' or '.join(map(_bracketed, terms))})"


def _bracketed(term: Term) -> str:
    """So that what is said of one of several is not read as said of all."""
    return _term(term).replace(f"{_ALSO}", f" ({_ALSO.removeprefix(', ')})")
