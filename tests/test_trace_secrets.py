"""A secret in any field of a trace is found nowhere after its diagnosis."""

import base64
import json
import logging
import tempfile
from itertools import count
from pathlib import Path

import pytest
from samples import MISSING_PRIVILEGE, ORG, USER

from classifiers import Diagnoser
from classifiers.evidence import Context, Failure
from classifiers.formats import har
from classifiers.pipeline import _redacted, _redacted_together
from classifiers.traces import failures_of

NUMBERS = count(1000)


def planted() -> str:
    """A token like no other, put together so that no scanner takes it for one."""
    claims = base64.urlsafe_b64encode(b'{"upn":"canary%d@contoso.com"}' % next(NUMBERS)).decode()
    return "eyJ" + "hbGciOiJub25lIn0" + "." + claims.rstrip("=") + "." + f"Zm9v{next(NUMBERS)}YmF6"


def pairs(*names: str) -> list[dict]:
    return [{"name": name, "value": f"a {planted()}", "comment": planted()} for name in names]


HEADERS = (
    "Authorization", "Cookie", "Set-Cookie", "Location", "Referer", "WWW-Authenticate", "X-Api-Key",
    ":path", "Req_Id", "x-ms-diagnostics", "Retry-After", "X-Unknown", "Content-Type",
)  # fmt: skip


def full_entry(status: int) -> dict:
    """An entry with every member of HAR 1.2, some of browsers, and some of nobody."""
    url = f"{ORG}/api/{planted()}?access_token={planted()}&other={planted()}#id_token={planted()}"
    body = MISSING_PRIVILEGE[:-1] + f', "access_token": "{planted()}", "other": "{planted()}"}}'
    return {
        "pageref": planted(),
        "startedDateTime": planted(),
        "time": 1,
        "request": {
            "method": planted(),
            "url": url.replace("https://", f"https://user:{planted()}@"),
            "httpVersion": planted(),
            "headers": pairs(*HEADERS),
            "cookies": pairs("ESTSAUTH", "other"),
            "queryString": pairs("code", "other"),
            "postData": {
                "mimeType": planted(),
                "text": f"client_secret={planted()}&other={planted()}",
                "params": pairs("password", "other"),
                "comment": planted(),
            },
            "comment": planted(),
        },
        "response": {
            "status": status,
            "statusText": planted(),
            "httpVersion": planted(),
            "headers": pairs(*HEADERS),
            "cookies": pairs("CrmOwinAuth", "other"),
            "content": {"mimeType": planted(), "text": body, "comment": planted()},
            "redirectURL": f"{ORG}/#access_token={planted()}",
            "_error": planted(),
            "comment": planted(),
        },
        "cache": {"comment": planted(), "beforeRequest": {"eTag": planted()}},
        "timings": {"comment": planted()},
        "serverIPAddress": planted(),
        "connection": planted(),
        "comment": planted(),
        "_initiator": {"url": planted(), "stack": [planted()]},
        "_webSocketMessages": [{"data": planted()}],
        f"Bearer {planted()}": {"password": planted()},
    }


def full_trace() -> dict:
    encoded = full_entry(403)
    content = encoded["response"]["content"]
    content["text"] = base64.b64encode(content["text"].encode()).decode()
    content["encoding"] = "base64"
    return {
        "log": {
            "version": planted(),
            "creator": {"name": planted(), "version": planted(), "comment": planted()},
            "browser": {"name": planted(), "version": planted()},
            "pages": [{"id": planted(), "title": planted(), "startedDateTime": planted()}],
            "entries": [full_entry(200), full_entry(403), full_entry(0), full_entry(302), encoded],
            "comment": planted(),
            "_unknown": [planted()],
        },
        planted(): planted(),
    }


def tokens_of(trace: dict) -> list[bytes]:
    """Every planted token's last part, which no other text holds."""
    plain = json.dumps(trace).encode()
    for each in trace["log"]["entries"]:
        content = each["response"]["content"]
        plain += base64.b64decode(content["text"]) if "encoding" in content else b""
    return sorted({part[:8] for part in plain.split(b".Zm9v")[1:]})


@pytest.fixture
def temporary(tmp_path, monkeypatch) -> Path:
    """The folder for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("form", [False, True], ids=["body", "form"])
def test_a_planted_secret_is_found_nowhere(client, temporary, caplog, capfd, form):
    caplog.set_level(logging.DEBUG)
    trace = full_trace()
    raw = json.dumps(trace).encode()
    secrets = [b"Zm9v" + token for token in tokens_of(trace)]

    sent = {"files": {"file": ("a.har", raw)}} if form else {"content": raw}
    answer = client.post("/v1/diagnoses/trace", **sent)

    assert answer.status_code == 201
    assert answer.json()["cause"] == "missing_security_role"
    assert sum(each["count"] for each in answer.json()["redactions"]) > 20
    stored = [path.read_bytes() for path in temporary.parent.rglob("*") if path.is_file()]
    printed = "".join(capfd.readouterr()).encode()
    places = [answer.content, caplog.text.encode(), printed, *stored]
    assert len(secrets) > 300
    assert not [s for s in secrets for place in places if s in place or s.lower() in place]
    assert not list(temporary.iterdir())


def test_evidence_beside_the_secrets_stays(diagnoser: Diagnoser):
    diagnosis = diagnoser.diagnose_trace(json.dumps(full_trace()).encode())

    assert diagnosis.facts.facts["privilege"] == "prvReadInvoice"
    assert diagnosis.facts.facts["principal_id"] == USER


def test_a_secret_known_from_one_failure_is_taken_out_of_all():
    first, second = full_entry(403), full_entry(403)
    first["response"]["content"]["text"] = "state Xq7invented4711 is unknown"
    second["response"]["content"]["text"] = '{"password": "Xq7invented4711"}'

    raw = json.dumps({"log": {"entries": [first, second]}}).encode()
    failures, _ = _redacted_together(failures_of(har.read(raw), Context()))

    assert len(failures) == 2
    assert all("Xq7invented4711" not in failure.text for failure in failures)


@pytest.mark.parametrize("status", [401, 403, 500])
def test_redaction_does_not_change_the_verdict_of_an_entry(diagnoser: Diagnoser, status):
    raw = json.dumps({"log": {"entries": [full_entry(status)]}}).encode()
    (failure,) = failures_of(har.read(raw), Context())

    assert diagnoser.judge(failure).cause == "missing_security_role"
    assert diagnoser.judge(_redacted(failure)).cause == "missing_security_role"


def test_redaction_does_not_change_the_verdict_of_a_message(diagnoser: Diagnoser):
    rows = [
        json.loads(line)
        for path in sorted(Path("corpus/messages").glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()[::12]
    ]
    changed = [row["id"] for row in rows if not agrees(diagnoser, row)]

    assert len(rows) > 100
    assert len(changed) <= len(rows) * 0.005, changed


def agrees(diagnoser: Diagnoser, row: dict) -> bool:
    failure = Failure(row["text"], Context.of(row["context"]))
    return diagnoser.judge(failure).cause == diagnoser.judge(_redacted(failure)).cause
