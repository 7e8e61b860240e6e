"""One Mastodon server, asked through Mastodon.py: within its limits, every failure explained."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from listener.connectors import Access, ConnectorError
from listener.connectors.web import USER_AGENT
from listener.limits import pause, retry_after

_WAIT = 60.0
_HINT = (
    "set LAURELS_MASTODON_ACCESS_TOKEN to a token of an application with the scope read, "
    "or take what needs no login out of the source"
)


class InstanceError(ConnectorError):
    """A failure, with the HTTP status where the server answered."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        permanent: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, permanent=permanent, retry_after=retry_after)
        self.status = status

    @property
    def is_gone(self) -> bool:
        """Whether the server itself says that there is no such thing."""
        return self.permanent and self.status in (404, 410)


class Instance:
    """Asks one server. Mastodon.py neither waits nor tries again: the scheduler does."""

    def __init__(self, address: str, host: str, access: Access, token: str | None) -> None:
        self._address = address
        self._host = host
        self._access = access
        self._token = token
        self._client: Any = None
        self._answer: Any = None
        self._closed_until: datetime | None = None

    def ask(self, what: str, call: Callable[[Any], object]) -> Any:
        """What the server sent when `call` used the client, as plain JSON. Raises InstanceError."""
        from mastodon import MastodonError

        self._wait_asked_for()
        self._access.meter.spend(what)
        client = self._client = self._client or self._made()
        self._answer = None
        try:
            call(client)
        except (MastodonError, ValueError) as error:
            raise self._failure(error, what) from None
        except (AttributeError, TypeError) as error:
            # The library takes the shape of what it gets for granted.
            if self._answer is None:
                raise
            raise InstanceError(
                f"Mastodon: {self._host} sent an answer of another shape for {what}"
            ) from error
        self._note_limit()
        return self._answer.json()

    def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            self._client.session.close()
            self._client = None

    def _made(self) -> Any:
        client = _plain_client()(
            api_base_url=self._address,
            access_token=self._token,
            request_timeout=self._access.timeout,
            ratelimit_method="throw",
            version_check_mode="none",
            # Told, it never asks: a server without /api/v2/instance sent it round in circles.
            mastodon_version="4.3.0",
            user_agent=USER_AGENT,
        )
        client.session.hooks["response"].append(self._keep)
        return client

    def _keep(self, response: Any, *_: object, **__: object) -> None:
        self._answer = response

    def _headers(self) -> dict[str, str]:
        if self._answer is None:
            return {}
        return {str(name).lower(): value for name, value in self._answer.headers.items()}

    def _note_limit(self) -> None:
        now = self._access.now()
        if (wait := pause(self._headers(), now)) is not None:
            self._closed_until = now + timedelta(seconds=wait)

    def _wait_asked_for(self) -> None:
        now = self._access.now()
        if self._closed_until is not None and now < self._closed_until:
            wait = (self._closed_until - now).total_seconds()
            raise InstanceError(
                f"Mastodon: {self._host} allows no request for {wait:.0f} s", retry_after=wait
            )

    def _failure(self, error: Exception, what: str) -> InstanceError:
        # The library's own messages may quote what the server sent, so none of them is passed on.
        status = None if self._answer is None else int(self._answer.status_code)
        if status is None:
            slow = "timed out" in str(error).lower()
            why = f"did not answer within {self._access.timeout:g} s" if slow else "cannot be read"
            return InstanceError(f"Mastodon: {self._host} {why} for {what}")
        if status < 400:
            return InstanceError(
                f"Mastodon: {self._host} sent something that is not JSON for {what}", status=status
            )
        return self._refusal(status, what)

    def _refusal(self, status: int, what: str) -> InstanceError:
        now = self._access.now()
        wait = retry_after(self._headers(), now)
        if status == 429:
            if wait is not None:
                self._closed_until = now + timedelta(seconds=wait)
            wait = _WAIT if wait is None else wait
            message = f"asks us to wait {wait:.0f} s (HTTP 429)"
        elif status >= 500 or status in (408, 425):
            message = f"fails (HTTP {status}) for {what}"
        elif status in (404, 410) and not self._is_from_mastodon():
            message = f"does not speak as Mastodon does (HTTP {status}) for {what}"
        else:
            return InstanceError(self._final(status, what), status=status, permanent=True)
        return InstanceError(f"Mastodon: {self._host} {message}", status=status, retry_after=wait)

    def _final(self, status: int, what: str) -> str:
        if status in (404, 410):
            return f"Mastodon: {self._host} does not have {what} (HTTP {status}); check the name"
        if status in (401, 403, 422):
            # 422 is what servers before 4.5 say where a timeline asks for a login.
            return f"Mastodon: {self._host} refuses {what} (HTTP {status}); {_HINT}"
        return f"Mastodon: {self._host} does not understand the request for {what} (HTTP {status})"

    def _is_from_mastodon(self) -> bool:
        """Whether an error is the server's word on the thing, and no page of a proxy before it."""
        try:
            return "error" in json.loads(self._answer.content)
        except (ValueError, RecursionError, TypeError):
            return False


def _plain_client() -> Any:
    from mastodon import Mastodon

    class PlainClient(Mastodon):
        """The library without what costs and is not used here."""

        def timeline_is_available(self, *_: object, **__: object) -> bool:
            """Taken for granted: asking would be a request that no budget knows of."""
            return True

        def _Mastodon__try_cast_to_type(self, value: object, **_: object) -> tuple[object, None]:  # noqa: N802
            """Left as it is. The casts take 3 ms a status and nobody reads them here."""
            return Answer(value) if isinstance(value, dict) else value, None

    class Answer(dict[str, object]):
        """An object as the library pages through it: by attributes."""

        def __getattr__(self, name: str) -> object:
            return self.get(name)

    return PlainClient
