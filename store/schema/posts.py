"""What was heard, and what was taken back."""

from sqlalchemy import (
    JSON,
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

from store.schema.columns import Instant, metadata, ref, row_id, words

post = Table(
    "post", metadata, row_id(),
    ref("account_id", "account"),
    Column("platform", String(32), nullable=False),
    Column("platform_id", String(255), nullable=False),
    Column("source", String(255), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("thread_id", String(255)),
    Column("parent_id", String(255)),
    Column("channel", Text),
    Column("title", Text),
    Column("text", Text, nullable=False),
    Column("addressed", JSON, nullable=False),
    Column("media", JSON, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("score", Integer),
    Column("accepted", Boolean, nullable=False, default=False),
    Column("lang", String(16)),
    Column("url", Text),
    Column("created_at", Instant, nullable=False),
    Column("heard_at", Instant, nullable=False),
    Column("edited_at", Instant),
    Column("deleted_at", Instant),
    Column("understood_by", String(255)),
    Column("unscored", Boolean, nullable=False, server_default=false()),
    Column("checked_at", Instant),
    # Of a post that its platform told nothing of: not to be asked for again before.
    Column("look_at", Instant),
    words("kind", "post answer comment message"),
    UniqueConstraint("platform", "platform_id"),
    Index("ix_post_account_id_created_at", "account_id", "created_at"),  # people.posts
    Index("ix_post_platform_thread_id", "platform", "thread_id", "created_at"),  # mentions.thread
    Index("ix_post_platform_parent_id", "platform", "parent_id"),  # mentions.replies
    Index("ix_post_platform_channel", "platform", "channel", "created_at"),  # mentions.window
)  # fmt: skip
Index("ix_post_pending", post.c.id, sqlite_where=post.c.understood_by.is_(None),
      postgresql_where=post.c.understood_by.is_(None))  # fmt: skip  # analyses.pending
Index("ix_post_standing", post.c.platform, post.c.checked_at,
      sqlite_where=post.c.deleted_at.is_(None),
      postgresql_where=post.c.deleted_at.is_(None))  # fmt: skip  # standing.due

# That a post said something else before: a hash of it, never the words that were taken back.
edit = Table(
    "edit", metadata, row_id(),
    ref("post_id", "post"),
    Column("digest", String(64), nullable=False),
    Column("replaced_at", Instant, nullable=False),
    Index("ix_edit_post_id", "post_id"),  # mentions.edits
)  # fmt: skip

mention = Table(
    "mention", metadata, row_id(),
    ref("post_id", "post"),
    Column("query", Text, nullable=False),
    Column("matched", JSON, nullable=False),
    Column("heard_at", Instant, nullable=False),
    UniqueConstraint("post_id", "query"),
    Index("ix_mention_query", "query", "post_id"),  # cases.queue, of one query; pages.queries
)  # fmt: skip

# That a post was deleted on its platform, and when and by which rule that was carried out here.
# Append-only.
tombstone = Table(
    "tombstone", metadata, row_id(),
    ref("post_id", "post"),
    Column("deleted_at", Instant, nullable=False),
    Column("carried_out_at", Instant, nullable=False),
    Column("rule", String(64), nullable=False, server_default="event"),
    UniqueConstraint("post_id"),
    Index("ix_tombstone_carried_out_at", "carried_out_at"),  # standing.tombstones
)  # fmt: skip

# Each look at whether posts still stand: how many were asked for, how many were gone. Append-only.
recheck = Table(
    "recheck", metadata, row_id(),
    Column("platform", String(32), nullable=False),
    Column("rule", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("checked", Integer, nullable=False),
    Column("gone", Integer, nullable=False),
    Index("ix_recheck_platform_at", "platform", "at"),  # standing.rechecks
)  # fmt: skip
