"""What is wrong with a query that does not follow the grammar, and the way out."""

from typing import Final, cast

from lark import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

_QUOTES: Final = '"“”„‟«»'
_OPERATORS: Final = {"_OR": "OR", "_AND": "AND", "_NOT": "NOT", "NEAR": "NEAR"}


def problem(query: str, error: UnexpectedInput) -> tuple[int, str]:
    """Where it is wrong, as a character from 0, and how."""
    at = cast("int | None", error.pos_in_stream) or 0
    if isinstance(error, UnexpectedCharacters):
        phrase = query[at + 1 :].strip()
        return at, f'this quotation mark is never closed: write "{phrase[:40]}"'
    token = error.token if isinstance(error, UnexpectedToken) else None
    if token is None or token.type == "$END" or isinstance(error, UnexpectedEOF):
        return _unfinished(query)
    if token.type == "RPAR":
        return _closed(query, at)
    word = _OPERATORS.get(token.type)
    last = (query[:at].split() or [""])[-1]
    if word == "NEAR" and not last:
        told = "a word is missing before NEAR"
        return at, f'{told}: write a NEAR/3 b, or "NEAR" in quotes for the word itself'
    if word == "NEAR" and last not in {"OR", "AND", "NOT", "("}:
        return at, "NEAR joins two: write (a NEAR/3 b) AND (b NEAR/3 c)"
    if word == "NOT" and last.startswith("NEAR"):
        told = "NEAR stands between words or phrases"
        return at, f"{told}: put the exclusion behind, as in (a NEAR/3 b) -c"
    if word is not None:
        told = f"a word is missing before {word}"
        return at, f'{told}: write one, or "{word}" in quotes for the word itself'
    return at, "this cannot stand here: put a phrase in quotes"


def operand(query: str, near: int, *, is_first: bool) -> int:
    """Where the one or the other operand begins of the NEAR that stands at a place."""
    if not is_first:
        rest = query[near:].split(maxsplit=1)[1:]
        return len(query) - len(rest[0]) if rest else near
    before = query[:near].rstrip()
    if before.endswith(")"):
        opened = _opened(before[:-1])
        return near if opened is None else opened
    if before[-1:] in _QUOTES:
        return max(before.rfind(one, 0, -1) for one in _QUOTES)
    return max(before.rfind(one) for one in " \n\t(") + 1


def _closed(query: str, at: int) -> tuple[int, str]:
    """What is wrong with a closing parenthesis."""
    opened = _opened(query[:at])
    if opened is None:
        return at, "a closing parenthesis without its (: leave it out or write ( before"
    before = query[opened + 1 : at].rstrip()
    if not before:
        return opened, "these parentheses are empty: write a word in them or leave them out"
    last = before.split()[-1].lstrip("(")
    told = f"a word is missing after {last}"
    return opened + 1 + len(before) - len(last), f"{told}: write one or leave {last} out"


def _unfinished(query: str) -> tuple[int, str]:
    opened = _opened(query)
    words = query.split()
    if not words:
        return 0, "an empty query: write a word, or * for every post"
    last = words[-1].lstrip("(")
    if last in {"OR", "AND", "NOT"} or last.startswith("NEAR") or last == "-":
        told = f"a word is missing after {last}"
        return len(query.rstrip()) - len(last), f"{told}: write one or leave {last} out"
    if opened is not None:
        return opened, "this parenthesis is never closed: write ) where it ends"
    return len(query), "the query breaks off here: write the rest or leave the last sign out"


def _opened(query: str) -> int | None:
    """Where the last parenthesis stands that is open at the end."""
    stack: list[int] = []
    in_quotes = False
    for at, one in enumerate(query):
        if one in _QUOTES:
            in_quotes = not in_quotes
        elif not in_quotes and one == "(":
            stack.append(at)
        elif not in_quotes and one == ")" and stack:
            stack.pop()
    return stack[-1] if stack else None
