"""The tables; their history stands in `migrations`."""

from datetime import datetime

from sqlalchemy import JSON, Column, DateTime, Text
from sqlmodel import Field, SQLModel


class DiagnosisRow(SQLModel, table=True):
    """One stored diagnosis: what is searched for stands in columns, the answer as it was given."""

    __tablename__ = "diagnosis"

    id: str = Field(primary_key=True, max_length=36)
    created_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, index=True)
    )
    input: str = Field(max_length=16)
    cause: str | None = Field(default=None, index=True, max_length=40)
    variant: str | None = Field(default=None, max_length=60)
    band: str | None = Field(default=None, max_length=8)
    incident: str | None = Field(default=None, index=True, max_length=40)
    reference: str | None = Field(default=None, index=True, max_length=200)
    text: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    answer: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
