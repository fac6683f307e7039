"""Stored diagnoses: pages, one by its id, what became of them."""

import logging
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response

from classifiers import redact_text
from service.answers import KeepingDep, clean_reference, first_or_refused, rendered
from service.dependencies import CallerDep, DiagnoserDep, JsonOnly, StoreDep
from service.errors import InvalidInputError, NotFoundError
from service.records import (
    SAMPLE_ID,
    DiagnosisQuery,
    FeedbackIn,
    FeedbackOut,
    PageOut,
    RetestIn,
    RetestOut,
)
from service.retests import compare
from service.routes.diagnoses import members
from service.routes.problems import LISTED, POSTED_UNDER, READ, Responses
from service.store.pages import CursorError, Wanted
from service.store.replies import Reply
from service.store.store import Store, add_feedback
from service.wire import DiagnosisOut

log = logging.getLogger(__name__)

router = APIRouter(prefix="/v1/diagnoses", tags=["stored diagnoses"])
DiagnosisId = Annotated[str, Path(examples=[SAMPLE_ID], max_length=100)]
HEALTHY = {"job": {"state": "Succeeded"}}  # what an empty text says
LOCATION = {"Location": {"schema": {"type": "string"}, "description": "The diagnosis"}}
PAGE: Responses = {
    200: {
        "model": PageOut,
        "headers": {"Link": {"schema": {"type": "string"}, "description": 'rel="next"'}},
    },
    **LISTED,
}


@router.get("", responses=PAGE, operation_id="listDiagnoses")
def list_diagnoses(
    request: Request,
    query: Annotated[DiagnosisQuery, Query()],
    store: StoreDep,
    caller: CallerDep,
) -> JSONResponse:
    """Stored diagnoses, newest first."""
    wanted = Wanted(workspace=caller.workspace, **query.model_dump())
    wanted = replace(wanted, reference=clean_reference(query.reference))
    try:
        page = store.page(wanted)
    except CursorError:
        problem = {"pointer": "#/cursor", "detail": "take `next` of the page before as it is"}
        raise InvalidInputError(errors=[problem]) from None
    _log_reads(page.diagnoses, caller)
    headers = {}
    if page.cursor:
        following = request.url.include_query_params(cursor=page.cursor)
        headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    return JSONResponse({"diagnoses": page.diagnoses, "next": page.cursor}, headers=headers)


@router.get(
    "/{diagnosis_id}",
    responses={200: {"model": DiagnosisOut}, **READ},
    operation_id="getDiagnosis",
)
def get_diagnosis(diagnosis_id: DiagnosisId, store: StoreDep, caller: CallerDep) -> JSONResponse:
    """One stored diagnosis, as it was answered."""
    answer = _found(store, diagnosis_id, caller)
    _log_reads([answer], caller)
    return JSONResponse(answer)


@router.post(
    "/{diagnosis_id}/feedback",
    status_code=201,
    responses={201: {"model": FeedbackOut}, **POSTED_UNDER},
    operation_id="createFeedback",
    dependencies=[JsonOnly],
)
def create_feedback(
    diagnosis_id: DiagnosisId, feedback: FeedbackIn, answering: KeepingDep
) -> Response:
    """Say whether a diagnosis was right; the last word of a key counts."""
    caller = answering.caller
    diagnosis = _found(answering.store, diagnosis_id, caller)
    if feedback.verdict == "right" and feedback.cause not in {None, diagnosis["cause"]}:
        problem = {"pointer": "#/cause", "detail": "a right verdict has the diagnosis's cause"}
        raise InvalidInputError(errors=[problem])
    shown = {
        "id": str(uuid4()),
        "created_at": answering.now.isoformat(),
        "diagnosis": diagnosis["id"],
        "verdict": feedback.verdict,
        "cause": feedback.cause,
        "comment": redact_text(feedback.comment) if feedback.comment else feedback.comment,
    }
    row = {
        **shown,
        "created_at": answering.now,
        "workspace": caller.workspace,
        "reporter": caller.key or "",
    }
    reply = Reply(201, rendered(shown), diagnosis=str(diagnosis["id"]))
    given = answering.store.add_once(
        lambda connection: add_feedback(connection, row), answering.once, reply, now=answering.now
    )
    return first_or_refused(given, answering.once)


@router.post(
    "/{diagnosis_id}/retest",
    status_code=201,
    responses={201: {"model": RetestOut, "headers": LOCATION}, **POSTED_UNDER},
    operation_id="createRetest",
    dependencies=[JsonOnly],
)
def create_retest(
    diagnosis_id: DiagnosisId, sent: RetestIn, diagnoser: DiagnoserDep, answering: KeepingDep
) -> Response:
    """Tell whether a fix helped: send the message that appears after it, or an empty text."""
    before = _found(answering.store, diagnosis_id, answering.caller)
    known = members(sent.context) or ({} if sent.text.strip() else HEALTHY)
    diagnosis = diagnoser.diagnose(sent.text, known)
    reference = before["reference"] if sent.reference is None else clean_reference(sent.reference)
    stamped = answering.stamp(replace(diagnosis, reference=reference))
    outcome = compare(before, stamped.answer)
    first = answering.store.first_of_chain(str(before["id"]))
    shown = {
        "outcome": outcome,
        "previous": before["id"],
        "chain": [*answering.store.chain(first), stamped.answer["id"]],
        "diagnosis": stamped.answer,
    }
    return answering.kept(stamped, shown, chain=(first, outcome))


def _found(store: Store, diagnosis_id: str, caller: CallerDep) -> dict[str, Any]:
    """A diagnosis of the caller's workspace; others' are not there for it."""
    try:
        wanted = str(UUID(diagnosis_id))
    except ValueError:
        wanted = None
    answer = store.get(wanted, caller.workspace) if wanted else None
    if answer is None:
        raise NotFoundError("there is no diagnosis of that id")
    return answer


def _log_reads(answers: list[dict[str, Any]], caller: CallerDep) -> None:
    """Traces hold what a whole page said, so who reads them is written down."""
    traces = [answer["id"] for answer in answers if answer["input"] == "trace"]
    if traces:
        fields = {"diagnoses": traces, "key": caller.key, "workspace": caller.workspace}
        log.info("trace read", extra=fields)
