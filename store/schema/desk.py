"""Who works at the desk, who did what to what, and single facts."""

from sqlalchemy import JSON, Column, Index, Integer, String, Table, Text

from store.schema.columns import Instant, metadata, ref, row_id, words

# Append-only: who did what to what.
audit = Table(
    "audit", metadata, row_id(),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("verb", String(32), nullable=False),
    Column("object", String(32), nullable=False),
    Column("object_id", Integer),
    Column("detail", JSON, nullable=False),
    Index("ix_audit_object", "object", "object_id"),  # audit.of
)  # fmt: skip

# People who use the desk.
member = Table(
    "member", metadata, row_id(),
    Column("name", Text, nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
)  # fmt: skip

# Sign-in links and open sessions; only a hash of the token is kept.
token = Table(
    "token", metadata,
    Column("digest", String(64), primary_key=True),
    ref("member_id", "member"),
    Column("purpose", String(16), nullable=False),
    Column("expires_at", Instant, nullable=False),
    words("purpose", "link session"),
)  # fmt: skip

# One line: which archive a store replays, the first-run choices, the clock of a replay.
fact = Table(
    "fact", metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)  # fmt: skip
