"""The article's knowledge: causes and the runbook."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from corpus.pages import load_causes, load_runbook
from service.errors import InvalidInputError, NotFoundError
from service.routes.problems import ACCESS, problems

PROBLEMS = problems(*ACCESS)
MISSING = problems(*ACCESS, NotFoundError, InvalidInputError)

router = APIRouter(prefix="/v1", tags=["knowledge"])


@router.get("/causes", operation_id="listCauses", responses=PROBLEMS)
def list_causes() -> list[dict[str, Any]]:
    """The causes in their order, with their variants."""
    return [
        {
            "id": cause.id,
            "title": cause.title,
            "details": cause.details,
            "resolution": cause.resolution,
            "variants": [{"id": v.id, "title": v.title, "when": v.when} for v in cause.variants],
        }
        for cause in load_causes()
    ]


@router.get("/causes/{cause_id}", operation_id="getCause", responses=MISSING)
def get_cause(cause_id: str) -> dict[str, Any]:
    """One cause with the whole page."""
    for cause in load_causes():
        if cause.id == cause_id:
            return asdict(cause)
    raise NotFoundError("there is no cause of that id; GET /v1/causes lists them")


@router.get("/runbook", operation_id="getRunbook", responses=PROBLEMS)
def get_runbook() -> dict[str, Any]:
    """The article's prevention section as a runbook."""
    return asdict(load_runbook())
