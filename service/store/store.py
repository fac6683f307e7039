"""One store: diagnoses in, diagnoses out; nothing reaches it that was not redacted."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, create_engine

from service.errors import StorageError
from service.store.tables import DiagnosisRow

BUSY_SECONDS = 10


class Store:
    """Diagnoses in a relational database."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)

    def migrate(self) -> None:
        """Bring the database to the newest form of the tables."""
        config = Config()
        config.set_main_option("script_location", "service.store:migrations")
        with self.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def add(self, answer: Mapping[str, Any], *, created_at: datetime) -> None:
        """Keep one diagnosis; when this returns, it is on disk.

        Raises:
            StorageError: The database did not take it.
        """
        names = ("id", "input", "cause", "variant", "band", "incident", "reference", "text")
        row = DiagnosisRow(
            created_at=created_at, answer=dict(answer), **{name: answer[name] for name in names}
        )
        try:
            with Session(self.engine) as session:
                session.add(row)
                session.commit()
        except SQLAlchemyError:
            raise StorageError from None  # its message quotes the row

    def get(self, diagnosis_id: str) -> dict[str, Any] | None:
        """The diagnosis of that id, as it was answered.

        Raises:
            StorageError: The database cannot be read.
        """
        try:
            with Session(self.engine) as session:
                row = session.get(DiagnosisRow, diagnosis_id)
                return dict(row.answer) if row else None
        except SQLAlchemyError:
            raise StorageError from None

    def is_ready(self) -> bool:
        """Whether the database answers."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
    )
    event.listen(engine, "connect", _durable)
    return engine


def _durable(connection: Any, _record: object) -> None:
    """SQLite before 3.51.3 can lose acknowledged commits in WAL mode, so the journal is a file.

    https://sqlite.org/wal.html#walresetbug
    """
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=DELETE")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()
