"""Read YAML into frozen dataclasses and name everything that is wrong with it, all at once."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, dataclass, fields, is_dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from types import NoneType
from typing import Any, Final, TypeVar, cast, get_args, get_type_hints

import yaml
from yaml.constructor import SafeConstructor
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.config_queries import cut, unreadable

T = TypeVar("T")

_EXPECTED: Final[dict[type, str]] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    Path: "a path",
}
_QUERY: Final = "].query"
"""How the key ends under which a brand query stands."""

_WRONG: Final = object()
"""What a value is that cannot be used and whose problem is noted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the key's path, what is wrong with it, its line from 1."""

    key: str
    text: str
    line: int | None = None


def read(text: str, into: type[T]) -> tuple[T | None, list[Problem]]:
    """The settings in `text` and no problem, or None and every problem.

    What the text does not mention keeps the default of `into`, which must have one for each field.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        return None, [_unreadable(text, error)]
    if root is None or _is_null(root):
        return into(), []
    reader = _Reader(into, text)
    found = reader.section(root, into, "")
    problems = sorted(reader.problems, key=lambda one: one.line or 0)
    return (None, problems) if problems else (found, [])


def keys(kind: type, prefix: str = "") -> Iterator[str]:
    """The path of every key that `kind` knows, ``[]`` standing for the items of a list."""
    hints = get_type_hints(kind)
    if (choice := _choice(kind)) is not None:
        del hints[choice.name]
        for variant in choice.variants():
            hints |= get_type_hints(variant)
    for name, hint in hints.items():
        path = f"{prefix}{name}"
        inner, many = (get_args(hint)[0], "[]") if _is_list(hint) else (hint, "")
        yield path
        if isinstance(inner, type) and is_dataclass(inner):
            yield from keys(inner, f"{path}{many}.")


@dataclass(frozen=True, slots=True)
class _Choice:
    """A field whose type another key chooses, and whose keys stand beside that key."""

    name: str
    chosen_by: str
    choose: Callable[[str], type | None]
    known: Iterable[str]

    def variants(self) -> Iterator[Any]:
        for word in self.known:
            if (found := self.choose(word)) is not None:
                yield found


def _choice(kind: Any) -> _Choice | None:
    for field in fields(kind):
        if "chosen_by" in field.metadata:
            return _Choice(field.name, **field.metadata)
    return None


@dataclass(frozen=True, slots=True)
class _Shape:
    """The keys that a group may have, some of them those of a chosen variant."""

    hints: dict[str, Any]
    choice: _Choice | None
    variant: type | None


def _shape(kind: type, node: Node) -> _Shape:
    hints, choice = get_type_hints(kind), _choice(kind)
    if choice is None:
        return _Shape(hints, None, None)
    variant = choice.choose(_text_at(node, choice.chosen_by))
    del hints[choice.name]
    # Where the choosing word is wrong, that is said, and not each key of what was meant.
    for one in choice.variants() if variant is None else (variant,):
        hints |= get_type_hints(one)
    return _Shape(hints, choice, variant)


def _unreadable(text: str, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or str(error)
    if way_out := unreadable(text, error):
        what += f"; {way_out}"
    return Problem("", f"cannot be read as YAML: {what}", mark.line + 1 if mark else None)


def _is_null(node: Node) -> bool:
    return str(node.tag) == "tag:yaml.org,2002:null"


def _is_list(hint: Any) -> bool:
    return getattr(hint, "__origin__", None) is tuple


def _shown(node: Node) -> str:
    if isinstance(node, ScalarNode):
        return "nothing" if _is_null(node) else repr(node.value)
    return "a list" if isinstance(node, SequenceNode) else "a group of keys"


class _Reader:
    """Walks the nodes beside the types; notes problems and goes on."""

    def __init__(self, root: type, text: str) -> None:
        self.problems: list[Problem] = []
        self._text = text
        self._lines: dict[str, int] = {}
        self._known = list(keys(root))

    def section(self, node: Node, kind: type[T], path: str) -> T | None:
        """`node` as a `kind`, or None where something in it is wrong."""
        if not isinstance(node, MappingNode):
            self._wrong(path, node, "a group of keys")
            return None
        shape = _shape(kind, node)
        values = self._values(node, shape.hints, path)
        required = _required(kind)
        for name in required:
            if name not in values:
                self._note(_joined(path, name), "missing", node)
        usable = {key: value for key, value in values.items() if value is not _WRONG}
        if any(name not in usable for name in required):
            return None
        partial = len(usable) < len(values)
        if shape.choice is not None and not self._chosen(shape, usable, partial, node, path):
            return None
        return self._built(kind, usable, partial, node, path)

    def _values(self, node: MappingNode, hints: dict[str, Any], path: str) -> dict[str, Any]:
        values = {}
        for key, child in self._pairs(node, path, hints):
            if _is_null(child) and (is_dataclass(hints[key]) or _is_list(hints[key])):
                continue  # a section whose keys are all commented out
            values[key] = self._value(child, hints[key], _joined(path, key))
        return values

    def _chosen(
        self, shape: _Shape, usable: dict[str, Any], partial: bool, node: Node, path: str
    ) -> bool:
        """Move the variant's own keys out of `usable` into the variant; False where it is wrong."""
        choice, variant = shape.choice, cast("Any", shape.variant)
        names = {
            field.name for one in (choice.variants() if choice else ()) for field in fields(one)
        }
        own = {name: usable.pop(name) for name in names if name in usable}
        if choice is None or variant is None:
            return True
        try:
            usable[choice.name] = variant(**own)
        except ValueError as error:
            if not partial:
                text = f"{usable.get('name', '')}: {error}"
                place = path.rpartition("[")[0]
                self.problems.append(Problem(place, text, node.start_mark.line + 1))
            return False
        return True

    def _pairs(
        self, node: MappingNode, path: str, known: dict[str, Any]
    ) -> Iterator[tuple[str, Node]]:
        seen: dict[str, int] = {}
        for key_node, child in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            where = _joined(path, key)
            if not isinstance(key_node, ScalarNode):
                self._note(path, "a key must be one word", key_node)
            elif key in seen:
                self._note(where, f"this key is there twice, first in line {seen[key]}", key_node)
            elif key not in known:
                self._note(where, f"unknown key; {self._nearest(key, path, known)}", key_node)
            else:
                seen[key] = self._lines[where] = line
                yield key, child

    def _nearest(self, key: str, path: str, known: dict[str, Any]) -> str:
        if near := get_close_matches(key, known, 1):
            return f"did you mean {near[0]}?"
        elsewhere = {one.rpartition(".")[2]: one for one in reversed(self._known)}
        if near := get_close_matches(key, elsewhere, 1, cutoff=0.8):
            return f"did you mean {elsewhere[near[0]]}?"
        return f"known {'in ' + path if path else 'here'}: {', '.join(known)}"

    def _value(self, node: Node, hint: Any, path: str) -> object:
        if NoneType in get_args(hint):
            if _is_null(node):
                return None
            hint = next(one for one in get_args(hint) if one is not NoneType)
        if is_dataclass(hint) and isinstance(hint, type):
            built = self.section(node, hint, path)
            return _WRONG if built is None else built
        if _is_list(hint):
            return self._list(node, get_args(hint)[0], path)
        if issubclass(hint, StrEnum):
            return self._word(node, hint, path)
        return self._scalar(node, hint, path)

    def _list(self, node: Node, hint: Any, path: str) -> object:
        if not isinstance(node, SequenceNode):
            return self._wrong(path, node, "a list")
        items = tuple(
            self._value(item, hint, f"{path}[{at}]") for at, item in enumerate(node.value)
        )
        return _WRONG if any(item is _WRONG for item in items) else items

    def _word(self, node: Node, words: type[StrEnum], path: str) -> object:
        found = node.value if isinstance(node, ScalarNode) else None
        if found in set(words):
            return words(found)
        return self._wrong(path, node, f"one of {', '.join(words)}")

    def _scalar(self, node: Node, kind: type, path: str) -> object:
        if not isinstance(node, ScalarNode):
            return self._wrong(path, node, _EXPECTED[kind])
        if path.endswith(_QUERY) and (lost := cut(self._text, node)):
            self._note(path, lost, node)
            return _WRONG
        try:
            value: object = SafeConstructor().construct_object(node)
        except (yaml.YAMLError, ValueError):
            value = None
        if kind is Path and isinstance(value, str) and value:
            return Path(value)
        if kind is float and type(value) is int:
            return float(value)
        if type(value) is kind:
            return value
        hint = " (put it in quotes)" if kind in (str, Path) and not _is_null(node) else ""
        return self._wrong(path, node, _EXPECTED[kind], hint)

    def _built(
        self, kind: type[T], values: dict[str, Any], partial: bool, node: Node, path: str
    ) -> T | None:
        try:
            return kind(**values)
        except ValueError as error:
            key, _, text = str(error).partition(": ")
            if not text or key.split(".")[0] != path.partition(".")[0]:
                key, text = path, str(error)
            # Of a key that was left out because it is wrong itself, enough was said.
            if not partial or key.rpartition(".")[2] in values:
                line = self._lines.get(key) if key.startswith(f"{path}.") else None
                self.problems.append(Problem(key, text, line or node.start_mark.line + 1))
            return None

    def _wrong(self, path: str, node: Node, expected: str, hint: str = "") -> object:
        self._note(path, f"expected {expected}, got {_shown(node)}{hint}", node)
        return _WRONG

    def _note(self, path: str, text: str, node: Node) -> None:
        self.problems.append(Problem(path, text, node.start_mark.line + 1))


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _text_at(node: Node, key: str) -> str:
    """The word under a key, empty where there is none."""
    if isinstance(node, MappingNode):
        for key_node, child in node.value:
            if key_node.value == key and isinstance(child, ScalarNode):
                return str(child.value)
    return ""


def _required(kind: type) -> list[str]:
    return [
        field.name
        for field in fields(kind)
        if field.default is MISSING and field.default_factory is MISSING
    ]
