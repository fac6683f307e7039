"""From a request to a spooled trace: as the body itself, or as the file of a form."""

from collections.abc import Callable

from starlette.requests import Request

from service.errors import WrongMediaTypeError
from service.multipart import FormFile
from service.traces.spool import Spool

BODIES = {"application/json", "application/har+json", "application/gzip", ""}


async def spooled(request: Request, spool: Spool) -> None:
    """Stream the trace of a request into the spool.

    Raises:
        WrongMediaTypeError: The request has another media type.
        InvalidInputError: The form is damaged or has no file.
        BodyTooLargeError: The trace is too large.
        BusyError: There is no room for it now.
    """
    kind = request.headers.get("content-type", "")
    form = FormFile(kind, spool.write) if _named(kind) == "multipart/form-data" else None
    if form is None and _named(kind) not in BODIES:
        raise WrongMediaTypeError("send the HAR as application/json or as the form field file")
    feed: Callable[[bytes], None] = form.feed if form else spool.write
    async for chunk in request.stream():
        feed(chunk)
    if form:
        form.close()


def _named(kind: str) -> str:
    return kind.partition(";")[0].strip().casefold()
