"""Ask the Stack Exchange API, within what it allows: its backoff, its daily quota, its errors.

https://api.stackexchange.com/docs: "Throttles", "Custom Filters", "Error Handling".
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any, Final

from listener.connectors import Access, ConnectorError
from listener.connectors.json_item import (
    BadItem,
    Item,
    as_item,
    items_of,
    maybe_text,
    maybe_whole,
)
from listener.connectors.web import Refusal, Web

ADDRESS: Final = "https://api.stackexchange.com/2.3"
KEY: Final = "LAURELS_STACKEXCHANGE_KEY"
DAILY_WITHOUT_KEY: Final = 300
"""Requests a day from one address without a key, whichever source makes them ("Throttles")."""
_FIELDS: Final = (
    "question.answers", "question.comments", "answer.comments", "answer.link", "comment.body",
    "comment.link", "comment.post_type", "comment.reply_to_user",
)  # fmt: skip
_BAD_PARAMETER, _THROTTLED = 400, 502
_PASSING: Final = (500, 503)
_EVERY_METHOD: Final = ""
_SECONDS: Final = re.compile(r"available in (\d+) seconds")
_LONG: Final = 3_600.0
_DAY: Final = 86_400
_SPREAD: Final = 2
"""This part of a day's requests is spread over the day; what is more may be spent at any time."""
_MARGIN: Final = 3
"""Seconds more than asked: exactly as long is still taken for too short (meta.stackexchange.com,
question 377674), and too short is a ban."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The items of one answer, and whether there are more."""

    items: list[Any]
    more: bool


@dataclass(frozen=True, slots=True)
class _Quota:
    """How many requests were `left` of a day's."""

    whole: int
    left: int
    day: datetime

    def wait(self, now: datetime) -> int:
        """Seconds until a look leaves enough, at an even pace, for the rest of the day."""
        if _midnight(now) != self.day:
            return 0
        due = _DAY * (1 - _SPREAD * self.left / self.whole)
        return ceil(due - (now - self.day).total_seconds())


def _midnight(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


class _UnknownFilter(ConnectorError):
    """The selection of fields is not known there any more."""


class Api:
    """One address, one quota. Each method has a `backoff` of its own ("Throttles").

    `ask` raises ConnectorError for whatever goes wrong. `asked` counts requests.
    """

    def __init__(self, access: Access) -> None:
        self.asked = 0
        self._access = access
        self._key = access.secrets.get(KEY)
        self._web = Web(
            access.base_url or ADDRESS,
            access,
            name="Stack Exchange",
            hint=f"check {KEY}, or leave it out",
        )
        self._filter: str | None = None
        self._closed_until: dict[str, datetime] = {}
        self._quota: _Quota | None = None

    @property
    def least(self) -> int:
        """How many requests the next `ask` makes."""
        return 1 if self._filter else 2

    def ask(
        self,
        method: str,
        params: Mapping[str, str | int],
        *,
        what: str,
        ids: Sequence[int] = (),
    ) -> Reply:
        """The items with bodies, comments and answers; `ids` stand for ``{ids}`` in `method`."""
        fields = self._fields()
        try:
            return self._ask(method, {**params, "filter": fields}, what, ids)
        except _UnknownFilter:
            self._filter = None
        return self._ask(method, {**params, "filter": self._fields()}, what, ids)

    def save(self) -> None:
        """Raises ConnectorError where another look now would leave none for the rest of the day."""
        now = self._access.now()
        wait = 0 if self._quota is None else self._quota.wait(now)
        if self._quota is not None and wait > 0:
            more = "" if self._key else f", or set {KEY}, free from stackapps.com, for 10,000 a day"
            raise ConnectorError(
                f"Stack Exchange: {self._quota.left} of {self._quota.whole} requests are left for "
                f"today; so that they last, the next look waits {wait} s; look less often "
                f"(`every_seconds`), for fewer words or sites{more}",
                retry_after=wait,
            )

    def close(self) -> None:
        """Let go of the connections."""
        self._web.close()

    def _fields(self) -> str:
        """The name of our selection of fields; it never changes, so it is asked for once."""
        if self._filter is None:
            wanted: dict[str, str | int] = {
                "include": ";".join(_FIELDS),
                "base": "withbody",
                "unsafe": "true",  # or else titles and names come with their entities encoded
            }
            found = self._ask("filters/create", wanted, "a selection of fields").items
            name = found[0].get("filter") if found and isinstance(found[0], dict) else None
            if not isinstance(name, str):
                raise ConnectorError("Stack Exchange: no selection of fields was made")
            self._filter = name
        return self._filter

    def _ask(
        self, method: str, params: Mapping[str, str | int], what: str, ids: Sequence[int] = ()
    ) -> Reply:
        self._wait_asked_for(method)
        key = {} if self._key is None else {"key": self._key}
        path = "/" + method.replace("{ids}", ";".join(map(str, ids)))
        self.asked += 1
        try:
            answer = self._web.json(path, {**params, **key}, what=what)
            items = items_of(answer, "items")
        except Refusal as error:
            raise self._explained(error, what) from None
        except BadItem as error:
            raise ConnectorError(f"Stack Exchange: the answer for {what}: {error}") from None
        self._note_limits(method, answer)
        return Reply(items, answer.get("has_more") is True)

    def _note_limits(self, method: str, answer: Item) -> None:
        now = self._access.now()
        if (backoff := maybe_whole(answer, "backoff")) is not None:
            self._closed_until[method] = now + timedelta(seconds=backoff + _MARGIN)
        left, whole = maybe_whole(answer, "quota_remaining"), maybe_whole(answer, "quota_max")
        self._quota = None
        if left == 0:
            self._closed_until[_EVERY_METHOD] = _midnight(now) + timedelta(days=1, minutes=1)
        elif left is not None and whole is not None and whole > 0:
            self._quota = _Quota(whole, left, _midnight(now))

    def _wait_asked_for(self, method: str) -> None:
        now = self._access.now()
        until = max(self._closed_until.get(one, now) for one in (_EVERY_METHOD, method))
        if now < until:
            wait = (until - now).total_seconds()
            more = "" if self._key or wait < _LONG else f"; a key in {KEY} allows more a day"
            raise ConnectorError(
                f"Stack Exchange: no request is allowed for {wait:.0f} s{more}", retry_after=wait
            )

    def _explained(self, error: Refusal, what: str) -> ConnectorError:
        """The error as the body tells it: the status is 400 whatever went wrong."""
        try:
            body = as_item(json.loads(error.answer.body))
        except (ValueError, RecursionError, BadItem):
            return error
        number = maybe_whole(body, "error_id")
        message = maybe_text(body, "error_message") or "it does not say why"
        if number is None:
            return error
        if number == _THROTTLED:
            return self._throttled(message)
        if number in _PASSING:
            return ConnectorError(f"Stack Exchange: it fails (error {number}) for {what}")
        kind = ConnectorError
        if number == _BAD_PARAMETER and "filter" in message.casefold():
            kind = _UnknownFilter
        if self._key:
            message = message.replace(self._key, "...")
        return kind(
            f"Stack Exchange: it refuses {what} (error {number}): {message[:200]}; "
            f"check `sites`, `tags` and {KEY}",
            permanent=True,
        )

    def _throttled(self, message: str) -> ConnectorError:
        match = _SECONDS.search(message)
        wait = float(match[1]) if match else _LONG
        self._closed_until[_EVERY_METHOD] = self._access.now() + timedelta(seconds=wait)
        return ConnectorError(
            f"Stack Exchange: too many requests from here; it asks us to wait {wait:.0f} s",
            retry_after=wait,
        )
