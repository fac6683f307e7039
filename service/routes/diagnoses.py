"""Diagnoses: text, responses and traces in; cause and resolution out."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from classifiers import HttpResponse
from service.answers import AnsweringDep
from service.dependencies import DiagnoserDep, JsonOnly, SettingsDep, TracePoolDep
from service.routes.problems import POSTED, TRACE, Responses
from service.traces.answer import ReadTrace
from service.traces.spool import Spool
from service.traces.upload import spooled
from service.wire import ContextIn, DiagnosisOut, MessageIn, ResponseIn

ANSWERS: Responses = {
    200: {"model": DiagnosisOut, "description": "Classified; nothing was kept"},
    201: {
        "model": DiagnosisOut,
        "description": "Classified and stored",
        "headers": {"Location": {"schema": {"type": "string"}, "description": "Its address"}},
    },
    **POSTED,
}

router = APIRouter(prefix="/v1/diagnoses", tags=["diagnoses"])


@router.post(
    "",
    status_code=201,
    responses=ANSWERS,
    operation_id="createDiagnosis",
    dependencies=[JsonOnly],
)
def create_diagnosis(
    message: MessageIn, diagnoser: DiagnoserDep, answering: AnsweringDep
) -> Response:
    """Diagnose an error message."""
    diagnosis = diagnoser.diagnose(message.text, members(message.context))
    return answering.answer(diagnosis, message.reference)


@router.post(
    "/response",
    status_code=201,
    responses=ANSWERS,
    operation_id="createResponseDiagnosis",
    dependencies=[JsonOnly],
)
def create_response_diagnosis(
    sent: ResponseIn, diagnoser: DiagnoserDep, answering: AnsweringDep
) -> Response:
    """Diagnose an HTTP response such as a 401 or a 403."""
    response = HttpResponse(
        status=sent.status,
        body=sent.body or "",
        url=sent.url,
        method=sent.method,
        headers=sent.headers or {},
    )
    diagnosis = diagnoser.diagnose_response(response, members(sent.context))
    return answering.answer(diagnosis, sent.reference)


@router.post(
    "/trace",
    status_code=201,
    responses={**ANSWERS, **TRACE},
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
async def create_trace_diagnosis(
    request: Request, pool: TracePoolDep, answering: AnsweringDep, settings: SettingsDep
) -> Response:
    """Diagnose a browser trace (HAR), plain or gzipped."""
    with Spool(settings.max_trace_bytes, pool.room) as spool:
        await spooled(request, spool)
        members = await pool.diagnose(spool)
    return await run_in_threadpool(answering.answer, ReadTrace(members))


def members(context: ContextIn | None) -> dict[str, Any] | None:
    """What the caller knows, without what it does not."""
    return context.model_dump(exclude_none=True) if context else None
