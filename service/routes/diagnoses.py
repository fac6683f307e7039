"""Diagnoses: text, responses and traces in; cause and resolution out."""

import gzip
import zlib
from dataclasses import replace
from io import BytesIO
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from classifiers import Diagnosis, HttpResponse, NotATraceError
from service.dependencies import ClockDep, DiagnoserDep, SettingsDep, StoreDep
from service.errors import (
    BodyTooLargeError,
    NotAHarError,
    NotFoundError,
    WrongMediaTypeError,
)
from service.multipart import file_of
from service.store.store import Store
from service.wire import ContextIn, DiagnosisOut, MessageIn, ProblemOut, ResponseIn

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemOut, "content": {"application/problem+json": {}}}
    for status in (400, 401, 403, 413, 415, 422, 503)
}
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": DiagnosisOut, "description": "Classified; nothing was kept"},
    201: {"model": DiagnosisOut, "description": "Classified and stored"},
    **PROBLEMS,
}
GZIP_MAGIC = b"\x1f\x8b"

router = APIRouter(prefix="/v1/diagnoses", tags=["diagnoses"])
Keep = Annotated[bool, Query(alias="store", description="false: classify and keep nothing")]


@router.post("", status_code=201, responses=ANSWERS, operation_id="createDiagnosis")
def create_diagnosis(
    message: MessageIn, diagnoser: DiagnoserDep, store: StoreDep, clock: ClockDep, keep: Keep = True
) -> JSONResponse:
    """Diagnose an error message."""
    diagnosis = diagnoser.diagnose(message.text, _members(message.context))
    diagnosis = replace(diagnosis, reference=message.reference)
    return _answered(diagnosis, store if keep else None, clock)


@router.post(
    "/response", status_code=201, responses=ANSWERS, operation_id="createResponseDiagnosis"
)
def create_response_diagnosis(
    sent: ResponseIn, diagnoser: DiagnoserDep, store: StoreDep, clock: ClockDep, keep: Keep = True
) -> JSONResponse:
    """Diagnose an HTTP response such as a 401 or a 403."""
    response = HttpResponse(
        status=sent.status,
        body=sent.body or "",
        url=sent.url,
        method=sent.method,
        headers=sent.headers or {},
    )
    diagnosis = diagnoser.diagnose_response(response, _members(sent.context))
    diagnosis = replace(diagnosis, reference=sent.reference)
    return _answered(diagnosis, store if keep else None, clock)


@router.post(
    "/trace",
    status_code=201,
    responses=ANSWERS,
    operation_id="createTraceDiagnosis",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"type": "object", "description": "A HAR"}},
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {"file": {"type": "string", "format": "binary"}},
                        "required": ["file"],
                    }
                },
            },
        }
    },
)
async def create_trace_diagnosis(  # noqa: PLR0913, PLR0917 -- FastAPI hands parts in as parameters
    request: Request,
    diagnoser: DiagnoserDep,
    store: StoreDep,
    clock: ClockDep,
    settings: SettingsDep,
    keep: Keep = True,
) -> JSONResponse:
    """Diagnose a browser trace (HAR), plain or gzipped."""
    raw = _inflated(await _uploaded(request), settings.max_trace_bytes)
    try:
        diagnosis = await run_in_threadpool(diagnoser.diagnose_trace, raw)
    except NotATraceError as error:
        raise NotAHarError(str(error)) from None
    return await run_in_threadpool(_answered, diagnosis, store if keep else None, clock)


@router.get(
    "/{diagnosis_id}",
    responses={200: {"model": DiagnosisOut}, 404: PROBLEMS[422], **PROBLEMS},
    operation_id="getDiagnosis",
)
def get_diagnosis(diagnosis_id: str, store: StoreDep) -> JSONResponse:
    """One stored diagnosis, as it was answered."""
    answer = store.get(diagnosis_id)
    if answer is None:
        raise NotFoundError("there is no diagnosis of that id")
    return JSONResponse(answer)


def _answered(diagnosis: Diagnosis, store: Store | None, clock: ClockDep) -> JSONResponse:
    if store is None:
        return JSONResponse(diagnosis.to_dict())
    now = clock()
    diagnosis = replace(diagnosis, id=str(uuid4()), created_at=now.isoformat())
    answer = diagnosis.to_dict()
    store.add(answer, created_at=now)
    headers = {"Location": f"/v1/diagnoses/{diagnosis.id}"}
    return JSONResponse(answer, status_code=201, headers=headers)


def _members(context: ContextIn | None) -> dict[str, Any] | None:
    return context.model_dump(exclude_none=True) if context else None


async def _uploaded(request: Request) -> bytes:
    kind = request.headers.get("content-type", "")
    body = await request.body()
    match kind.partition(";")[0].strip().casefold():
        case "multipart/form-data":
            return file_of(kind, body)
        case "application/json" | "application/har+json" | "application/gzip" | "":
            return body
        case _:
            raise WrongMediaTypeError("send the HAR as application/json or as the form field file")


def _inflated(raw: bytes, limit: int) -> bytes:
    if not raw.startswith(GZIP_MAGIC):
        return raw
    try:
        with gzip.open(BytesIO(raw)) as packed:
            inflated = packed.read(limit + 1)
    except (OSError, EOFError, zlib.error):
        raise NotAHarError("the gzip file is damaged; pack the HAR again") from None
    if len(inflated) > limit:
        raise BodyTooLargeError
    return inflated
