"""What a member wrote down of a person can be forgotten: until now it outlived the person."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_KEPT = {
    "link": "id, account_id, person_id, actor, at",
    "consent": "id, person_id, choice, at",
}
_NOBODY = "[deleted]"


def upgrade() -> None:
    _drop_origins()
    for table, columns in _KEPT.items():
        _drop_trigger(table)
        op.execute(
            f"UPDATE {table} SET origin = '{_NOBODY}' WHERE person_id IN "  # noqa: S608 - constants
            f"(SELECT person_id FROM account WHERE platform_id LIKE '{_NOBODY}%')"
        )
        _let_forget(table, columns)


def _drop_origins() -> None:
    # The audit only says who linked what; the link itself has the words.
    tx = op.get_bind()
    audit = sa.table("audit", sa.column("id"), sa.column("verb"), sa.column("detail", sa.JSON()))
    rows = tx.execute(sa.select(audit).where(audit.c.verb == "link")).all()
    if not rows:
        return
    _drop_trigger("audit")
    for row in rows:
        kept = {name: value for name, value in row.detail.items() if name != "origin"}
        tx.execute(sa.update(audit).where(audit.c.id == row.id).values(detail=kept))
    _refuse_changes("audit", "UPDATE")


def _let_forget(table: str, columns: str) -> None:
    _refuse_changes(table, f"UPDATE OF {columns}")
    name, changed = f"append_only_{table}_origin", f"NEW.origin <> '{_NOBODY}'"
    if _is_postgresql():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE OF origin ON {table} FOR EACH ROW "
            f"WHEN ({changed}) EXECUTE FUNCTION refuse_change_of_{table}()"
        )
        return
    op.execute(
        f"CREATE TRIGGER {name} BEFORE UPDATE OF origin ON {table} WHEN {changed} "
        f"BEGIN SELECT RAISE(ABORT, '{_message(table)}'); END"
    )


def _refuse_changes(table: str, update: str) -> None:
    if _is_postgresql():
        op.execute(
            f"CREATE TRIGGER append_only_{table} BEFORE {update} OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_{table}()"
        )
        return
    op.execute(
        f"CREATE TRIGGER append_only_{table}_update BEFORE {update} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{_message(table)}'); END"
    )


def _drop_trigger(table: str) -> None:
    if _is_postgresql():
        op.execute(f"DROP TRIGGER append_only_{table} ON {table}")
        return
    op.execute(f"DROP TRIGGER append_only_{table}_update")


def _message(table: str) -> str:
    return f"{table} is append-only: add a new row that corrects the old one"


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
