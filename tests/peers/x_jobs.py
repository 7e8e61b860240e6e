"""X's batch compliance jobs: one at a time, a file in, a file out."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.peers.http import Reply, Request
from tests.peers.x_shapes import PROBLEMS, problem


class Jobs:
    """The jobs of one app; `stands(id)` says whether a post is still there."""

    def __init__(self, stands: Callable[[str], bool]) -> None:
        self.is_slow = False
        """A job stays in progress until this is False."""
        self.is_legacy = False
        """The files lie on Google's storage, as they did until 2026."""
        self.uploads: list[tuple[str, Mapping[str, str]]] = []
        self.jobs: dict[str, dict[str, Any]] = {}
        self._stands = stands

    def answer(self, request: Request, rest: Sequence[str]) -> Reply:
        match request.method, rest:
            case "POST", []:
                return self._begun(request)
            case "GET", [id_]:
                return self._told(id_)
            case "PUT", [id_, _]:
                self.uploads.append((request.body.decode(), request.headers))
                self.jobs[id_] |= {"status": "in_progress", "asked": request.body.split()}
                return Reply(b"")
            case "GET", [id_, _]:
                events = [_event(one.decode()) for one in self.jobs[id_]["asked"]]
                gone = [one for one in events if not self._stands(one["id"])]
                return Reply("".join(json.dumps(one) + "\n" for one in gone).encode())
        return problem(404, "Not Found", "about:blank")

    def _told(self, id_: str) -> Reply:
        job = self.jobs.get(id_)
        if job is None:
            return problem(404, "Not Found", f"{PROBLEMS}resource-not-found")
        if job["status"] == "in_progress" and not self.is_slow:
            job["status"] = "complete"
        return Reply({"data": {name: told for name, told in job.items() if name != "asked"}})

    def _begun(self, request: Request) -> Reply:
        if any(one["status"] in ("created", "in_progress") for one in self.jobs.values()):
            return problem(409, "Conflict", "about:blank")
        id_ = str(1_522_929_458_495_242_241 + len(self.jobs))
        host = "https://api.x.com/2/compliance/jobs"
        if self.is_legacy:
            host = "https://storage.googleapis.com/twttr-tweet-compliance"
        self.jobs[id_] = {
            "resumable": False,
            "upload_expires_at": "2022-05-07T13:35:52.000Z",
            "download_expires_at": "2022-05-14T13:20:52.000Z",
            "created_at": "2022-05-07T13:20:52.000Z",
            "type": request.json()["type"],
            "download_url": f"{host}/{id_}/download?token=9fe139e2",
            "upload_url": f"{host}/{id_}/upload?token=4ec29d5b",
            "id": id_,
            "status": "created",
        }
        return Reply({"data": self.jobs[id_]})


def _event(id_: str) -> dict[str, str]:
    return {
        "id": id_,
        "action": "delete",
        "created_at": "2024-01-10T12:00:00.000Z",
        "redacted_at": "2024-01-12T08:30:00.000Z",
        "reason": "deleted",
    }
