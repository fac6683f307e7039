"""The problems that a route may answer, as the OpenAPI document shows them."""

from typing import Any

from service.errors import (
    MEDIA_TYPE,
    TYPE_BASE,
    BodyTooLargeError,
    BusyError,
    ForeignHostError,
    InProgressError,
    InvalidInputError,
    KeyRequiredError,
    KeyReusedError,
    NotAHarError,
    NotFoundError,
    NotJsonError,
    NotUtf8Error,
    RateLimitedError,
    ScopeMissingError,
    ServiceError,
    StorageError,
    TooDeepError,
    TraceTooHardError,
    WorkerLostError,
    WrongMediaTypeError,
)

Responses = dict[int | str, dict[str, Any]]

ACCESS = (KeyRequiredError, ForeignHostError, ScopeMissingError, RateLimitedError)
BODY = (NotJsonError, NotUtf8Error, BodyTooLargeError, WrongMediaTypeError, TooDeepError)
STORED = (InProgressError, KeyReusedError, StorageError)


def problems(*errors: type[ServiceError]) -> Responses:
    """Responses by status, each with its closed list of problem types and an example of each."""
    by_status: dict[int | str, list[type[ServiceError]]] = {}
    for error in dict.fromkeys(errors):
        by_status.setdefault(int(error.status), []).append(error)
    return {status: _response(found) for status, found in sorted(by_status.items())}


def _response(errors: list[type[ServiceError]]) -> dict[str, Any]:
    types = [TYPE_BASE + error.code for error in errors]
    schema = {
        "allOf": [
            {"$ref": "#/components/schemas/ProblemOut"},
            {"properties": {"type": {"enum": types}}},
        ]
    }
    examples = {error.code: {"value": error().problem()} for error in errors}
    return {
        "description": " ".join(error.__doc__ or "" for error in errors),
        "content": {MEDIA_TYPE: {"schema": schema, "examples": examples}},
    }


LISTED = problems(*ACCESS, InvalidInputError, StorageError)
READ = problems(*ACCESS, InvalidInputError, NotFoundError, StorageError)
POSTED = problems(*ACCESS, *BODY, InvalidInputError, *STORED)
POSTED_UNDER = problems(*ACCESS, *BODY, InvalidInputError, NotFoundError, *STORED)
TRACE = problems(
    *ACCESS,
    *BODY,
    InvalidInputError,
    NotAHarError,
    TraceTooHardError,
    *STORED,
    BusyError,
    WorkerLostError,
)
