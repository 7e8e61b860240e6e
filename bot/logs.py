"""Logs on stderr: for eyes on a terminal, JSON lines elsewhere."""

import logging
import os
import sys

import structlog

from bot.settings import LogLevel


def configure(level: LogLevel) -> None:
    """Send structlog and the standard library's warnings to stderr from `level` on."""
    least = logging.getLevelNamesMapping()[level.upper()]
    on_terminal = sys.stderr.isatty()
    looks = (
        structlog.dev.ConsoleRenderer(
            colors=not os.environ.get("NO_COLOR"),
            exception_formatter=structlog.dev.plain_traceback,
            pad_event_to=0,
            pad_level=False,
            sort_keys=False,
        )
        if on_terminal
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%SZ" if on_terminal else "iso", utc=True),
            structlog.processors.format_exc_info,
            looks,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # It tells of every broken connection with pages of traceback; its connector says it in a line.
    logging.getLogger("discord").setLevel(logging.CRITICAL)
    # That a step is not begun while it still runs is how it is meant.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.basicConfig(level=max(least, logging.WARNING), stream=sys.stderr)
