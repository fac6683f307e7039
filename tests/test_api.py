"""The HTTP service answers what the contract says, and refuses clearly."""

import gzip
import json
import re

import pytest
from databases import on_both_databases
from samples import NO_ROLES, TRACE, refused_response, secret_text
from sqlmodel import Session, func, select
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings
from service.store.tables import DiagnosisRow

pytestmark = on_both_databases


def stored(store) -> int:
    with Session(store.engine) as session:
        return session.exec(select(func.count()).select_from(DiagnosisRow)).one()


def test_a_message_is_diagnosed_and_kept(client, store):
    created = client.post("/v1/diagnoses", json={"text": NO_ROLES, "reference": "case 17"})

    answer = created.json()
    assert created.status_code == 201
    assert answer["cause"] == "missing_security_role"
    assert answer["variant"] == "no_role_at_all"
    assert answer["reference"] == "case 17"
    assert answer["resolution"]["steps"]
    assert client.get(created.headers["location"]).json() == answer
    assert stored(store) == 1


def test_evidence_points_into_the_text(client):
    answer = client.post("/v1/diagnoses", json={"text": f"Job failed: {NO_ROLES}"}).json()

    piece = answer["evidence"][0]
    assert answer["text"][piece["start"] : piece["end"]].startswith(piece["excerpt"])
    assert "has not been assigned any roles" in piece["excerpt"]


def test_a_refused_response_is_diagnosed(client):
    created = client.post("/v1/diagnoses/response", json=refused_response())

    assert created.status_code == 201
    assert created.json()["input"] == "response"
    assert created.json()["cause"] == "environment_access"
    assert created.json()["facts"]["status"] == 403


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_a_trace_is_diagnosed_as_a_body_and_as_a_file(client, packed):
    har = json.dumps(TRACE).encode()
    raw = gzip.compress(har) if packed else har

    body = client.post(
        "/v1/diagnoses/trace", content=raw, headers={"content-type": "application/json"}
    )
    file = client.post("/v1/diagnoses/trace", files={"file": ("trace.har", raw)})

    for created in (body, file):
        answer = created.json()
        assert created.status_code == 201
        assert answer["cause"] == "missing_security_role"
        assert answer["text"] is None
        assert answer["trace"]["root"] == answer["evidence"][0]["entry"] == 1


def test_nothing_is_kept_with_store_false(client, store):
    answer = client.post("/v1/diagnoses?store=false", json={"text": NO_ROLES})

    assert answer.status_code == 200
    assert answer.json()["id"] is None
    assert stored(store) == 0


def test_no_secret_is_stored_or_answered(client, tmp_path):
    text, secret = secret_text()

    answer = client.post("/v1/diagnoses", json={"text": text})

    assert answer.status_code == 201
    assert secret not in answer.text
    assert answer.json()["redactions"]
    assert all(secret.encode() not in file.read_bytes() for file in tmp_path.iterdir())


def test_a_secret_beside_the_text_is_redacted_too(client, tmp_path):
    _, secret = secret_text()
    context = {
        "provider": f"Stripe Bearer {secret}",
        "url": f"https://fabrikam.crm.dynamics.com/?access_token={secret}",
        "job": {"type": "Charge Invoice", "owner": f"password={secret}"},
    }

    answer = client.post("/v1/diagnoses", json={"text": NO_ROLES, "context": context})

    assert answer.status_code == 201
    assert secret not in answer.text
    assert all(secret.encode() not in file.read_bytes() for file in tmp_path.iterdir())


BAD_INPUT = [
    pytest.param("/v1/diagnoses", b"text: no", 400, id="no JSON"),
    pytest.param("/v1/diagnoses", b"", 422, id="no body"),
    pytest.param("/v1/diagnoses", b"[1, 2]", 422, id="a list"),
    pytest.param("/v1/diagnoses", b'{"text": 17}', 422, id="a number for a text"),
    pytest.param("/v1/diagnoses", b'{"text": ""}', 422, id="an empty text"),
    pytest.param(
        "/v1/diagnoses", b'{"text": "a", "colour": "canary-4711"}', 422, id="an unknown member"
    ),
    pytest.param(
        "/v1/diagnoses",
        b'{"text": "a", "context": {"identity": "canary-4711"}}',
        422,
        id="a strange identity",
    ),
    pytest.param("/v1/diagnoses", b'{"text": "canary-4711\xff"}', 400, id="not UTF-8"),
    pytest.param("/v1/diagnoses", b'{"text": ' + b"[" * 70 + b"]" * 70 + b"}", 422, id="too deep"),
    pytest.param("/v1/diagnoses", b'{"text": "' + b"a" * 2_000_000 + b'"}', 413, id="too long"),
    pytest.param(
        "/v1/diagnoses/response", b'{"body": "canary-4711"}', 422, id="a response without status"
    ),
    pytest.param(
        "/v1/diagnoses/trace", b'{"log": {"entries": [{"request"', 422, id="a HAR cut in half"
    ),
    pytest.param("/v1/diagnoses/trace", b'{"canary-4711": 1}', 422, id="JSON that is no HAR"),
    pytest.param("/v1/diagnoses/trace", b"\x1f\x8bcanary-4711", 422, id="a damaged gzip"),
]


@pytest.mark.parametrize(
    "form",
    [
        pytest.param({"files": {"other": ("a.har", b"{}")}}, id="another field"),
        pytest.param(
            {"content": b"--x", "headers": {"content-type": "multipart/form-data; boundary=y"}},
            id="another boundary",
        ),
        pytest.param(
            {"content": b"--x", "headers": {"content-type": "multipart/form-data"}},
            id="no boundary",
        ),
    ],
)
def test_a_form_without_its_file_is_refused(client, form):
    answer = client.post("/v1/diagnoses/trace", **form)

    assert answer.status_code == 422
    assert "form" in answer.json()["detail"]


@pytest.mark.parametrize(("path", "body", "status"), BAD_INPUT)
def test_bad_input_gets_a_clear_problem_that_repeats_nothing(client, store, path, body, status):
    answer = client.post(path, content=body, headers={"content-type": "application/json"})

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= set(answer.json())
    assert answer.json()["status"] == status
    assert "canary-4711" not in answer.text
    assert stored(store) == 0


def test_fifty_megabytes_are_refused_while_they_come(client):
    def chunks():
        for _ in range(60):
            yield b"a" * 1_000_000

    answer = client.post(
        "/v1/diagnoses", content=chunks(), headers={"content-type": "application/json"}
    )

    assert answer.status_code == 413
    assert "larger than this service accepts" in answer.json()["detail"]


def test_a_job_without_text_is_an_input(client):
    job = {"type": "Sync Invoice", "state": "Waiting", "scheduled_for": "2026-11-02T02:00:00Z"}

    answer = client.post("/v1/diagnoses", json={"text": "", "context": {"job": job}})

    assert answer.status_code == 201
    assert answer.json()["cause"] == "undetermined_permissions"


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/diagnoses/none", "/v1/causes/none"])
def test_what_is_not_there_is_a_problem_too(client, path):
    answer = client.get(path)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "none" not in answer.json()["detail"].split()


def test_the_causes_and_the_runbook_are_served(client):
    causes = client.get("/v1/causes").json()

    assert [cause["id"] for cause in causes][:2] == [
        "missing_security_role",
        "service_identity_consent",
    ]
    assert len(causes) == 8
    assert client.get("/v1/causes/workflow_owner").json()["body"]
    assert client.get("/v1/runbook").json()["sections"]


def test_health_readiness_and_version_are_served(client):
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}
    assert set(client.get("/version").json()) == {"app", "signatures", "model"}


def test_the_page_of_the_api_fetches_nothing_from_elsewhere(client):
    page = client.get("/docs")

    addresses = re.findall(r'(?:src|href)="(https?://[^"]+)"', page.text)
    assert page.status_code == 200
    assert addresses == []


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"host": "evil.example"}, id="a foreign host"),
        pytest.param({"origin": "https://evil.example"}, id="a foreign origin"),
    ],
)
def test_without_keys_only_loopback_is_answered(client, headers):
    answer = client.post("/v1/diagnoses", json={"text": NO_ROLES}, headers=headers)

    assert answer.status_code == 403
    assert "evil" not in answer.text


def test_with_a_key_every_call_needs_it(diagnoser, store):
    app = create_app(Settings(admin_key="correct"), diagnoser, store)
    with TestClient(app, base_url="http://triage.internal") as client:
        without = client.get("/v1/causes")
        wrong = client.get("/v1/causes", headers={"authorization": "Bearer incorrect"})
        right = client.get("/v1/causes", headers={"authorization": "Bearer correct"})

    assert [a.status_code for a in (without, wrong, right)] == [401, 401, 200]
    assert without.headers["www-authenticate"] == "Bearer"


def test_a_database_that_is_gone_is_a_problem_not_a_defect(client, store):
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE diagnosis RENAME TO gone")

    answer = client.post("/v1/diagnoses", json={"text": NO_ROLES})

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
