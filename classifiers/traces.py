"""What a trace says: its failing entries as failures, in the order of the file."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import partial

import regex

from classifiers.evidence import Context, Failure
from classifiers.formats.har import Entry, Trace
from classifiers.formats.http_response import HttpResponse, failure_of, host_of

LOOP_ROUNDS = 4  # a sign-in that needs as many rounds does not end
MAX_FAILURES = 100  # of one trace; missing pages and silence give way to refusals
MAX_TEXT_CHARS = 400_000  # of all failures together
MAX_BODY_CHARS = 20_000
MAX_BODY_START_CHARS = 200
MAX_CHARS_BEFORE = 2_000  # what speaks of a failure deep inside a body

_SIGN_IN_HOSTS = ("login.microsoftonline.com", "login.windows.net", "login.microsoft.com")
_CLIENT_ERROR = 400
_CHALLENGE = 401
_THROTTLED = 429
_NOT_FOUND = 404

# What a page asks for beside its work; its refusal explains nothing.
_DECORATION = regex.compile(r"\.(?:ico|png|gif|jpe?g|svg|woff2?|ttf|map)(?:\?|$)|/favicon", regex.I)

# Bodies that tell of no failure when they come with status 200.
_QUIET_MIMES = (
    "image/", "font/", "video/", "audio/", "text/css", "text/javascript",
    "application/javascript", "application/x-javascript", "application/font", "application/wasm",
)  # fmt: skip

# Error pages, faults and job records that come with status 200, and words without which none does.
_MARKS = {
    b"HTTP": regex.compile(rb"HTTP\\?/1\.[01] [45]"),
    b"statuscode": regex.compile(rb'statuscode\\?"\s*:\s*31\b'),
    b"Fault": regex.compile(rb"Fault\b"),
}
_SIGN_IN_MARKS = {
    b"AADSTS": regex.compile(rb"AADSTS\d"),
    b"sErrorCode": regex.compile(rb"sErrorCode"),
}
_REDIRECTED_ERROR = regex.compile(r"[?#&]error=|AADSTS\d{5}|[?#&]error_description=", regex.I)
_SIGN_IN_PAGE = regex.compile(r'AADSTS\d{5,7}|"sErrorCode"\s*:\s*"[^"]{1,12}"')
_FAILED_JOB = regex.compile(r'"statuscode"\s*:\s*31\b')
_JOB_MESSAGE = regex.compile(r'"(?:friendly)?message"\s*:\s*"[^"]{3,}')
_PART = regex.compile(r"HTTP/1\.[01] ([45]\d\d) ")
_ODATA_ERROR = regex.compile(r'\s*\{\s*"error"\s*:\s*\{')
_SOAP_FAULT = regex.compile(r"<(?:[\w-]{1,20}:)?Fault[\s>]")

_Teller = Callable[[Entry], Failure]
_Answered = Mapping[tuple[str, str], int]  # method and URL → last entry that was answered well


def failures_of(trace: Trace, context: Context) -> tuple[Failure, ...]:
    """Find the failing entries of a trace, in the order of the file.

    `context` is what the caller knows of all of them.
    """
    loop = _loop(trace.entries)
    found = [teller(entry) for entry, teller in _chosen(list(_failing(trace.entries)))]
    if loop is not None and not any(_explains(f) for f in found):
        found.insert(0, loop)
    share = MAX_TEXT_CHARS // max(len(found), 1)
    return tuple(
        replace(f, text=f.text[:share], context=_joined(context, f.context)) for f in found
    )


def _failing(entries: Sequence[Entry]) -> Iterator[tuple[Entry, _Teller]]:
    answered = {(e.method, e.url): e.index for e in entries if 0 < e.status < _CLIENT_ERROR}
    for entry in entries:
        teller = _teller(entry, answered)
        if teller is not None:
            yield entry, teller


def _chosen(failing: list[tuple[Entry, _Teller]]) -> list[tuple[Entry, _Teller]]:
    if len(failing) <= MAX_FAILURES:
        return failing
    telling = sorted(failing, key=lambda pair: pair[0].status in {0, _NOT_FOUND})
    return sorted(telling[:MAX_FAILURES], key=lambda pair: pair[0].index)


def _explains(failure: Failure) -> bool:
    """Whether a failure may be why a sign-in goes round: an answer, and more than a challenge."""
    return failure.context.status not in {None, _CHALLENGE}


def _joined(given: Context, seen: Context) -> Context:
    """What the trace shows, completed by what the caller knows."""
    shown = {f.name: getattr(seen, f.name) for f in fields(seen)}
    return replace(given, **{name: value for name, value in shown.items() if value is not None})


def _teller(entry: Entry, answered: _Answered) -> _Teller | None:
    """What makes a failure of an entry; None where it did not fail."""
    if _REDIRECTED_ERROR.search(entry.redirect):
        return _of_redirect
    if entry.status >= _CLIENT_ERROR:
        quiet = _recovers(entry, answered) or _decorates(entry)
        return None if quiet else _of_answer
    if entry.status == 0:
        return _of_silence
    return _inside(entry)


def _inside(entry: Entry) -> _Teller | None:
    """What tells of a failure within an answer whose status says that all is well."""
    if entry.mime.startswith(_QUIET_MIMES):
        return None
    if _ODATA_ERROR.match(entry.body.text(MAX_BODY_START_CHARS)) is not None:
        return _of_answer
    signs_in = host_of(entry.url) in _SIGN_IN_HOSTS
    if not entry.body.holds(_MARKS | _SIGN_IN_MARKS if signs_in else _MARKS):
        return None
    body = entry.body.text()
    if "HTTP/1." in body and (part := _PART.search(body)) is not None:
        return partial(_of_part, status=int(part[1]), start=part.start())
    if (place := _place(body, signs_in=signs_in)) is not None:
        return partial(_of_answer, start=max(place - MAX_CHARS_BEFORE, 0))
    return None


def _place(body: str, *, signs_in: bool) -> int | None:
    """Where a body speaks of the failure."""
    found = _SOAP_FAULT.search(body) if "Fault" in body else None
    if found is None and signs_in:
        found = _SIGN_IN_PAGE.search(body)
    if found is None and "statuscode" in body and _JOB_MESSAGE.search(body) is not None:
        found = _FAILED_JOB.search(body)
    return found.start() if found else None


def _of_answer(entry: Entry, start: int = 0) -> Failure:
    response = HttpResponse(
        status=entry.status,
        body=_part_of(entry, start),
        url=entry.url,
        method=entry.method,
        headers=entry.headers,
        reason=entry.reason,
    )
    return failure_of(response, Context(), entry=entry.index)


def _part_of(entry: Entry, start: int) -> str:
    if start + MAX_CHARS_BEFORE < MAX_BODY_CHARS:
        start = 0
    return entry.body.text(start + MAX_BODY_CHARS)[start:]


def _of_redirect(entry: Entry) -> Failure:
    response = HttpResponse(
        entry.status, url=entry.url, method=entry.method, headers={"location": entry.redirect}
    )
    return failure_of(response, Context(), entry=entry.index)


def _of_part(entry: Entry, status: int, start: int) -> Failure:
    """The first part of a `$batch` answer that failed."""
    part = entry.body.text(start + MAX_BODY_CHARS)[start:]
    context = Context(status=status, url=entry.url, host=host_of(entry.url))
    return Failure(part.partition("\n--")[0], context, "response", entry.index)


def _of_silence(entry: Entry) -> Failure:
    """A request without an answer: blocked, cut off, not resolved, given up."""
    error = entry.error or "no answer: the request was aborted, blocked or cut off"
    text = f"{entry.method} {entry.url}\n{error}"
    context = Context(url=entry.url, host=host_of(entry.url))
    return Failure(text, context, "response", entry.index)


def _recovers(entry: Entry, answered: _Answered) -> bool:
    """A challenge or a throttled call that is answered well when it is asked again."""
    if entry.status not in {_CHALLENGE, _THROTTLED}:
        return False
    return answered.get((entry.method, entry.url), -1) > entry.index


def _decorates(entry: Entry) -> bool:
    return entry.status == _NOT_FOUND and _DECORATION.search(entry.url) is not None


def _loop(entries: Sequence[Entry]) -> Failure | None:
    """A browser that is sent to the sign-in page again and again."""
    rounds = [e for e in entries if _is_sent_to_sign_in(e)]
    for entry in entries:
        if "TOO_MANY_REDIRECTS" in entry.error:
            return _of_loop(entry, len(rounds))
    if not rounds:
        return None
    _, most = Counter(_page(e.redirect) for e in rounds).most_common(1)[0]
    return _of_loop(rounds[0], most) if most >= LOOP_ROUNDS else None


def _of_loop(entry: Entry, rounds: int) -> Failure:
    text = (
        f"{entry.method} {entry.url}\nSign-in loop: the browser was sent to the sign-in page "
        f"{rounds} times and never arrived. {entry.error}".rstrip()
    )
    context = Context(url=entry.url, host=host_of(entry.url))
    return Failure(text, context, "response", entry.index)


def _is_sent_to_sign_in(entry: Entry) -> bool:
    if not entry.redirect or "error=" in entry.redirect:
        return False
    return host_of(entry.redirect) in _SIGN_IN_HOSTS


def _page(url: str) -> str:
    return url.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0]
