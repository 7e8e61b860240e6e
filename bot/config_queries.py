"""What YAML makes of a query that was written without apostrophes around it."""

import re
from typing import Final

import yaml
from yaml.nodes import ScalarNode

from listener.query import QueryError, parse

_LINE: Final = re.compile(r"(?P<before>\s*(?:-\s+)?(?P<flow>\{.*?)?\bquery:(?:\s+|$))(?P<rest>.*)")
_NEXT_KEY: Final = re.compile(r"\s*(?:,\s*\w+:(?:\s.*)?|\}.*)$")
_REMARK: Final = re.compile(r"\s+#(?:\s.*)?$")
_GLUED_REMARK: Final = re.compile(r"[ \t]+#\S")
_PLAIN_WORDS: Final = re.compile(r"[\w'’]+(?:\s+[\w'’]+)+")
_OPERATORS: Final = frozenset({"AND", "OR", "NOT"})


def cut(text: str, node: ScalarNode) -> str | None:
    """What a query's value lost on its way through YAML, as a problem; None where nothing was.

    `text` is the whole file.
    """
    line = text.splitlines()[node.start_mark.line : node.start_mark.line + 1]
    found = _LINE.match(line[0]) if line else None
    if found is None or node.start_mark.line != node.end_mark.line:
        return None
    written = _value(found)[0]
    if node.style == '"':
        return _lost_quotes(node, found)
    if node.style is not None or not written or written == node.value:
        return None
    if _GLUED_REMARK.match(line[0], node.end_mark.column):
        told = "YAML takes # and what follows for a remark"
    elif written[0] in "#&!*":
        told = f"YAML takes {written[0]} and what follows for its own"
    else:
        return None
    return f"{told}: {_way_out(found)}"


def unreadable(text: str, error: yaml.YAMLError) -> str | None:
    """How the query has to be written for which the file cannot be read; None where none is."""
    lines = text.splitlines()
    marks = (getattr(error, "problem_mark", None), getattr(error, "context_mark", None))
    for number in (near for mark in marks if mark for near in (mark.line, mark.line - 1)):
        found = _LINE.match(lines[number]) if 0 <= number < len(lines) else None
        if found is not None and not _is_kept(_value(found)[0]):
            return _way_out(found)
    return None


def _lost_quotes(node: ScalarNode, found: re.Match[str]) -> str | None:
    value = str(node.value)
    is_words = _PLAIN_WORDS.fullmatch(value) and _OPERATORS.isdisjoint(value.split())
    if not is_words:
        return None
    phrase, words = _line(found, f'"{value}"'), _line(found, value)
    told = "YAML takes these quotation marks for its own; for the phrase write"
    return f"{told}\n{phrase}\nfor the words, wherever they stand\n{words}"


def _way_out(found: re.Match[str]) -> str:
    """The user's own line as it has to be."""
    value, _ = _value(found)
    return f"put a query in apostrophes:\n{_line(found, _meant(value))}"


def _meant(written: str) -> str:
    """A query as it was written, mended where it cannot be read but what is meant is known."""
    if len(written) > 1 and written[0] == written[-1] == "'" and "'" in written[1:-1]:
        return written[1:-1]
    try:
        parse(written)
    except QueryError as error:
        return error.proposal or written
    return written


def _line(found: re.Match[str], query: str) -> str:
    doubled = query.replace("'", "''")
    return f"  {found['before'].strip()} '{doubled}'{_value(found)[1]}"


def _value(found: re.Match[str]) -> tuple[str, str]:
    """The query as it stands in its line, and what follows it there."""
    rest = found["rest"].rstrip()
    after = (_NEXT_KEY if found["flow"] else _REMARK).search(rest)
    return (rest[: after.start()], after[0]) if after else (rest, "")


def _is_kept(written: str) -> bool:
    """Whether YAML reads just what was written, or what stands in quotation marks around it."""
    try:
        value = yaml.safe_load(f"query: {written}")
    except yaml.YAMLError:
        return False
    read = value.get("query") if isinstance(value, dict) else None
    return isinstance(read, str) and (read == written or written[0] in "'\"")
