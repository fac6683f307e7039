"""Errors that clients see, all rendered as `application/problem+json` (RFC 9457).

ServiceError
├── InvalidInputError        422
│   └── NotAHarError         422
├── KeyReusedError           422
├── InProgressError          409
├── RateLimitedError         429
├── ScopeMissingError        403
├── TraceTooHardError        422
├── BodyTooLargeError        413
├── NotJsonError             400
├── NotUtf8Error             400
├── TooDeepError             422
├── WrongMediaTypeError      415
├── NotFoundError            404
├── MethodNotAllowedError    405
├── ForeignHostError         403
├── KeyRequiredError         401
├── BusyError                503
├── WorkerLostError          503
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
    retry_seconds: int | None = None

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: list[dict[str, str]] | None = None,
        retry_seconds: int | None = None,
    ) -> None:
        self.detail = detail or type(self).__doc__ or ""
        self.errors = errors or []
        self.retry_seconds = retry_seconds or self.retry_seconds
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

    def headers(self) -> dict[str, str]:
        """What the answer carries beside the document."""
        headers = {"Cache-Control": "no-store"}
        if self.retry_seconds is not None:
            headers["Retry-After"] = str(self.retry_seconds)
        if self.status is HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = "Bearer"
        return headers


class InvalidInputError(ServiceError):
    """The request does not have the form that the API describes; see errors for what to change."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "invalid-input"


class NotAHarError(InvalidInputError):
    """The file is no HAR; export the trace from the browser's network tools again."""

    code = "not-a-har"


class TraceTooHardError(ServiceError):
    """Reading the trace takes too much time or memory; record only the action that fails."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "trace-too-hard"


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


class ScopeMissingError(ServiceError):
    """The key does not allow this."""

    status = HTTPStatus.FORBIDDEN
    code = "scope-missing"


class RateLimitedError(ServiceError):
    """This key has sent too many requests; wait as long as Retry-After says."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "rate-limited"
    retry_seconds = 1


class KeyReusedError(ServiceError):
    """This idempotency key came with another request before; take a new one."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "idempotency-key-reused"


class InProgressError(ServiceError):
    """The request with this idempotency key is being worked on; ask again in a moment."""

    status = HTTPStatus.CONFLICT
    code = "in-progress"
    retry_seconds = 1


class BusyError(ServiceError):
    """Too many traces are being read; try again in a minute."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "busy"
    retry_seconds = 60


class WorkerLostError(ServiceError):
    """The process that read the trace ended before it had an answer; try again."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "worker-lost"
    retry_seconds = 5


class StorageError(ServiceError):
    """The database does not take or give this now; try again, or send ?store=false."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "storage-unavailable"
    retry_seconds = 5
