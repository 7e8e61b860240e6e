"""What the tables are made of: the kinds of columns, and the names of constraints."""

from datetime import UTC, datetime

from sqlalchemy import CheckConstraint, Column, DateTime, Dialect, ForeignKey, Integer, MetaData
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


def row_id() -> Column[int]:
    """The key that rows refer to."""
    return Column("id", Integer, primary_key=True, autoincrement=True)


def ref(name: str, target: str, *, null: bool = False) -> Column[int]:
    """The key of a row of another table."""
    return Column(name, Integer, ForeignKey(f"{target}.id"), nullable=null)


def words(name: str, values: str) -> CheckConstraint:
    """A column holds one of these words."""
    listed = ", ".join(f"'{value}'" for value in values.split())
    return CheckConstraint(f"{name} IN ({listed})", name=name)
