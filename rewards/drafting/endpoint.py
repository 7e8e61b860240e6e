"""The client of an OpenAI-compatible endpoint: one answer a request, in time, or a reason."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, Self

import httpx2

from rewards.drafting.settings import DraftingSettings

KEY: Final = "LAURELS_DRAFTING_API_KEY"
_LARGEST: Final = 2**20
_OK: Final = 200


class EndpointError(Exception):
    """No answer that can be used. The message names the endpoint and the way out."""


class BusyError(EndpointError):
    """Nothing was sent: as many drafts as may be are waited for."""


class Deadline(Protocol):
    """Around one request: it is cut off when its time is over."""

    @property
    def has_passed(self) -> bool:
        """Whether it was cut off."""
        ...

    def note(self, event: str, info: Mapping[str, Any]) -> None:
        """Something happened to the request."""

    def __enter__(self) -> Self:
        """Its time begins."""
        ...

    def __exit__(self, *_: object) -> None:
        """It was answered."""


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    body: bytes
    retry_after: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Asks for completions, each in `timeout_seconds` in all. `key` reaches nobody else."""

    settings: DraftingSettings
    key: str | None = field(repr=False)
    deadline: Callable[[float], Deadline]

    def complete(self, messages: Sequence[Mapping[str, str]]) -> str:
        """The words that the model answers. Raises EndpointError."""
        asked = {"model": self.settings.model, "messages": list(messages), "stream": False}
        most = self.settings.max_tokens
        reply = self._asked("POST", "/chat/completions", asked | {"max_tokens": most})
        if reply.status == 400 and b"max_completion_tokens" in reply.body:
            # Newer models of OpenAI know the limit by another name alone.
            reply = self._asked(
                "POST", "/chat/completions", asked | {"max_completion_tokens": most}
            )
        return self._words(self._parsed(reply))

    def models(self) -> list[str]:
        """The models that it lists; none where it has no such list. Raises EndpointError."""
        reply = self._asked("GET", "/models", None)
        if reply.status in (404, 405, 501):
            return []
        found = self._parsed(reply)
        listed = found.get("data") if isinstance(found, dict) else None
        names = [one.get("id") for one in listed or () if isinstance(one, dict)]
        return [name for name in names if isinstance(name, str)]

    def _asked(self, method: str, path: str, sent: object) -> _Reply:
        seconds = self.settings.timeout_seconds
        url = (self.settings.url or "").rstrip("/") + path
        headers = {"accept": "application/json", "accept-encoding": "identity"}
        if self.key:
            headers["authorization"] = f"Bearer {self.key}"
        # A proxy of the environment has no part in what is said without a lock.
        is_locked = url.startswith("https:")
        with (
            self.deadline(seconds) as deadline,
            httpx2.Client(timeout=seconds, trust_env=is_locked) as client,
        ):
            request = client.build_request(
                method, url, headers=headers, json=sent, extensions={"trace": deadline.note}
            )
            try:
                with closing(client.send(request, stream=True)) as response:
                    reply = self._read(response)
            except httpx2.TimeoutException:
                raise self._too_slow() from None
            except httpx2.HTTPError as error:
                if deadline.has_passed:
                    raise self._too_slow() from None
                # What it says may hold the header that could not be sent.
                raise self._error(f"cannot be reached ({type(error).__name__})") from None
        if deadline.has_passed:
            raise self._too_slow()  # An answer of no stated length looks whole when it is cut off.
        return reply

    def _read(self, response: httpx2.Response) -> _Reply:
        body = bytearray()
        for piece in response.iter_raw():
            body += piece
            if len(body) > _LARGEST:
                raise self._error(f"sent more than {_LARGEST // 2**20} MB")
        return _Reply(response.status_code, bytes(body), response.headers.get("retry-after", ""))

    def _parsed(self, reply: _Reply) -> Any:
        if reply.status != _OK:
            raise self._refused(reply)
        try:
            return json.loads(reply.body)
        except (ValueError, RecursionError):
            raise self._error("sent something that is not JSON; check drafting.url") from None

    def _words(self, found: Any) -> str:
        choices = found.get("choices") if isinstance(found, dict) else None
        first = choices[0] if isinstance(choices, list) and choices else None
        message = first.get("message") if isinstance(first, dict) else None
        if not isinstance(first, dict) or not isinstance(message, dict):
            raise self._error("sent no completion; check drafting.url")
        words, end = message.get("content"), first.get("finish_reason")
        if end == "length":
            raise self._error("stopped in the middle; raise drafting.max_tokens")
        if end == "content_filter" or message.get("refusal"):
            raise self._error("holds its answer back; write the reply yourself")
        if not isinstance(words, str) or not words.strip():
            raise self._error("answered nothing; try again, or another drafting.model")
        return words

    def _refused(self, reply: _Reply) -> EndpointError:
        status = f"(HTTP {reply.status})"
        if reply.status in (401, 403):
            what = f"refuses the key {status}; check {KEY}"
            return self._error(what if self.key else f"wants a key {status}; set {KEY}")
        if reply.status == 404:
            model = self.settings.model
            return self._error(f"has no {model} {status}; check drafting.url and drafting.model")
        if reply.status == 429:
            wait = reply.retry_after
            when = f"in {wait} s" if wait.isdecimal() and len(wait) < 6 else "in a while"
            return self._error(f"allows no more now {status}; try again {when}")
        if 300 <= reply.status < 400:
            return self._error(f"redirects {status}; set drafting.url to where it leads")
        if reply.status >= 500 or reply.status in (408, 425):
            return self._error(f"fails {status}; try again in a while")
        return self._error(
            f"does not take the request {status}; check drafting.model and drafting.max_tokens"
        )

    def _too_slow(self) -> EndpointError:
        seconds = self.settings.timeout_seconds
        return self._error(
            f"did not answer in {seconds} s; try again, or raise drafting.timeout_seconds"
        )

    def _error(self, what: str) -> EndpointError:
        return EndpointError(f"{self.settings.host} {what}.")
