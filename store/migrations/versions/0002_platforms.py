"""What listening to live platforms needs: states, spending, conversations, rechecks, claims."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _extend()
    _hash_edits()
    _create()
    _refuse_changes("recheck")
    _lengthen_origins()
    _unname_decisions()


def _lengthen_origins() -> None:
    # The id of the post that proved a link is part of it, and may be an address.
    with op.batch_alter_table("link") as table:
        table.alter_column(
            "origin", existing_type=sa.String(32), type_=sa.Text(), existing_nullable=False
        )
    if op.get_bind().dialect.name != "postgresql":
        _refuse_changes("link")  # SQLite made the table anew, without its triggers


def _unname_decisions() -> None:
    # A decision outlives the name of whom it is about; until now one reason held a handle.
    tx = op.get_bind()
    decision = sa.table(
        "decision", sa.column("id"), sa.column("case_id"), sa.column("reasons", sa.JSON())
    )
    rows = tx.execute(sa.select(decision.c.id, decision.c.reasons)).all()
    named = [row for row in rows if any(rule == "helped" for rule, _ in row.reasons)]
    if not named:
        return
    _allow_changes("decision")
    for row in named:
        kept = [[rule, detail] for rule, detail in row.reasons if rule != "helped"]
        tx.execute(sa.update(decision).where(decision.c.id == row.id).values(reasons=kept))
    _refuse_changes("decision", again=True)


# fmt: off
def _extend() -> None:
    op.add_column("account", _flag("is_own"))
    op.add_column("post", _flag("unscored"))
    op.add_column("post", sa.Column("checked_at", _MOMENT))
    op.create_index(
        "ix_post_standing", "post", ["platform", "checked_at"],
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.add_column(
        "tombstone", sa.Column("rule", sa.String(64), nullable=False, server_default="event")
    )
    op.execute("UPDATE post SET checked_at = heard_at")
    for name in ("asked_post_id", "helped_id"):
        op.create_index(f"ix_act_of_help_{name}", "act_of_help", [name])
    op.create_index("ix_case_act_id", "case", ["act_id"])
    op.create_index("ix_tombstone_carried_out_at", "tombstone", ["carried_out_at"])
    for column in (
        sa.Column("failing_since", _MOMENT),
        _count("failures"),
        sa.Column("retry_at", _MOMENT),
        _flag("permanent"),
        _count("received"),
        _count("stored"),
    ):
        op.add_column("cursor", column)


def _hash_edits() -> None:
    # The words that somebody took back are not ours to keep.
    tx = op.get_bind()
    old = sa.table("edit", *(sa.column(name) for name in ("id", "post_id", "title", "text")),
                   sa.column("replaced_at", _MOMENT))
    rows = [
        {
            "id": row.id,
            "post_id": row.post_id,
            "digest": hashlib.sha256(f"{row.title or ''}\0{row.text}".encode()).hexdigest(),
            "replaced_at": row.replaced_at,
        }
        for row in tx.execute(sa.select(old).order_by(old.c.id))
    ]
    op.drop_table("edit")
    new = op.create_table(
        "edit", _id(),
        sa.Column("post_id", sa.Integer(), sa.ForeignKey("post.id"), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("replaced_at", _MOMENT, nullable=False),
        sa.Index("ix_edit_post_id", "post_id"),
    )
    if rows:
        op.bulk_insert(new, [{k: v for k, v in row.items() if k != "id"} for row in rows])


def _create() -> None:
    op.create_table(
        "spending",
        sa.Column("source", sa.String(255), primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("micro_usd", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "unread", _id(),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("what", sa.String(255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.UniqueConstraint("source", "what"),
    )
    op.create_table(
        "conversation", _id(),
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("thread_id", sa.String(255), nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("post_id", sa.Integer(), sa.ForeignKey("post.id"), nullable=False),
        _count("reads"),
        sa.Column("read_at", _MOMENT),
        sa.Column("due_at", _MOMENT),
        sa.Column("error", sa.Text()),
        _count("failures"),
        sa.UniqueConstraint("platform", "thread_id"),
        sa.Index("ix_conversation_source_due_at", "source", "due_at"),
    )
    op.create_table(
        "recheck", _id(),
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("rule", sa.String(64), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.Index("ix_recheck_platform_at", "platform", "at"),
    )
    op.create_table(
        "claim",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("spent_at", _MOMENT),
    )
# fmt: on


def _allow_changes(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP TRIGGER append_only_{table} ON {table}")
        return
    for change in ("update", "delete"):
        op.execute(f"DROP TRIGGER append_only_{table}_{change}")


def _refuse_changes(table: str, *, again: bool = False) -> None:
    message = f"{table} is append-only: add a new row that corrects the old one"
    if op.get_bind().dialect.name == "postgresql":
        make = "CREATE OR REPLACE" if again else "CREATE"
        op.execute(
            f"{make} FUNCTION refuse_change_of_{table}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{message}'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER append_only_{table} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_{table}()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER append_only_{table}_{change.lower()} BEFORE {change} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0")
