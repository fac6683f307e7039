"""The OpenAPI document tells the truth: a change of it is seen, and every answer is in it."""

import json
import os
from contextlib import suppress
from pathlib import Path

import pytest
import schemathesis
from databases import on_both_databases
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from service.openapi import EXAMPLES, sample_diagnosis
from service.wire import DiagnosisOut

GOLDEN = Path(__file__).parent / "golden" / "openapi.json"
UNKNOWING = [  # they know no reused idempotency key, no cursor, and no 413
    positive_data_acceptance,
    negative_data_rejection,
]
METHODS = {"get", "post", "delete"}
HOST = {"Host": "127.0.0.1:8365"}


def operations_of(client):
    schema = schemathesis.openapi.from_asgi("/openapi.json", client.app, headers=HOST)
    return [found.ok() for found in schema.get_all_operations()]


@on_both_databases
@pytest.mark.parametrize("count", [4, pytest.param(1000, marks=pytest.mark.soak)])
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_every_answer_is_described(client, mode, count):
    for operation in operations_of(client):

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=count,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            database=None,
        )
        def ask(case):
            case.call_and_validate(headers=HOST, excluded_checks=UNKNOWING)

        with suppress(Unsatisfiable):  # nothing can be wrong where nothing is sent
            ask()


def test_a_change_of_the_document_is_seen(client):
    document = client.get("/openapi.json").json()
    written = json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"

    if os.environ.get("GOLDEN") == "write":
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(written, "utf-8")

    assert written == GOLDEN.read_text("utf-8"), "look at the change, then GOLDEN=write"


def operations(document):
    return [
        (path, method, operation)
        for path, found in document["paths"].items()
        for method, operation in found.items()
        if method in METHODS
    ]


def test_every_route_names_its_problems_and_every_form_has_an_example(client):
    for path, method, operation in operations(client.get("/openapi.json").json()):
        problems = [
            content
            for status, response in operation["responses"].items()
            for kind, content in response.get("content", {}).items()
            if status >= "400"
        ]
        form = operation.get("requestBody", {}).get("content", {}).get("application/json", {})

        assert operation["operationId"], (path, method)
        assert problems, (path, method)
        assert all(problem["examples"] for problem in problems), (path, method)
        assert method == "get" or form["examples"], (path, method)


@pytest.mark.parametrize("operation", [name for name in EXAMPLES if "Trace" not in name])
def test_an_example_is_accepted(client, operation):
    created = client.post("/v1/diagnoses", json={"text": "x"}).json()["id"]
    path = {
        "createDiagnosis": "/v1/diagnoses",
        "createResponseDiagnosis": "/v1/diagnoses/response",
        "createFeedback": f"/v1/diagnoses/{created}/feedback",
        "createRetest": f"/v1/diagnoses/{created}/retest",
    }[operation]

    for example in EXAMPLES[operation].values():
        assert client.post(path, json=example).status_code == 201


def test_the_sample_is_a_diagnosis(client):
    text = sample_diagnosis()["text"]

    answered = client.post("/v1/diagnoses", json={"text": text}).json()

    DiagnosisOut.model_validate(sample_diagnosis())
    assert answered["cause"] == sample_diagnosis()["cause"]
