"""The real Bluesky servers from npm, on loopback: a PDS, an AppView, a directory of accounts."""

import atexit
import json
import os
import shutil
import subprocess
import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import create_engine, make_url, text

from tests.services import needs, postgresql

_HERE: Final = Path(__file__).parent / "bluesky_network"
_ENV: Final = "LAURELS_BLUESKY_NETWORK"


@dataclass(frozen=True)
class Servers:
    """Where they listen."""

    pds: str
    appview: str


@cache
def servers() -> Servers:
    """Started once, for as long as this process lives; skips where npm brought nothing."""
    folder = Path(os.environ.get(_ENV) or Path.home() / ".cache/laurels/bluesky_network")
    node = shutil.which("node")
    if node is None:
        needs("the Bluesky servers need node 20 or later")
    if not (folder / "node_modules/@atproto/dev-env").is_dir():
        needs(
            f"no Bluesky servers in {folder}: copy {_HERE}/package*.json there and run npm ci, or "
            f"set {_ENV} to where they are installed"
        )
    stack = ExitStack()
    atexit.register(stack.close)
    address = make_url(stack.enter_context(postgresql()))
    database = f"bluesky_{uuid.uuid4().hex[:12]}"
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {database}"))
    stack.callback(_drop, address.render_as_string(hide_password=False), database)
    engine.dispose()
    url = address.set(drivername="postgresql", database=database)
    process = subprocess.Popen(
        [
            node,
            "--no-deprecation",
            str(_HERE / "start.mjs"),
            str(folder),
            url.render_as_string(False),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"LOG_ENABLED": "false", "NODE_ENV": "test"},
        text=True,
    )
    stack.callback(_end, process)
    assert process.stdout is not None
    told = json.loads(process.stdout.readline() or "{}")
    if "pds" not in told:
        raise RuntimeError("the Bluesky servers did not start; see what node said above")
    return Servers(told["pds"], told["appview"])


def _end(process: "subprocess.Popen[str]") -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _drop(address: str, database: str) -> None:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)"))
    engine.dispose()
