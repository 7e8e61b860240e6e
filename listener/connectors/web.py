"""A polite HTTP client for the connectors without a library of their own."""

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2

from listener.connectors import Access, ConnectorError
from listener.connectors.deadline import Connections, Deadline
from listener.limits import pause, retry_after

USER_AGENT: Final = f"laurels/{version('laurels')}"
_LARGEST: Final = 32 * 2**20
_WORDS: Final = 1_000
_TIMEOUTS: Final = 4
"""A request, its redirects and its answer may take so many times as long as a piece of them."""
_REDIRECTS: Final = 10
_FOR_ANYBODY: Final = frozenset(
    (
        "accept", "accept-encoding", "connection", "content-length", "content-type", "host",
        "if-modified-since", "if-none-match", "transfer-encoding", "user-agent",
    )
)  # fmt: skip
"""Headers that another host may read. All others may be keys: each platform has its own name."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said; `headers` by lower-case names."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class Refusal(ConnectorError):
    """The server said no; `answer` is how, for platforms that explain themselves in the body."""

    def __init__(
        self,
        message: str,
        answer: Answer,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, permanent=permanent, retry_after=retry_after)
        self.answer = answer


class Web:
    """Asks one host, within its limits; every failure is a ConnectorError that names the host.

    `name` is the platform as a person knows it. `hint` is what to do when the platform refuses
    who we are.
    """

    def __init__(
        self,
        base_url: str,
        access: Access,
        *,
        name: str,
        headers: Mapping[str, str] | None = None,
        hint: str = "",
    ) -> None:
        self._base = base_url.rstrip("/")
        self._access = access
        self._name = name
        self._hint = hint
        self._headers = {"user-agent": USER_AGENT, "accept": "application/json", **(headers or {})}
        self._client: httpx2.Client | None = None
        self._connections = Connections()
        self._closed_until: datetime | None = None

    def json(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        what: str,
        micro_usd: int = 0,
        send: object = None,
    ) -> Any:
        """The parsed answer to GET, or to POST of `send` as JSON. Raises ConnectorError."""
        answer = self.ask(path, params, what=what, micro_usd=micro_usd, send=send)
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            raise ConnectorError(
                f"{self._name}: {self._host} sent something that is not JSON for {what}"
            ) from None

    def ask(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        what: str,
        headers: Mapping[str, str] | None = None,
        micro_usd: int = 0,
        send: object = None,
    ) -> Answer:
        """The answer, whole and below 400; 304 where `headers` made the request conditional.

        `path` may be a whole URL, as in a feed's own list. Raises ConnectorError.
        """
        self._wait_asked_for()
        self._access.meter.spend(what, micro_usd=micro_usd)
        url = path if "://" in path else self._base + path
        try:
            answer = self._in_time(url, params, headers or {}, send)
        except _TooSlow:
            raise ConnectorError(f"{self._name}: {self._host} sends {what} too slowly") from None
        except httpx2.TimeoutException as error:
            raise ConnectorError(
                f"{self._name}: {self._host} did not answer within {self._access.timeout:g} s"
            ) from error
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            raise ConnectorError(
                f"{self._name}: {self._host}: the address of {what} cannot be asked; check it",
                permanent=True,
            ) from error
        except httpx2.LocalProtocolError as error:
            raise self._unsendable(what, error) from None
        except httpx2.HTTPError as error:
            raise ConnectorError(
                f"{self._name}: {self._host} cannot be read ({_reason(error)})"
            ) from None
        except ValueError as error:
            raise self._unsendable(what, error) from None
        now = self._access.now()
        if answer.status >= 400:
            raise self._refused(answer, what, now)
        if (wait := pause(answer.headers, now)) is not None:
            self._closed_until = now + timedelta(seconds=wait)
        return answer

    def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    @property
    def _host(self) -> str:
        return urlsplit(self._base).netloc or self._base

    def _wait_asked_for(self) -> None:
        now = self._access.now()
        if self._closed_until is not None and now < self._closed_until:
            wait = (self._closed_until - now).total_seconds()
            raise ConnectorError(
                f"{self._name}: {self._host} allows no request for {wait:.0f} s",
                retry_after=wait,
            )

    def _in_time(
        self,
        url: str,
        params: Mapping[str, str | int] | None,
        headers: Mapping[str, str],
        send: object,
    ) -> Answer:
        if self._client is None:
            self._client = httpx2.Client(headers=self._headers, timeout=self._access.timeout)
        with Deadline(_TIMEOUTS * self._access.timeout, self._connections) as deadline:
            request = self._client.build_request(
                "GET" if send is None else "POST", url, params=params, headers=dict(headers),
                json=send, extensions={"trace": deadline.note},
            )  # fmt: skip
            try:
                answer = self._sent(self._client, request)
            except httpx2.HTTPError:
                if deadline.has_passed:
                    raise _TooSlow from None
                raise
        if deadline.has_passed:
            raise _TooSlow  # An answer of no stated length looks whole when it is cut off.
        return answer

    def _sent(self, client: httpx2.Client, request: httpx2.Request) -> Answer:
        for _ in range(_REDIRECTS):
            with closing(client.send(request, stream=True)) as response:
                if response.next_request is None:
                    return self._read(response)
                request = _redirected(request, response.next_request)
        raise ConnectorError(f"{self._name}: {self._host} redirects in a circle; check base_url")

    def _read(self, response: httpx2.Response) -> Answer:
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > _LARGEST:
                raise ConnectorError(
                    f"{self._name}: {self._host} sent more than {_LARGEST // 2**20} MB at once"
                )
        found = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, bytes(body), found)

    def _unsendable(self, what: str, error: Exception) -> ConnectorError:
        # The error holds the header that cannot be sent, and that may be a secret.
        return ConnectorError(
            f"{self._name}: the request for {what} cannot be sent ({type(error).__name__}); "
            "check the secrets and addresses of this source",
            permanent=True,
        )

    def _refused(self, answer: Answer, what: str, now: datetime) -> Refusal:
        status, host = answer.status, self._host
        wait = retry_after(answer.headers, now)
        # GitHub tells its limit with every answer: while some of it is left no wait helps, but
        # for its second limit, which it names in words alone.
        spent = status == 403 and (
            "retry-after" in answer.headers
            or pause(answer.headers, now) is not None
            or b"rate limit" in answer.body[:_WORDS].lower()
        )
        if status == 429 or spent:
            if wait is not None:
                self._closed_until = now + timedelta(seconds=wait)
            wait = 60.0 if wait is None else wait
            return Refusal(
                f"{self._name}: {host} asks us to wait {wait:.0f} s (HTTP {status})",
                answer,
                retry_after=wait,
            )
        if status >= 500 or status in (408, 425):
            return Refusal(
                f"{self._name}: {host} fails (HTTP {status}) for {what}", answer, retry_after=wait
            )
        if status in (401, 403):
            hint = f"; {self._hint}" if self._hint else ""
            return Refusal(
                f"{self._name}: {host} refuses access to {what} (HTTP {status}){hint}",
                answer,
                permanent=True,
            )
        if status in (404, 410):
            return Refusal(
                f"{self._name}: {host} does not have {what} (HTTP {status}); check the name",
                answer,
                permanent=True,
            )
        return Refusal(
            f"{self._name}: {host} does not understand the request for {what} (HTTP {status})",
            answer,
            permanent=True,
        )


class _TooSlow(Exception):
    """An answer came in pieces, none of them late, but did not end."""


def _redirected(before: httpx2.Request, after: httpx2.Request) -> httpx2.Request:
    """The request that a redirect leads to, with nothing of ours for another host."""
    old, new = before.url, after.url
    is_made_safe = (old.scheme, new.scheme) == ("http", "https") and old.port == new.port
    if old.host != new.host or not (
        is_made_safe or (old.scheme, old.port) == (new.scheme, new.port)
    ):
        for name in set(after.headers) - _FOR_ANYBODY:
            del after.headers[name]
    return after


def _reason(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
