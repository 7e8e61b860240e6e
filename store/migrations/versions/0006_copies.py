"""A copied text is one case: until now each copy opened its own."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "likeness",
        sa.Column("post_id", sa.Integer(), sa.ForeignKey("post.id"), primary_key=True),
        sa.Column("band", sa.Integer(), primary_key=True),
        sa.Column("hash", sa.BigInteger(), nullable=False),
        sa.Index("ix_likeness_hash", "hash", "post_id"),
    )
    op.create_table(
        "case_copy",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case.id"), nullable=False),
        sa.Column("post_id", sa.Integer(), sa.ForeignKey("post.id"), nullable=False),
        sa.Column("hashes", sa.JSON(), nullable=False),
        sa.UniqueConstraint("case_id", "post_id"),
        sa.Index("ix_case_copy_post_id", "post_id"),
    )
