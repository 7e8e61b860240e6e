"""What was made of posts: the judgements, the help in them, the counts."""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from store.schema.columns import Instant, metadata, ref, row_id, words

analysis = Table(
    "analysis", metadata, row_id(),
    ref("post_id", "post"),
    Column("task", String(16), nullable=False),
    Column("model", String(255), nullable=False),
    Column("label", String(32), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("scores", JSON, nullable=False),
    Column("is_guess", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("post_id", "task", "model"),
)  # fmt: skip

# What a person said of a mention: about what its query means, or not. It teaches the judge.
example = Table(
    "example", metadata, row_id(),
    ref("post_id", "post"),
    Column("query", Text, nullable=False),
    Column("about", Boolean, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("post_id", "query"),
    Index("ix_example_query", "query", "about", "at"),  # examples.of_queries
)  # fmt: skip

# Append-only: what a person said that a post reads as, beside what a model had said. It never keeps
# words of the post, and goes with them.
label = Table(
    "label", metadata, row_id(),
    ref("post_id", "post"),
    Column("task", String(16), nullable=False),
    Column("said", String(32), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("model", String(255), nullable=False),
    Column("label", String(32), nullable=False),
    Column("may_train", Boolean, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Instant, nullable=False),
    # A row that takes another back says the same again, and which.
    ref("undoes", "label", null=True),
    UniqueConstraint("undoes"),
    Index("ix_label_post_id", "post_id", "task"),  # labels.of
)  # fmt: skip

act_of_help = Table(
    "act_of_help", metadata, row_id(),
    ref("post_id", "post"),
    ref("helper_id", "person"),
    ref("helped_id", "person"),
    ref("evidence_post_id", "post", null=True),
    ref("asked_post_id", "post", null=True),
    Column("evidence", String(16), nullable=False),
    Column("channel", Text),
    Column("at", Instant, nullable=False),
    CheckConstraint("helper_id <> helped_id", name="not_self"),
    words("evidence", "accepted thanked scored replied"),
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

rollup = Table(
    "rollup", metadata,
    Column("day", String(10), primary_key=True),
    Column("measure", String(32), primary_key=True),
    Column("label", String(64), primary_key=True),
    Column("count", Integer, nullable=False),
)  # fmt: skip
