"""What reaches the log: every door of it masks."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.test_cli import laurels

_SAID = "write to ann@example.com or +1 202-555-0143"
_LEFT = "write to [email] or [phone]"


def told(code: str, place: Path | None = None, **env: str) -> str:
    """What a program with a log of ours says on stderr."""
    start = "import logging, structlog; from bot.logs import configure\n"
    start += "from bot.settings import LogLevel; configure(LogLevel.DEBUG)\n"
    start += f"LOG = structlog.get_logger(); said = {_SAID!r}\n"
    return subprocess.run(
        [sys.executable, "-c", start + code],
        capture_output=True,
        text=True,
        check=True,
        cwd=place,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())} | env,
        timeout=120,
    ).stderr


@pytest.mark.parametrize(
    ("call", "key", "expected"),
    [
        ("LOG.info('heard', error=said)", "error", _LEFT),
        ("LOG.info(said)", "event", _LEFT),
        ("LOG.info('heard', error=ValueError(said))", "error", f"ValueError('{_LEFT}')"),
        ("LOG.info('heard', all=[said, {'one': (said,)}])", "all", [_LEFT, {"one": [_LEFT]}]),
        ("LOG.info('heard', id=4111111111111111, ok=True)", "id", 4111111111111111),
        ("LOG.bind(post=said).warning('heard')", "post", _LEFT),
    ],
)
def test_values_are_masked(call: str, key: str, expected: object) -> None:
    assert json.loads(told(call))[key] == expected


def test_a_traceback_is_masked() -> None:
    line = told("try:\n  raise ValueError(said)\nexcept ValueError:\n  LOG.exception('failed')")
    assert f"ValueError: {_LEFT}" in json.loads(line)["exception"]
    assert "ann@" not in line


def test_lines_of_libraries_are_masked_with_their_tracebacks() -> None:
    code = "try:\n  raise ValueError(said)\nexcept ValueError:\n"
    lines = told(code + "  logging.getLogger('lib').exception('got %s', said)")
    assert f"ERROR:lib:got {_LEFT}" in lines
    assert f"ValueError: {_LEFT}" in lines


_BROKEN_DESK = """
import os, threading, time, urllib.error, urllib.request
import desk.app
from bot import wiring
from bot.commands.desk import serve
from bot.settings import load

async def broken(scope, receive, send):
    raise RuntimeError(said)

desk.app.create_app = lambda *_, **__: broken
settings = load(None, {})
port = int(os.environ["PORT"])
serving = (wiring.store(settings.store), settings, port)
threading.Thread(target=serve, args=serving, daemon=True).start()
while True:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10)
    except urllib.error.HTTPError:
        os._exit(0)
    except OSError:
        time.sleep(0.05)
"""


def test_what_the_desk_tells_of_a_broken_page_is_masked(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    lines = told(_BROKEN_DESK, tmp_path, PORT=str(port))
    assert f"RuntimeError: {_LEFT}" in lines
    assert "ann@" not in lines


def test_a_line_of_the_log_keeps_its_level_and_moment() -> None:
    line = json.loads(told("LOG.info('running', sources=2)"))
    assert (line["event"], line["level"], line["sources"]) == ("running", "info", 2)
    assert line["timestamp"].endswith("Z")


def test_a_failure_names_no_password_of_the_store(tmp_path: Path) -> None:
    text = "store: {url: 'mysql://laurels:s3cret@db.example/laurels'}\n"
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    done = laurels(tmp_path, "migrate", "--json")
    assert done.returncode == 1
    assert "s3cret" not in done.stdout + done.stderr


def test_a_mistake_of_ours_is_told_with_its_traceback_masked(tmp_path: Path) -> None:
    code = f"import bot.program\ndef app(**_): raise RuntimeError({_SAID!r})\n"
    code += "bot.program.app = app\nimport bot.cli; bot.cli.main()"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("Traceback (most recent call last):")
    assert done.stderr.endswith(f"RuntimeError: {_LEFT}\n")
