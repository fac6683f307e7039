"""A browser trace (HAR 1.2): tolerant in structure, strict in size and depth.

Exporters deviate from http://www.softwareishard.com/blog/har-12-spec/ nearly always: a BOM, a JSONP
wrapper, no pages, no creator, cookies as an object, status null, 0 or -1, header values joined by
line breaks. All of that is read; what is not a trace at all raises `NotATraceError`.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import regex

MAX_BODY_CHARS = 2_000_000  # of one answer; error bodies have some kilobytes

_JSONP = regex.compile(rb"^\s*[\w.$]{1,60}\s*\(\s*(?=\{)")
_CONTROL = regex.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class NotATraceError(ValueError):
    """The input is no HAR: not JSON, or without `log.entries`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One request with its answer; what the file does not say is None or empty."""

    index: int
    method: str
    url: str
    status: int  # 0 where no answer came
    reason: str
    headers: Mapping[str, str]  # of the answer; names in lower case
    body: str
    mime: str
    redirect: str  # where the answer sends the browser, with its fragment
    error: str  # what the browser says where no answer came: net::ERR_…
    started: str
    has_credentials: bool
    initiator: str


@dataclass(frozen=True, slots=True)
class Trace:
    """A recorded trace: its entries in the order of the file, and who wrote it."""

    entries: tuple[Entry, ...]
    exporter: str
    version: str


def recognises(raw: str) -> bool:
    """Whether a text looks like a HAR: a JSON object that names log and entries near its start."""
    start = raw[:4096].lstrip("\ufeff \r\n\t")
    return start[:1] == "{" and '"log"' in start and ('"entries"' in raw or '"creator"' in start)


def read(raw: bytes) -> Trace:
    """Read a trace.

    Raises:
        NotATraceError: The bytes are no HAR; the message says what is wrong and what to do.
    """
    log = _log(_json(raw))
    entries = log.get("entries")
    if not isinstance(entries, list):
        raise NotATraceError(
            "the file has no log.entries; export the trace as HAR and send it whole"
        )
    creator = _object(log.get("creator"))
    return Trace(
        entries=tuple(_entry(i, _object(entry)) for i, entry in enumerate(entries)),
        exporter=_word(creator.get("name")),
        version=_word(creator.get("version")),
    )


def _json(raw: bytes) -> object:
    text = raw.removeprefix(b"\xef\xbb\xbf")
    wrapped = _JSONP.match(text)
    if wrapped is not None:
        text = text[wrapped.end() :].rstrip().rstrip(b";").rstrip().removesuffix(b")")
    try:
        parsed: object = json.loads(text, strict=False)
    except RecursionError:
        raise NotATraceError("the file is nested too deeply to be a HAR") from None
    except ValueError:
        parsed = _repaired(text)
    return parsed


def _repaired(text: bytes) -> object:
    try:
        repaired: object = json.loads(
            _CONTROL.sub(b" ", text).decode("utf-8", "replace"), strict=False
        )
    except (ValueError, RecursionError):
        raise NotATraceError(
            "the file is not complete JSON; perhaps it was cut off: export the trace again"
        ) from None
    return repaired


def _log(parsed: object) -> Mapping[str, Any]:
    if not isinstance(parsed, dict):
        raise NotATraceError("the file is JSON, but not a HAR: it has no log")
    log = parsed.get("log", parsed)  # some tools write the log itself
    if not isinstance(log, dict):
        raise NotATraceError("the file is JSON, but not a HAR: its log is no object")
    return log


def _entry(index: int, entry: Mapping[str, Any]) -> Entry:
    request, response = _object(entry.get("request")), _object(entry.get("response"))
    content = _object(response.get("content"))
    headers = _headers(response.get("headers"))
    asked = _headers(request.get("headers"))
    return Entry(
        index=index,
        method=_word(request.get("method")) or "GET",
        url=_word(request.get("url")),
        status=0 if _is_by_proxy(response) else max(_number(response.get("status")), 0),
        reason=_word(response.get("statusText")),
        headers=headers,
        body=_body(content),
        mime=_word(content.get("mimeType")).casefold(),
        redirect=headers.get("location") or _word(response.get("redirectURL")),
        error=_error(entry, response),
        started=_word(entry.get("startedDateTime")),
        has_credentials="cookie" in asked or "authorization" in asked,
        initiator=_word(entry.get("_resourceType")),
    )


def _error(entry: Mapping[str, Any], response: Mapping[str, Any]) -> str:
    for holder in (response, entry):
        for name in ("_error", "_failureText", "_errorMessage"):
            if holder.get(name):
                return _word(holder[name])
    return ""


def _is_by_proxy(response: Mapping[str, Any]) -> bool:
    """Charles and Fiddler write an answer of their own where the server gave none."""
    reason = _word(response.get("statusText")).casefold()
    return reason.startswith("fiddler - ") or (
        reason == "failed" and not _word(response.get("httpVersion"))
    )


def _body(content: Mapping[str, Any]) -> str:
    text = _word(content.get("text"))
    if _word(content.get("encoding")).casefold() == "base64":
        return _decoded(text[: MAX_BODY_CHARS * 4 // 3])
    return text[:MAX_BODY_CHARS]


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4)).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return text


def _headers(headers: object) -> dict[str, str]:
    pairs: Sequence[Any] = headers if isinstance(headers, list) else []
    named = [_object(pair) for pair in pairs]
    return {_word(p.get("name")).casefold(): _word(p.get("value")) for p in named if p.get("name")}


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        return 0
