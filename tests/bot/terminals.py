"""A command whose stderr is a terminal of eighty columns."""

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
from pathlib import Path


def started(place: Path, *words: str) -> "tuple[subprocess.Popen[str], int]":
    """The command in that folder, and what to read its terminal from."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", *words],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), "NO_COLOR": "1", "TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=its,
        stdin=subprocess.DEVNULL,
        text=True,
        # Whoever runs the tests in the background has children that ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    os.close(its)
    return process, ours


def shown(ours: int) -> str:
    """What the terminal was sent until the command ended."""
    found = b""
    while True:
        try:
            part = os.read(ours, 65_536)
        except OSError:  # the other end is closed
            part = b""
        if not part:
            os.close(ours)
            return found.decode(errors="replace")
        found += part
