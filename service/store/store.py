"""One store: diagnoses in, diagnoses out; nothing reaches it that was not redacted."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import TimeoutError as LateError
from contextlib import closing
from datetime import datetime
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, delete, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from service.errors import StorageError
from service.store.engine import Durability, durability, open_engine
from service.store.pages import Page, Wanted, page, statement
from service.store.replies import Once, Reply, find_reply, once_only
from service.store.tables import DEFAULT_WORKSPACE, DiagnosisRow, FeedbackRow
from service.store.writer import OverloadedError, Writer

T = TypeVar("T")

HEAD = "0002"  # the migration that this code needs
WRITE_SECONDS = 20
VACUUM = "VACUUM diagnosis, feedback, reply"
MIGRATION_LOCK = 365_0001  # any number that no other program uses on the same database
SEARCHED = ("id", "input", "cause", "variant", "band", "incident", "reference")


class Store:
    """Diagnoses in a relational database."""

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        self.writer = Writer(self.engine)

    def migrate(self) -> Durability:
        """Bring the database to the newest form of the tables; say what is in force."""
        config = Config()
        config.set_main_option("script_location", "service.store:migrations")
        with self.engine.connect() as connection:
            found = durability(connection)
            connection.rollback()
            writing = connection.execution_options(writes=True)
            with writing.begin():
                if found.database == "postgresql":  # two services may start at once
                    writing.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
                config.attributes["connection"] = writing
                command.upgrade(config, "head")
        return found

    def write(self, work: Callable[[Connection], T]) -> T:
        """Do work in the next common transaction; when this returns, it is on disk.

        Raises:
            StorageError: The database did not take it.
        """
        try:
            return self.writer.submit(work).result(WRITE_SECONDS)
        except (SQLAlchemyError, OverloadedError, LateError):
            raise StorageError from None  # its message quotes the row

    def read(self, work: Callable[[Connection], T]) -> T:
        """Do work that only reads.

        Raises:
            StorageError: The database cannot be read.
        """
        try:
            with self.engine.connect() as connection:
                return work(connection)
        except SQLAlchemyError:
            raise StorageError from None

    def add(
        self,
        answer: Mapping[str, Any],
        *,
        created_at: datetime,
        workspace: str = DEFAULT_WORKSPACE,
        chain: tuple[str, str] | None = None,
    ) -> None:
        """Keep one diagnosis; when this returns, it is on disk.

        Args:
            answer: The diagnosis as it is answered.
            created_at: When.
            workspace: Whose it is.
            chain: For a retest, the first diagnosis of the chain and the outcome.

        Raises:
            StorageError: The database did not take it.
        """
        row = diagnosis_row(answer, created_at=created_at, workspace=workspace, chain=chain)
        self.write(lambda connection: add_diagnoses(connection, [row]))

    def add_once(
        self, work: Callable[[Connection], None], once: Once | None, reply: Reply, *, now: datetime
    ) -> Reply:
        """Do work and keep its reply in one transaction; a second time, the first reply is given.

        Raises:
            StorageError: The database did not take it.
        """
        if once is None:
            self.write(work)
            return reply
        return self.write(once_only(work, once, reply, now=now))

    def reply(self, reply_id: str) -> Reply | None:
        """The first answer to an idempotency key.

        Raises:
            StorageError: The database cannot be read.
        """
        return self.read(lambda connection: find_reply(connection, reply_id))

    def get(self, diagnosis_id: str, workspace: str = DEFAULT_WORKSPACE) -> dict[str, Any] | None:
        """The diagnosis of that id, as it was answered.

        Raises:
            StorageError: The database cannot be read.
        """
        wanted = (col(DiagnosisRow.id) == diagnosis_id) & (col(DiagnosisRow.workspace) == workspace)
        query = select(col(DiagnosisRow.answer)).where(wanted)
        answer = self.read(lambda connection: connection.execute(query).scalar_one_or_none())
        return dict(answer) if answer else None

    def page(self, wanted: Wanted) -> Page:
        """The diagnoses that are asked for, newest first.

        Raises:
            CursorError: The cursor cannot be read.
            StorageError: The database cannot be read.
        """
        query = statement(wanted)
        rows = self.read(lambda connection: list(connection.execute(query)))
        return page(rows, wanted.limit)

    def chain(self, first: str) -> list[str]:
        """The ids of a diagnosis and its retests, the oldest first.

        Raises:
            StorageError: The database cannot be read.
        """
        wanted = (col(DiagnosisRow.id) == first) | (col(DiagnosisRow.chain) == first)
        order = (col(DiagnosisRow.created_at), col(DiagnosisRow.id))
        query = select(col(DiagnosisRow.id)).where(wanted).order_by(*order)
        return self.read(lambda connection: list(connection.execute(query).scalars()))

    def first_of_chain(self, diagnosis_id: str) -> str:
        """The diagnosis that a chain of retests began with; without a chain, the same.

        Raises:
            StorageError: The database cannot be read.
        """
        query = select(col(DiagnosisRow.chain)).where(col(DiagnosisRow.id) == diagnosis_id)
        first = self.read(lambda connection: connection.execute(query).scalar_one_or_none())
        return first or diagnosis_id

    def is_ready(self) -> bool:
        """Whether the tables are of this version and the database takes writes."""
        touch = text("UPDATE alembic_version SET version_num = version_num WHERE version_num = :v")
        try:
            written = self.write(lambda connection: connection.execute(touch, {"v": HEAD}).rowcount)
        except StorageError:
            return False
        return written == 1

    def clean(self) -> None:
        """Leave no trace of deleted rows where the database keeps them a while.

        Raises:
            StorageError: The database is not there.
        """
        try:
            if self.engine.dialect.name == "sqlite":
                with closing(self.engine.raw_connection()) as raw:
                    raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
                return
            with self.engine.connect() as connection:
                alone = connection.execution_options(isolation_level="AUTOCOMMIT")
                alone.exec_driver_sql(VACUUM)
        except SQLAlchemyError:
            raise StorageError from None

    def close(self) -> None:
        """Finish what was queued and give the connections back."""
        self.writer.close()
        self.engine.dispose()


def diagnosis_row(
    answer: Mapping[str, Any],
    *,
    created_at: datetime,
    workspace: str,
    chain: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """A diagnosis as the table holds it."""
    first, outcome = chain or (None, None)
    return {
        **{name: answer[name] for name in SEARCHED},
        "workspace": workspace,
        "created_at": created_at,
        "chain": first,
        "outcome": outcome,
        "answer": dict(answer),
    }


def add_diagnoses(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep diagnoses in the transaction that is open."""
    connection.execute(insert(DiagnosisRow), list(rows))


def add_feedback(connection: Connection, row: Mapping[str, Any]) -> None:
    """Keep what a reporter says; what the same one said before of this diagnosis is replaced."""
    before = (col(FeedbackRow.diagnosis) == row["diagnosis"]) & (
        col(FeedbackRow.reporter) == row["reporter"]
    )
    connection.execute(delete(FeedbackRow).where(before))
    connection.execute(insert(FeedbackRow).values(row))
