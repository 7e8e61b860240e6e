"""What is perhaps not about us, and spam, wait in lanes of their own; people say which it is."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_QUEUE = "state, priority DESC, opened_at, id, kind, assignee_id, platform, channel, post_id"


def upgrade() -> None:
    check = "lane VARCHAR(16) DEFAULT 'main' NOT NULL"
    known = "CONSTRAINT ck_case_lane CHECK (lane IN ('main', 'unsure', 'spam'))"
    op.execute(f'ALTER TABLE "case" ADD COLUMN {check} {known}')
    op.execute("DROP INDEX ix_case_queue")
    op.execute(f'CREATE INDEX ix_case_queue ON "case" ({_QUEUE}, lane)')
    op.create_table(
        "example",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("post_id", sa.Integer(), sa.ForeignKey("post.id"), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("about", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("post_id", "query"),
        sa.Index("ix_example_query", "query", "about", "at"),
    )
