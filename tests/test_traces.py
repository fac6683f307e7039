"""Traces are read however they deviate, and say how they were made."""

import copy
import gzip
import json
from base64 import b64encode

import pytest
from mutations import mutated
from samples import MISSING_PRIVILEGE, NO_ROLES, ORG, TRACE, entry

from classifiers import Diagnoser, NotATraceError
from classifiers.formats import har, har_members
from classifiers.redact import Tags, redact

PLAIN = json.dumps(TRACE)


def deviating(change) -> bytes:
    trace = copy.deepcopy(TRACE)
    change(trace["log"], trace["log"]["entries"][1])
    return json.dumps(trace).encode()


def with_member(path: str, value) -> bytes:
    def change(log, refused):
        *holders, name = path.split(".")
        place = log if holders[:1] == ["log"] else refused
        for holder in holders[1:] if place is log else holders:
            place = place[holder]
        place[name] = value

    return deviating(change)


def zipped(_log, refused):
    content = refused["response"]["content"]
    content["text"] = b64encode(gzip.compress(content["text"].encode())).decode()
    content["encoding"] = "base64"


def deep(levels: int) -> bytes:
    return PLAIN.replace(
        '"creator"', '"_x": ' + "[" * levels + "]" * levels + ', "creator"'
    ).encode()


DEVIATIONS = {
    "UTF-16": PLAIN.encode("utf-16"),
    "the log is the file": json.dumps(TRACE["log"]).encode(),
    "something follows": PLAIN.encode() + b"\n\x00\x00-- end",
    "a wrapper with spaces": b"  har_callback ( " + PLAIN.encode() + b" ) ; \n",
    "no number": with_member("time", float("nan")),
    "infinity": with_member("timings", {"send": float("inf"), "wait": -5, "receive": "x"}),
    "invalid UTF-8": PLAIN.encode().replace(b"WebInspector", b"Web\xff\xfeInspector"),
    "half a surrogate pair": PLAIN.encode().replace(b"WebInspector", b"Web\\ud800Inspector"),
    "half a pair in the body": PLAIN.encode().replace(b"Principal user", b"\\ud800Principal user"),
    "bad bytes in the body": PLAIN.encode().replace(b"Principal user", b"\xff\x02Principal user"),
    "a line break in a string": PLAIN.encode().replace(b"Principal user", b"Principal\n\tuser"),
    "an unread member is deep": deep(300),
    "a creator that is none": with_member("log.creator", "WebInspector"),
    "a creator without name": with_member("log.creator", {"name": None}),
    "pages that are none": with_member("log.pages", "none"),
    "a status with a fraction": with_member("response.status", 403.0),
    "a status in words": with_member("response.status", "403"),
    "seven digits of a second": with_member("startedDateTime", "2026-11-16T08:00:00.1234567+01:00"),
    "a time that is a number": with_member("startedDateTime", 99999999999999999),
    "headers that are an object": with_member("response.headers", {"Req_Id": "1"}),
    "headers that are odd": with_member(
        "response.headers", ["a", {"name": None}, {"name": ["b"], "value": {"c": 1}}, None]
    ),
    "values joined by breaks": with_member(
        "response.headers", [{"name": "Set-Cookie", "value": "a=b\nc=d"}]
    ),
    "cookies that are an object": with_member("request.cookies", {"name": "a", "value": "b"}),
    "no redirect": with_member("response.redirectURL", None),
    "another name for redirects": with_member("response.redirectionURL", ""),
    "an error that is an object": with_member("_error", {"code": 1}),
    "bytes that are zipped": deviating(zipped),
    "a neighbour without answer": deviating(
        lambda log, _: log["entries"].insert(0, {"request": "GET", "response": None})
    ),
    "a neighbour that is none": deviating(lambda log, _: log["entries"].append("entry")),
    "members twice": PLAIN.replace('{"version"', '{"entries": [], "version"').encode(),
}


@pytest.mark.parametrize("raw", DEVIATIONS.values(), ids=DEVIATIONS)
def test_a_deviating_trace_is_read(diagnoser: Diagnoser, raw):
    diagnosis = diagnoser.diagnose_trace(raw)

    assert diagnosis.verdict.cause == "missing_security_role"
    assert diagnosis.facts.facts["privilege"] == "prvReadInvoice"
    json.dumps(diagnosis.to_dict(), ensure_ascii=False).encode()


@pytest.mark.parametrize("kind", [bytes, str])
@pytest.mark.parametrize(
    ("raw", "is_trace"),
    [
        pytest.param(PLAIN.encode(), True, id="as recorded"),
        pytest.param(b"\xef\xbb\xbf\n" + PLAIN.encode(), True, id="a byte order mark"),
        pytest.param(json.dumps(TRACE["log"]).encode(), True, id="the log is the file"),
        pytest.param(b"onInputData(" + PLAIN.encode() + b");", True, id="JSONP"),
        pytest.param(MISSING_PRIVILEGE.encode(), False, id="an error"),
        pytest.param(b'The "log" has "entries"', False, id="a sentence"),
    ],
)
def test_a_trace_is_told_from_other_inputs(raw, kind, is_trace):
    given = raw if kind is bytes else raw.decode()

    assert har.recognises(given) is is_trace


REFUSED = {
    "deeper than any exporter writes": deep(5_000),
    "deep where an entry must be built": with_member(
        "request", {"url": 17, "_x": json.loads("[" * 100 + "]" * 100)}
    ),
    "an entry more than there may be": b'{"log": {"entries": ['
    + b",".join([b"{}"] * (har_members.MAX_ENTRIES + 1))
    + b"]}}",
    "a page": b"<!DOCTYPE html><html>Sign in</html>",
}


@pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED)
def test_what_goes_too_far_is_refused_clearly(diagnoser: Diagnoser, raw):
    with pytest.raises(NotATraceError, match=r"HAR|JSON"):
        diagnoser.diagnose_trace(raw)


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.soak)])
def test_no_mutated_trace_is_a_defect(diagnoser: Diagnoser, count):
    for raw in mutated(TRACE, count):
        try:
            answer = diagnoser.diagnose_trace(raw).to_dict()
        except NotATraceError:
            continue
        json.dumps(answer, ensure_ascii=False).encode()


BROWSERS = [
    ("WebInspector", "Chrome or Edge", "Export HAR (sanitized)"),
    ("Firefox", "Firefox", "Persist Logs"),
    ("WebKit Web Inspector", "Safari", "Develop menu"),
    ("Fiddler", "Fiddler", "HTTPArchive v1.2"),
    ("Charles Proxy", "Charles", "Export Session"),
    ("mitmproxy", "mitmproxy", "save.har"),
    ("Proxyman", "Proxyman", "SSL proxying"),
    ("Playwright", "Playwright", "recordHar"),
    ("Internet Explorer Network Inspector", "Internet Explorer 11", "Chrome or Edge"),
    ("WebPagetest", "WebPageTest", "Save Response Bodies"),
    ("Something Else", "Something Else", "the browser"),
]


@pytest.mark.parametrize(("creator", "name", "words"), BROWSERS)
def test_a_better_trace_is_asked_for_in_words_of_the_exporter(
    diagnoser: Diagnoser, creator, name, words
):
    trace = {"log": {"creator": {"name": creator}, "entries": [entry(ORG, 403)]}}

    report = diagnoser.diagnose_trace(json.dumps(trace).encode()).trace

    assert report.exporter == name
    assert words in report.capture
    assert "unsanit" not in report.capture.casefold()
    assert "with sensitive data" not in report.capture


def test_edge_is_told_from_chrome(diagnoser: Diagnoser):
    def by_edge(_log, refused):
        refused["request"]["headers"].append({"name": "User-Agent", "value": "Chrome/130 Edg/130"})

    assert diagnoser.diagnose_trace(deviating(by_edge)).trace.exporter == "Edge"


def test_a_sanitised_trace_is_called_so_and_nothing_more_is_asked_for(diagnoser: Diagnoser):
    trace = copy.deepcopy(TRACE)
    for each in trace["log"]["entries"]:
        each["request"]["headers"] = []

    report = diagnoser.diagnose_trace(json.dumps(trace).encode()).trace

    assert report.sanitised
    assert any("cookies" in sentence for sentence in report.missing)
    assert report.capture is None


def test_a_name_of_the_exporter_may_hold_no_secret(diagnoser: Diagnoser):
    raw = with_member("log.creator", {"name": "password=Xq7-canary-4711"})

    assert "canary" not in json.dumps(diagnoser.diagnose_trace(raw).to_dict())


FAULTS = {
    "SOAP 1.1": '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
    f'<faultcode>s:Client</faultcode><faultstring xml:lang="en">{NO_ROLES}</faultstring>'
    "</s:Fault></s:Body></s:Envelope>",
    "SOAP 1.2": '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault>'
    "<s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason>"
    f'<s:Text xml:lang="en">{NO_ROLES}</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>',
    "OData": MISSING_PRIVILEGE,
}


@pytest.mark.parametrize("status", [500, 200])
@pytest.mark.parametrize("body", FAULTS.values(), ids=FAULTS)
def test_faults_are_read_whatever_the_status(diagnoser: Diagnoser, body, status):
    trace = {"log": {"entries": [entry(f"{ORG}/XRMServices", status, body)]}}

    diagnosis = diagnoser.diagnose_trace(json.dumps(trace).encode())

    assert diagnosis.verdict.cause == "missing_security_role"
    assert diagnosis.trace.root == 0


def test_a_failed_job_deep_in_a_table_is_found(diagnoser: Diagnoser):
    row = '{"statuscode": 30, "message": "done", "name": "' + "a" * 300 + '"},'
    job = '{"statuscode": 31, "message": "The owner of this workflow is disabled."}'
    body = '{"value": [' + row * 500 + job + "]}"
    trace = {"log": {"entries": [entry(f"{ORG}/asyncoperations", 200, body)]}}

    diagnosis = diagnoser.diagnose_trace(json.dumps(trace).encode())

    assert diagnosis.verdict.cause == "workflow_owner"


def test_bodies_stay_in_the_file_until_they_are_asked_for():
    body = har.read(PLAIN.encode()).entries[1].body

    assert 0 < len(body.text(40)) <= 40
    assert MISSING_PRIVILEGE.startswith(body.text(40))
    assert body.text() == MISSING_PRIVILEGE


def test_equal_secrets_of_one_upload_get_equal_tags():
    tags = Tags()

    first = redact("password=Xq7-invented-1", tags).text
    second = redact("retry with password=Xq7-invented-1", tags).text
    other = redact("password=Xq7-invented-2", tags)

    assert first.partition("=")[2] == second.partition("=")[2]
    assert other.text != first
    assert sum(redaction.count for redaction in other.redactions) == 3
