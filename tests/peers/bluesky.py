"""Bluesky: its real servers behind an HTTP server of ours that fails when told to.

Nothing of the platform is imitated: what is asked is passed on to the AppView, or to the PDS where
somebody is logged in, as the public AppView and a person's PDS answer on the real network.
"""

import threading
import time
from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any, Final
from zlib import crc32

import httpx2

from listener.connectors import Deletions
from listener.connectors.bluesky import BlueskyOptions
from tests.peers.bluesky_servers import servers
from tests.peers.http import FAULTS, HttpServer, Reply, Request

POSTS: Final = "app.bsky.feed.post"
PASSWORD: Final = "hunter2-loopback"
_NUMBERS: Final = count(int(time.time()) % 1_000_000 * 1_000)
_NOW: Final = "2026-01-01T00:00:00Z"
_CROWD: Final = 12
_PROMPT: Final = 20
"""Posts in a row that are waited for, each; of a crowd only the last is, when somebody asks."""
_NOT_PASSED_ON: Final = ("host", "connection", "accept-encoding", "content-length")


class Account:
    """Somebody with a repository on the PDS."""

    def __init__(self, client: httpx2.Client, name: str) -> None:
        self._client = client
        self.handle = f"{name}{next(_NUMBERS)}.test"
        made = self._do(
            "com.atproto.server.createAccount",
            {"handle": self.handle, "email": f"{self.handle}@example.test", "password": PASSWORD},
        )
        self.did: str = made["did"]
        self._token = {"authorization": f"Bearer {made['accessJwt']}"}

    def call(self, nsid: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """A procedure by its name in the lexicons."""
        return self._do(nsid, body, self._token)

    def create(self, record: Mapping[str, Any], collection: str = POSTS) -> dict[str, Any]:
        """A new record; its uri and cid."""
        body = {"repo": self.did, "collection": collection, "record": record}
        return self.call("com.atproto.repo.createRecord", body)

    def _do(
        self, nsid: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        url = f"{servers().pds}/xrpc/{nsid}"
        answer = self._client.post(url, json=body, headers=dict(headers or {}))
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


class BlueskyPeer:
    """Two people whose posts and replies are read."""

    word = "bluesky"
    secrets: Mapping[str, str] = {}
    edits = True
    deletions = Deletions.RECHECK
    faults: tuple[str, ...] = FAULTS

    def __init__(self) -> None:
        self._client = httpx2.Client(timeout=20)
        self._lock = threading.Lock()
        self.people = {name: Account(self._client, name) for name in ("ann", "ben")}
        self._told: dict[str, dict[str, Any]] = {}
        self._roots: dict[str, dict[str, Any]] = {}
        self._unasked = 0
        self._to_come: tuple[str, str] | None = None
        self._records: dict[str, dict[str, Any]] = {}
        self._make_list()
        self.options = BlueskyOptions(lists=(self._list,))
        self.server = HttpServer(self._answer)

    @property
    def url(self) -> str:
        """Where it serves."""
        return self.server.url

    def say(
        self, text: str, at: datetime, *, author: str = "ann", parent: str | None = None
    ) -> str:
        """Somebody posts."""
        record: dict[str, Any] = {
            "$type": POSTS, "text": text, "createdAt": at.isoformat().replace("+00:00", "Z"),
        }  # fmt: skip
        if parent is not None:
            root = self._roots.get(parent, self._told[parent])
            record["reply"] = {"root": root, "parent": self._told[parent]}
        return self.post(record, author=author)

    def post(self, record: dict[str, Any], *, author: str = "ann") -> str:
        """A record of somebody's."""
        with self._lock:
            made = self._named(author).create(record)
            uri: str = made["uri"]
            self._told[uri] = {"uri": uri, "cid": made["cid"]}
            if "reply" in record:
                self._roots[uri] = record["reply"]["root"]
            self._records[uri] = record
            self._unasked += 1
            if self._unasked <= _PROMPT:
                self._until_posts(uri, [made["cid"]])
            else:
                self._to_come = (uri, made["cid"])
        return uri

    def edit(self, platform_id: str, text: str, at: datetime) -> None:
        """The author's repository holds other words; bsky.app itself has no way to do that."""
        did, _, key = platform_id.removeprefix("at://").split("/")
        with self._lock:
            record = self._records[platform_id] | {"text": text}
            body = {"repo": did, "collection": POSTS, "rkey": key, "record": record}
            made = self._person(did).call("com.atproto.repo.putRecord", body)
            self._records[platform_id] = record
            self._until_posts(platform_id, [made["cid"]])

    def delete(self, platform_id: str) -> None:
        """The author deletes it."""
        did, _, key = platform_id.removeprefix("at://").split("/")
        body = {"repo": did, "collection": POSTS, "rkey": key}
        with self._lock:
            self._person(did).call("com.atproto.repo.deleteRecord", body)
            self._until_posts(platform_id, [])

    def ref(self, platform_id: str) -> dict[str, Any]:
        """How another record names it."""
        return self._told[platform_id]

    def fail(self, fault: str) -> None:
        """The next request fails in that way."""
        self.server.fail(fault)

    def close(self) -> None:
        """Stop serving; the servers behind go on for the next test."""
        self.server.close()
        self._client.close()

    def _answer(self, request: Request) -> Reply:
        with self._lock:
            self._unasked = 0
            if self._to_come is not None:
                self._until_posts(self._to_come[0], [self._to_come[1]])
                self._to_come = None
        where = servers().pds if _is_for_pds(request) else servers().appview
        headers = {
            name: value for name, value in request.headers.items() if name not in _NOT_PASSED_ON
        }
        asked = {name: tuple(values) for name, values in request.queries.items()}
        answer = self._client.request(
            request.method,
            where + request.path,
            params=asked,
            headers=headers,
            content=request.body or None,
        )
        kind = answer.headers.get("content-type", "application/json")
        return Reply(answer.content, answer.status_code, {"content-type": kind})

    def _named(self, author: str) -> Account:
        """Whoever that is; of a crowd of names each shares one of a few accounts."""
        if author not in self.people and len(self.people) < _CROWD:
            person = self.people[author] = Account(self._client, author)
            self._until_shown("app.bsky.actor.getProfile", {"actor": person.did})
            self._enlist(person)
        crowd = list(self.people.values())
        return self.people.get(author) or crowd[crc32(author.encode()) % len(crowd)]

    def _enlist(self, person: Account) -> None:
        one = {"list": self._list, "subject": person.did, "createdAt": _NOW}
        self.people["ann"].create(one, "app.bsky.graph.listitem")

    def _make_list(self) -> None:
        """A list with everybody."""
        for person in self.people.values():
            self._until_shown("app.bsky.actor.getProfile", {"actor": person.did})
        purpose = "app.bsky.graph.defs#curatelist"
        record = {"name": "all", "purpose": purpose, "createdAt": _NOW}
        self._list: str = self.people["ann"].create(record, "app.bsky.graph.list")["uri"]
        for person in self.people.values():
            self._enlist(person)
        self._until_shown("app.bsky.graph.getList", {"list": self._list}, items=len(self.people))

    def _until_posts(self, uri: str, cids: list[str]) -> None:
        """Wait until the AppView has indexed what the PDS has taken in."""
        ends = time.monotonic() + 20
        while cids != [
            one["cid"] for one in self._asked("app.bsky.feed.getPosts", {"uris": uri})["posts"]
        ]:
            assert time.monotonic() < ends, "the AppView does not keep up"
            time.sleep(0.01)

    def _person(self, did: str) -> Account:
        return next(one for one in self.people.values() if one.did == did)

    def _until_shown(self, nsid: str, params: Mapping[str, str], items: int = 0) -> None:
        ends = time.monotonic() + 20
        while True:
            found = self._asked(nsid, params)
            if "error" not in found and len(found.get("items", ())) >= items:
                return
            assert time.monotonic() < ends, "the AppView does not keep up"
            time.sleep(0.02)

    def _asked(self, nsid: str, params: Mapping[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = self._client.get(
            f"{servers().appview}/xrpc/{nsid}", params=dict(params)
        ).json()
        return found


def _is_for_pds(request: Request) -> bool:
    return "authorization" in request.headers or "/com.atproto.server." in request.path
