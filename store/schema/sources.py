"""How far each source was read, what that cost, and what is left to read."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from store.schema.columns import Instant, metadata, ref, row_id

cursor = Table(
    "cursor", metadata,
    Column("source", String(255), primary_key=True),
    Column("value", Text),
    Column("polled_at", Instant),
    Column("error", Text),
    # Since when every poll failed, how often, when the next may be, and whether a person is needed.
    Column("failing_since", Instant),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("retry_at", Instant),
    Column("permanent", Boolean, nullable=False, server_default=false()),
    # Since the first poll: what the platform sent, and what of it was new and kept.
    Column("received", Integer, nullable=False, server_default="0"),
    Column("stored", Integer, nullable=False, server_default="0"),
)  # fmt: skip

# What a source did on one day (UTC), and what that cost in millionths of a US dollar.
spending = Table(
    "spending", metadata,
    Column("source", String(255), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("requests", Integer, nullable=False),
    Column("micro_usd", BigInteger, nullable=False),
)  # fmt: skip

# What was not read, and why. One line for each thing and reason, with the last time.
unread = Table(
    "unread", metadata, row_id(),
    Column("source", String(255), nullable=False),
    Column("what", String(255), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("source", "what"),
)  # fmt: skip

# Conversations around mentions, to be read (again) when due.
conversation = Table(
    "conversation", metadata, row_id(),
    Column("platform", String(32), nullable=False),
    Column("thread_id", String(255), nullable=False),
    Column("source", String(255), nullable=False),
    ref("post_id", "post"),
    Column("reads", Integer, nullable=False, server_default="0"),
    Column("read_at", Instant),
    Column("due_at", Instant),
    Column("error", Text),
    Column("failures", Integer, nullable=False, server_default="0"),
    UniqueConstraint("platform", "thread_id"),
    Index("ix_conversation_source_due_at", "source", "due_at"),  # conversations.due
)  # fmt: skip
