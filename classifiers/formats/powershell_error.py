r"""The error that PowerShell writes where a web request was refused.

>>> text = "Invoke-RestMethod : The remote server returned an error: (403) Forbidden.\nAt line:1"
>>> parse(text).status
403
>>> recognises("Get-MsolUser : Access Denied.")
False
"""

import regex

from classifiers.formats.http_response import HttpResponse

_BEGIN = regex.compile(r"\s*(?:Invoke-(?:WebRequest|RestMethod)|iwr|irm) ?: ", regex.I)
_REFUSED = regex.compile(
    r"The remote server returned an error: \((?P<status>\d{3})\)"
    r"|does not indicate success: (?P<status>\d{3})\b"
)
_URL = regex.compile(r"-Uri[ \t]+[\"']?(https?://[^\s\"']{1,8000})", regex.I)


def recognises(raw: str) -> bool:
    """Whether a text begins as such an error does, and names the status."""
    return _BEGIN.match(raw) is not None and _REFUSED.search(raw) is not None


def parse(raw: str) -> HttpResponse:
    """Take the status; the error itself is the body, because the answer's text stands in it.

    Raises:
        ValueError: No status is named.
    """
    refused, url = _REFUSED.search(raw), _URL.search(raw)
    if refused is None:
        raise ValueError("the error names no status")
    return HttpResponse(int(refused["status"]), body=raw, url=url[1] if url else None)
