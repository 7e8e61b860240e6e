"""``laurels run`` as a user meets it; what it does stands in tests/acceptance/test_run.py."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.bot import terminals


def test_run_without_a_source_says_what_is_missing(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "run"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        try:
            lines = (json.loads(line) for line in process.stderr)
            told = next(line["event"] for line in lines if line["level"] == "warning")
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
        finally:
            process.kill()
    assert "no source, so nothing new is heard" in told
    assert "`laurels init` writes a first one" in told


def test_log_on_a_terminal_is_short_and_in_the_order_that_it_was_said(tmp_path: Path) -> None:
    process, terminal = terminals.started(tmp_path, "run")
    first = os.read(terminal, 4000).decode()
    process.send_signal(signal.SIGTERM)
    terminals.shown(terminal)
    process.communicate(timeout=60)
    assert "Z [info] running sources=0 process=" in first
    assert len(first.splitlines()[0]) <= 80
