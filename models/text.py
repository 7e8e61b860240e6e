"""Prepare a platform's text for the model, the same way in training and in use."""

import html
import re
import unicodedata

MAX_CHARS = 12_000

_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_INLINE_CODE = re.compile(r"`([^`\n]{1,400})`")
_QUOTE = re.compile(r"^[ \t]*>(?!=).*$", re.MULTILINE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\((?:[^()\s]{1,1000})\)")
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_MENTION = re.compile(r"(?<![\w@.])@[\w][\w.-]{0,60}")
_SHORTCODE = re.compile(r"<?a?:([a-zA-Z][a-zA-Z0-9_+-]{1,40}):(?:\d{6,25}>)?")
_REPEAT = re.compile(r"(\S)\1{3,}")
_SPACE = re.compile(r"\s+")
_EMOJI = re.compile(r"[☀-➿⬀-⯿\U0001F000-\U0001FAFF]")
_STANDING_IN = frozenset({"", "http", "@user"})
_STOPS = ".,:;-"
_VARIATION = re.compile(r"[︎️\U0001F3FB-\U0001F3FF]")


def invisible_free(text: str) -> str:
    """The text without zero-width characters and direction marks, with controls as spaces."""
    if text.isascii() and text.isprintable():
        return text
    out = []
    for character in text:
        category = unicodedata.category(character)
        if category == "Cf":
            continue
        if category == "Cs":
            character = "\ufffd"  # noqa: PLW2901 - half a character, which no tokenizer takes
        out.append(" " if category == "Cc" and character not in "\n\t" else character)
    return "".join(out)


def _emoji_words(match: re.Match[str]) -> str:
    name = unicodedata.name(match.group(), "")
    return f" {name.lower()} " if name else " "


def _shortcode_words(match: re.Match[str]) -> str:
    return " " + match.group(1).replace("_", " ").lower() + " "


def own_words(text: str) -> str:
    """What the author wrote: quoted lines and fenced code removed, unless nothing else is left."""
    kept = text
    if "```" in kept:
        kept = _FENCE.sub(" code ", kept)
    if ">" in kept:
        kept = _QUOTE.sub(" ", kept)
    return kept if kept.strip() else text


def says_nothing(prepared: str) -> bool:
    """Whether nothing is left of a text to judge: it is empty, or addresses and handles alone."""
    return all(word.strip(_STOPS) in _STANDING_IN for word in prepared.split())


def prepare(text: str, title: str | None = None) -> str:
    """One line of plain words: handles become ``@user``, addresses ``http``, emoji their names.

    Quoted lines and code blocks are dropped, HTML is decoded and stripped, invisible characters
    vanish, a character repeated four times or more is cut to three. Text longer than
    ``MAX_CHARS`` keeps its beginning and its end. Never raises; an empty text stays empty.
    """
    if title:
        text = f"{title}. {text}"
    if len(text) > MAX_CHARS:
        text = text[: MAX_CHARS * 2 // 3] + "\n" + text[-MAX_CHARS // 3 :]
    if "&" in text:
        text = html.unescape(text)
    text = own_words(invisible_free(text))
    if "`" in text:
        text = _INLINE_CODE.sub(r" \1 ", text)
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    if ":" in text:
        text = _SHORTCODE.sub(_shortcode_words, text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    text = _URL.sub("http", text)
    if "@" in text:
        text = _MENTION.sub("@user", text)
    if not text.isascii():
        text = _EMOJI.sub(_emoji_words, _VARIATION.sub("", text))
    return _SPACE.sub(" ", _REPEAT.sub(r"\1\1\1", text)).strip()
