"""Health and version."""

from typing import Any

from fastapi import APIRouter

from service.dependencies import DiagnoserDep, StoreDep
from service.errors import StorageError

router = APIRouter(tags=["operations"])


@router.get("/healthz", operation_id="getHealth")
def get_health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", operation_id="getReadiness")
def get_readiness(store: StoreDep) -> dict[str, str]:
    """The database answers too."""
    if not store.is_ready():
        raise StorageError("the database does not answer")
    return {"status": "ready"}


@router.get("/version", operation_id="getVersion")
def get_version(diagnoser: DiagnoserDep) -> dict[str, Any]:
    """The versions that every verdict names."""
    return diagnoser.versions.to_dict()
