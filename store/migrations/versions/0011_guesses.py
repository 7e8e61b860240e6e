"""An analysis says whether it is a guess: less likely than what the model answers for."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column(
        "analysis",
        sa.Column("is_guess", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
