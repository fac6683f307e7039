r"""A request as browsers copy it (Copy as cURL, Copy as fetch), with its response below.

>>> response = parse('fetch("https://fabrikam.crm.dynamics.com/", {"method": "POST"\n});\n403\nno')
>>> response.status, response.method, response.body
(403, 'POST', 'no')
>>> parse("curl 'https://fabrikam.crm.dynamics.com/' \\\n  -H 'a: b'\nHTTP/2 401 \n\nno").status
401
>>> recognises("curl 'https://fabrikam.crm.dynamics.com/'")
False
"""

from dataclasses import replace

import regex

from classifiers.formats import http_response
from classifiers.formats.http_response import HttpResponse

_URL = r"""["']?(?P<url>https?://[^\s"'\\]{1,8000})["']?"""
_CURL = regex.compile(
    rf"\s*[$>#]? ?curl(?:\.exe)? [^\r\n]{{0,300}}?{_URL}(?:[^\r\n]*[\\^`][ \t]*\r?\n)*[^\r\n]*"
)
_FETCH = regex.compile(
    rf"\s*(?:(?:const|let|var) \w{{1,30}} = )?(?:await )?fetch\(\s*{_URL}"
    r"(?:\s*,\s*\{(?:[^\r\n]*\r?\n)*?[ \t]*\})?\s*\)[^\r\n]*"
)
_METHOD = regex.compile(
    r"""(?:-X ?|--request |"?method"?: ?)["']?(GET|POST|PUT|PATCH|DELETE)\b""", regex.I
)
_DATA = regex.compile(r"\s(?:-d|--data(?:-raw|-binary|-urlencode)?)\s")
_STATUS = regex.compile(
    r"(?:Status(?: ?Code)?:? ?|HTTP )?(?P<status>[1-5]\d\d)"
    r"(?: (?P<reason>[A-Za-z ]{2,40}))?[ \t]*\r?(?:\n|$)",
    regex.I,
)


def recognises(raw: str) -> bool:
    """Whether a text begins with such a request and does not end with it."""
    call = _call(raw)
    return call is not None and bool(raw[call.end() :].strip())


def parse(raw: str) -> HttpResponse:
    """Take URL and method of the request, and the response below; the request's headers go.

    Raises:
        ValueError: The text does not begin with a copied request.
    """
    call = _call(raw)
    if call is None:
        raise ValueError("the text does not begin with a copied request")
    response = _response(raw[call.end() :].strip())
    return replace(response, url=call["url"], method=_method(call.group()))


def _call(raw: str) -> "regex.Match[str] | None":
    return _CURL.match(raw) or _FETCH.match(raw)


def _method(call: str) -> str:
    named = _METHOD.search(call)
    if named is not None:
        return named[1].upper()
    return "POST" if _DATA.search(call) else "GET"


def _response(text: str) -> HttpResponse:
    if http_response.recognises(text):
        return http_response.parse(text)
    status = _STATUS.match(text)
    if status is None:
        return HttpResponse(0, body=text)
    return HttpResponse(
        int(status["status"]), body=text[status.end() :].strip(), reason=status["reason"] or ""
    )
