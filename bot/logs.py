"""Logs on stderr: for eyes on a terminal, JSON lines elsewhere."""

import logging
import sys

import structlog

from bot.settings import LogLevel


def configure(level: LogLevel) -> None:
    """Send structlog and the standard library's warnings to stderr from `level` on."""
    least = logging.getLevelNamesMapping()[level.upper()]
    looks = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            looks,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # It tells of every broken connection with pages of traceback; its connector says it in a line.
    logging.getLogger("discord").setLevel(logging.CRITICAL)
    logging.basicConfig(level=max(least, logging.WARNING), stream=sys.stderr)
