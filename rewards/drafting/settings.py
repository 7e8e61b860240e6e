"""Which language model writes the drafts that people ask for: section `drafting` of config.yaml."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

_PATH: Final = "/chat/completions"
_HOST: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_NEAR: Final = (".local", ".internal", ".localhost")
_SECONDS: Final = (1, 120)
_TOKENS: Final = (16, 8_000)
_LONGEST_LINE: Final = 200


@dataclass(frozen=True, slots=True)
class DraftingSettings:
    """The endpoint, and what its drafts may hold. Without a `url` there is no drafting."""

    url: str | None = None
    model: str = ""
    timeout_seconds: int = 20
    max_tokens: int = 500
    links: tuple[str, ...] = ()
    except_on: tuple[str, ...] = ("x",)
    disclosure: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError for what no endpoint has, or what must not leave the house so."""
        if self.url is not None:
            _check_url(self.url)
            if not self.model:
                raise ValueError("drafting.model: name the model that drafting.url shall use")
        for name, (least, most) in (("timeout_seconds", _SECONDS), ("max_tokens", _TOKENS)):
            value: int = getattr(self, name)
            if not least <= value <= most:
                raise ValueError(f"drafting.{name}: {least} to {most}, not {value}")
        _check_names(self.links, self.except_on)
        for name in ("model", "disclosure"):
            line: str = getattr(self, name)
            if len(line) > _LONGEST_LINE or (line and not line.isprintable()):
                raise ValueError(f"drafting.{name}: one line of at most {_LONGEST_LINE} characters")

    @property
    def host(self) -> str:
        """The endpoint as messages name it."""
        return urlsplit(self.url or "").netloc

    def writes_on(self, platform: str) -> bool:
        """Whether a draft of a reply on a platform may be asked for."""
        return self.url is not None and platform not in self.except_on


def _check_names(links: tuple[str, ...], except_on: tuple[str, ...]) -> None:
    for host in links:
        if not _HOST.fullmatch(host):
            raise ValueError(
                f"drafting.links: a host alone, such as docs.example.org, not {host!r}"
            )
    for platform in except_on:
        if platform != (small := platform.strip().lower()):
            raise ValueError(
                f"drafting.except_on: platforms are written small: {small!r}, not {platform!r}"
            )


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port_is_one = parts.port != 0
    except ValueError as error:
        raise ValueError(f"drafting.url: no address: {error}") from error
    if parts.scheme not in ("http", "https") or not host or not port_is_one:
        raise ValueError("drafting.url: an address such as https://api.example.org/v1")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError(
            "drafting.url: the address alone; a key belongs in LAURELS_DRAFTING_API_KEY, "
            "or in a file that LAURELS_DRAFTING_API_KEY_FILE names"
        )
    if parts.path.rstrip("/").endswith(_PATH):
        raise ValueError(f"drafting.url: leave {_PATH} off; it is added")
    if parts.scheme == "http" and not _is_near(host):
        raise ValueError(
            f"drafting.url: https://, since anybody on the way to {host} could read along"
        )

    _check_host(url)


def _check_host(url: str) -> None:
    """Raise ValueError for what the client, which reads more strictly, could not ask."""
    import httpx2  # where there is no drafting, nothing needs it

    try:
        httpx2.URL(url).raw_host.decode().encode("idna")
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise ValueError(f"drafting.url: no address: {error}") from error


def _is_near(host: str) -> bool:
    """Whether a host is this machine or stands in a network of our own."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith(_NEAR)
