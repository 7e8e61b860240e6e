"""X's API through tweepy: one way in, nothing waits or repeats by itself, failures in our words."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from listener.connectors import Access, ConnectorError
from listener.limits import retry_after

TOKEN: Final = "LAURELS_X_BEARER_TOKEN"  # noqa: S105
_CONSOLE: Final = "console.x.com"
_WAIT: Final = 60.0
_CAP_WAIT: Final = 6 * 3600.0
_HOSTS: Final = ("x.com", "twitter.com")


class Refused(ConnectorError):
    """X answered with an error: its `status`, and the `parameters` that it complains of."""

    def __init__(
        self,
        message: str,
        status: int,
        parameters: frozenset[str] = frozenset(),
        *,
        permanent: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, permanent=permanent, retry_after=retry_after)
        self.status = status
        self.parameters = parameters


class Api:
    """Asks X; the money that a request may cost is reserved before it, and settled after."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._client: Any = None
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The time by X's clock, as far as it is known."""
        return self._access.now() + self._ahead

    def ask(
        self,
        what: str,
        call: Callable[[Any], Any],
        *,
        most: int = 0,
        cost: Callable[[Mapping[str, Any]], int] = lambda _found: 0,
    ) -> dict[str, Any]:
        """What ``call(tweepy.Client)`` brought, parsed. Raises ConnectorError.

        `most` is what it can cost, in millionths of a dollar; `cost` tells what the answer came to.
        A failure costs nothing: X bills no error, and what was lost on the way is counted when it
        is read again, which X then does not bill a second time.
        """
        self._access.meter.spend(what, micro_usd=most)
        spent = 0
        try:
            found = self._parsed(what, self._sent(what, call))
            spent = cost(found)
        finally:
            if most:
                self._access.meter.settle(spent)
        return found

    def put(self, what: str, url: str, body: bytes) -> None:
        """Hand over a file where X said to. Raises ConnectorError."""
        headers = {"Content-Type": "text/plain", **self._proof(url)}
        self._file(what, lambda session: session.put(url, data=body, headers=headers))

    def get(self, what: str, url: str) -> bytes:
        """Fetch a file from where X said that it is. Raises ConnectorError."""
        headers = self._proof(url)
        got = self._file(what, lambda session: session.get(url, headers=headers))
        return bytes(got.content)

    def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            self._client.session.close()
            self._client = None

    def _file(self, what: str, call: Callable[[Any], Any]) -> Any:
        self._access.meter.spend(what)
        response = self._sent(what, lambda client: call(client.session))
        if response.status_code >= 400:
            raise self._refused(what, response)
        return response

    def _proof(self, url: str) -> dict[str, str]:
        """X's own hosts want the token with a signed address; anybody else must not see it."""
        host = urlsplit(url).hostname or ""
        is_x = any(host == one or host.endswith(f".{one}") for one in _HOSTS)
        return {"Authorization": f"Bearer {self._token}"} if is_x else {}

    @property
    def _token(self) -> str:
        return self._access.secrets.get(TOKEN, "")

    def _sent(self, what: str, call: Callable[[Any], Any]) -> Any:
        import requests
        import tweepy

        if self._client is None:
            self._client = _client(self._token, self._access)
        try:
            response = call(self._client)
        except tweepy.HTTPException as error:
            raise self._refused(what, error.response) from None
        except requests.Timeout:
            wait = self._access.timeout
            raise ConnectorError(f"X: no answer within {wait:g} s for {what}") from None
        except requests.RequestException as error:
            raise ConnectorError(
                f"X: {self._host} cannot be read for {what} ({type(error).__name__})"
            ) from None
        except (AttributeError, TypeError, ValueError):
            # What tweepy stumbles over: an error, or a limit, told in a form that X does not use.
            raise ConnectorError(f"X: {self._host} fails for {what} in no known way") from None
        self._see_clock(response)
        return response

    def _parsed(self, what: str, response: Any) -> dict[str, Any]:
        try:
            found = response.json()
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise ConnectorError(f"X: {self._host} sent something unreadable for {what}")
        return found

    def _see_clock(self, response: Any) -> None:
        try:
            told = parsedate_to_datetime(response.headers.get("date", ""))
            self._ahead = told - self._access.now()
        except (ValueError, TypeError):
            return

    @property
    def _host(self) -> str:
        return urlsplit(self._access.base_url or "").netloc or "the API"

    def _refused(self, what: str, response: Any) -> Refused:
        self._see_clock(response)
        status = int(response.status_code)
        headers = {name.lower(): value for name, value in response.headers.items()}
        problem = _problem(response)
        wait = retry_after(headers, self.now())
        if str(problem.get("type", "")).endswith("usage-capped"):
            reason = "has given all posts of this month that the app's access allows"
            return Refused(f"X: {self._host} {reason}", status, retry_after=wait or _CAP_WAIT)
        if status == 429:
            wait = _WAIT if wait is None else max(1.0, wait)
            reason = f"X: {self._host} asks us to wait {wait:.0f} s before {what}"
            return Refused(reason, status, retry_after=wait)
        if status >= 500 or status in (408, 425):
            reason = f"X: {self._host} fails (HTTP {status}) for {what}"
            return Refused(reason, status, retry_after=wait)
        reason = f"X: {_REASONS.get(status, 'does not accept {what}').format(what=what)}"
        detail = _detail(problem) if status == 400 else ""
        return Refused(
            f"{reason} (HTTP {status}){detail}", status, _parameters(problem), permanent=True
        )


_REASONS: Final = {
    401: f"the token is refused for {{what}}; make a new bearer token at {_CONSOLE} and put it "
    f"into {TOKEN}",
    402: "no credit is left for {what}; buy credits or raise the spending limit at "
    f"{_CONSOLE}, then start the source again",
    403: f"the app may not read {{what}}; look at its access at {_CONSOLE}",
    404: "there is no {what}; check the name",
    409: "{what} is under way already",
}


def _client(token: str, access: Access) -> Any:
    import requests
    import tweepy

    client = tweepy.Client(token, return_type=requests.Response, wait_on_rate_limit=False)
    client.session.trust_env = False
    door = _door(access)
    client.session.mount("https://", door)
    client.session.mount("http://", door)
    return client


def _door(access: Access) -> Any:
    """What every request goes through: with our timeout, past no proxy, and to `base_url`."""
    from requests.adapters import HTTPAdapter

    base = urlsplit(access.base_url) if access.base_url else None

    class Door(HTTPAdapter):
        def send(self, request: Any, *args: Any, **how: Any) -> Any:
            if base is not None:
                asked = urlsplit(request.url)
                path = base.path.rstrip("/") + asked.path
                request.url = urlunsplit((base.scheme, base.netloc, path, asked.query, ""))
            how |= {"timeout": access.timeout, "proxies": {}}
            return super().send(request, *args, **how)

    return Door()


def _problem(response: Any) -> Mapping[str, Any]:
    try:
        found = response.json()
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {}


def _errors(problem: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    errors = problem.get("errors")
    return [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []


def _parameters(problem: Mapping[str, Any]) -> frozenset[str]:
    named = [one.get("parameters") for one in _errors(problem)]
    return frozenset(name for one in named if isinstance(one, dict) for name in one)


def _detail(problem: Mapping[str, Any]) -> str:
    """X's own words about our query; they quote nobody."""
    told = [one.get("message") for one in _errors(problem)] + [problem.get("detail")]
    return next((f": {one[:200]}" for one in told if isinstance(one, str)), "")
