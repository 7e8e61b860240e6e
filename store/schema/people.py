"""People, their accounts, their wishes, and what proves which account is whose."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from store.schema.columns import Instant, metadata, ref, row_id, words

person = Table(
    "person", metadata, row_id(),
    Column("name", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)  # fmt: skip

account = Table(
    "account", metadata, row_id(),
    ref("person_id", "person"),
    Column("platform", String(32), nullable=False),
    Column("platform_id", String(255), nullable=False),
    Column("handle", Text, nullable=False),
    Column("name", Text),
    Column("is_bot", Boolean, nullable=False, default=False),
    Column("is_staff", Boolean, nullable=False, default=False),
    Column("is_own", Boolean, nullable=False, server_default=false()),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    UniqueConstraint("platform", "platform_id"),
    Index("ix_account_person_id", "person_id"),  # people.accounts
    Index("ix_account_first_seen_at", "first_seen_at"),  # people.newcomers
)  # fmt: skip

# Who joined which account to which person, and who undid it. Append-only, but for words that name
# somebody who is erased.
link = Table(
    "link", metadata, row_id(),
    ref("account_id", "account"),
    ref("person_id", "person"),
    Column("origin", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_link_account_id", "account_id"),  # people.history
)  # fmt: skip

# Append-only, but for words that name somebody who is erased: the newest choice counts.
consent = Table(
    "consent", metadata, row_id(),
    ref("person_id", "person"),
    Column("choice", String(16), nullable=False),
    Column("origin", Text, nullable=False),
    Column("at", Instant, nullable=False),
    words("choice", "public private none"),
    Index("ix_consent_person_id", "person_id", "at"),  # people.choice
)  # fmt: skip

# A code given to the holder of one account, who writes it from another.
claim = Table(
    "claim", metadata,
    Column("digest", String(64), primary_key=True),
    ref("account_id", "account"),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("spent_at", Instant),
)  # fmt: skip

# Who wrote such a code: anybody who saw it can, so a member says whose account it is.
claimant = Table(
    "claimant", metadata, row_id(),
    Column("digest", String(64), ForeignKey("claim.digest"), nullable=False),
    ref("account_id", "account"),
    ref("post_id", "post"),
    Column("heard_at", Instant, nullable=False),
    Column("refused_at", Instant),
    UniqueConstraint("digest", "account_id"),
)  # fmt: skip
