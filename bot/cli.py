"""The command line: calls a command of `bot.program`, and tells how it ended.

Nothing heavy is imported before Ctrl-C can be answered.
"""

import errno
import os
import sys
from types import TracebackType
from typing import Any, Final, Protocol, runtime_checkable

_INTERRUPTED: Final = 130
_WIDTH: Final = 80


@runtime_checkable
class _UsageError(Protocol):
    """What is raised for words that no command takes."""

    exit_code: int
    message: str
    ctx: Any

    def format_message(self) -> str:
        """What is wrong."""
        ...

    def show(self) -> None:
        """Print that and the usage on stderr."""
        ...


def main() -> None:
    """Run a command; an expected failure is one line on stderr and exit 1.

    Wrong usage is exit 2 and Ctrl-C exit 130. With --json a failure is an object on stdout, too.
    """
    sys.excepthook = _tell
    try:
        sys.exit(_run())
    except KeyboardInterrupt:
        _fail("stopped", _INTERRUPTED)


def _run() -> int:
    """The exit status of the command."""
    import typer

    from bot.program import app

    _never_choke()
    try:
        status = int(app(prog_name="laurels", standalone_mode=False) or 0)
    except typer.Abort:
        _fail("stopped: the question was not answered")
    except Exception as error:
        if isinstance(error, _UsageError):
            _tell_usage(error)
            return error.exit_code
        _fail_by(error)
        _print_as_json(
            f"unexpected {type(error).__name__}; stderr has the details, please report it"
        )
        raise
    if status == _INTERRUPTED:
        raise KeyboardInterrupt
    return status


def _tell_usage(error: _UsageError) -> None:
    """What is wrong with the words, which it may quote, and what to write instead."""
    from models.personal import masked

    error.message = masked(error.message + _way_out(error))
    error.show()
    _print_as_json(error.format_message())


def _never_choke() -> None:
    """What the output's encoding lacks is a question mark rather than a failure."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _way_out(error: _UsageError) -> str:
    """What to write instead, where an option was not understood."""
    context = error.ctx
    if context is None or not error.message.startswith("No such option"):
        return ""
    commands = getattr(context.command, "commands", None)
    if commands:
        return f". Put a command before it, one of: {', '.join(commands)}"
    if any(one.metavar == "QUERY" for one in context.command.params):
        return f". If it begins the query, write: {context.command_path} … -- '-jobs acme'"
    return ""


def _fail_by(error: Exception) -> None:
    """End for a failure that was expected; of any other the traceback is wanted."""
    from bot.failures import Interrupted, line_for
    from bot.terminal import OutputError
    from models.personal import masked

    if isinstance(error, OutputError) or _is_full(error):
        _leave_stdout()
        sys.stderr.write(f"laurels: stdout: {getattr(error, 'strerror', None) or error}\n")
        sys.exit(1)
    line = line_for(error)
    if line is not None:
        _fail(masked(line), _INTERRUPTED if isinstance(error, Interrupted) else 1)


def _tell(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    """Its traceback, which may quote what somebody said, where stderr is kept as a log."""
    import traceback

    from models.personal import masked

    sys.stderr.write(masked("".join(traceback.format_exception(error))))


def _is_full(error: Exception) -> bool:
    return isinstance(error, OSError) and not error.filename and error.errno == errno.ENOSPC


def _leave_stdout() -> None:
    """Let what is still to be written go nowhere, or the interpreter complains of it at its end."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(line: str, status: int = 1) -> None:
    _print_as_json(line)
    sys.stderr.write(_for_eyes(f"laurels: {line}") + "\n")
    sys.exit(status)


def _for_eyes(line: str) -> str:
    """In lines that a terminal of 80 columns shows whole; one line for whatever else reads it.

    No word is parted: a path is there to be copied.
    """
    if not sys.stderr.isatty():
        return line
    import textwrap

    return textwrap.fill(line, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _print_as_json(line: str) -> None:
    if "--json" in sys.argv:
        from bot.terminal import OutputError, emit

        try:
            emit({"error": line}, line, as_json=True)
        except OutputError:
            _leave_stdout()


if __name__ == "__main__":
    main()
