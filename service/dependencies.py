"""What routes ask for: the parts that the application was built with."""

from datetime import datetime
from typing import Annotated, Protocol, cast

from fastapi import Depends, Request

from classifiers import Diagnoser
from service.auth import Caller
from service.errors import WrongMediaTypeError
from service.metrics import Metrics
from service.settings import Settings
from service.store.store import Store
from service.traces.pool import TracePool


class Clock(Protocol):
    """Says what time it is."""

    def __call__(self) -> datetime:
        """The time now, with its zone."""
        ...


def _diagnoser(request: Request) -> Diagnoser:
    return cast("Diagnoser", request.app.state.diagnoser)


def _store(request: Request) -> Store:
    return cast("Store", request.app.state.store)


def _settings(request: Request) -> Settings:
    return cast("Settings", request.app.state.settings)


def _clock(request: Request) -> Clock:
    return cast("Clock", request.app.state.clock)


def _caller(request: Request) -> Caller:
    """As the guard has found; it lets nobody in without."""
    return cast("Caller", request.state.caller)


def _trace_pool(request: Request) -> TracePool:
    return cast("TracePool", request.app.state.trace_pool)


def _metrics(request: Request) -> Metrics:
    return cast("Metrics", request.app.state.metrics)


def _json_only(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind != "application/json" and not kind.endswith("+json"):
        raise WrongMediaTypeError


JsonOnly = Depends(_json_only)
DiagnoserDep = Annotated[Diagnoser, Depends(_diagnoser)]
StoreDep = Annotated[Store, Depends(_store)]
SettingsDep = Annotated[Settings, Depends(_settings)]
ClockDep = Annotated[Clock, Depends(_clock)]
CallerDep = Annotated[Caller, Depends(_caller)]
TracePoolDep = Annotated[TracePool, Depends(_trace_pool)]
MetricsDep = Annotated[Metrics, Depends(_metrics)]
