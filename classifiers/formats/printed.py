"""Every form in which people paste a response as text."""

from typing import Protocol

from classifiers.formats import (
    copied_call,
    http_response,
    powershell_error,
    transcript,
    web_request,
)
from classifiers.formats.http_response import HttpResponse


class Format(Protocol):
    """A form of printed responses; each is a module with an example in its first lines."""

    def recognises(self, raw: str) -> bool:
        """Whether a text has this form."""
        ...

    def parse(self, raw: str) -> HttpResponse:
        """Take the response out of a text that was recognised."""
        ...


FORMATS: tuple[Format, ...] = (  # the first that recognises a text reads it
    http_response,
    transcript,
    web_request,
    powershell_error,
    copied_call,
)


def parse(raw: str) -> HttpResponse | None:
    """The response that a text shows; None where it shows none."""
    for form in FORMATS:
        if form.recognises(raw):
            return form.parse(raw)
    return None
