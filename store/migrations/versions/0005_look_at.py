"""When a post that nothing was told of is asked for again: until now in every round."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("post", sa.Column("look_at", sa.DateTime(timezone=True)))
