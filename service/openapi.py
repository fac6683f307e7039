"""The OpenAPI document: what FastAPI cannot know is added here."""

import json
from importlib.resources import files
from typing import Any

from service.wire import ProblemOut

BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key, as `triage365 keys create` shows it; none is needed on loopback.",
}
SECURED = ("/v1/", "/metrics")
NO_ROLES = (
    "The user with id 4b1f7a52-7c3e-4d10-9a8b-2f6c1e0d9b35 has not been assigned any roles. "
    "They need a role with the prvReadwork365_invoice privilege."
)
EXAMPLES: dict[str, dict[str, Any]] = {
    "createDiagnosis": {
        "an error message": {"text": NO_ROLES, "reference": "case 17"},
        "a message and what is known beside it": {
            "text": "Access is denied.",
            "context": {"identity": "application", "status": 403, "operation": "Sync Invoice"},
        },
        "a job that waits": {
            "text": "",
            "context": {"job": {"type": "Sync Invoice", "state": "Waiting"}},
        },
    },
    "createResponseDiagnosis": {
        "a refused request": {
            "status": 403,
            "method": "GET",
            "url": "https://fabrikam.crm.dynamics.com/api/data/v9.2/WhoAmI",
            "body": '{"error":{"code":"0x80072560","message":"The user is not a member of the '
            'organization."}}',
        }
    },
    "createTraceDiagnosis": {
        "a trace": {"log": {"version": "1.2", "creator": {"name": "WebInspector"}, "entries": []}}
    },
    "createFeedback": {
        "it was right": {"verdict": "right"},
        "it was another cause": {"verdict": "wrong", "cause": "workflow_owner"},
    },
    "createRetest": {
        "nothing fails any more": {"text": ""},
        "a message appears still": {"text": NO_ROLES},
    },
}


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with keys, problems and examples."""
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["ProblemOut"] = ProblemOut.model_json_schema()
    components["securitySchemes"] = {"key": BEARER}
    components["examples"] = {"diagnosis": {"value": sample_diagnosis()}}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            if path.startswith(SECURED):
                operation["security"] = [{"key": []}, {}]
            _exemplify(operation)
    return document


def sample_diagnosis() -> dict[str, Any]:
    """A diagnosis as it is answered."""
    found: dict[str, Any] = json.loads(files("service").joinpath("example.json").read_text("utf-8"))
    return found


def _exemplify(operation: dict[str, Any]) -> None:
    examples = EXAMPLES.get(operation.get("operationId", ""))
    if examples:
        content = operation["requestBody"]["content"]["application/json"]
        content["examples"] = {name: {"value": value} for name, value in examples.items()}
    for response in operation["responses"].values():
        for content in response.get("content", {}).values():
            if content.get("schema") == {"$ref": "#/components/schemas/DiagnosisOut"}:
                content["examples"] = {"diagnosis": {"$ref": "#/components/examples/diagnosis"}}
