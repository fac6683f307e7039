"""Retention: what is old is deleted from the file, not merely hidden."""

from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlmodel import col

from service.store.store import Store
from service.store.tables import DiagnosisRow, FeedbackRow, ReplyRow

CHUNK = 500  # rows in one transaction: other writes go on between
MOST = 20_000  # rows in one sweep: a service that is told to stop waits for it


def forget(store: Store, *, before: datetime, replies_before: datetime) -> int:
    """Delete diagnoses with their feedback and replies; says how many diagnoses, at most `MOST`.

    SQLite overwrites what is deleted (`secure_delete`) and its write-ahead log is emptied;
    PostgreSQL frees the space by VACUUM and overwrites it later.

    Raises:
        StorageError: The database did not take it.
    """
    forgotten = 0
    while forgotten < MOST:
        count = store.write(lambda connection: _forget_some(connection, before))
        if not count:
            break
        forgotten += count
    store.write(
        lambda connection: connection.execute(
            delete(ReplyRow).where(col(ReplyRow.created_at) < replies_before)
        )
    )
    if forgotten:
        store.clean()
    return forgotten


def _forget_some(connection: Connection, before: datetime) -> int:
    old = select(col(DiagnosisRow.id)).where(col(DiagnosisRow.created_at) < before).limit(CHUNK)
    ids = list(connection.execute(old).scalars())
    if ids:
        connection.execute(delete(FeedbackRow).where(col(FeedbackRow.diagnosis).in_(ids)))
        connection.execute(delete(ReplyRow).where(col(ReplyRow.diagnosis).in_(ids)))
        connection.execute(delete(DiagnosisRow).where(col(DiagnosisRow.id).in_(ids)))
    return len(ids)
