"""A Stack Exchange data dump: questions, answers and comments of one site, as XML.

Rows as in https://meta.stackexchange.com/questions/2677 ("Database schema documentation for the
public data dump and SEDE"). Ids are those of the live connector.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar, Final

from listener.connectors import ConnectorError
from listener.connectors.html_text import text_of
from listener.history import Mark
from listener.history.files import Files, damage
from listener.history.lines import BadLine
from listener.history.moments import BadMoment, from_text, from_text_maybe
from listener.history.rows import Row, Rows, rows
from listener.history.table import Names, Numbers
from store.records import Author, Kind, Post

_QUESTION: Final = "1"
_ANSWER: Final = "2"
_COMMUNITY_USER: Final = -1
_TAG: Final = re.compile(r"[^<>|]+")
_HOSTS: Final = re.compile(
    r"(?P<word>[a-z0-9-]+(?:\.meta)?)\.stackexchange\.com"
    r"|(?P<com>(?:[a-z]+\.)?(?:stackoverflow|serverfault|superuser|askubuntu|stackapps))\.com"
    r"|(?P<net>(?:meta\.)?mathoverflow\.net)"
)
_WITH_COM: Final = re.compile(
    r"(?:[a-z]+\.)?(?:stackoverflow|serverfault|superuser|askubuntu|stackapps)"
)
_WORD: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*")
_ACCEPTED: Final = 1 << 40
_POST: Final = _ACCEPTED - 1


class StackExchangeDump:
    """Posts.xml and, where it is there, Comments.xml; names come from Users.xml.

    Before the first item all posts are passed over once: which answers were accepted, and which
    question each belongs to, is told elsewhere in the file than where it is needed.
    """

    by_lines: ClassVar[bool] = False

    def __init__(self, files: Files, site: str | None = None) -> None:
        self._files = files
        self._site = _site(files, site)
        self._host = _host(self._site)
        self._posts = next(iter(files.sizes)) if files.single else files.named("Posts.xml")
        self._comments = None if files.single else files.named("Comments.xml")
        self.parts: Sequence[str] = tuple(one for one in (self._posts, self._comments) if one)
        self._of: Numbers | None = None
        self._names = Names()

    def read(self, part: str, mark: Mark) -> Rows:
        """Open one of the two files after the mark."""
        if self._of is None:
            self._of = self._learned(Numbers())
        parse = self.comment if part == self._comments else self.post
        return Rows(self._files.open(part), mark, parse)

    def close(self) -> None:
        """Give back what was gathered."""
        if self._of is not None:
            self._of.close()
        self._of = None
        self._names.close()

    def post(self, row: Row) -> Post | None:
        """A question or an answer; None for the site's own texts. Raises BadLine."""
        type_ = row.get("PostTypeId")
        if type_ not in (_QUESTION, _ANSWER):
            return None
        id_ = _id(row, "Id")
        asked = id_ if type_ == _QUESTION else _id(row, "ParentId")
        is_answer = type_ == _ANSWER
        letter = "a" if is_answer else "q"
        name = f"{self._site}/{letter}/{id_}"
        return Post(
            platform="stackexchange",
            platform_id=name,
            kind=Kind.ANSWER if is_answer else Kind.POST,
            author=self._author(name, row.get("OwnerUserId"), row.get("OwnerDisplayName")),
            created_at=_created(row),
            text=text_of(row.get("Body", "")),
            title=row.get("Title") or None,
            thread_id=f"{self._site}/q/{asked}",
            parent_id=f"{self._site}/q/{asked}" if is_answer else None,
            channel=self._site,
            score=_whole(row.get("Score")),
            accepted=bool(self._known(id_) & _ACCEPTED) if is_answer else None,
            tags=tuple(_TAG.findall(row.get("Tags", ""))),
            url=f"https://{self._host}/{letter}/{id_}",
            edited_at=from_text_maybe(row.get("LastEditDate")),
        )

    def comment(self, row: Row) -> Post | None:
        """A comment; None where its post is not in the dump. Raises BadLine."""
        id_, on = _id(row, "Id"), _id(row, "PostId")
        asked = self._known(on) & _POST
        if not asked:
            return None
        letter = "q" if asked == on else "a"
        name = f"{self._site}/c/{id_}"
        return Post(
            platform="stackexchange",
            platform_id=name,
            kind=Kind.COMMENT,
            author=self._author(name, row.get("UserId"), row.get("UserDisplayName")),
            created_at=_created(row),
            text=row.get("Text", ""),
            thread_id=f"{self._site}/q/{asked}",
            parent_id=f"{self._site}/{letter}/{on}",
            channel=self._site,
            score=_whole(row.get("Score")),
            url=f"https://{self._host}/questions/{asked}#comment{id_}_{on}",
        )

    def _author(self, post: str, id_: str | None, shown: str | None) -> Author:
        """Who wrote a post; one who left is named by the post alone."""
        if id_ is None or not id_.removeprefix("-").isdecimal():
            return Author(f"{post}/author", shown or "deleted")
        number = int(id_)
        handle = self._names.get(number) or shown
        if number == _COMMUNITY_USER:
            return Author(f"{self._site}/u/{number}", handle or "Community", is_bot=True)
        return Author(f"{self._site}/u/{number}", handle or f"user{number}")

    def _known(self, id_: int) -> int:
        return 0 if self._of is None else self._of[id_]

    def _learned(self, of: Numbers) -> Numbers:
        """For each post the question that it is or answers, and whether it was accepted."""

        def keep(row: Row) -> None:
            type_, id_ = row.get("PostTypeId"), _number(row.get("Id"))
            asked = id_ if type_ == _QUESTION else _number(row.get("ParentId"))
            if type_ in (_QUESTION, _ANSWER) and id_ and asked:
                of[id_] = of[id_] | asked
            if type_ == _QUESTION and (accepted := _number(row.get("AcceptedAnswerId"))):
                of[accepted] = of[accepted] | _ACCEPTED

        def name(row: Row) -> None:
            if (id_ := _number(row.get("Id"))) and (shown := row.get("DisplayName")):
                self._names[id_] = shown

        self._each(self._posts, keep)
        self._each(None if self._files.single else self._files.named("Users.xml"), name)
        return of

    def _each(self, part: str | None, do: Callable[[Row], None]) -> None:
        if part is None:
            return
        stream = self._files.open(part)
        try:
            for _byte, row in rows(stream):
                do(row)
        except damage():
            pass  # Of posts, the reading proper meets it again; of names, some are missing.
        finally:
            stream.close()


def _site(files: Files, given: str | None) -> str:
    """The site as its API calls it, e.g. android for android.stackexchange.com."""
    name = (given or files.path.resolve().name).lower().removesuffix(".zip")
    if found := _HOSTS.fullmatch(name):
        return found["word"] or found["com"] or found["net"]
    if given and _WORD.fullmatch(name):
        return name
    raise ConnectorError(
        f"{files.path}: name the site with --site, e.g. --site stackoverflow or --site android",
        permanent=True,
    )


def _host(site: str) -> str:
    if "mathoverflow" in site:
        return site
    return f"{site}.com" if _WITH_COM.fullmatch(site) else f"{site}.stackexchange.com"


def _created(row: Row) -> datetime:
    try:
        return from_text(row.get("CreationDate"))
    except BadMoment as error:
        raise BadLine(f"CreationDate: {error}") from None


def _id(row: Row, name: str) -> int:
    found = _number(row.get(name))
    if not found:
        raise BadLine(f"{name}: missing")
    return found


def _number(found: str | None) -> int:
    return int(found) if found and found.isascii() and found.isdecimal() else 0


def _whole(found: str | None) -> int | None:
    try:
        return None if found is None else int(found)
    except ValueError:
        return None
