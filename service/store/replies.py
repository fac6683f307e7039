"""Replies to requests that carried an idempotency key: kept in the transaction of their work."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlmodel import col

from service.store.tables import ReplyRow


@dataclass(frozen=True, slots=True)
class Once:
    """A request that must have its effect once: hashes of its idempotency key and of its body."""

    id: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it was given the first time."""

    status: int
    body: str
    location: str | None = None
    diagnosis: str | None = None
    fingerprint: str | None = None


def once_only(
    work: Callable[[Connection], None], once: Once, reply: Reply, *, now: datetime
) -> Callable[[Connection], Reply]:
    """Work that is done, with its reply kept, unless another process was first."""

    def guarded(connection: Connection) -> Reply:
        insert = insert_sqlite if connection.dialect.name == "sqlite" else insert_postgresql
        row = {
            "id": once.id,
            "fingerprint": once.fingerprint,
            "created_at": now,
            "status": reply.status,
            "location": reply.location,
            "diagnosis": reply.diagnosis,
            "body": reply.body,
        }
        keep = insert(ReplyRow).values(row).on_conflict_do_nothing().returning(col(ReplyRow.id))
        if connection.execute(keep).first():
            work(connection)
            return reply
        return find_reply(connection, once.id) or reply

    return guarded


def find_reply(connection: Connection, reply_id: str) -> Reply | None:
    """The first answer to that idempotency key."""
    columns = (
        col(ReplyRow.status),
        col(ReplyRow.body),
        col(ReplyRow.location),
        col(ReplyRow.diagnosis),
        col(ReplyRow.fingerprint),
    )
    row = connection.execute(select(*columns).where(col(ReplyRow.id) == reply_id)).first()
    return Reply(*row) if row else None
