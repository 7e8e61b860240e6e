"""Read without a wait for writers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, Engine

READING: Final = "laurels_reading"
"""The option of a connection that writes nothing."""


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection for reading only: one snapshot, and in SQLite no wait for writers."""
    with engine.connect() as tx:
        tx.execution_options(**{READING: True})
        with tx.begin():
            yield tx
