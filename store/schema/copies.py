"""Which posts say the same, so that a copied text is one case."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from store.schema.columns import metadata, ref, row_id

# Of the post that a case is about: numbers that a copy of it shares at least one of.
likeness = Table(
    "likeness", metadata,
    Column("post_id", Integer, ForeignKey("post.id"), primary_key=True),
    Column("band", Integer, primary_key=True),
    Column("hash", BigInteger, nullable=False),
    Index("ix_likeness_hash", "hash", "post_id"),  # copies.candidates
)  # fmt: skip

# The other posts of a case; `hashes` become its likeness when the first post is deleted.
case_copy = Table(
    "case_copy", metadata, row_id(),
    ref("case_id", "case"),
    ref("post_id", "post"),
    Column("hashes", JSON, nullable=False),
    UniqueConstraint("case_id", "post_id"),
    Index("ix_case_copy_post_id", "post_id"),  # copies.joined
)  # fmt: skip
