"""Logs on stderr: for eyes on a terminal, JSON lines elsewhere; personal data masked in both."""

import logging
import os
import sys
from collections.abc import Mapping

import structlog
from structlog.typing import EventDict, WrappedLogger

from bot.settings import LogLevel
from models.personal import masked


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
            structlog.processors.format_exc_info,
            _mask,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%SZ" if on_terminal else "iso", utc=True),
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
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_MaskingFormatter(logging.BASIC_FORMAT))
    logging.basicConfig(level=max(least, logging.WARNING), handlers=[handler])


class _MaskingFormatter(logging.Formatter):
    """Libraries quote what they were given, also in their tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def _mask(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {key: _masked_value(value) for key, value in event.items()}


def _masked_value(value: object) -> object:
    """Numbers stay: those that are logged are counts and ids of ours."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        return {masked(str(key)): _masked_value(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_masked_value(one) for one in value]
    return masked(repr(value))
