"""The word to stop ends the wait for it wherever the signal falls."""

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import os, signal, sys, threading
from bot.stopping import StopWord

here = os.getpid()
signal.signal(signal.SIGALRM, signal.SIG_DFL)
signal.alarm(30)  # ends what hangs

def tell():
    os.kill(here, signal.SIGTERM)

def stopped_at(place):
    lines = 0
    def trace(frame, event, argument):
        nonlocal lines
        lines += 1
        if lines == place:
            tell()
        return trace
    word = StopWord()
    threading.Timer(0.2, tell).start()  # where there are fewer lines: while all stands still
    sys.settrace(trace)
    word.wait()
    sys.settrace(None)

for place in range(1, 13):
    stopped_at(place)
    print(place)
"""


def test_signal_at_any_line_of_the_wait_ends_it() -> None:
    found = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=Path.cwd(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    assert found.stdout.split() == [str(place) for place in range(1, 13)]
