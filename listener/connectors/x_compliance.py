"""Batch compliance jobs: X tells which of many stored posts have to go, at no charge.

A job takes minutes to hours, so one call starts it and later ones read what it found. One job of a
kind may be active at a time (compliance/batch-compliance/integrate, read 2026-11-22).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from listener.connectors import ConnectorError, Standing
from listener.connectors.x_api import Api, Refused

_STATE: Final = "x-compliance.json"
_WHAT: Final = "the compliance job"
_ENDED: Final = ("failed", "expired", "cancelled", "canceled")
_REST: Final = timedelta(hours=20)
"""How long an answer holds; less than the day within which X wants deletions carried out."""
_LONGEST: Final = timedelta(hours=24)
_FORGET: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class _Job:
    id: str
    upload_url: str
    download_url: str
    ids: tuple[str, ...]
    begun_at: str
    is_uploaded: bool = False


@dataclass(frozen=True, slots=True)
class _State:
    """The job under way; when each id was last answered for; and since when each gone one is."""

    job: _Job | None = None
    told: Mapping[str, str] = field(default_factory=dict)
    gone: Mapping[str, str] = field(default_factory=dict)


class Compliance:
    """Asks about ids until each was answered for; then it rests for some hours."""

    def __init__(self, api: Api, folder: Path) -> None:
        self._api = api
        self._path = folder / _STATE

    def look(self, ids: Sequence[str]) -> Standing:
        """Which of `ids` are gone and which stand, as far as jobs told by now.

        A job is begun or read where needed. Raises ConnectorError.
        """
        state = self._advanced(self._loaded())
        fresh = [id_ for id_ in ids if id_ not in state.told]
        if state.job is None and fresh:
            state = self._advanced(self._begun(state, fresh))
        gone = tuple(id_ for id_ in ids if id_ in state.gone)
        told = (id_ for id_ in ids if id_ in state.told and id_ not in state.gone)
        return Standing((), gone, tuple(told))

    def _advanced(self, state: _State) -> _State:
        """One look at the job under way, and its results where it is complete."""
        if state.job is None:
            return state
        try:
            job = self._uploaded(state, state.job)
            status = self._status(job)
            if status == "complete":
                return self._kept(self._answered(state, job))
        except Refused as error:
            # The job or its signed addresses are no more: these ids go into the next one.
            if error.status not in (403, 404, 410):
                raise
            return self._kept(replace(state, job=None))
        state = self._kept(replace(state, job=None if status in _ENDED else job))
        self._complain_of_age(job)
        return state

    def _complain_of_age(self, job: _Job) -> None:
        if self._api.now() - datetime.fromisoformat(job.begun_at) > _LONGEST:
            raise ConnectorError(
                f"X: {_WHAT} {job.id} of {job.begun_at} has not ended; option recheck: lookup of "
                "the source asks for each post instead, which is charged"
            )

    def _begun(self, state: _State, ids: Sequence[str]) -> _State:
        try:
            found = self._api.ask(_WHAT, lambda client: client.create_compliance_job("tweets"))
        except Refused as error:
            if error.status == 409:  # somebody else's with the same app; ours has to wait
                return state
            if error.status == 403:
                raise ConnectorError(
                    f"{error}; or set option recheck of the source to lookup, which is charged",
                    permanent=True,
                ) from None
            raise
        data = _data(found)
        urls = str(data.get("upload_url", "")), str(data.get("download_url", ""))
        job = _Job(str(data["id"]), *urls, tuple(ids), self._api.now().isoformat())
        return self._kept(replace(state, job=job))

    def _uploaded(self, state: _State, job: _Job) -> _Job:
        if job.is_uploaded:
            return job
        self._api.put(_WHAT, job.upload_url, "\n".join((*job.ids, "")).encode())
        job = replace(job, is_uploaded=True)
        self._kept(replace(state, job=job))
        return job

    def _status(self, job: _Job) -> str:
        found = self._api.ask(_WHAT, lambda client: client.get_compliance_job(job.id))
        return str(_data(found).get("status"))

    def _answered(self, state: _State, job: _Job) -> _State:
        now = self._api.now().isoformat()
        lines = self._api.get(_WHAT, job.download_url).decode("utf-8", "replace").splitlines()
        gone = dict.fromkeys(to_delete(lines), now)
        told = dict(state.told) | dict.fromkeys(job.ids, now)
        return _State(None, told, {**state.gone, **gone})

    def _loaded(self) -> _State:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            job = found.get("job")
            made = _Job(**{**job, "ids": tuple(job["ids"])}) if job else None
            state = _State(made, dict(found["told"]), dict(found["gone"]))
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return _State()
        now = self._api.now()
        told = _since(state.told, now - _REST)
        return _State(state.job, told, _since(state.gone, now - _FORGET))

    def _kept(self, state: _State) -> _State:
        job = state.job
        written = {
            "job": asdict(job) if job else None,
            "told": dict(state.told),
            "gone": dict(state.gone),
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = self._path.with_suffix(".part")
        part.touch(mode=0o600)  # the signed addresses are secrets
        part.write_text(json.dumps(written), encoding="utf-8")
        part.replace(self._path)
        return state


def _since(times: Mapping[str, str], start: datetime) -> dict[str, str]:
    return {id_: at for id_, at in times.items() if datetime.fromisoformat(at) >= start}


def _data(found: Mapping[str, Any]) -> Mapping[str, Any]:
    data = found.get("data")
    if not isinstance(data, dict) or not data.get("id"):
        raise ConnectorError(f"X: nothing readable came of {_WHAT}")
    return data


def to_delete(lines: Sequence[str]) -> Iterator[str]:
    """Ids that X says to delete. An id without a line is clean; an edited one still stands."""
    for line in lines:
        with suppress(ValueError, AttributeError):
            found = json.loads(line)
            # Older results call the loss of a place "delete" too.
            if found.get("action") == "delete" and found.get("reason") != "scrub_geo":
                yield str(found["id"])
