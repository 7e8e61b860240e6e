"""The word to stop: SIGTERM or SIGINT, heard whatever the process is doing just then."""

import os
import signal
from typing import Any, Final

_WORDS: Final = (signal.SIGTERM, signal.SIGINT)


class StopWord:
    """Hears the signals from its making on; only the main thread may make one."""

    def __init__(self) -> None:
        # What a handler sets can be missed: the signal may fall just before the wait, or inside it
        # while its lock is held. A byte in a pipe is there until it is read.
        self._ear, mouth = os.pipe()
        os.set_blocking(mouth, False)
        signal.set_wakeup_fd(mouth, warn_on_full_buffer=False)
        for number in _WORDS:
            signal.signal(number, _handled)

    def wait(self) -> None:
        """Until the word has come; at once where it came before."""
        while os.read(self._ear, 1)[0] not in _WORDS:
            pass


def _handled(_number: int, _frame: Any) -> None:
    """Nothing more: the byte in the pipe is written before this is called."""
