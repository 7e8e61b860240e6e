"""Asks Reddit through praw, which is kept from sleeping and from trying again by itself.

Only a first request loads this module, since praw is slow to load. Every request passes through
`_Requestor`, where a failure becomes a ConnectorError before prawcore would retry it.
"""

import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.metadata import version
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

import praw
import prawcore
from prawcore.const import ACCESS_TOKEN_PATH

from listener.connectors import Access, ConnectorError
from listener.limits import pause, retry_after

OAUTH_URL: Final = "https://oauth.reddit.com"
REDDIT_URL: Final = "https://www.reddit.com"
APPS_URL: Final = "https://www.reddit.com/prefs/apps"
_UNSAID_WAIT: Final = 60.0
_SPARE: Final = 1.0
"""Seconds without a request after a refusal of unsaid length, so that a round does not go on."""
_LASTS: Final = 10**9
_REASONS: Final = {
    "private": "it is private",
    "quarantined": "it is quarantined: open it once as the account that listens",
    "banned": "Reddit has banned it",
    "gold_only": "it is for premium members",
    "insufficient_scope": "the token lacks the scope `read`",
}


class Missing(ConnectorError):
    """There is no such subreddit, submission or comment."""


class _Expired(ConnectorError):
    """The token is no longer good."""


class Client:
    """Asks as `user` says in the User-Agent, which Reddit's rules want."""

    def __init__(self, access: Access, user: str) -> None:
        self._access = access
        self._user = user
        self._gate = _Gate(access)
        self._reddit: praw.Reddit | None = None
        self._lock = Lock()

    def get(self, path: str, params: Mapping[str, str | int], *, what: str) -> Any:
        """The parsed answer. Raises ConnectorError; Missing where there is nothing."""
        return self._asked("GET", path, what, params=dict(params))

    def post(self, path: str, data: Mapping[str, str], *, what: str) -> Any:
        """The parsed answer to a form. Raises ConnectorError."""
        return self._asked("POST", path, what, data=dict(data))

    def close(self) -> None:
        """Let go of the connections and of the token."""
        self._reddit = None
        self._gate.close()

    def _asked(self, method: str, path: str, what: str, **given: Any) -> Any:
        with self._lock:
            try:
                return self._once(method, path, what, given)
            except _Expired:
                # A token lasts a day or less; only a fresh one that is refused needs a person.
                self.close()
                return self._once(method, path, what, given)

    def _once(self, method: str, path: str, what: str, given: Mapping[str, Any]) -> Any:
        self._gate.what = what
        try:
            if self._reddit is None:
                self._reddit = self._made()
            return self._reddit.request(method=method, path=path, **given)
        except prawcore.exceptions.OAuthException as error:
            # What prawcore raised holds the request, and that our secrets.
            raise _unauthorised(str(error.error)[:40]) from None
        except (prawcore.exceptions.BadJSON, RecursionError):
            raise _not_json(what) from None

    def _made(self) -> praw.Reddit:
        secrets, base = self._access.secrets, (self._access.base_url or "").rstrip("/")
        return praw.Reddit(
            "DEFAULT",
            requestor_class=_Requestor,
            requestor_kwargs={"gate": self._gate},
            client_id=secrets["LAURELS_REDDIT_CLIENT_ID"],
            client_secret=secrets["LAURELS_REDDIT_CLIENT_SECRET"],
            refresh_token=secrets.get("LAURELS_REDDIT_REFRESH_TOKEN"),
            user_agent=f"{sys.platform}:laurels:v{version('laurels')} (by /u/{self._user})",
            # Neither a praw.ini nor the environment is to say where or as whom we listen. A path
            # in base_url stays only before a slash.
            reddit_url=base or REDDIT_URL,
            oauth_url=(base or OAUTH_URL) + "/",
            username=None,
            password=None,
            redirect_uri=None,
            check_for_updates=False,
            check_for_async=False,
        )


class _Gate:
    """What stands before and behind each request: the budget, the limit and the refusals."""

    def __init__(self, access: Access) -> None:
        self.what = ""
        self.access = access
        self._closed_until: datetime | None = None
        self._requestor: _Requestor | None = None

    def holds(self, requestor: "_Requestor") -> None:
        """The connections to close."""
        self._requestor = requestor

    def close(self) -> None:
        """Let go of the connections."""
        if self._requestor is not None:
            self._requestor.close()
            self._requestor = None

    def enter(self, url: str) -> None:
        """Before a request; raises ConnectorError where it must not be made."""
        now = self.access.now()
        if self._closed_until is not None and now < self._closed_until:
            wait = (self._closed_until - now).total_seconds()
            raise ConnectorError(
                f"Reddit: no request is allowed for {wait:.0f} s", retry_after=wait
            )
        self.access.meter.spend("an access token" if _is_token(url) else self.what)

    def leave(self, url: str, response: Any) -> None:
        """After an answer; raises ConnectorError where it is a refusal."""
        now = self.access.now()
        headers = {name.lower(): value for name, value in response.headers.items()}
        if (wait := pause(headers, now)) is not None:
            self._closed_until = now + timedelta(seconds=wait)
        if response.status_code == 429:
            raise self._too_many(headers, now)
        if response.status_code >= 300:
            raise _refused(url, response, headers, self.what, now)
        if _is_token(url) and not _holds_token(response):
            raise _not_json("an access token")

    def unreachable(self, error: Exception) -> ConnectorError:
        """The server did not answer."""
        base = self.access.base_url
        where = f" ({urlsplit(base).netloc})" if base else ""
        cause = _cause(error)
        if "Timeout" in cause:
            return ConnectorError(
                f"Reddit{where} did not answer within {self.access.timeout:g} s for {self.what}"
            )
        return ConnectorError(f"Reddit{where} cannot be read ({cause})")

    def _too_many(self, headers: Mapping[str, str], now: datetime) -> ConnectorError:
        wait = retry_after(headers, now)
        self._closed_until = now + timedelta(seconds=_SPARE if wait is None else wait)
        wait = _UNSAID_WAIT if wait is None else wait
        return ConnectorError(f"Reddit asks us to wait {wait:.0f} s (HTTP 429)", retry_after=wait)


class _Requestor(prawcore.Requestor):
    """Sends what prawcore asks for, once, and answers for the outcome."""

    def __init__(self, *, gate: _Gate, **settings: Any) -> None:
        super().__init__(**settings)
        self._gate = gate
        gate.holds(self)

    def request(self, *args: Any, timeout: float | None = None, **kwargs: Any) -> Any:
        """The answer, below 300. `timeout` of prawcore is a constant; ours is what counts."""
        url = str(args[1])
        self._gate.enter(url)
        if _is_token(url):
            # prawcore asks the server to hang up after a token. Some promise to stay and hang up
            # all the same, and the next request would fail.
            kwargs.pop("headers", None)
        try:
            response = super().request(*args, timeout=self._gate.access.timeout, **kwargs)
        except prawcore.RequestException as error:
            raise self._gate.unreachable(error.original_exception) from None
        self._gate.leave(url, response)
        # By these headers prawcore would sleep before the next request; the gate heeds them.
        for name in ("x-ratelimit-remaining", "x-ratelimit-used", "x-ratelimit-reset"):
            response.headers.pop(name, None)
        return response


def _cause(error: Exception) -> str:
    """The kind of what urllib3 met, as in NameResolutionError; requests wraps it twice."""
    inner = error.args[0] if error.args and isinstance(error.args[0], Exception) else error
    return type(getattr(inner, "reason", None) or inner).__name__


def _is_token(url: str) -> bool:
    return url.endswith(ACCESS_TOKEN_PATH)


def _holds_token(response: Any) -> bool:
    try:
        found = response.json()
    except (ValueError, RecursionError):
        return False
    if not isinstance(found, dict) or "error" in found:
        return isinstance(found, dict)
    lasts = found.get("expires_in")
    is_time = isinstance(lasts, int | float) and 0 < lasts < _LASTS
    return is_time and _are_texts(found.get("access_token"), found.get("scope"))


def _are_texts(*values: object) -> bool:
    return all(isinstance(one, str) and one.isascii() for one in values)


def _not_json(what: str) -> ConnectorError:
    return ConnectorError(f"Reddit sent something that is not JSON for {what}")


def _unauthorised(reason: str) -> ConnectorError:
    return ConnectorError(
        f"Reddit gives no access token ({reason}); check LAURELS_REDDIT_CLIENT_ID, "
        f"LAURELS_REDDIT_CLIENT_SECRET and, where it is set, LAURELS_REDDIT_REFRESH_TOKEN "
        f"against {APPS_URL}",
        permanent=True,
    )


def _refused(
    url: str, response: Any, headers: Mapping[str, str], what: str, now: datetime
) -> ConnectorError:
    status = int(response.status_code)
    if status >= 500 or status in (408, 425):
        wait = retry_after({"retry-after": headers.get("retry-after", "")}, now)
        return ConnectorError(f"Reddit fails (HTTP {status}) for {what}", retry_after=wait)
    if _is_token(url):
        return _unauthorised(f"HTTP {status}")
    if status == 401:
        return _Expired(f"Reddit refuses a fresh access token for {what}", permanent=True)
    why = _REASONS.get(_reason(response, headers), "")
    if status < 400 or status in (404, 410):
        hint = why or "check the name"
        return Missing(f"Reddit does not have {what} (HTTP {status}): {hint}", permanent=True)
    if status == 403:
        hint = why or "it is private, or Reddit has not approved this program or network"
        return ConnectorError(
            f"Reddit refuses access to {what} (HTTP 403): {hint}; "
            "take it out of the settings, or let our account in",
            permanent=True,
        )
    return ConnectorError(
        f"Reddit does not understand the request for {what} (HTTP {status})", permanent=True
    )


def _reason(response: Any, headers: Mapping[str, str]) -> str:
    if "insufficient_scope" in headers.get("www-authenticate", ""):
        return "insufficient_scope"
    try:
        found = response.json()
    except (ValueError, RecursionError):
        return ""
    return str(found.get("reason", "")) if isinstance(found, dict) else ""
