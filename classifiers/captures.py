"""How a trace was made: who exported it, what it lacks, and the words to ask for a better one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from classifiers.evidence import Failure
from classifiers.formats.har import Entry, Trace
from classifiers.formats.http_response import host_of
from classifiers.redact import redact_text

MAX_NAME_CHARS = 60
MAX_PEEKED_ENTRIES = 20
_REFUSED = {401, 403}

_REPEAT = "repeat the action until the error shows"


@dataclass(frozen=True, slots=True)
class Exporter:
    """A program that writes HARs: how it names itself, and how a better one is made with it."""

    name: str
    creator: str  # in lower case, the beginning of what stands in log.creator.name
    words: str


_DEVTOOLS = (
    "In {browser}, please press F12 and open Network, tick Preserve log, "
    + _REPEAT
    + ", then choose Export HAR (sanitized) with the arrow that points down. "
    "That is enough; please send no cookies and no passwords."
)
_CHROME = _DEVTOOLS.format(browser="Chrome or Edge")

# What they write: their exports, and https://github.com/ahmadnassri/har-spec.
EXPORTERS = (
    Exporter("Chrome or Edge", "webinspector", _CHROME),
    Exporter(
        "Firefox",
        "firefox",
        "In Firefox, please press F12 and open Network, tick Persist Logs in the gear menu, "
        f"{_REPEAT}, click the failed line once so that its Response tab fills, then choose "
        "Save All As HAR in the gear menu. Answers above 1 MB are cut unless "
        "devtools.netmonitor.responseBodyLimit is raised.",
    ),
    Exporter(
        "Safari",
        "webkit web inspector",
        "In Safari, please show the Web Inspector (Develop menu), open Network, tick Preserve Log, "
        f"{_REPEAT}, click the failed line once, then choose Export.",
    ),
    Exporter(
        "Fiddler",
        "fiddler",
        "In Fiddler, please turn on HTTPS decryption for the browser, untick Streaming, "
        f"{_REPEAT}, then choose File, Export Sessions, All Sessions, HTTPArchive v1.2, with "
        "the largest allowed body size.",
    ),
    Exporter(
        "Charles",
        "charles",
        "In Charles, please enable SSL proxying for the hosts of the environment and of the "
        f"sign-in, {_REPEAT}, then choose File, Export Session, HTTP Archive.",
    ),
    Exporter(
        "mitmproxy",
        "mitmproxy",
        "With mitmproxy, please turn body streaming off (stream_large_bodies), "
        f"{_REPEAT}, then run save.har @all.",
    ),
    Exporter(
        "Proxyman",
        "proxyman",
        "In Proxyman, please enable SSL proxying for the hosts of the environment and of the "
        f"sign-in, {_REPEAT}, then choose Export, HAR for all requests.",
    ),
    Exporter(
        "Playwright",
        "playwright",
        'With Playwright, please record with recordHar: { content: "embed", mode: "full" } and '
        "send the HAR after the context was closed.",
    ),
    Exporter(
        "Internet Explorer 11",
        "internet explorer",
        "Internet Explorer no longer opens these pages as they should be. " + _CHROME,
    ),
    Exporter(
        "WebPageTest",
        "webpagetest",
        "WebPageTest keeps no answer texts unless Save Response Bodies is ticked. " + _CHROME,
    ),
)
_OTHERS = _DEVTOOLS.format(browser="the browser")

# Where the file names no creator: what only one program writes into an entry's time.
_FIDDLER_TIME = regex.compile(r"T\d\d:\d\d:\d\d\.\d{7}")
_TIME = regex.compile(r"[\dT:.+Z -]{8,40}")
_METHOD = regex.compile(r"[A-Z]{3,20}")
_EDGE = b"Edg/"
_CHROME_ONLY = b"Chrome/"


@dataclass(frozen=True, slots=True)
class Capture:
    """What is said of a file as a whole."""

    exporter: str | None
    sanitised: bool
    missing: tuple[str, ...]
    words: str | None  # to ask for a better file; None where nothing that matters is missing


def capture_of(trace: Trace, failures: Sequence[Failure]) -> Capture:
    """Say who made a file and what it cannot show."""
    exporter = _exporter(trace)
    sanitised = is_sanitised(trace)
    missing = tuple(_missing(trace, failures))
    words = (exporter.words if exporter else _OTHERS) if missing else None
    if sanitised:
        missing += (_SANITISED,)
    return Capture(_name(trace, exporter), sanitised, missing, words)


_SANITISED = (
    "The exporter took cookies and authorisation headers out, so the file does not show as whom "
    "the requests were made. That is as it should be; nothing needs to be sent again for it."
)


def is_sanitised(trace: Trace) -> bool:
    """Whether the exporter took the credentials out, as Chrome does since version 130."""
    if any(entry.has_credentials for entry in trace.entries):
        return False
    return any(
        (host_of(e.url) or "").endswith((".dynamics.com", ".microsoft.com")) for e in trace.entries
    )


def timeline(trace: Trace, failures: Sequence[Failure]) -> Iterator[dict[str, object]]:
    """The failing entries in order, each with time, host and status, without their texts."""
    for failure in failures:
        if failure.entry is None:
            continue
        entry = trace.entries[failure.entry]
        yield {
            "entry": entry.index,
            "started": entry.started if _TIME.fullmatch(entry.started) else None,
            "method": entry.method if _METHOD.fullmatch(entry.method) else None,
            "host": redact_text(host_of(entry.url) or "") or None,
            "status": entry.status,
        }


def _exporter(trace: Trace) -> Exporter | None:
    creator = trace.creator.casefold()
    if not creator and any(_FIDDLER_TIME.search(e.started) for e in trace.entries[:1]):
        creator = "fiddler"
    return next((each for each in EXPORTERS if creator.startswith(each.creator)), None)


def _name(trace: Trace, exporter: Exporter | None) -> str | None:
    if exporter is None:
        return redact_text(trace.creator)[:MAX_NAME_CHARS] or None
    if exporter is not EXPORTERS[0]:
        return exporter.name
    agents = [bytes(e.asked) for e in trace.entries[:MAX_PEEKED_ENTRIES]]
    if any(_EDGE in each for each in agents):
        return "Edge"
    return "Chrome" if any(_CHROME_ONLY in each for each in agents) else exporter.name


def _missing(trace: Trace, failures: Sequence[Failure]) -> Iterator[str]:
    if not trace.entries:
        yield "The file holds no requests; it was recorded before or after the action."
        return
    if not any(entry.body for entry in trace.entries):
        yield _no_bodies(trace.entries)
        return
    failed = [trace.entries[f.entry] for f in failures if f.entry is not None]
    refused = [entry for entry in failed if entry.status in _REFUSED and not entry.body]
    if refused:
        yield f"The file does not hold the answer's text of {len(refused)} refused request(s)."


def _no_bodies(entries: Sequence[Entry]) -> str:
    if any(entry.body.is_beside for entry in entries):
        return "The answers' texts lie in other files, which the HAR only names."
    return "The file holds no answer texts at all; the exporter left them out."
