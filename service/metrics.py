"""What Prometheus reads: counts and times, labelled by closed lists alone."""

from collections.abc import Mapping
from time import perf_counter
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.store.writer import Writer

ORIGINS = frozenset({"signature", "code", "model"})
METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "OPTIONS"})
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The numbers of one service process."""

    def __init__(self, writer: Writer) -> None:
        self.registry = CollectorRegistry()
        self._diagnoses = Counter(
            "triage365_diagnoses",
            "Diagnoses answered, stored or not",
            ("input", "cause", "band", "origin"),
            registry=self.registry,
        )
        self._requests = Histogram(
            "triage365_request_seconds",
            "Time from a request's head to its answer's end",
            ("method", "route", "status"),
            registry=self.registry,
            buckets=SECONDS,
        )
        waiting = Gauge("triage365_writes_waiting", "Writes that wait", registry=self.registry)
        waiting.set_function(lambda: writer.waiting)
        commits = Gauge("triage365_commits", "Commits since the start", registry=self.registry)
        commits.set_function(lambda: writer.commits)

    def count_diagnosis(self, answer: Mapping[str, Any]) -> None:
        """Count one answer."""
        origin = answer["evidence"][0]["origin"].partition(":")[0] if answer["evidence"] else ""
        self._diagnoses.labels(
            input=answer["input"],
            cause=answer["cause"] or "none",
            band=answer["band"] or "none",
            origin=origin if origin in ORIGINS else "other",
        ).inc()

    def count_request(self, scope: Scope, status: int, seconds: float) -> None:
        """Count one request."""
        method = scope["method"] if scope["method"] in METHODS else "other"
        route = route_of(scope)
        self._requests.labels(method=method, route=route, status=status).observe(seconds)

    def text(self) -> bytes:
        """The exposition format: https://prometheus.io/docs/instrumenting/exposition_formats/."""
        return generate_latest(self.registry)


def route_of(scope: Scope) -> str:
    """The route's template; what a client asked for may be anything and is not said."""
    return str(getattr(scope.get("route"), "path", "none"))


class Observed:
    """Counts each request and writes one line of the access log, without texts or addresses."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request through and note what became of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = perf_counter()
        status = 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            self.metrics.count_request(scope, status, perf_counter() - began)
