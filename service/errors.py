"""Errors that clients see, all rendered as `application/problem+json` (RFC 9457).

ServiceError
├── InvalidInputError        422
│   └── NotAHarError         422
├── BodyTooLargeError        413
├── NotJsonError             400
├── NotUtf8Error             400
├── TooDeepError             422
├── WrongMediaTypeError      415
├── NotFoundError            404
├── MethodNotAllowedError    405
├── ForeignHostError         403
├── KeyRequiredError         401
└── StorageError             503

The docstring of a class is the sentence that the client reads. None repeats what the client sent.
"""

from http import HTTPStatus
from typing import ClassVar

TYPE_BASE = "https://triage365.example/problems/"
MEDIA_TYPE = "application/problem+json"


class ServiceError(Exception):
    """The request could not be answered."""

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    code: ClassVar[str] = "internal-error"

    def __init__(
        self, detail: str | None = None, *, errors: list[dict[str, str]] | None = None
    ) -> None:
        self.detail = detail or type(self).__doc__ or ""
        self.errors = errors or []
        super().__init__(self.detail)

    def problem(self) -> dict[str, object]:
        """The problem document."""
        document: dict[str, object] = {
            "type": TYPE_BASE + self.code,
            "title": self.status.phrase,
            "status": int(self.status),
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = self.errors
        return document


class InvalidInputError(ServiceError):
    """The request does not have the form that the API describes; see errors for what to change."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "invalid-input"


class NotAHarError(InvalidInputError):
    """The file is no HAR; export the trace from the browser's network tools again."""

    code = "not-a-har"


class TooDeepError(ServiceError):
    """The JSON body is nested too deeply."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "too-deep"


class BodyTooLargeError(ServiceError):
    """The body is larger than this service accepts; send the part that holds the failure."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    code = "body-too-large"


class NotJsonError(ServiceError):
    """The body is not valid JSON; send an object such as {"text": "..."}."""

    status = HTTPStatus.BAD_REQUEST
    code = "not-json"


class NotUtf8Error(ServiceError):
    """The body is not encoded in UTF-8."""

    status = HTTPStatus.BAD_REQUEST
    code = "not-utf8"


class WrongMediaTypeError(ServiceError):
    """The body has a media type that this route does not read; send application/json."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    code = "wrong-media-type"


class NotFoundError(ServiceError):
    """There is nothing under this address."""

    status = HTTPStatus.NOT_FOUND
    code = "not-found"


class MethodNotAllowedError(ServiceError):
    """This address does not answer that method."""

    status = HTTPStatus.METHOD_NOT_ALLOWED
    code = "method-not-allowed"


class ForeignHostError(ServiceError):
    """Without keys this service answers only requests that name a loopback or a listed host."""

    status = HTTPStatus.FORBIDDEN
    code = "foreign-host"


class KeyRequiredError(ServiceError):
    """Send a valid API key as `Authorization: Bearer`."""

    status = HTTPStatus.UNAUTHORIZED
    code = "key-required"


class StorageError(ServiceError):
    """The diagnosis could not be stored; try again, or send ?store=false."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "storage-unavailable"
