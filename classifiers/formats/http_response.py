r"""A raw HTTP response: its parts, or the text that `curl -i` and its relatives print.

>>> response = parse("HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\n\r\nno")
>>> response.status, response.body
(403, 'no')
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from urllib.parse import urlsplit

import regex

from classifiers.evidence import Context, Failure

# Headers that speak of the refusal; the others say nothing about its cause.
TELLING_HEADERS = ("www-authenticate", "location", "x-ms-diagnostics", "retry-after", "req_id")

# `curl -v` puts "< " before each line of the head, an interim answer (100) may stand first.
_STATUS_LINE = regex.compile(r"(?:< ?)?HTTP/[\d.]{1,3} (\d{3})(?: ([^\r\n]*))?\r?\n")
_HEADER = regex.compile(r"(?:< ?)?([A-Za-z][A-Za-z0-9-]{0,80}):[ \t]*([^\r\n]*)(?:\r?\n|$)")
_BLANK = regex.compile(r"(?:< ?)?[ \t]*\r?\n")


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One answer of a server; header names are lower case."""

    status: int
    body: str = ""
    url: str | None = None
    method: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


def recognises(raw: str) -> bool:
    """Whether a text begins with the head of an HTTP response."""
    return _STATUS_LINE.match(raw.lstrip("\ufeff \r\n")) is not None


def parse(raw: str) -> HttpResponse:
    """Take the last answer of a printed exchange apart: interim answers and redirects come first.

    Raises:
        ValueError: The text does not begin with a status line.
    """
    rest = raw.lstrip("\ufeff \r\n")
    response = None
    while (status := _STATUS_LINE.match(rest)) is not None:
        headers, rest = _head(rest[status.end() :])
        response = HttpResponse(
            status=int(status[1]), reason=status[2] or "", headers=headers, body=rest
        )
    if response is None:
        raise ValueError("the text does not begin with a status line such as HTTP/1.1 403")
    return response


def failure_of(response: HttpResponse, context: Context, *, entry: int | None = None) -> Failure:
    """One failure, whose text shows status line, telling headers and body in this order."""
    known = replace(
        context,
        status=context.status or response.status or None,
        url=context.url or response.url,
        host=context.host or host_of(response.url),
    )
    return Failure(shown(response), known, "response", entry)


def shown(response: HttpResponse) -> str:
    """The response as text."""
    lines = []
    if response.url:
        lines.append(f"{response.method or 'GET'} {response.url}")
    if response.status:
        reason = response.reason or _reason(response.status)
        lines.append(f"HTTP {response.status} {reason}".rstrip())
    headers = {name.casefold(): value for name, value in response.headers.items()}
    lines += [f"{name}: {headers[name]}" for name in TELLING_HEADERS if name in headers]
    return "\n".join(lines) + (f"\n\n{response.body}" if response.body else "")


def _head(text: str) -> tuple[dict[str, str], str]:
    headers: dict[str, str] = {}
    position = 0
    while (header := _HEADER.match(text, position)) is not None:
        headers[header[1].casefold()] = header[2]
        position = header.end()
    blank = _BLANK.match(text, position)
    return headers, text[blank.end() if blank else position :]


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def host_of(url: str | None) -> str | None:
    """The host that a URL names; None where it names none or is no URL."""
    try:
        return urlsplit(url).hostname if url else None
    except ValueError:
        return None
