"""Who wrote a code: until now the first was believed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "claimant",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("digest", sa.String(64), sa.ForeignKey("claim.digest"), nullable=False),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("post_id", sa.Integer(), sa.ForeignKey("post.id"), nullable=False),
        sa.Column("heard_at", _MOMENT, nullable=False),
        sa.Column("refused_at", _MOMENT),
        sa.UniqueConstraint("digest", "account_id"),
    )
