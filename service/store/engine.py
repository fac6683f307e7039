"""How a database is opened: what makes a commit durable on SQLite and on PostgreSQL."""

import logging
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlmodel import create_engine

BUSY_SECONDS = 10
POOL_CONNECTIONS = 10
WAL_IS_SAFE = (3, 51, 3)  # https://sqlite.org/wal.html#walresetbug

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Durability:
    """What is in force; `journal` is None on a database that keeps its own log."""

    database: str
    version: str
    journal: str | None


def open_engine(url: str) -> Engine:
    """An engine whose connections sync each commit; the folder of an SQLite file is made."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            url, pool_pre_ping=True, hide_parameters=True, pool_size=POOL_CONNECTIONS
        )
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=POOL_CONNECTIONS,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
    )
    event.listen(engine, "connect", _durable)
    event.listen(engine, "begin", _begin)
    return engine


def journal_for(version: tuple[int, ...]) -> str:
    """The journal mode that loses no acknowledged commit in a version of SQLite.

    Before 3.51.3, several connections that write in WAL mode can lose commits; the command line
    writes keys beside the service, so there the rollback journal is used.

    >>> journal_for((3, 40, 1)), journal_for((3, 51, 3))
    ('truncate', 'wal')
    """
    return "wal" if version >= WAL_IS_SAFE else "truncate"


def durability(connection: Connection) -> Durability:
    """Ask the database what is in force, not what was asked for."""
    name = connection.dialect.name
    if name != "sqlite":
        version = ".".join(map(str, connection.dialect.server_version_info or ()))
        return Durability(database=name, version=version, journal=None)
    journal = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one())
    return Durability(database=name, version=sqlite3.sqlite_version, journal=journal)


def report(found: Durability) -> None:
    """Say in the log what is in force, and why no write-ahead log is used."""
    fields = {"database": found.database, "version": found.version, "journal": found.journal}
    if found.journal in {None, "wal"}:
        log.info("database opened", extra=fields)
        return
    log.warning(
        "this SQLite can lose commits in WAL mode (before 3.51.3); a rollback journal is used",
        extra=fields,
    )


def _durable(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where we say so, see _begin
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA journal_mode={journal_for(sqlite3.sqlite_version_info)}")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    """A writer takes the lock at once: two that read first and write later block each other."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
