"""From a real PDS's firehose to our Jetstream server, as the real one reads a relay."""

import threading
from collections.abc import Mapping
from typing import Any

from atproto import (
    CAR,
    CID,
    FirehoseSubscribeReposClient,
    models,
    parse_subscribe_repos_message,
)

from tests.peers.jetstream import JetstreamPeer


class Bridge:
    """Every event of the firehose of `pds` comes out of `jetstream`."""

    def __init__(self, pds: str, jetstream: JetstreamPeer) -> None:
        self._jetstream = jetstream
        params = models.ComAtprotoSyncSubscribeRepos.Params(cursor=0)
        address = pds.replace("http", "ws", 1) + "/xrpc"
        self._client = FirehoseSubscribeReposClient(params, base_uri=address)
        self._thread = threading.Thread(
            target=self._client.start, args=(self._pass_on,), daemon=True, name="firehose"
        )
        self._thread.start()

    def close(self) -> None:
        """Stop reading."""
        self._client.stop()
        self._thread.join(5)

    def _pass_on(self, message: Any) -> None:
        event = parse_subscribe_repos_message(message)
        if isinstance(event, models.ComAtprotoSyncSubscribeRepos.Commit):
            blocks = CAR.from_bytes(event.blocks).blocks
            for operation in event.ops:
                self._jetstream.add(self._commit(event, operation, blocks))
        elif isinstance(event, models.ComAtprotoSyncSubscribeRepos.Identity):
            about = {"did": event.did, "handle": event.handle, "seq": event.seq, "time": event.time}
            self._jetstream.add({"did": event.did, "kind": "identity", "identity": about})
        elif isinstance(event, models.ComAtprotoSyncSubscribeRepos.Account):
            state = {"active": event.active, "did": event.did, "seq": event.seq, "time": event.time}
            state |= {"status": event.status} if event.status else {}
            self._jetstream.add({"did": event.did, "kind": "account", "account": state})

    def _commit(self, event: Any, operation: Any, blocks: Mapping[Any, Any]) -> dict[str, Any]:
        collection, _, key = operation.path.partition("/")
        made: dict[str, Any] = {
            "rev": event.rev, "operation": operation.action, "collection": collection, "rkey": key,
        }  # fmt: skip
        if operation.cid is not None:
            made |= {"record": _plain(blocks[operation.cid]), "cid": str(operation.cid)}
        return {"did": event.repo, "kind": "commit", "commit": made}


def _plain(value: Any) -> Any:
    """As JSON writes it (https://atproto.com/specs/data-model)."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return {"$link": str(value)} if isinstance(value, CID) else value
