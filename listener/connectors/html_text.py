"""HTML to plain text, for every connector whose platform sends HTML.

The standard library's parser is not used: it takes time that grows with the square of a text of
open tags, and fails on some; what strangers write must do neither. Every loop here moves forward.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_DEEPEST: Final = 6
_UNSEEN: Final = frozenset(("iframe", "noembed", "script", "style", "svg", "template", "title"))
_PARAGRAPHS: Final = frozenset(
    ("blockquote", "dl", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "p", "pre", "table")
)
_LINES: Final = frozenset(
    (
        "address", "article", "aside", "body", "center", "dd", "details", "div", "dt", "fieldset",
        "figcaption", "footer", "form", "header", "html", "main", "nav", "section", "summary", "tr",
    )
)  # fmt: skip
_TAG: Final = re.compile(
    r"<(/?)([a-zA-Z][^\s/>]*+)((?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+)*+)>"
)
_SIMPLE_TAG: Final = re.compile(r"<(/?)([a-zA-Z][^\s/>]*+)([^>]*+)>")
_ATTRIBUTE: Final = re.compile(
    r"([^\s=/>\"']++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>\"']*+)))?+"
)
_SPACE: Final = re.compile(r"[ \t\n\r\f]+")
_HUGE_ENTITY: Final = re.compile(r"&#(?:\d{8,}+|[xX][0-9a-fA-F]{7,}+);?")
_CUT_SHORT: Final = re.compile(r"\A(?:https?://)?(\S+?)(?:…|\.\.\.)\Z")


def text_of(html: str) -> str:
    """The words of a piece of HTML as a reader sees them, nothing left out but what is not words.

    Paragraphs are apart by an empty line; list items begin with ``- `` or a number, quoted lines
    with ``> ``; code stands between backticks, as Markdown writes it. A link is its own words, or
    its address where these are the address cut short. An emoji that is an image is its name.
    """
    page = _Page()
    for piece in _pieces(html):
        if isinstance(piece, str):
            page.write(piece)
        else:
            page.tag(piece)
    return page.whole()


@dataclass(frozen=True, slots=True)
class _Tag:
    name: str
    closes: bool
    rest: str

    def attributes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for match in _ATTRIBUTE.finditer(self.rest[:10_000]):
            name, *values = match.groups()
            found.setdefault(name.lower(), _decoded(next((one for one in values if one), "")))
        return found


def _pieces(source: str) -> Iterator[str | _Tag]:
    """Text, still with its entities decoded, and tags, in their order; unseen parts left out."""
    at, pattern, last = 0, _TAG, source.rfind(">")
    while at < len(source):
        opening = source.find("<", at)
        if opening < 0 or opening > last:
            break
        if opening > at:
            yield _decoded(source[at:opening])
        match = pattern.match(source, opening)
        if match is None and pattern is _TAG and source[opening + 1 : opening + 2].isalpha():
            # A quote that never ends. From here on quotes mean nothing, or each tag would
            # look through the rest of the text for its end.
            pattern = _SIMPLE_TAG
            match = pattern.match(source, opening)
        if match is None:
            at = _after_no_tag(source, opening)
            if at == opening + 1:
                yield "<"
            continue
        tag = _Tag(match[2].lower(), bool(match[1]), match[3])
        at = match.end()
        if tag.name in _UNSEEN and not tag.closes and not tag.rest.endswith("/"):
            at = _end_of(tag.name, source, at)
        else:
            yield tag
    yield _decoded(source[at:])


def _after_no_tag(source: str, at: int) -> int:
    """Where to go on behind a comment or the like; the next letter where it is just a "<"."""
    if source.startswith("<!--", at):
        end = source.find("-->", at + 4)
        return len(source) if end < 0 else end + 3
    if source[at + 1 : at + 2] in ("!", "?", "/"):
        end = source.find(">", at)
        return len(source) if end < 0 else end + 1
    return at + 1


def _end_of(name: str, source: str, at: int) -> int:
    match = re.compile(rf"</{name}\b", re.IGNORECASE).search(source, at)
    end = source.find(">", match.end()) if match else -1
    return len(source) if end < 0 else end + 1


def _decoded(text: str) -> str:
    # A number too long for int() would be an error, and is no character anyway.
    return html.unescape(_HUGE_ENTITY.sub("\ufffd", text)) if "&" in text else text


@dataclass(slots=True)
class _Frame:
    """What stands in one quote or one block of code; `breaks` are owed before what comes next."""

    name: str
    parts: list[str] = field(default_factory=list)
    breaks: int = 0
    space: bool = False
    fresh: bool = True
    link: tuple[int, str] | None = None


class _Page:
    def __init__(self) -> None:
        self._frames = [_Frame("page")]
        self._lists: list[int | None] = []

    def write(self, text: str) -> None:
        top = self._frames[-1]
        if top.name == "pre":
            top.parts.append(text)
            return
        words = _SPACE.sub(" ", text)
        top.space = top.space or words.startswith(" ")
        if words.strip(" "):
            self._put(words.strip(" "))
            top.space = words.endswith(" ")

    def _put(self, words: str) -> None:
        top = self._frames[-1]
        if not top.fresh:
            top.parts.append("\n" * top.breaks if top.breaks else " " * top.space)
        top.breaks, top.space, top.fresh = 0, False, False
        top.parts.append(words)

    def _break(self, lines: int) -> None:
        top = self._frames[-1]
        if not top.fresh:
            top.breaks = max(top.breaks, lines)

    def tag(self, tag: _Tag) -> None:
        name = tag.name
        if name in ("pre", "blockquote"):
            self._close(name) if tag.closes else self._open(name)
        elif self._frames[-1].name == "pre":
            if name == "br":
                self._frames[-1].parts.append("\n")
        elif name in ("ul", "ol", "menu"):
            self._list(tag)
        elif name == "li":
            self._item(tag)
        elif name in _PARAGRAPHS or name in _LINES:
            self._break(2 if name in _PARAGRAPHS else 1)
        else:
            self._inline(tag)

    def _inline(self, tag: _Tag) -> None:
        top = self._frames[-1]
        match tag.name:
            case "br":
                top.breaks = 0 if top.fresh else min(top.breaks + 1, 2)
            case "a":
                self._link(tag)
            case "code" | "tt":
                self._mark("`", tag.closes)
            case "q":
                self._mark('"', tag.closes)
            case "td" | "th":
                top.space = True
            case "img":
                self._image(tag.attributes())

    def _mark(self, mark: str, closes: bool) -> None:
        """A mark that stands close to what it encloses."""
        top = self._frames[-1]
        if closes:
            space, top.space = top.space, False
            self._put(mark)
            top.space = space
        else:
            self._put(mark)
            top.fresh = True

    def _image(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("class", "")
        if "emoji" in kind or "smiley" in kind:
            self.write(attributes.get("alt", ""))

    def _link(self, tag: _Tag) -> None:
        top = self._frames[-1]
        if not tag.closes:
            top.link = (len(top.parts), tag.attributes().get("href", ""))
            return
        if top.link is None:
            return
        (start, address), top.link = top.link, None
        shown = "".join(top.parts[start:])
        cut = _CUT_SHORT.match(shown.strip())
        if cut and address.partition("://")[2].startswith(cut[1]):
            top.parts[start:] = [shown.replace(shown.strip(), address)]

    def _list(self, tag: _Tag) -> None:
        if not tag.closes:
            self._break(1 if self._lists else 2)
            self._lists.append(0 if tag.name == "ol" else None)
        elif self._lists:
            self._lists.pop()
            self._break(1 if self._lists else 2)

    def _item(self, tag: _Tag) -> None:
        self._break(1)
        if tag.closes:
            return
        mark = "- "
        if self._lists and (count := self._lists[-1]) is not None:
            self._lists[-1] = count + 1
            mark = f"{count + 1}. "
        self._put("  " * min(len(self._lists) - 1, _DEEPEST) + mark)
        self._frames[-1].fresh = True

    def _open(self, name: str) -> None:
        self._break(2)
        if len(self._frames) <= _DEEPEST and self._frames[-1].name != "pre":
            self._frames.append(_Frame(name))

    def _close(self, name: str) -> None:
        if any(frame.name == name for frame in self._frames):
            while self._fold() != name:
                pass
        self._break(2)

    def _fold(self) -> str:
        """Put the innermost frame into the one around it; its name."""
        frame = self._frames.pop()
        text = "".join(frame.parts)
        if frame.name == "pre":
            code = text.rstrip().removeprefix("\n")
            text = f"```\n{code}\n```" if code else ""
        elif text:
            text = "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
        if text:
            self._put(text)
            self._break(2)
        return frame.name

    def whole(self) -> str:
        while len(self._frames) > 1:
            self._fold()
        return "".join(self._frames[0].parts).strip()
