"""Cases, what was decided and said about them, and the points given."""

from sqlalchemy import JSON, Column, Index, Integer, String, Table, Text, UniqueConstraint

from store.schema.columns import Instant, metadata, ref, row_id, words

case = Table(
    "case", metadata, row_id(),
    ref("post_id", "post"),
    ref("person_id", "person"),
    ref("act_id", "act_of_help", null=True),
    ref("assignee_id", "member", null=True),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    # Those of the post: the queue is filtered by them in its own order.
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
    Column("lane", String(16), nullable=False, server_default="main"),
    words("kind", "help issue question request praise conduct"),
    words("state", "new open done dismissed"),
    words("lane", "main unsure spam"),
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
      case.c.post_id, case.c.lane)  # fmt: skip  # cases.queue, of closed cases
Index("ix_case_lane", case.c.lane, case.c.state, case.c.priority.desc(), case.c.opened_at,
      case.c.id, case.c.kind, case.c.assignee_id, case.c.platform, case.c.channel,
      case.c.post_id)  # fmt: skip  # cases.queue, pages.waiting

# Append-only: what was decided, by the policy or by a person, and why.
decision = Table(
    "decision", metadata, row_id(),
    Column("dedupe_key", String(255), nullable=False, unique=True),
    ref("case_id", "case"),
    Column("verdict", String(16), nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Instant, nullable=False),
    words("verdict", "thank route review ignore"),
    Index("ix_decision_case_id", "case_id"),  # decisions.of_case
)  # fmt: skip

outbox = Table(
    "outbox", metadata, row_id(),
    Column("dedupe_key", String(255), nullable=False, unique=True),
    ref("case_id", "case"),
    ref("target_post_id", "post"),
    ref("recipient_id", "person"),
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
    words("state", "pending sending sent failed"),
    Index("ix_outbox_state_due_at", "state", "due_at"),  # outbox.due
    Index("ix_outbox_created_at", "created_at"),  # outbox.bodies_since
    Index("ix_outbox_recipient_id", "recipient_id", "created_at"),  # outbox.last_thanked
    Index("ix_outbox_case_id", "case_id"),  # cases.page
)  # fmt: skip

# Append-only: standing is what replaying this table gives.
ledger = Table(
    "ledger", metadata, row_id(),
    Column("dedupe_key", String(255), nullable=False, unique=True),
    ref("person_id", "person"),
    ref("act_id", "act_of_help", null=True),
    Column("points", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_ledger_at", "at"),  # ledger.month
    Index("ix_ledger_person_id", "person_id", "at"),  # ledger.of_person
)  # fmt: skip
