"""Ask the interface of Stack Exchange within its quota, and hear what it says about waiting.

https://api.stackexchange.com/docs/wrapper, /docs/throttle, /docs/error-handling, /docs/filters
"""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from listener.connectors import Access, ConnectorError
from listener.connectors.json_item import (
    BadItem,
    Item,
    as_item,
    items_of,
    maybe_text,
    maybe_whole,
    text,
)
from listener.connectors.web import Refusal, Web

KEY: Final = "LAURELS_STACKEXCHANGE_KEY"
ADDRESS: Final = "https://api.stackexchange.com"
LARGEST: Final = 100
"""Items of a page, and ids of a request."""
DEFAULT, WITH_BODY = "default", "withbody"
_FIELDS: Final = {
    "": "items has_more backoff quota_remaining error_id error_name error_message",
    "question": "question_id title body tags score creation_date last_activity_date"
    " last_edit_date owner answers",
    "answer": "answer_id question_id body score is_accepted creation_date last_edit_date owner",
    "comment": "comment_id post_id post_type body link score creation_date owner reply_to_user",
    "shallow_user": "user_id display_name user_type",
    "search_excerpt": "item_type question_id answer_id last_activity_date",
}
_INCLUDE: Final = ";".join(
    f"{kind}.{name}" for kind, names in _FIELDS.items() for name in names.split()
)
_EVERYTHING: Final = ""
_MARGIN: Final = 3.0
"""Waiting exactly as long as asked is still taken for too short."""
_THROTTLED, _BAD_PARAMETER = 502, 400
_TRANSIENT: Final = (500, 503)
_SECONDS: Final = re.compile(r"available in (\d{1,7}) seconds")
_WHILE: Final = 120.0


@dataclass(frozen=True, slots=True)
class Items:
    """What a page held, and whether there is another."""

    items: Sequence[Any]
    has_more: bool


class Api:
    """The read methods. A wait that the platform asks for is kept before the next request."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._base = access.base_url or ADDRESS
        self._key = access.secrets.get(KEY, "").strip()
        self._web = Web(self._base, access, name="Stack Exchange", hint=f"check {KEY}")
        self._closed: dict[str, datetime] = {}
        self._filter: str | None = None

    def get(
        self,
        method: str,
        *,
        what: str,
        site: str,
        ids: Sequence[int] = (),
        only: str | None = None,
        params: Mapping[str, str | int] | None = None,
    ) -> Items:
        """The items of one page; `ids` stand for ``{ids}`` in `method`, at most 100.

        `only` is a filter that the platform brings, None the one with all that is read here.
        Raises ConnectorError.
        """
        given = {
            "pagesize": LARGEST,
            **(params or {}),
            "site": site,
            "filter": only or self._own_filter(),
        }
        return self._asked(method, ids, given, what)

    def check(self) -> None:
        """Raises ConnectorError while some method must not be called."""
        self._wait(max(self._closed.values(), default=None))

    def close(self) -> None:
        """Let go of the connections."""
        self._web.close()

    def _asked(
        self, method: str, ids: Sequence[int], params: dict[str, str | int], what: str
    ) -> Items:
        for one in (_EVERYTHING, method):
            self._wait(self._closed.get(one))
        if self._key:
            params["key"] = self._key
        path = "/2.3/" + method.replace("{ids}", ";".join(map(str, ids)))
        try:
            told = as_item(self._web.json(path, params, what=what))
            self._note(method, told)
            return Items(items_of(told, "items"), told.get("has_more") is True)
        except Refusal as refusal:
            raise self._explained(refusal, what) from None
        except BadItem as error:
            raise ConnectorError(f"Stack Exchange: no answer for {what}: {error}") from None

    def _note(self, method: str, told: Item) -> None:
        now = self._access.now()
        if (seconds := maybe_whole(told, "backoff")) is not None and 0 < seconds < 2**31:
            self._closed[method] = now + timedelta(seconds=seconds + _MARGIN)
        if maybe_whole(told, "quota_remaining") == 0:
            tomorrow = (now.astimezone(UTC) + timedelta(days=1)).date()
            self._closed[_EVERYTHING] = datetime.combine(tomorrow, time(), UTC)

    def _wait(self, until: datetime | None) -> None:
        now = self._access.now()
        if until is not None and now < until:
            seconds = (until - now).total_seconds()
            raise ConnectorError(
                f"Stack Exchange: wants no request for {seconds:.0f} s; {self._more}",
                retry_after=seconds,
            )

    @property
    def _more(self) -> str:
        return "ask less often" if self._key else f"{KEY} would allow 10,000 requests a day"

    def _explained(self, refusal: Refusal, what: str) -> ConnectorError:
        """The same in the platform's own words, and whether another try can help."""
        try:
            told = as_item(json.loads(refusal.answer.body))
        except (ValueError, RecursionError, BadItem):
            return refusal
        number = maybe_whole(told, "error_id")
        if number is None:
            return refusal
        reason = (maybe_text(told, "error_message") or "no reason given")[:200]
        if number == _THROTTLED:
            return self._throttled(reason)
        if number == _BAD_PARAMETER and "filter" in reason:
            self._forget_filter()
        elif number not in _TRANSIENT:
            # The platform speaks of a parameter, never of what somebody wrote.
            reason = reason.replace(self._key, "…") if self._key else reason
            return ConnectorError(
                f"Stack Exchange: refuses {what}: {reason}; check sites, tags and {KEY}",
                permanent=True,
            )
        return ConnectorError(f"Stack Exchange: fails for {what}: {reason}")

    def _throttled(self, reason: str) -> ConnectorError:
        found = _SECONDS.search(reason)
        wait = int(found[1]) + 1.0 if found else _WHILE
        self._closed[_EVERYTHING] = self._access.now() + timedelta(seconds=wait)
        return ConnectorError(
            f"Stack Exchange: too many requests, wait {wait:.0f} s; {self._more}",
            retry_after=wait,
        )

    def _own_filter(self) -> str:
        """Filters are opaque, the same for everybody and for ever: it is made once and kept."""
        if self._filter is None:
            self._filter = self._kept() or self._made()
        return self._filter

    def _made(self) -> str:
        params: dict[str, str | int] = {"include": _INCLUDE, "base": "none", "unsafe": "false"}
        found = self._asked("filters/create", (), params, "a filter")
        try:
            name = text(as_item(found.items[0] if found.items else None), "filter")
        except BadItem as error:
            raise ConnectorError(f"Stack Exchange: no filter was made: {error}") from None
        with suppress(OSError):  # It is only made again.
            self._file.parent.mkdir(parents=True, exist_ok=True)
            new = self._file.with_suffix(".new")
            new.write_text(name, encoding="utf-8")
            new.replace(self._file)
        return name

    def _kept(self) -> str | None:
        with suppress(OSError, ValueError):
            return self._file.read_text(encoding="utf-8").strip() or None
        return None

    def _forget_filter(self) -> None:
        self._filter = None
        with suppress(OSError):
            self._file.unlink(missing_ok=True)

    @property
    def _file(self) -> Path:
        which = sha256(f"{self._base}\0{_INCLUDE}".encode()).hexdigest()[:16]
        return self._access.folder / f"stackexchange-{which}.filter"
