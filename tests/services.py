"""Services that some tests need: found, started for the run, or said to be missing."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn

import pytest
from sqlalchemy import make_url

_SETTINGS: Final = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


def needs(reason: str) -> NoReturn:
    """Skip for want of a service; in CI, where every service is installed, fail instead."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must not skip: {reason}", pytrace=False)
    pytest.skip(reason)


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a server where databases may be made.

    That of LAURELS_TEST_POSTGRES, or a throw-away server that listens on a socket of its own.
    """
    given = os.environ.get("LAURELS_TEST_POSTGRES")
    if given:
        yield (
            make_url(given)
            .set(drivername="postgresql+psycopg")
            .render_as_string(hide_password=False)
        )
        return
    programs = _postgresql_programs()
    if programs is None:
        needs("no PostgreSQL server: install the package postgresql, or set LAURELS_TEST_POSTGRES")
    with tempfile.TemporaryDirectory(prefix="laurels-pg-", ignore_cleanup_errors=True) as folder:
        yield from _serve(programs, Path(folder))


def _serve(programs: Path, folder: Path) -> Iterator[str]:
    data = folder / "data"
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    options = {**_SETTINGS, "unix_socket_directories": str(folder)}
    given = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in options.items())
    _as_server(programs / "initdb", "-D", data, "-U", "laurels", "-A", "trust", "-N")
    control = (programs / "pg_ctl", "-D", data, "-w")
    _as_server(*control, "-l", folder / "log", "-o", given, "start")
    try:
        yield f"postgresql+psycopg://laurels@/postgres?host={folder}"
    finally:
        _as_server(*control, "-m", "immediate", "stop")


def _postgresql_programs() -> Path | None:
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in versions), key=_version, default=None)


def _version(programs: Path) -> int:
    return int(programs.parent.name)


def _as_server(*command: str | Path) -> None:
    """Run as the user of the server: PostgreSQL refuses root."""
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*user, *map(str, command)],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {done.stderr}")
