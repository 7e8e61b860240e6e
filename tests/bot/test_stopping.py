"""The word to stop ends the wait for it whenever the signal falls."""

import subprocess
import sys
from pathlib import Path

START = """
import os, random, signal, sys, threading, time
from bot.stopping import StopWord

here = os.getpid()
signal.signal(signal.SIGALRM, signal.SIG_DFL)
signal.alarm(50)  # ends what hangs
"""
AT_A_LINE = """
def stopped_at(place):
    lines = 0
    def trace(frame, event, argument):
        nonlocal lines
        lines += 1
        if lines == place:
            os.kill(here, signal.SIGTERM)
        return trace
    word = StopWord()
    # Where there are fewer lines: while all stands still.
    threading.Timer(0.2, os.kill, (here, signal.SIGTERM)).start()
    sys.settrace(trace)
    word.wait()
    sys.settrace(None)

for place in range(1, 13):
    stopped_at(place)
    print(place)
"""
AT_A_MOMENT = """
word, draw = StopWord(), random.Random(3)

def tell(after):
    until = time.perf_counter() + after
    while time.perf_counter() < until:
        pass
    os.kill(here, signal.SIGTERM)

for time_ in range(1, 501):
    teller = threading.Thread(target=tell, args=(draw.random() / 5000,))
    teller.start()
    word.wait()
    teller.join()
print("heard each")
"""


def ended(script: str) -> str:
    """What the script printed; it ended by itself."""
    found = subprocess.run(
        [sys.executable, "-c", START + script],
        cwd=Path.cwd(),
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    return found.stdout


def test_signal_at_any_line_of_the_wait_ends_it() -> None:
    assert ended(AT_A_LINE).split() == [str(place) for place in range(1, 13)]


def test_signal_at_any_moment_is_heard() -> None:
    assert ended(AT_A_MOMENT) == "heard each\n"
