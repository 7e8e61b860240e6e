"""The first tables, and the triggers that keep the append-only ones as they are."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_MOMENT = sa.DateTime(timezone=True)
_APPEND_ONLY = ("link", "tombstone", "decision", "ledger", "consent", "audit")


def upgrade() -> None:
    _create_people()
    _create_posts()
    _create_help()
    _create_cases()
    _create_desk()
    for table in _APPEND_ONLY:
        _refuse_changes(table)


# fmt: off
def _create_people() -> None:
    op.create_table(
        "person", _id(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "account", _id(),
        _ref("person_id", "person"),
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("platform_id", sa.String(255), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("is_bot", sa.Boolean(), nullable=False),
        sa.Column("is_staff", sa.Boolean(), nullable=False),
        sa.Column("first_seen_at", _MOMENT, nullable=False),
        sa.Column("last_seen_at", _MOMENT, nullable=False),
        sa.UniqueConstraint("platform", "platform_id"),
        sa.Index("ix_account_person_id", "person_id"),
        sa.Index("ix_account_first_seen_at", "first_seen_at"),
    )
    op.create_table(
        "link", _id(),
        _ref("account_id", "account"),
        _ref("person_id", "person"),
        sa.Column("origin", sa.String(32), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Index("ix_link_account_id", "account_id"),
    )
    op.create_table(
        "member", _id(),
        sa.Column("name", sa.Text(), nullable=False, unique=True),
        sa.Column("created_at", _MOMENT, nullable=False),
    )


def _create_posts() -> None:
    op.create_table(
        "post", _id(),
        _ref("account_id", "account"),
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("platform_id", sa.String(255), nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("thread_id", sa.String(255)),
        sa.Column("parent_id", sa.String(255)),
        sa.Column("channel", sa.Text()),
        sa.Column("title", sa.Text()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("addressed", sa.JSON(), nullable=False),
        sa.Column("media", sa.JSON(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("score", sa.Integer()),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("lang", sa.String(16)),
        sa.Column("url", sa.Text()),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("heard_at", _MOMENT, nullable=False),
        sa.Column("edited_at", _MOMENT),
        sa.Column("deleted_at", _MOMENT),
        sa.Column("understood_by", sa.String(255)),
        _words("kind", "post answer comment message"),
        sa.UniqueConstraint("platform", "platform_id"),
        sa.Index("ix_post_account_id_created_at", "account_id", "created_at"),
        sa.Index("ix_post_platform_thread_id", "platform", "thread_id", "created_at"),
        sa.Index("ix_post_platform_parent_id", "platform", "parent_id"),
        sa.Index("ix_post_platform_channel", "platform", "channel", "created_at"),
    )
    op.create_index(
        "ix_post_pending", "post", ["id"],
        sqlite_where=sa.text("understood_by IS NULL"),
        postgresql_where=sa.text("understood_by IS NULL"),
    )
    op.create_table(
        "edit", _id(),
        _ref("post_id", "post"),
        sa.Column("title", sa.Text()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("replaced_at", _MOMENT, nullable=False),
        sa.Index("ix_edit_post_id", "post_id"),
    )
    op.create_table(
        "tombstone", _id(),
        _ref("post_id", "post"),
        sa.Column("deleted_at", _MOMENT, nullable=False),
        sa.Column("carried_out_at", _MOMENT, nullable=False),
        sa.UniqueConstraint("post_id"),
    )
    op.create_table(
        "mention", _id(),
        _ref("post_id", "post"),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("matched", sa.JSON(), nullable=False),
        sa.Column("heard_at", _MOMENT, nullable=False),
        sa.UniqueConstraint("post_id", "query"),
    )
    op.create_table(
        "analysis", _id(),
        _ref("post_id", "post"),
        sa.Column("task", sa.String(16), nullable=False),
        sa.Column("model", sa.String(255), nullable=False),
        sa.Column("label", sa.String(32), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.UniqueConstraint("post_id", "task", "model"),
    )


def _create_help() -> None:
    op.create_table(
        "act_of_help", _id(),
        _ref("post_id", "post"),
        _ref("helper_id", "person"),
        _ref("helped_id", "person"),
        _ref("evidence_post_id", "post", null=True),
        _ref("asked_post_id", "post", null=True),
        sa.Column("evidence", sa.String(16), nullable=False),
        sa.Column("channel", sa.Text()),
        sa.Column("at", _MOMENT, nullable=False),
        sa.CheckConstraint("helper_id <> helped_id", name="not_self"),
        _words("evidence", "accepted thanked scored replied"),
        sa.UniqueConstraint("post_id", "helped_id"),
        sa.Index("ix_act_of_help_at", "at"),
        sa.Index("ix_act_of_help_helper_id_at", "helper_id", "at"),
        sa.Index("ix_act_of_help_evidence_post_id", "evidence_post_id"),
    )
    op.create_table(
        "expert_score",
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("acts", sa.Integer(), nullable=False),
        sa.Column("helped", sa.Integer(), nullable=False),
        sa.Column("computed_at", _MOMENT, nullable=False),
        sa.Index("ix_expert_score_score", "score"),
    )


def _create_cases() -> None:
    op.create_table(
        "case", _id(),
        _ref("post_id", "post"),
        _ref("person_id", "person"),
        _ref("act_id", "act_of_help", null=True),
        _ref("assignee_id", "member", null=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("channel", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("decide_after", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT),
        sa.Column("closed_at", _MOMENT),
        sa.Column("responder", sa.Text()),
        sa.Column("draft", sa.Text()),
        _words("kind", "help issue question request praise conduct"),
        _words("state", "new open done dismissed"),
        sa.UniqueConstraint("post_id", "kind"),
        sa.Index("ix_case_state_kind", "state", "kind", "assignee_id"),
        sa.Index("ix_case_state_decide_after", "state", "decide_after"),
        sa.Index("ix_case_person_id", "person_id"),
        sa.Index("ix_case_assignee_id_state", "assignee_id", "state"),
    )
    op.create_index(
        "ix_case_queue", "case",
        [
            "state", sa.text("priority DESC"), "opened_at", "id",
            "kind", "assignee_id", "platform", "channel", "post_id",
        ],
    )
    op.create_table(
        "decision", _id(),
        sa.Column("dedupe_key", sa.String(255), nullable=False, unique=True),
        _ref("case_id", "case"),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        _words("verdict", "thank route review ignore"),
        sa.Index("ix_decision_case_id", "case_id"),
    )
    op.create_table(
        "outbox", _id(),
        sa.Column("dedupe_key", sa.String(255), nullable=False, unique=True),
        _ref("case_id", "case"),
        _ref("target_post_id", "post"),
        _ref("recipient_id", "person"),
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("sender", sa.String(32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("claimed_at", _MOMENT),
        sa.Column("sent_at", _MOMENT),
        sa.Column("remote_id", sa.Text()),
        sa.Column("error", sa.Text()),
        _words("state", "pending sending sent failed"),
        sa.Index("ix_outbox_state_due_at", "state", "due_at"),
        sa.Index("ix_outbox_created_at", "created_at"),
        sa.Index("ix_outbox_recipient_id", "recipient_id", "created_at"),
        sa.Index("ix_outbox_case_id", "case_id"),
    )
    op.create_table(
        "ledger", _id(),
        sa.Column("dedupe_key", sa.String(255), nullable=False, unique=True),
        _ref("person_id", "person"),
        _ref("act_id", "act_of_help", null=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Index("ix_ledger_at", "at"),
        sa.Index("ix_ledger_person_id", "person_id", "at"),
    )
    op.create_table(
        "consent", _id(),
        _ref("person_id", "person"),
        sa.Column("choice", sa.String(16), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        _words("choice", "public private none"),
        sa.Index("ix_consent_person_id", "person_id", "at"),
    )


def _create_desk() -> None:
    op.create_table(
        "cursor",
        sa.Column("source", sa.String(255), primary_key=True),
        sa.Column("value", sa.Text()),
        sa.Column("polled_at", _MOMENT),
        sa.Column("error", sa.Text()),
    )
    op.create_table(
        "audit", _id(),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("verb", sa.String(32), nullable=False),
        sa.Column("object", sa.String(32), nullable=False),
        sa.Column("object_id", sa.Integer()),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Index("ix_audit_object", "object", "object_id"),
    )
    op.create_table(
        "rollup",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("measure", sa.String(32), primary_key=True),
        sa.Column("label", sa.String(64), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
    )
    op.create_table(
        "token",
        sa.Column("digest", sa.String(64), primary_key=True),
        _ref("member_id", "member"),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        _words("purpose", "link session"),
    )
    op.create_table(
        "fact",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
    )

# fmt: on


def _refuse_changes(table: str) -> None:
    # An erased person stays in these rows as an id alone, so no erasure needs to change them.
    message = f"{table} is append-only: add a new row that corrects the old one"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION refuse_change_of_{table}() RETURNS trigger LANGUAGE plpgsql AS "
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


def _ref(name: str, target: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), sa.ForeignKey(f"{target}.id"), nullable=null)


def _words(name: str, values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values.split())
    return sa.CheckConstraint(f"{name} IN ({listed})", name=name)
