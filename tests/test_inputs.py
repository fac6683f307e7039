"""Printed responses and traces are recognised and read, however they were made."""

import base64
import copy
import json

import pytest
from samples import MISSING_PRIVILEGE, NOT_A_MEMBER, ORG, TRACE, entry

from classifiers import Diagnoser, NotATraceError

CURL = f"HTTP/2 403 \r\ncontent-type: application/json\r\nreq_id: 1\r\n\r\n{NOT_A_MEMBER}"
PRINTED = {
    "curl -i": CURL,
    "curl -i, unix lines": CURL.replace("\r\n", "\n"),
    "curl -v": "\n".join(f"< {line}" for line in CURL.partition("\r\n\r\n")[0].split("\r\n"))
    + f"\n< \n{NOT_A_MEMBER}",
    "after a redirect": f"HTTP/1.1 302 Found\r\nLocation: {ORG}/\r\n\r\n{CURL}",
    "after an interim answer": f"HTTP/1.1 100 Continue\r\n\r\n{CURL}",
}


@pytest.mark.parametrize("text", PRINTED.values(), ids=PRINTED)
def test_a_printed_response_is_recognised(diagnoser: Diagnoser, text):
    diagnosis = diagnoser.diagnose(text)

    assert diagnosis.input == "response"
    assert diagnosis.verdict.cause == "environment_access"
    assert diagnosis.facts.facts["status"] == 403


def changed(change) -> bytes:
    trace = copy.deepcopy(TRACE)
    change(trace["log"])
    return json.dumps(trace).encode()


def in_base64(log):
    content = log["entries"][1]["response"]["content"]
    content["text"] = base64.b64encode(content["text"].encode()).decode()
    content["encoding"] = "base64"


def without_extras(log):
    del log["creator"]
    for one in log["entries"]:
        del one["startedDateTime"]
        del one["request"]["headers"]
        one["request"]["cookies"] = {}


PLAIN = json.dumps(TRACE).encode()
DIALECTS = {
    "as recorded": PLAIN,
    "base64 bodies": changed(in_base64),
    "nothing optional": changed(without_extras),
    "a byte order mark": b"\xef\xbb\xbf" + PLAIN,
    "JSONP": b"onInputData(" + PLAIN + b");",
    "a status in words": changed(lambda log: log["entries"][1]["response"].update(status="403")),
    "control characters": PLAIN.replace(b"invoices", b"invoi\x01ces"),
    "entries without answers": changed(lambda log: log["entries"].insert(0, {"request": {}})),
}


@pytest.mark.parametrize("raw", DIALECTS.values(), ids=DIALECTS)
def test_a_trace_is_read_in_every_dialect(diagnoser: Diagnoser, raw):
    diagnosis = diagnoser.diagnose_trace(raw)

    assert diagnosis.verdict.cause == "missing_security_role"
    assert diagnosis.facts.facts["privilege"] == "prvReadInvoice"


def traced(*entries) -> bytes:
    return json.dumps({"log": {"entries": list(entries)}}).encode()


LOGIN = "https://login.microsoftonline.com/common/oauth2/authorize?client_id=1"
BATCH = (
    "--b\r\nContent-Type: application/http\r\n\r\n"
    f"HTTP/1.1 403 Forbidden\r\n\r\n{MISSING_PRIVILEGE}\r\n--b--"
)
JOB = '{"statuscode": 31, "message": "The owner of this workflow is disabled."}'
TRACES = [
    pytest.param(traced(entry(ORG, 200, "{}")), None, id="healthy"),
    pytest.param(
        traced(entry(ORG, 401), entry(ORG, 200, "{}")), None, id="a challenge that is answered"
    ),
    pytest.param(traced(entry(f"{ORG}/favicon.ico", 404)), None, id="a missing icon"),
    pytest.param(
        traced(entry(f"{ORG}/$batch", 200, BATCH)), "missing_security_role", id="a part of a batch"
    ),
    pytest.param(
        traced(entry(f"{ORG}/asyncoperations(1)", 200, JOB)), "workflow_owner", id="a failed job"
    ),
    pytest.param(
        traced(
            entry(
                LOGIN,
                302,
                redirectURL=f"{ORG}/#error=consent_required&error_description=AADSTS65001%3a+none",
            ),
            entry(ORG, 401),
        ),
        "service_identity_consent",
        id="an error in a fragment",
    ),
    pytest.param(
        traced(entry(LOGIN, 200, "<title>Sign in</title> AADSTS50055: password expired")),
        "service_account_password",
        id="an error page with status 200",
    ),
    pytest.param(
        traced(*(entry(ORG, 302, redirectURL=LOGIN) for _ in range(6))),
        "undetermined_permissions",
        id="a sign-in loop",
    ),
    pytest.param(
        traced(entry(ORG, 0, _error="net::ERR_NAME_NOT_RESOLVED")),
        "not_permissions",
        id="no such host",
    ),
]


@pytest.mark.parametrize(("raw", "cause"), TRACES)
def test_what_a_trace_says(diagnoser: Diagnoser, raw, cause):
    assert diagnoser.diagnose_trace(raw).verdict.cause == cause


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'{"log": []}', id="a log that is none"),
        pytest.param(b'{"log": {"entries": {}}}', id="entries that are none"),
        pytest.param(json.dumps(TRACE).encode()[:-40], id="cut off"),
        pytest.param(b"[" * 200_000, id="nested without end"),
    ],
)
def test_what_is_no_trace_is_said_clearly(diagnoser: Diagnoser, raw):
    with pytest.raises(NotATraceError, match=r"HAR|JSON"):
        diagnoser.diagnose_trace(raw)


def job(state: str, due: str = "2026-11-02T02:00:00Z", text: str = "") -> tuple[str, dict]:
    return text, {"job": {"type": "Sync Invoice", "state": state, "scheduled_for": due}}


STOPPED = "environment_or_engine_stopped"
JOBS = [
    pytest.param(job("Waiting"), ("undetermined_permissions", STOPPED), id="waits past its time"),
    pytest.param(job("Waiting", "2099-01-01T00:00:00Z"), (None, None), id="is not due"),
    pytest.param(job("Succeeded"), (None, None), id="succeeded"),
    pytest.param(job("Cancelled"), (None, None), id="was cancelled"),
    pytest.param(
        job("Failed"), ("undetermined_permissions", "no_evidence"), id="failed without a word"
    ),
    pytest.param(
        job("Failed", text="The owner of this workflow is disabled."),
        ("workflow_owner", "owner_gone"),
        id="failed with a word",
    ),
]


@pytest.mark.parametrize(("given", "expected"), JOBS)
def test_what_the_state_of_a_job_says(diagnoser: Diagnoser, given, expected):
    diagnosis = diagnoser.diagnose(*given)

    assert (diagnosis.verdict.cause, diagnosis.verdict.variant) == expected


def test_what_a_proxy_answers_itself_is_no_answer(diagnoser: Diagnoser):
    by_charles = entry("https://api.partnercenter.microsoft.com/v1/ping", 503, statusText="Failed")

    assert diagnoser.diagnose_trace(traced(by_charles)).verdict.cause == "not_permissions"
