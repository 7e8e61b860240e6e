"""What waits in a lane is found without reading what waits in the others."""

from alembic import op

revision = "0009"
down_revision = "0008"

_QUEUE = "priority DESC, opened_at, id, kind, assignee_id, platform, channel, post_id"


def upgrade() -> None:
    op.execute(f'CREATE INDEX ix_case_lane ON "case" (lane, state, {_QUEUE})')
