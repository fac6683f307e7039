"""`triage365 serve`: the HTTP service."""

import os
import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from service.access import is_loopback
from service.commands.failures import WRONG_USE, CommandError, load_diagnoser
from service.logs import configure_logs
from service.settings import PREFIX, Settings, SettingsError, read_settings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from service.store.store import Store

GRACE_SECONDS = 30  # for requests that run when the service is told to stop


def serve(*, host: str | None, port: int | None, workers: int) -> int:
    """Check settings, migrate the database, then serve until told to stop."""
    settings = _settings(host, port)
    if workers != 1 and settings.database_url.startswith("sqlite"):
        raise CommandError(
            "SQLite serves one process; set TRIAGE365_DATABASE_URL to PostgreSQL for more workers",
            WRONG_USE,
        )
    configure_logs()
    store = open_store(settings)
    _check_door(settings, store)
    _check_port(settings)
    if workers == 1:
        _run(_app(settings, store), settings)
        return 0
    store.close()
    os.environ |= {f"{PREFIX}HOST": settings.host, f"{PREFIX}PORT": str(settings.port)}
    _run("service.commands.serve:app_of_worker", settings, factory=True, workers=workers)
    return 0


def app_of_worker() -> "FastAPI":
    """The application of one of several processes, which start from the settings alone."""
    configure_logs()
    return build_app(_settings(None, None))


def build_app(settings: Settings) -> "FastAPI":
    """The application with its parts; the database is brought up to date."""
    return _app(settings, open_store(settings))


def open_store(settings: Settings) -> "Store":
    """Open the database, bring it up to date and say in the log what keeps its commits.

    Raises:
        CommandError: It cannot be opened.
    """
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 -- see _app

    from service.store.engine import report  # noqa: PLC0415
    from service.store.store import Store  # noqa: PLC0415

    try:
        store = Store(settings.database_url)
        report(store.migrate())
    except (SQLAlchemyError, OSError, ModuleNotFoundError) as error:
        raise CommandError(
            "the database cannot be opened; check TRIAGE365_DATABASE_URL and who may write there "
            f"({type(error).__name__})"
        ) from error
    return store


def _app(settings: Settings, store: "Store") -> "FastAPI":
    from service.app import create_app  # noqa: PLC0415 -- FastAPI starts slowly

    app = create_app(settings, load_diagnoser(), store)
    app.state.trace_pool.start()
    return app


def _run(app: "FastAPI | str", settings: Settings, **options: Any) -> None:
    import uvicorn  # noqa: PLC0415 -- only this command serves

    print(f"triage365 listens on http://{settings.host}:{settings.port}", flush=True)
    print(f"  API:  http://{settings.host}:{settings.port}/docs", flush=True)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,  # its records go where ours go
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        **options,
    )


def _settings(host: str | None, port: int | None) -> Settings:
    try:
        settings = read_settings(os.environ)
    except SettingsError as error:
        raise CommandError(str(error), WRONG_USE) from error
    return replace(settings, host=host or settings.host, port=port or settings.port)


def _check_door(settings: Settings, store: "Store") -> None:
    from service.store.keys import count_valid  # noqa: PLC0415 -- see _app

    if is_loopback(settings.host) or settings.admin_key or store.read(count_valid):
        return
    store.close()
    raise CommandError(
        f"{settings.host} is not a loopback address; set TRIAGE365_ADMIN_KEY or run "
        "`triage365 keys create` first, so that requests need a key",
        WRONG_USE,
    )


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
