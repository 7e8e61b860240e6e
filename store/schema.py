"""The tables. Constraints keep the promises; every index names its query."""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python, without a zone in SQLite, with one in PostgreSQL."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC; raises ValueError for a moment without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone cannot be stored: {value}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


def _ref(name: str, target: str, *, null: bool = False) -> Column[int]:
    return Column(name, Integer, ForeignKey(f"{target}.id"), nullable=null)


def _words(name: str, values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values.split())
    return CheckConstraint(f"{name} IN ({listed})", name=name)


person = Table(
    "person", metadata, _id(),
    Column("name", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)  # fmt: skip

account = Table(
    "account", metadata, _id(),
    _ref("person_id", "person"),
    Column("platform", String(32), nullable=False),
    Column("platform_id", String(255), nullable=False),
    Column("handle", Text, nullable=False),
    Column("name", Text),
    Column("is_bot", Boolean, nullable=False, default=False),
    Column("is_staff", Boolean, nullable=False, default=False),
    Column("is_own", Boolean, nullable=False, server_default=false()),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    UniqueConstraint("platform", "platform_id"),
    Index("ix_account_person_id", "person_id"),  # people.accounts
    Index("ix_account_first_seen_at", "first_seen_at"),  # people.newcomers
)  # fmt: skip

# Who joined which account to which person, and who undid it. Append-only.
link = Table(
    "link", metadata, _id(),
    _ref("account_id", "account"),
    _ref("person_id", "person"),
    Column("origin", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_link_account_id", "account_id"),  # people.history
)  # fmt: skip

post = Table(
    "post", metadata, _id(),
    _ref("account_id", "account"),
    Column("platform", String(32), nullable=False),
    Column("platform_id", String(255), nullable=False),
    Column("source", String(255), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("thread_id", String(255)),
    Column("parent_id", String(255)),
    Column("channel", Text),
    Column("title", Text),
    Column("text", Text, nullable=False),
    Column("addressed", JSON, nullable=False),
    Column("media", JSON, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("score", Integer),
    Column("accepted", Boolean, nullable=False, default=False),
    Column("lang", String(16)),
    Column("url", Text),
    Column("created_at", Instant, nullable=False),
    Column("heard_at", Instant, nullable=False),
    Column("edited_at", Instant),
    Column("deleted_at", Instant),
    Column("understood_by", String(255)),
    Column("unscored", Boolean, nullable=False, server_default=false()),
    Column("checked_at", Instant),
    _words("kind", "post answer comment message"),
    UniqueConstraint("platform", "platform_id"),
    Index("ix_post_account_id_created_at", "account_id", "created_at"),  # people.posts
    Index("ix_post_platform_thread_id", "platform", "thread_id", "created_at"),  # mentions.thread
    Index("ix_post_platform_parent_id", "platform", "parent_id"),  # mentions.replies
    Index("ix_post_platform_channel", "platform", "channel", "created_at"),  # mentions.window
)  # fmt: skip
Index("ix_post_pending", post.c.id, sqlite_where=post.c.understood_by.is_(None),
      postgresql_where=post.c.understood_by.is_(None))  # fmt: skip  # analyses.pending
Index("ix_post_standing", post.c.platform, post.c.checked_at,
      sqlite_where=post.c.deleted_at.is_(None),
      postgresql_where=post.c.deleted_at.is_(None))  # fmt: skip  # standing.due

# That a post said something else before: a hash of it, never the words that were taken back.
edit = Table(
    "edit", metadata, _id(),
    _ref("post_id", "post"),
    Column("digest", String(64), nullable=False),
    Column("replaced_at", Instant, nullable=False),
    Index("ix_edit_post_id", "post_id"),  # mentions.edits
)  # fmt: skip

# That a post was deleted on its platform, and when and by which rule that was carried out here.
# Append-only.
tombstone = Table(
    "tombstone", metadata, _id(),
    _ref("post_id", "post"),
    Column("deleted_at", Instant, nullable=False),
    Column("carried_out_at", Instant, nullable=False),
    Column("rule", String(64), nullable=False, server_default="event"),
    UniqueConstraint("post_id"),
    Index("ix_tombstone_carried_out_at", "carried_out_at"),  # standing.tombstones
)  # fmt: skip

mention = Table(
    "mention", metadata, _id(),
    _ref("post_id", "post"),
    Column("query", Text, nullable=False),
    Column("matched", JSON, nullable=False),
    Column("heard_at", Instant, nullable=False),
    UniqueConstraint("post_id", "query"),
)  # fmt: skip

analysis = Table(
    "analysis", metadata, _id(),
    _ref("post_id", "post"),
    Column("task", String(16), nullable=False),
    Column("model", String(255), nullable=False),
    Column("label", String(32), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("scores", JSON, nullable=False),
    UniqueConstraint("post_id", "task", "model"),
)  # fmt: skip

act_of_help = Table(
    "act_of_help", metadata, _id(),
    _ref("post_id", "post"),
    _ref("helper_id", "person"),
    _ref("helped_id", "person"),
    _ref("evidence_post_id", "post", null=True),
    _ref("asked_post_id", "post", null=True),
    Column("evidence", String(16), nullable=False),
    Column("channel", Text),
    Column("at", Instant, nullable=False),
    CheckConstraint("helper_id <> helped_id", name="not_self"),
    _words("evidence", "accepted thanked scored replied"),
    UniqueConstraint("post_id", "helped_id"),
    Index("ix_act_of_help_at", "at"),  # helpgraph.acts
    Index("ix_act_of_help_helper_id_at", "helper_id", "at"),  # helpgraph.acts_of
    Index("ix_act_of_help_evidence_post_id", "evidence_post_id"),  # helpgraph.of_thanks
    Index("ix_act_of_help_asked_post_id", "asked_post_id"),  # burial.carry_out
    Index("ix_act_of_help_helped_id", "helped_id"),  # burial.carry_out
)  # fmt: skip

expert_score = Table(
    "expert_score", metadata,
    Column("person_id", Integer, ForeignKey("person.id"), primary_key=True),
    Column("score", Float, nullable=False),
    Column("acts", Integer, nullable=False),
    Column("helped", Integer, nullable=False),
    Column("computed_at", Instant, nullable=False),
    Index("ix_expert_score_score", "score"),  # helpgraph.experts
)  # fmt: skip

case = Table(
    "case", metadata, _id(),
    _ref("post_id", "post"),
    _ref("person_id", "person"),
    _ref("act_id", "act_of_help", null=True),
    _ref("assignee_id", "member", null=True),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    # Those of the post, which never change: the queue is filtered by them in its own order.
    Column("platform", String(32), nullable=False),
    Column("channel", Text),
    Column("reason", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("decide_after", Instant, nullable=False),
    Column("due_at", Instant),
    Column("closed_at", Instant),
    Column("responder", Text),
    Column("draft", Text),
    _words("kind", "help issue question request praise conduct"),
    _words("state", "new open done dismissed"),
    UniqueConstraint("post_id", "kind"),
    Index("ix_case_state_kind", "state", "kind", "assignee_id"),  # cases.queue_counts
    Index("ix_case_state_decide_after", "state", "decide_after"),  # cases.undecided
    Index("ix_case_person_id", "person_id"),  # people.cases
    Index("ix_case_act_id", "act_id"),  # burial.carry_out
    Index("ix_case_assignee_id_state", "assignee_id", "state"),  # cases.queue, of one member
)  # fmt: skip
# In the queue's order, with all that its filters look at: no row is read only to skip it.
Index("ix_case_queue", case.c.state, case.c.priority.desc(), case.c.opened_at, case.c.id,
      case.c.kind, case.c.assignee_id, case.c.platform, case.c.channel,
      case.c.post_id)  # fmt: skip  # cases.queue

# Append-only: what was decided, by the policy or by a person, and why.
decision = Table(
    "decision", metadata, _id(),
    Column("dedupe_key", String(255), nullable=False, unique=True),
    _ref("case_id", "case"),
    Column("verdict", String(16), nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Instant, nullable=False),
    _words("verdict", "thank route review ignore"),
    Index("ix_decision_case_id", "case_id"),  # decisions.of_case
)  # fmt: skip

outbox = Table(
    "outbox", metadata, _id(),
    Column("dedupe_key", String(255), nullable=False, unique=True),
    _ref("case_id", "case"),
    _ref("target_post_id", "post"),
    _ref("recipient_id", "person"),
    Column("platform", String(32), nullable=False),
    Column("sender", String(32), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("claimed_at", Instant),
    Column("sent_at", Instant),
    Column("remote_id", Text),
    Column("error", Text),
    _words("state", "pending sending sent failed"),
    Index("ix_outbox_state_due_at", "state", "due_at"),  # outbox.due
    Index("ix_outbox_created_at", "created_at"),  # outbox.bodies_since
    Index("ix_outbox_recipient_id", "recipient_id", "created_at"),  # outbox.last_thanked
    Index("ix_outbox_case_id", "case_id"),  # cases.page
)  # fmt: skip

# Append-only: standing is what replaying this table gives.
ledger = Table(
    "ledger", metadata, _id(),
    Column("dedupe_key", String(255), nullable=False, unique=True),
    _ref("person_id", "person"),
    _ref("act_id", "act_of_help", null=True),
    Column("points", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_ledger_at", "at"),  # ledger.month
    Index("ix_ledger_person_id", "person_id", "at"),  # ledger.of_person
)  # fmt: skip

# Append-only: the newest choice of a person counts.
consent = Table(
    "consent", metadata, _id(),
    _ref("person_id", "person"),
    Column("choice", String(16), nullable=False),
    Column("origin", Text, nullable=False),
    Column("at", Instant, nullable=False),
    _words("choice", "public private none"),
    Index("ix_consent_person_id", "person_id", "at"),  # people.choice
)  # fmt: skip

cursor = Table(
    "cursor", metadata,
    Column("source", String(255), primary_key=True),
    Column("value", Text),
    Column("polled_at", Instant),
    Column("error", Text),
    # Since when every poll failed, how often, when the next may be, and whether a person is needed.
    Column("failing_since", Instant),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("retry_at", Instant),
    Column("permanent", Boolean, nullable=False, server_default=false()),
    # Since the first poll: what the platform sent, and what of it was new and kept.
    Column("received", Integer, nullable=False, server_default="0"),
    Column("stored", Integer, nullable=False, server_default="0"),
)  # fmt: skip

# What a source did on one day (UTC), and what that cost in millionths of a US dollar.
spending = Table(
    "spending", metadata,
    Column("source", String(255), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("requests", Integer, nullable=False),
    Column("micro_usd", BigInteger, nullable=False),
)  # fmt: skip

# What was not read, and why. One line for each thing and reason, with the last time.
unread = Table(
    "unread", metadata, _id(),
    Column("source", String(255), nullable=False),
    Column("what", String(255), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("source", "what"),
)  # fmt: skip

# Conversations around mentions, to be read (again) when due.
conversation = Table(
    "conversation", metadata, _id(),
    Column("platform", String(32), nullable=False),
    Column("thread_id", String(255), nullable=False),
    Column("source", String(255), nullable=False),
    _ref("post_id", "post"),
    Column("reads", Integer, nullable=False, server_default="0"),
    Column("read_at", Instant),
    Column("due_at", Instant),
    Column("error", Text),
    Column("failures", Integer, nullable=False, server_default="0"),
    UniqueConstraint("platform", "thread_id"),
    Index("ix_conversation_source_due_at", "source", "due_at"),  # conversations.due
)  # fmt: skip

# Each look at whether posts still stand: how many were asked for, how many were gone. Append-only.
recheck = Table(
    "recheck", metadata, _id(),
    Column("platform", String(32), nullable=False),
    Column("rule", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("checked", Integer, nullable=False),
    Column("gone", Integer, nullable=False),
    Index("ix_recheck_platform_at", "platform", "at"),  # standing.rechecks
)  # fmt: skip

# A code that proves who writes it: given to the holder of one account, written from another.
claim = Table(
    "claim", metadata,
    Column("digest", String(64), primary_key=True),
    _ref("account_id", "account"),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("spent_at", Instant),
)  # fmt: skip

# Append-only: who did what to what.
audit = Table(
    "audit", metadata, _id(),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("verb", String(32), nullable=False),
    Column("object", String(32), nullable=False),
    Column("object_id", Integer),
    Column("detail", JSON, nullable=False),
    Index("ix_audit_object", "object", "object_id"),  # audit.of
)  # fmt: skip

rollup = Table(
    "rollup", metadata,
    Column("day", String(10), primary_key=True),
    Column("measure", String(32), primary_key=True),
    Column("label", String(64), primary_key=True),
    Column("count", Integer, nullable=False),
)  # fmt: skip

# People who use the desk.
member = Table(
    "member", metadata, _id(),
    Column("name", Text, nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
)  # fmt: skip

# Sign-in links and open sessions; only a hash of the token is kept.
token = Table(
    "token", metadata,
    Column("digest", String(64), primary_key=True),
    _ref("member_id", "member"),
    Column("purpose", String(16), nullable=False),
    Column("expires_at", Instant, nullable=False),
    _words("purpose", "link session"),
)  # fmt: skip

# One line: which archive a store replays, the first-run choices, the clock of a replay.
fact = Table(
    "fact", metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)  # fmt: skip

APPEND_ONLY: Final = (
    "link", "tombstone", "decision", "ledger", "consent", "audit", "recheck",
)  # fmt: skip
"""Tables whose rows no statement may change or remove; triggers refuse it."""
