"""A browser trace (HAR 1.2): tolerant in structure, strict in size and depth.

Exporters deviate from http://www.softwareishard.com/blog/har-12-spec/ nearly always: a BOM, a JSONP
wrapper, no pages, no creator, cookies as an object, status null, 0 or -1, header values joined by
line breaks. All of that is read; what is not a trace at all raises `NotATraceError`.

Headers and bodies are decoded when they are asked for, so a trace costs hardly more than its file.
"""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
import regex

from classifiers.formats import har_members
from classifiers.formats.har_body import Body
from classifiers.formats.har_members import Log, Pair, TooDeepError, TooManyEntriesError
from classifiers.formats.har_repair import repaired_object

MAX_REPAIRED_BYTES = 64_000_000  # repairing takes several times the memory of the file
MAX_START_CHARS = 4096  # in which a HAR has shown what it is
MAX_STATUS = 999
MAX_WORD_CHARS = 8_000  # of a URL, a header, a message

_JSONP = regex.compile(rb"\s*[\w.$]{1,60}\s*\(\s*(?=\{)")
_WRAPPER = regex.compile(r"\A[\w.$]{1,60}\s*\(\s*(?=\{)")
_CREDENTIAL = regex.compile(rb'"(?:cookie|authorization)"', regex.I)


class NotATraceError(ValueError):
    """The input is no HAR: not JSON, or without `log.entries`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One request with its answer; what the file does not say is empty."""

    index: int
    method: str
    url: str
    status: int  # 0 where no answer came
    reason: str
    head: msgspec.Raw  # the headers of the answer, as they stand in the file
    body: Body
    mime: str
    redirect: str  # where the answer sends the browser, with its fragment
    error: str  # what the browser says where no answer came: net::ERR_…
    started: str
    asked: msgspec.Raw  # the headers of the request
    initiator: str

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the answer, names in lower case."""
        return _headers(self.head)

    @property
    def has_credentials(self) -> bool:
        """Whether the request shows a cookie or an authorisation."""
        return _CREDENTIAL.search(memoryview(self.asked)) is not None


@dataclass(frozen=True, slots=True)
class Trace:
    """A recorded trace: its entries in the order of the file, and who wrote it."""

    entries: tuple[Entry, ...]
    creator: str  # as the file names it


def recognises(raw: str | bytes) -> bool:
    """Whether a text looks like a HAR: a JSON object that names log, creator or entries."""
    if isinstance(raw, str):
        start, has_entries = raw[:MAX_START_CHARS], '"entries"' in raw
    else:
        start, has_entries = raw[:MAX_START_CHARS].decode("utf-8", "replace"), b'"entries"' in raw
    start = _WRAPPER.sub("", start.lstrip("\ufeff \r\n\t"))
    names_creator = '"creator"' in start
    return start[:1] == "{" and (
        ('"log"' in start and (has_entries or names_creator)) or (names_creator and has_entries)
    )


def read(raw: bytes | memoryview) -> Trace:
    """Read a trace.

    Raises:
        NotATraceError: The bytes are no HAR; the message says what is wrong and what to do.
    """
    log = _log(_unwrapped(memoryview(raw)))
    creator = _word(log.creator.name) if log.creator else ""
    return Trace(tuple(_entry(i, entry) for i, entry in enumerate(log.entries or ())), creator)


def _unwrapped(raw: memoryview) -> memoryview:
    """Without byte order mark and JSONP wrapper."""
    if bytes(raw[:2]) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        raw = memoryview(str(raw, "utf-16", "replace").encode("utf-8", "replace"))
    if bytes(raw[:3]) == codecs.BOM_UTF8:
        raw = raw[3:]
    if (wrapped := _JSONP.match(raw)) is None:
        return raw
    tail = bytes(raw[-1000:])
    closing = tail.rfind(b"}")
    return raw[wrapped.end() : len(raw) - (len(tail) - closing - 1 if closing >= 0 else 0)]


def _log(text: memoryview) -> Log:
    try:
        return _decoded(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        if len(text) > MAX_REPAIRED_BYTES:
            raise NotATraceError(_NO_JSON) from None
    try:
        return _decoded(repaired_object(text))
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise NotATraceError(_NO_JSON) from None


_NO_JSON = "the file is not complete JSON; perhaps it was cut off: export the trace again"


def _decoded(text: bytes | memoryview) -> Log:
    try:
        return har_members.decoded(text)
    except msgspec.ValidationError:
        raise NotATraceError(
            "the file is JSON, but not a HAR: it has no log with entries; export the trace as HAR "
            "and send it whole"
        ) from None
    except TooManyEntriesError:
        raise NotATraceError(
            f"the HAR has more than {har_members.MAX_ENTRIES:,} entries; record only the action "
            "that fails"
        ) from None
    except TooDeepError:
        raise NotATraceError("the file is nested too deeply to be a HAR") from None


def _entry(index: int, entry: har_members.Entry) -> Entry:
    request = entry.request or har_members.Request()
    response = entry.response or har_members.Response()
    content = response.content or har_members.Content()
    status = 0 if _is_by_proxy(response) else _status(response.status)
    return Entry(
        index=index,
        method=_word(request.method) or "GET",
        url=_word(request.url),
        status=status,
        reason=_word(response.status_text),
        head=response.headers,
        body=Body.of(content),
        mime=_word(content.mime_type).casefold(),
        redirect=_redirect(response),
        error=_error(entry, response),
        started=_word(entry.started),
        asked=request.headers,
        initiator=_word(entry.resource_type),
    )


def _redirect(response: har_members.Response) -> str:
    named = _word(response.redirect_url) or _word(response.redirection_url)
    if b"ocation" not in bytes(response.headers):  # of most entries the head need not be read
        return named
    return _headers(response.headers).get("location") or named


def _error(entry: har_members.Entry, response: har_members.Response) -> str:
    told = (each for holder in (response, entry) for each in _errors(holder))
    return next((_word(each) for each in told if each), "")


def _errors(holder: har_members.Entry | har_members.Response) -> tuple[str | None, ...]:
    return holder.error, holder.failure_text, holder.error_message


def _is_by_proxy(response: har_members.Response) -> bool:
    """Charles and Fiddler write an answer of their own where the server gave none."""
    reason = _word(response.status_text).casefold()
    return reason.startswith("fiddler - ") or (
        reason == "failed" and not _word(response.http_version)
    )


def _headers(raw: msgspec.Raw) -> dict[str, str]:
    try:
        pairs = msgspec.json.decode(raw or b"[]", type=list[Pair])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pairs = _odd_pairs(raw)
    return {_word(pair.name).casefold(): _word(pair.value) for pair in pairs if pair.name}


def _odd_pairs(raw: msgspec.Raw) -> list[Pair]:
    try:
        built = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return []
    each = built if isinstance(built, list) else []
    return [har_members.member_by_member(pair, Pair) for pair in each]


def _word(value: str | None) -> str:
    """A string of bounded length without what databases and encoders refuse."""
    return (value or "")[:MAX_WORD_CHARS].replace("\x00", "\ufffd")


def _status(value: float | str | None) -> int:
    try:
        number = int(float(value or 0))
    except (ValueError, OverflowError):
        return 0
    return number if 0 <= number <= MAX_STATUS else 0
