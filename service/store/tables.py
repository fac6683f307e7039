"""The tables; their history stands in `migrations`."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Dialect, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

DEFAULT_WORKSPACE = "default"


class UtcTime(TypeDecorator[datetime]):
    """A time in UTC on every database: SQLite keeps no zone, PostgreSQL answers in its own."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn a time with a zone into UTC."""
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def _time(**options: Any) -> Any:
    return Field(sa_column=Column(UtcTime, **{"nullable": False, **options}))


def _of_diagnosis() -> Any:
    link = ForeignKey("diagnosis.id", ondelete="CASCADE")
    return Field(sa_column=Column(Text, link, nullable=False, index=True))


FILTERED = ("cause", "band", "incident", "reference")  # each has its index in the pages' order


class DiagnosisRow(SQLModel, table=True):
    """One stored diagnosis: what is searched for stands in columns, the answer as it was given."""

    __tablename__ = "diagnosis"
    __table_args__ = (
        Index("ix_diagnosis_page", "workspace", "created_at", "id"),
        *(
            Index(f"ix_diagnosis_page_{name}", "workspace", name, "created_at", "id")
            for name in FILTERED
        ),
    )

    id: str = Field(primary_key=True, max_length=36)
    workspace: str = Field(default=DEFAULT_WORKSPACE, max_length=60)
    created_at: datetime = _time(index=True)
    input: str = Field(max_length=16)
    cause: str | None = Field(default=None, max_length=40)
    variant: str | None = Field(default=None, max_length=60)
    band: str | None = Field(default=None, max_length=8)
    incident: str | None = Field(default=None, max_length=40)
    reference: str | None = Field(default=None, max_length=200)
    chain: str | None = Field(default=None, index=True, max_length=36)
    outcome: str | None = Field(default=None, max_length=12)
    answer: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))


class FeedbackRow(SQLModel, table=True):
    """What a reporter says of a diagnosis: one voice per reporter, the last counts."""

    __tablename__ = "feedback"
    __table_args__ = (UniqueConstraint("diagnosis", "reporter"),)

    id: str = Field(primary_key=True, max_length=36)
    workspace: str = Field(max_length=60)
    created_at: datetime = _time()
    diagnosis: str = _of_diagnosis()
    reporter: str = Field(max_length=40)
    verdict: str = Field(max_length=8)
    cause: str | None = Field(default=None, max_length=40)
    comment: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


class ReplyRow(SQLModel, table=True):
    """The answer to a request that carried an idempotency key.

    Neither key nor body is kept: the id is a hash of the key, the fingerprint a hash of the body
    under the key, so that nobody who reads the table can guess short bodies.
    """

    __tablename__ = "reply"

    id: str = Field(primary_key=True, max_length=64)
    created_at: datetime = _time(index=True)
    fingerprint: str = Field(max_length=64)
    status: int
    location: str | None = Field(default=None, max_length=200)
    diagnosis: str | None = Field(default=None, index=True, max_length=36)
    body: str = Field(sa_column=Column(Text, nullable=False))


class KeyRow(SQLModel, table=True):
    """An API key: the hash of its secret, its workspace and its scopes."""

    __tablename__ = "api_key"

    id: str = Field(primary_key=True, max_length=36)
    hashed: str = Field(unique=True, index=True, max_length=64)
    name: str = Field(max_length=100)
    workspace: str = Field(max_length=60)
    scopes: str = Field(max_length=60)
    created_at: datetime = _time()
    revoked_at: datetime | None = _time(nullable=True)
