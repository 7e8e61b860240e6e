"""Being logged in at Bluesky: a session that outlives the process, since few may be made a day."""

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from listener.connectors import Access
from listener.connectors.web import USER_AGENT

if TYPE_CHECKING:
    from atproto import Client, Session, SessionEvent

HANDLE, PASSWORD = "LAURELS_BLUESKY_HANDLE", "LAURELS_BLUESKY_APP_PASSWORD"


class Login:
    """Our account at the server `base`, where the secrets of `access` name one."""

    def __init__(self, base: str, access: Access, *, keeps_base: bool) -> None:
        self._base = base
        self._access = access
        self._keeps_base = keeps_base
        self._handle = access.secrets.get(HANDLE, "").strip().removeprefix("@")
        self._password = access.secrets.get(PASSWORD, "").strip()

    @property
    def is_ours(self) -> bool:
        """Whether there is an account to log in with."""
        return bool(self._handle and self._password)

    def client(self) -> "Client":
        """A client, logged in where there is an account. Raises what the SDK raises."""
        from atproto import Client, Request

        client = Client(self._base, request=Request(timeout=self._access.timeout))
        client.request.add_additional_header("User-Agent", USER_AGENT)
        if not self.is_ours:
            return client

        def keep(_event: "SessionEvent", session: "Session") -> None:
            self._write(session.export())
            if self._keeps_base:
                client.update_base_url(self._base)

        client.on_session_change(keep)
        try:
            kept = self._kept()
            if kept is None:
                self._access.meter.spend("a session")
                client.login(self._handle, self._password, fetch_bsky_profile=False)
            else:
                client.login(session_string=kept, fetch_bsky_profile=False)
        except BaseException:
            client.request.close()
            raise
        return client

    def forget(self) -> None:
        """The session is of no use any more: the next client makes a new one."""
        self._file.unlink(missing_ok=True)

    @property
    def _file(self) -> Path:
        # Another account or server is another session.
        whose = f"{self._base}\0{self._handle}".encode()
        return self._access.folder / f"bluesky-{sha256(whose).hexdigest()[:16]}.session"

    def _kept(self) -> str | None:
        with suppress(OSError, ValueError):
            kept = self._file.read_text(encoding="utf-8").strip()
            if len(kept.split(":::")) == 5:
                return kept
        return None

    def _write(self, session: str) -> None:
        self._access.folder.mkdir(parents=True, exist_ok=True)
        new = self._file.with_suffix(".new")
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:  # noqa: PTH123
            file.write(session)
        new.replace(self._file)
