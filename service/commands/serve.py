"""`triage365 serve`: the HTTP service."""

import os
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

from service.commands.failures import WRONG_USE, CommandError, load_diagnoser
from service.guard import is_loopback
from service.settings import Settings, SettingsError, read_settings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from service.store.store import Store


def serve(*, host: str | None, port: int | None, workers: int) -> int:
    """Check settings, migrate the database, then serve until told to stop."""
    settings = _settings(host, port)
    if workers != 1 and settings.database_url.startswith("sqlite"):
        raise CommandError(
            "SQLite serves one process; set TRIAGE365_DATABASE_URL to PostgreSQL for more workers",
            WRONG_USE,
        )
    _check_port(settings)
    import uvicorn  # noqa: PLC0415 -- only this command serves

    app = build_app(settings)
    print(f"triage365 listens on http://{settings.host}:{settings.port}", flush=True)
    print(f"  API:  http://{settings.host}:{settings.port}/docs", flush=True)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
    )
    return 0


def build_app(settings: Settings) -> "FastAPI":
    """The application with its parts; the database is brought up to date."""
    from service.app import create_app  # noqa: PLC0415 -- FastAPI starts slowly

    return create_app(settings, load_diagnoser(), _store(settings))


def _store(settings: Settings) -> "Store":
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 -- see build_app

    from service.store.store import Store  # noqa: PLC0415

    try:
        store = Store(settings.database_url)
        store.migrate()
    except (SQLAlchemyError, OSError, ModuleNotFoundError) as error:
        raise CommandError(
            "the database cannot be opened; check TRIAGE365_DATABASE_URL and who may write there "
            f"({type(error).__name__})"
        ) from error
    return store


def _settings(host: str | None, port: int | None) -> Settings:
    try:
        settings = read_settings(os.environ)
    except SettingsError as error:
        raise CommandError(str(error), WRONG_USE) from error
    settings = replace(settings, host=host or settings.host, port=port or settings.port)
    if not is_loopback(settings.host) and not settings.admin_key:
        raise CommandError(
            f"{settings.host} is not a loopback address; set TRIAGE365_ADMIN_KEY first, so that "
            "requests need a key",
            WRONG_USE,
        )
    return settings


def _check_port(settings: Settings) -> None:
    """Say in one line that the port is taken; uvicorn would say it after the start-up."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise CommandError(
                f"port {settings.port} of {settings.host} cannot be used ({error.strerror}); "
                "choose another with --port"
            ) from error
