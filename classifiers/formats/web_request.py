r"""What PowerShell's `Invoke-WebRequest` shows of a response: one line per property.

>>> parse("StatusCode        : 403\nStatusDescription : Forbidden\nContent           : no\n").body
'no'
"""

from dataclasses import replace

import regex

from classifiers.formats import http_response
from classifiers.formats.http_response import HttpResponse

_BEGIN = regex.compile(r"\s*StatusCode +: \d{3}[ \t]*\r?\n\s*StatusDescription +:")
_PROPERTY = regex.compile(
    r"(?m)^[ \t]{0,4}([A-Z][A-Za-z]{2,30}) *: ?"
    r"([^\r\n]*(?:\r?\n(?:[ \t]{8,}[^\r\n]*|[ \t]*(?=\r?\n)))*)"  # further lines are indented
)
_INDENT = regex.compile(r"\r?\n[ \t]+")
_CUT = "..."


def recognises(raw: str) -> bool:
    """Whether a text begins with the status of such a response."""
    return _BEGIN.match(raw) is not None


def parse(raw: str) -> HttpResponse:
    """Take status, headers and body; where Content is cut off, RawContent may hold more."""
    known = {name: _INDENT.sub("\n", value).strip() for name, value in _PROPERTY.findall(raw)}
    response = HttpResponse(
        int(known["StatusCode"]),
        body=known.get("Content", ""),
        reason=known.get("StatusDescription", ""),
    )
    whole = known.get("RawContent", "")
    if not http_response.recognises(whole):
        return response
    shown = http_response.parse(whole)
    body = max(response.body.removesuffix(_CUT), shown.body.removesuffix(_CUT), key=len)
    return replace(response, headers=shown.headers, body=body)
