r"""What `curl -v`, `wget -S` and `http --verbose` print: the request, then the response.

>>> text = "--2026-11-16 08:00:00--  https://fabrikam.crm.dynamics.com/\n  HTTP/1.1 403 Forbidden\n"
>>> parse(text).status, parse(text).url
(403, 'https://fabrikam.crm.dynamics.com/')
>>> text = "GET /api HTTP/1.1\nHost: fabrikam.crm.dynamics.com\n\n\nHTTP/1.1 401 Unauthorized\n\nno"
>>> parse(text).url, parse(text).body
('https://fabrikam.crm.dynamics.com/api', 'no')
"""

from dataclasses import replace

import regex

from classifiers.formats import http_response
from classifiers.formats.http_response import HttpResponse

MAX_BEFORE_CHARS = 50_000  # of certificates, redirects and request bodies

_ASKED = regex.compile(
    r"(?m)^(?:> )?(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (\S{1,8000}) HTTP/[\d.]{1,3}[ \t\r]*$"
)
_WGET = regex.compile(r"(?m)^--\d{4}-\d\d-\d\d \d\d:\d\d:\d\d--  (https?://\S{1,8000})")
_CURL_NOTE = regex.compile(r"\* [A-Za-z ]")
_HOST = regex.compile(r"(?mi)^(?:> )?Host: ?([\w.:-]{1,255})[ \t\r]*$")
_STATUS = regex.compile(r"(?m)^(?:< | {2})?HTTP/[\d.]{1,3} \d{3}(?: [^\r\n]*)?\r?\n")
_NOTES = regex.compile(r"(?m)^(?:\* .{0,2000}|[{}] \[[\d,]{1,12} bytes data\])\r?\n?")
_INDENT = regex.compile(r"(?m)^ {2}")


def recognises(raw: str) -> bool:
    """Whether a text begins as these programs begin, and has a status line."""
    begins = any(pattern.match(raw) for pattern in (_ASKED, _WGET, _CURL_NOTE))
    return begins and _STATUS.search(raw, endpos=MAX_BEFORE_CHARS) is not None


def parse(raw: str) -> HttpResponse:
    """Take the last answer of the exchange.

    Raises:
        ValueError: There is none.
    """
    plain = _NOTES.sub("", raw)
    *_, last = _STATUS.finditer(plain, endpos=MAX_BEFORE_CHARS)
    answer = plain[last.start() :]
    if answer.startswith("  "):
        answer = _INDENT.sub("", answer)
    before = plain[: last.start()]
    method, url = _asked(before)
    return replace(http_response.parse(answer), method=method, url=url)


def _asked(before: str) -> tuple[str | None, str | None]:
    """Method and URL of the last request."""
    if wget := _WGET.findall(before):
        return "GET", wget[-1]
    asked, hosts = _ASKED.findall(before), _HOST.findall(before)
    if not asked or not hosts:
        return None, None
    method, path = asked[-1]
    return method, f"https://{hosts[-1]}{path}"
