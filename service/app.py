"""The application: parts put together, errors rendered, nothing decided."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi_offline import FastAPIOffline
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

from classifiers import Diagnoser
from service.access import Access, origins
from service.dependencies import Clock
from service.errors import (
    MEDIA_TYPE,
    InvalidInputError,
    MethodNotAllowedError,
    NotFoundError,
    NotJsonError,
    ServiceError,
)
from service.guard import Guard
from service.housekeeping import keep_first_key, sweep_hourly
from service.metrics import Metrics, Observed
from service.once import RepeatedRequest, Running, replied
from service.openapi import completed
from service.routes import diagnoses, knowledge, operations, stored
from service.settings import Settings
from service.store.store import Store
from service.traces.pool import TracePool

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


def create_app(
    settings: Settings,
    diagnoser: Diagnoser,
    store: Store,
    clock: Clock = utc_now,
    *,
    trace_pool: TracePool | None = None,
) -> FastAPI:
    """Put the application together; its parts are made by the caller.

    The store is closed at the end; so is the trace pool, unless the caller gave one.
    """
    app = FastAPIOffline(  # its pages take their scripts from the package, not from the web
        title="triage365",
        version=diagnoser.versions.app,
        summary="Tells what stands behind a Work 365 permissions error, and how to mend it.",
        lifespan=_lifespan,
    )
    app.state.settings = settings
    app.state.diagnoser = diagnoser
    app.state.store = store
    app.state.clock = clock
    app.state.trace_pool = trace_pool or TracePool(settings.max_trace_bytes)
    app.state.owns_trace_pool = trace_pool is None
    app.state.running = Running()
    app.state.metrics = Metrics(store.writer)
    for module in (diagnoses, stored, knowledge, operations):
        app.include_router(module.router)
    app.add_exception_handler(ServiceError, _on_service_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_defect)
    app.add_exception_handler(RepeatedRequest, _on_repeated)
    app.add_middleware(Guard, settings=settings, access=Access(settings, store))
    _allow_origins(app, origins(settings.allowed_origins))
    app.add_middleware(Observed, metrics=app.state.metrics)
    _describe(app)
    return app


def _describe(app: FastAPI) -> None:
    """Complete the OpenAPI document: https://fastapi.tiangolo.com/how-to/extending-openapi/."""
    plain = app.openapi

    @cache
    def whole() -> dict[str, Any]:
        return completed(plain())

    app.openapi = whole  # type: ignore[method-assign]  # the way that FastAPI describes


def _allow_origins(app: FastAPI, listed: Sequence[str]) -> None:
    if listed:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=listed,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key"],
            expose_headers=["Location", "Link", "Retry-After", "Idempotent-Replayed"],
            allow_private_network=True,  # a page of the web may ask a service on this machine
        )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    parts = (app.state.settings, app.state.store, app.state.clock)
    await run_in_threadpool(keep_first_key, *parts)
    stopped = asyncio.Event()
    sweeping = asyncio.create_task(sweep_hourly(*parts, stopped))
    yield
    stopped.set()
    await sweeping
    if app.state.owns_trace_pool:
        app.state.trace_pool.close()
    app.state.store.close()


def _rendered(error: ServiceError) -> JSONResponse:
    status, headers = int(error.status), error.headers()
    return JSONResponse(error.problem(), status, headers, media_type=MEDIA_TYPE)


async def _on_service_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ServiceError)  # noqa: S101 -- as registered
    return _rendered(error)


async def _on_repeated(_request: Request, repeated: Exception) -> Response:
    assert isinstance(repeated, RepeatedRequest)  # noqa: S101 -- as registered
    return replied(repeated.reply, again=True)


async def _on_invalid(_request: Request, error: Exception) -> JSONResponse:
    """Say which member of our schema is wrong; never what was sent."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 -- as registered
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return _rendered(NotJsonError())
    return _rendered(InvalidInputError(errors=[_described(one) for one in found[:20]]))


def _described(found: dict[str, Any]) -> dict[str, str]:
    where: Sequence[str | int] = [part for part in found["loc"] if part != "body"]
    if found["type"] == "extra_forbidden":
        where = where[:-1]  # the unknown name is the client's, not ours
        return {
            "pointer": _pointer(where),
            "detail": "a member is not known here; the OpenAPI document lists them",
        }
    detail = str(found["msg"]).removeprefix("Value error, ")
    return {"pointer": _pointer(where), "detail": detail}


def _pointer(where: Sequence[str | int]) -> str:
    known = [str(part) for part in where if isinstance(part, int) or part.isidentifier()]
    return "#/" + "/".join(known)


async def _on_http_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 -- as registered
    if error.status_code == MethodNotAllowedError.status:
        answer = _rendered(MethodNotAllowedError())
        answer.headers.update(error.headers or {})  # Allow says what the address answers
        return answer
    if error.status_code == NotFoundError.status:
        return _rendered(NotFoundError())
    return _rendered(NotJsonError() if error.status_code == NotJsonError.status else ServiceError())


async def _on_defect(_request: Request, error: Exception) -> JSONResponse:
    """Name the kind of a defect in the log, never its text: it may quote the input."""
    log.error("defect", extra={"kind": type(error).__name__})
    return _rendered(ServiceError())
