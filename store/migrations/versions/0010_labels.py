"""What a person says that a post reads as is kept, beside what the model had said."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_MESSAGE = "label is append-only: add a new row that corrects the old one"
_STANDS = "EXISTS (SELECT 1 FROM post WHERE post.id = OLD.post_id AND post.deleted_at IS NULL)"


def upgrade() -> None:
    op.create_table(
        "label",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("post_id", sa.Integer(), sa.ForeignKey("post.id"), nullable=False),
        sa.Column("task", sa.String(16), nullable=False),
        sa.Column("said", sa.String(32), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("model", sa.String(255), nullable=False),
        sa.Column("label", sa.String(32), nullable=False),
        sa.Column("may_train", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undoes", sa.Integer(), sa.ForeignKey("label.id")),
        sa.UniqueConstraint("undoes"),
        sa.Index("ix_label_post_id", "post_id", "task"),
    )
    if op.get_bind().dialect.name == "postgresql":
        _refuse_in_postgresql()
    else:
        _refuse_in_sqlite()


def _refuse_in_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change_of_label() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_MESSAGE}'; END $$"
    )
    op.execute(
        "CREATE FUNCTION keep_label_of_standing_post() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {_STANDS} THEN RAISE EXCEPTION '{_MESSAGE}'; END IF; RETURN OLD; END $$"
    )
    op.execute(
        "CREATE TRIGGER append_only_label BEFORE UPDATE OR TRUNCATE ON label "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_label()"
    )
    op.execute(
        "CREATE TRIGGER append_only_label_delete BEFORE DELETE ON label "
        "FOR EACH ROW EXECUTE FUNCTION keep_label_of_standing_post()"
    )


def _refuse_in_sqlite() -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
    op.execute(f"CREATE TRIGGER append_only_label_update BEFORE UPDATE ON label {refuse}")
    op.execute(
        f"CREATE TRIGGER append_only_label_delete BEFORE DELETE ON label WHEN {_STANDS} {refuse}"
    )
