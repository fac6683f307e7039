"""What a trace says: its failing entries as failures, and what the file cannot show."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from urllib.parse import urlsplit

import regex

from classifiers.evidence import Context, Failure
from classifiers.formats.har import Entry, Trace
from classifiers.formats.http_response import HttpResponse, failure_of

LOOP_ROUNDS = 4  # a sign-in that needs as many rounds does not end
MAX_FAILURES = 200  # of one trace; the first ones hold the root
MAX_BODY_CHARS = 20_000

_SIGN_IN_HOSTS = ("login.microsoftonline.com", "login.windows.net", "login.microsoft.com")
_CLIENT_ERROR = 400
_SERVER_ERROR = 500
_CHALLENGE = 401
_THROTTLED = 429
_NOT_FOUND = 404

# What a page asks for beside its work; its refusal explains nothing.
_DECORATION = regex.compile(r"\.(?:ico|png|gif|jpe?g|svg|woff2?|ttf|map)(?:\?|$)|/favicon", regex.I)

# Error pages and job records that come with status 200.
_REDIRECTED_ERROR = regex.compile(r"[?#&]error=|AADSTS\d{5}|[?#&]error_description=", regex.I)
_SIGN_IN_PAGE = regex.compile(r'AADSTS\d{5,7}|"sErrorCode"\s*:\s*"[^"]{1,12}"')
_FAILED_JOB = regex.compile(r'"statuscode"\s*:\s*31\b')
_JOB_MESSAGE = regex.compile(r'"(?:friendly)?message"\s*:\s*"[^"]{3,}')
_PART = regex.compile(r"HTTP/1\.[01] ([45]\d\d) ")
_ODATA_ERROR = regex.compile(r'^\s*\{\s*"error"\s*:\s*\{')


@dataclass(frozen=True, slots=True)
class Capture:
    """The failures of a trace, and how the file was made."""

    failures: tuple[Failure, ...]
    sanitised: bool
    missing: tuple[str, ...]  # what the file cannot show
    capture: str | None  # the words to ask for a better one


def captured(trace: Trace, context: Context) -> Capture:
    """Find the failing entries of a trace, in the order of the file.

    `context` is what the caller knows of all of them.
    """
    loop = _loop(trace.entries)
    found = [f for entry in trace.entries if (f := _failure(entry, trace)) is not None]
    if loop is not None and not any(_explains(f) for f in found):
        found.insert(0, loop)
    failures = tuple(replace(f, context=_joined(context, f.context)) for f in found[:MAX_FAILURES])
    missing = tuple(_missing(trace, failures))
    return Capture(failures, is_sanitised(trace), missing, _WANTED if missing else None)


_WANTED = (
    "Please open the browser's developer tools (F12), tab Network, tick Preserve log, repeat the "
    "action until the error shows, and export the HAR from there. The sanitised export is enough."
)


def _explains(failure: Failure) -> bool:
    """Whether a failure may be why a sign-in goes round: an answer, and more than a challenge."""
    return failure.context.status not in {None, _CHALLENGE}


def _joined(given: Context, seen: Context) -> Context:
    """What the trace shows, completed by what the caller knows."""
    shown = {f.name: getattr(seen, f.name) for f in fields(seen)}
    return replace(given, **{name: value for name, value in shown.items() if value is not None})


def _missing(trace: Trace, failures: Sequence[Failure]) -> Iterator[str]:
    silent = [f.entry for f in failures if f.entry is not None and not trace.entries[f.entry].body]
    refused = [i for i in silent if trace.entries[i].status in {401, 403}]
    if refused:
        yield f"The file does not hold the answer's text of {len(refused)} refused request(s)."
    if trace.entries and not any(entry.body for entry in trace.entries):
        yield "The file holds no answer texts at all; the exporter left them out."


def is_sanitised(trace: Trace) -> bool:
    """Whether the exporter took the credentials out, as Chrome does since version 130."""
    signed_in = [
        e for e in trace.entries if _host(e.url).endswith((".dynamics.com", ".microsoft.com"))
    ]
    return bool(signed_in) and not any(e.has_credentials for e in trace.entries)


def _failure(entry: Entry, trace: Trace) -> Failure | None:
    if _REDIRECTED_ERROR.search(entry.redirect):
        return _of_redirect(entry)
    if entry.status >= _CLIENT_ERROR:
        return None if _recovers(entry, trace) or _decorates(entry) else _of_answer(entry)
    if entry.status == 0:
        return _of_silence(entry)
    return _inside(entry)


def _inside(entry: Entry) -> Failure | None:
    """A failure within an answer whose status says that all is well."""
    body = entry.body[:MAX_BODY_CHARS]
    if _PART.search(body) is not None:
        return _of_part(entry)
    if _host(entry.url) in _SIGN_IN_HOSTS and _SIGN_IN_PAGE.search(body):
        return _of_answer(entry)
    if _ODATA_ERROR.search(body) is not None:
        return _of_answer(entry)
    if _FAILED_JOB.search(body) and _JOB_MESSAGE.search(body):
        return _of_answer(entry)
    return None


def _of_answer(entry: Entry) -> Failure:
    response = HttpResponse(
        status=entry.status,
        body=entry.body[:MAX_BODY_CHARS],
        url=entry.url,
        method=entry.method,
        headers=entry.headers,
        reason=entry.reason,
    )
    return failure_of(response, Context(), entry=entry.index)


def _of_redirect(entry: Entry) -> Failure:
    response = HttpResponse(
        entry.status, url=entry.url, method=entry.method, headers={"location": entry.redirect}
    )
    return failure_of(response, Context(), entry=entry.index)


def _of_part(entry: Entry) -> Failure | None:
    """The first part of a `$batch` answer that failed."""
    part = _PART.search(entry.body)
    if part is None:
        return None
    end = entry.body.find("\n--", part.end())
    text = entry.body[part.start() : end if end > 0 else part.start() + MAX_BODY_CHARS]
    context = Context(status=int(part[1]), url=entry.url, host=_host(entry.url) or None)
    return Failure(text, context, "response", entry.index)


def _of_silence(entry: Entry) -> Failure:
    """A request without an answer: blocked, cut off, not resolved, given up."""
    error = entry.error or "no answer: the request was aborted, blocked or cut off"
    text = f"{entry.method} {entry.url}\n{error}"
    context = Context(url=entry.url, host=_host(entry.url) or None)
    return Failure(text, context, "response", entry.index)


def _recovers(entry: Entry, trace: Trace) -> bool:
    """A challenge or a throttled call that is answered well when it is asked again."""
    if entry.status not in {_CHALLENGE, _THROTTLED}:
        return False
    later = trace.entries[entry.index + 1 :]
    same = (e for e in later if e.url == entry.url and e.method == entry.method)
    return any(0 < e.status < _CLIENT_ERROR for e in same)


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
    context = Context(url=entry.url, host=_host(entry.url) or None)
    return Failure(text, context, "response", entry.index)


def _is_sent_to_sign_in(entry: Entry) -> bool:
    return _host(entry.redirect) in _SIGN_IN_HOSTS and "error=" not in entry.redirect


def _page(url: str) -> str:
    return url.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0]


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def timeline(trace: Trace, failures: Sequence[Failure]) -> Iterator[dict[str, object]]:
    """The failing entries in order, each with time, host and status, without their texts."""
    for failure in failures:
        if failure.entry is None:
            continue
        entry = trace.entries[failure.entry]
        yield {
            "entry": entry.index,
            "started": entry.started or None,
            "method": entry.method,
            "host": _host(entry.url) or None,
            "status": entry.status,
        }
