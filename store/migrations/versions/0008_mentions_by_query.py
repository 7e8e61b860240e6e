"""The queue of one query is found without reading every mention."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_index("ix_mention_query", "mention", ["query", "post_id"])
