"""Health, version and metrics."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from service.dependencies import DiagnoserDep, MetricsDep, StoreDep
from service.errors import ForeignHostError, StorageError
from service.routes.problems import ACCESS, problems

EXPOSITION = "text/plain; version=1.0.0; charset=utf-8"
OPEN = problems(ForeignHostError)

router = APIRouter(tags=["operations"])


@router.get("/healthz", operation_id="getHealth", responses=OPEN)
def get_health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get(
    "/readyz", operation_id="getReadiness", responses=problems(ForeignHostError, StorageError)
)
def get_readiness(store: StoreDep) -> dict[str, str]:
    """The tables are of this version and the database has taken a write."""
    if not store.is_ready():
        raise StorageError(
            "the database does not take writes, or its tables are of another version"
        )
    return {"status": "ready"}


@router.get("/version", operation_id="getVersion", responses=OPEN)
def get_version(diagnoser: DiagnoserDep) -> dict[str, Any]:
    """The versions that every verdict names."""
    return diagnoser.versions.to_dict()


@router.get(
    "/metrics",
    operation_id="getMetrics",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
        **problems(*ACCESS, StorageError),
    },
)
def get_metrics(metrics: MetricsDep) -> Response:
    """Counts and times of this process for Prometheus; with keys, the scope admin is needed."""
    return Response(metrics.text(), media_type=EXPOSITION)
