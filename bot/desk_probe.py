"""Whether it is a desk of ours that listens at an address."""

import http.client
import json
from typing import Final

_SECONDS: Final = 2.0


def is_desk(host: str, port: int) -> bool:
    """Ask what listens there how it is; anything but a desk's answer, or none, is no desk."""
    asked = http.client.HTTPConnection(_reachable(host), port, timeout=_SECONDS)
    try:
        asked.request("GET", "/healthz")
        answer = asked.getresponse()
        told = json.loads(answer.read(1000)) if answer.status == http.client.OK else None
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        asked.close()
    return isinstance(told, dict) and told.get("ok") is True and "posts" in told


def _reachable(host: str) -> str:
    """Every address of a machine is served, but none of that name can be asked."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - only compared
