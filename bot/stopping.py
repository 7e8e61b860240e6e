"""The word to stop: SIGTERM or SIGINT, heard whatever the process is doing just then."""

import signal
from queue import SimpleQueue
from typing import Any


class StopWord:
    """Hears the signals from its making on; only the main thread may make one."""

    def __init__(self) -> None:
        # An Event would hang: its lock may be held by the very code that the signal interrupts.
        self._heard: SimpleQueue[int] = SimpleQueue()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._hear)

    def _hear(self, number: int, _frame: Any) -> None:
        self._heard.put(number)

    def wait(self) -> None:
        """Until the word has come; at once where it came before."""
        self._heard.get()
