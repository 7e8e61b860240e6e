"""Ask a Bluesky server through the atproto SDK, and read the posts and threads that it shows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec

from listener.connectors import Access, Bounds, ConnectorError
from listener.connectors.bluesky_post import Label, Record, is_bot, moment, parts_of, post_of
from listener.connectors.bluesky_session import HANDLE, PASSWORD, Login
from listener.limits import pause, retry_after
from store.records import Author, Post

if TYPE_CHECKING:
    from atproto import Client
    from atproto_client.request import Response

PUBLIC: Final = "https://public.api.bsky.app"
HOME: Final = "https://bsky.social"
_STALE: Final = ("ExpiredToken", "InvalidToken", "AuthMissing")
_UNKNOWN: Final = ("NotFound", "RecordNotFound")


class Profile(msgspec.Struct):
    """An account as a server shows it."""

    did: str
    handle: str
    displayName: str | None = None  # noqa: N815
    labels: list[Label] | None = None


class View(msgspec.Struct):
    """A post as a server shows it (app.bsky.feed.defs#postView)."""

    uri: str
    author: Profile
    record: Record
    indexedAt: str  # noqa: N815
    likeCount: int | None = None  # noqa: N815


class NotThere(ConnectorError):
    """What was asked for does not exist, or not any more."""


class AppView:
    """One server, asked as our account where `access` names one."""

    def __init__(self, base_url: str | None, access: Access) -> None:
        signed = all(access.secrets.get(name) for name in (HANDLE, PASSWORD))
        self._base = (base_url or (HOME if signed else PUBLIC)).rstrip("/")
        self._access = access
        self._login = Login(self._base, access, keeps_base=base_url is not None)
        self._client: Client | None = None
        self._closed_until: datetime | None = None

    @property
    def is_signed_in(self) -> bool:
        """Whether it is asked as an account of ours."""
        return self._login.is_ours

    def ask(self, nsid: str, what: str, **params: object) -> Mapping[str, Any]:
        """The answer to a query by its name in the lexicons; `what` says what it reads.

        Raises ConnectorError, NotThere where the server knows no such thing.
        """
        from atproto import models

        name = "".join(part[:1].upper() + part[1:] for part in nsid.split("."))
        values = getattr(models, name).Params(**params)
        self._wait_asked_for()

        def asked() -> "Response":
            self._client = self._client or self._login.client()
            self._access.meter.spend(what)
            return self._client.invoke_query(nsid, values, output_encoding="application/json")

        answer = self._answered(asked, what)
        now = self._access.now()
        if (wait := pause(answer.headers, now)) is not None:
            self._closed_until = now + timedelta(seconds=wait)
        if not isinstance(answer.content, dict):
            raise self._failure(f"sent something that is not JSON for {what}")
        return answer.content

    def post(self, raw: object) -> Post:
        """The post of a view; raises msgspec.ValidationError, ValueError for what is none."""
        view = msgspec.convert(raw, View)
        who = view.author
        author = Author(
            who.did,
            who.handle,
            who.displayName or None,
            is_bot=is_bot(who.labels),
            is_own=who.did in self.own_names,
        )
        seen_at = moment(view.indexedAt) or self._access.now()
        return post_of(parts_of(view.uri)[1], view.record, author, seen_at, score=view.likeCount)

    @property
    def own_names(self) -> tuple[str, ...]:
        """Our account's DID and handle, once a request was answered."""
        session = self._client._session if self._client else None
        return (session.did, session.handle) if session else ()

    def thread(self, uri: str, bounds: Bounds) -> Sequence[Post]:
        """A post with its root, parents, siblings and replies; empty where it is gone."""
        found: dict[str, Post] = {}
        try:
            root = self._gather(uri, bounds, found)
            if root not in (None, uri) and bounds.requests > 1:
                self._gather(str(root), bounds, found)
        except NotThere:
            pass
        return tuple(found.values())[: bounds.posts]

    def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            self._client.request.close()
            self._client = None

    def _gather(self, uri: str, bounds: Bounds, found: dict[str, Post]) -> str | None:
        """Read what is above and below a post into `found`; the root of its conversation."""
        depth = max(0, min(bounds.depth, 1000))
        answer = self.ask(
            "app.bsky.feed.getPostThread", "a thread", uri=uri, depth=depth, parent_height=depth
        )
        root = None
        for raw in _unfolded(answer.get("thread")):
            try:
                post = self.post(raw)
            except (msgspec.ValidationError, ValueError):
                continue
            found.setdefault(post.platform_id, post)
            root = root or post.thread_id
        return root

    def _wait_asked_for(self) -> None:
        now = self._access.now()
        if self._closed_until is not None and now < self._closed_until:
            wait = (self._closed_until - now).total_seconds()
            raise self._failure(f"allows no request for {wait:.0f} s", wait)

    def _answered(self, ask: "Callable[[], Response]", what: str) -> "Response":
        """The answer; everything that the SDK raises becomes a ConnectorError."""
        import httpx
        from atproto_client.exceptions import (
            AtProtocolError,
            InvokeTimeoutError,
            LoginRequiredError,
            RequestErrorBase,
        )
        from atproto_server.exceptions import InvalidTokenError

        try:
            return ask()
        except InvokeTimeoutError as error:
            timeout = self._access.timeout
            raise self._failure(f"did not answer within {timeout:g} s") from error
        except RequestErrorBase as error:
            if error.response is None:
                raise self._failure("cannot be reached") from error
            raise self._refusal(error.response, what) from error
        except (InvalidTokenError, LoginRequiredError) as error:
            raise self._session_ended() from error
        except (AtProtocolError, httpx.HTTPError, ValueError) as error:
            reason = type(error).__name__
            raise self._failure(f"sent no answer that can be read ({reason})") from error

    def _session_ended(self) -> ConnectorError:
        self._login.forget()
        self.close()
        return self._failure("ended our session; a new one is made at the next try", 1.0)

    def _refusal(self, response: "Response", what: str) -> ConnectorError:
        status, code = response.status_code, getattr(response.content, "error", "") or ""
        now = self._access.now()
        wait = retry_after(response.headers, now)
        if status == 429:
            if wait is not None:
                self._closed_until = now + timedelta(seconds=wait)
            wait = 60.0 if wait is None else wait
            return self._failure(f"asks us to wait {wait:.0f} s (HTTP 429)", wait)
        if status >= 500 or status in (408, 409, 413):
            return self._failure(f"fails (HTTP {status}) for {what}", wait)
        if self.is_signed_in and code in _STALE and self.own_names:
            return self._session_ended()
        if status in (401, 403):
            return ConnectorError(self._unwelcome(what, status), permanent=True)
        if code in _UNKNOWN or status in (404, 410):
            return NotThere(f"Bluesky: {self._host} knows no {what}", permanent=True)
        said = f"HTTP {status}{', ' + code if code else ''}"
        return ConnectorError(
            f"Bluesky: {self._host} does not understand the request for {what} ({said}); "
            "check the name",
            permanent=True,
        )

    def _unwelcome(self, what: str, status: int) -> str:
        if self.is_signed_in:
            return (
                f"Bluesky: {self._host} refuses {what} to our account (HTTP {status}); make a new "
                f"app password in the settings of bsky.app and set {PASSWORD}, and check {HANDLE}"
            )
        return (
            f"Bluesky: {self._host} refuses {what} to callers without an account (HTTP {status}); "
            f"set {HANDLE} and {PASSWORD} (an app password), or listen with the connector "
            "jetstream, which needs neither"
        )

    def _failure(self, what: str, wait: float | None = None) -> ConnectorError:
        return ConnectorError(f"Bluesky: {self._host} {what}", retry_after=wait)

    @property
    def _host(self) -> str:
        return urlsplit(self._base).netloc


def _unfolded(node: Any) -> Iterator[object]:
    """The post views of a tree: the post asked for, those above it, then those below by level."""
    if not isinstance(node, dict):
        return
    above, level = node.get("parent"), [node]
    yield from (node["post"],) if "post" in node else ()
    while isinstance(above, dict) and "post" in above:
        yield above["post"]
        above = above.get("parent")
    while level:
        below = [reply for one in level for reply in one.get("replies") or ()]
        level = [one for one in below if isinstance(one, dict) and "post" in one]
        yield from (one["post"] for one in level)
