"""Databases for tests: an SQLite file each, and a schema each on one PostgreSQL.

PostgreSQL is the one of `TRIAGE365_TEST_DATABASE_URL`, else a cluster of our own on a free port; as
root, what is missing is installed.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url

on_both_databases = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
OPTIONS = (
    "-c fsync=off -c full_page_writes=off -c max_connections=200 -c listen_addresses=127.0.0.1"
)
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL in which schemas may be made."""
    given = os.environ.get("TRIAGE365_TEST_DATABASE_URL")
    if given:
        yield str(given)
        return
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="triage365-postgresql-"))
    port = _free_port()
    settings = f"{OPTIONS} -c port={port} -c unix_socket_directories={folder}"
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    try:
        _run(programs / "initdb", "-D", folder / "data", "-A", "trust", "-U", "tests", "--no-sync")
        control = (programs / "pg_ctl", "-D", folder / "data", "-w", "-s", "-l", folder / "log")
        _run(*control, "-o", settings, "start")
        try:
            yield f"postgresql+psycopg://tests@127.0.0.1:{port}/postgres"
        finally:
            _run(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def schema(url: str) -> Iterator[str]:
    """The URL of an empty schema in a database."""
    name = f"t{uuid4().hex}"
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {name}")
    try:
        inside = make_url(url).update_query_dict({"options": f"-csearch_path={name}"})
        yield inside.render_as_string(hide_password=False)
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")
        engine.dispose()


def _programs() -> Path:
    """The folder of PostgreSQL's programs."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    if not PROGRAMS and os.geteuid() == 0:
        subprocess.run(["apt-get", "install", "-y", "-q", "postgresql"], check=True)  # noqa: S607
        PROGRAMS.extend(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))
    if not PROGRAMS:
        raise RuntimeError(
            "the tests need PostgreSQL: install it, or set TRIAGE365_TEST_DATABASE_URL to "
            "postgresql+psycopg://user:password@host/database, where they may make schemas"
        )
    return PROGRAMS[0]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _run(*command: object) -> None:
    """Run a program of PostgreSQL, which refuses to run as root."""
    user = "postgres" if os.geteuid() == 0 else None
    words = [str(word) for word in command]
    subprocess.run(words, check=True, user=user, cwd="/", stdout=subprocess.DEVNULL)  # noqa: S603
