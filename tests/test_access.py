"""Who may do what: keys, scopes, workspaces, rates, origins, reads that are written down."""

import json
import logging
import re
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from databases import on_both_databases
from samples import NO_ROLES, TRACE
from starlette.testclient import TestClient

from service.app import create_app
from service.cli import main
from service.settings import Settings
from service.store.keys import add_key, key_named, new_secret

pytestmark = on_both_databases
NOW = datetime(2026, 11, 2, tzinfo=UTC)
ADMIN = "a-first-key-for-tests-only"


@pytest.fixture
def serving(diagnoser, store, trace_pool):
    @contextmanager
    def serve(**chosen):
        app = create_app(
            Settings(**{"host": "192.0.2.1", **chosen}), diagnoser, store, trace_pool=trace_pool
        )
        with TestClient(
            app, base_url="http://triage.internal", raise_server_exceptions=False
        ) as client:
            yield client

    return serve


def bearer(store, *scopes, workspace="contoso"):
    """The header of a new key."""
    secret = new_secret()
    key = key_named("a tool", workspace=workspace, scopes=scopes, now=NOW)
    store.write(lambda connection: add_key(connection, key, secret))
    return {"authorization": f"Bearer {secret}"}


@pytest.mark.parametrize(
    ("scopes", "statuses"),
    [
        pytest.param(["submit"], [201, 403, 200, 403], id="submit"),
        pytest.param(["read"], [403, 200, 200, 403], id="read"),
        pytest.param(["submit", "read"], [201, 200, 200, 403], id="both"),
        pytest.param(["admin"], [201, 200, 200, 200], id="admin"),
    ],
)
def test_a_key_does_what_its_scopes_say(serving, store, scopes, statuses):
    key = bearer(store, *scopes)

    with serving() as client:
        answers = [
            client.post("/v1/diagnoses", json={"text": NO_ROLES}, headers=key),
            client.get("/v1/diagnoses", headers=key),
            client.get("/v1/causes", headers=key),
            client.get("/metrics", headers=key),
        ]

    assert [answer.status_code for answer in answers] == statuses


def test_a_workspace_sees_nothing_of_another(serving, store):
    ours, theirs = bearer(store, "admin"), bearer(store, "admin", workspace="fabrikam")

    with serving() as client:
        created = client.post("/v1/diagnoses", json={"text": NO_ROLES}, headers=ours).json()
        path = f"/v1/diagnoses/{created['id']}"
        foreign = [
            client.get(path, headers=theirs),
            client.post(f"{path}/feedback", json={"verdict": "right"}, headers=theirs),
            client.post(f"{path}/retest", json={"text": ""}, headers=theirs),
        ]
        lists = [client.get("/v1/diagnoses", headers=key).json() for key in (ours, theirs)]

    assert [answer.status_code for answer in foreign] == [404, 404, 404]
    assert [len(found["diagnoses"]) for found in lists] == [1, 0]


def test_an_idempotency_key_belongs_to_its_workspace(serving, store):
    keys = [bearer(store, "admin", workspace=name) for name in ("contoso", "fabrikam")]

    with serving() as client:
        created = [
            client.post(
                "/v1/diagnoses",
                json={"text": NO_ROLES},
                headers={**key, "idempotency-key": "one"},
            ).json()["id"]
            for key in keys
        ]

    assert created[0] != created[1]


@pytest.mark.parametrize(
    "authorization",
    [None, "Bearer wrong", "Basic abc", "Bearer", "Bearer \xff"],
    ids=["none", "wrong", "another scheme", "empty", "not ASCII"],
)
def test_without_a_valid_key_nobody_gets_in(serving, authorization):
    headers = {"authorization": authorization.encode("latin-1")} if authorization else {}

    with serving() as client:
        answer = client.get("/v1/causes", headers=headers)
        health = client.get("/healthz")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert "wrong" not in answer.text
    assert health.status_code == 200


def test_the_first_key_comes_from_the_settings(serving):
    with serving(admin_key=ADMIN) as client:
        answer = client.get("/metrics", headers={"authorization": f"Bearer {ADMIN}"})

    assert answer.status_code == 200


def test_a_wrong_key_is_refused_on_loopback_too(client):
    answer = client.get("/v1/causes", headers={"authorization": "Bearer wrong"})

    assert answer.status_code == 401


def test_too_many_requests_are_told_when_to_come_back(serving, store):
    key, other = bearer(store, "read"), bearer(store, "read")

    with serving(requests_per_minute=2) as client:
        answers = [client.get("/v1/causes", headers=key) for _ in range(3)]
        another = client.get("/v1/causes", headers=other)

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["retry-after"]) <= 31
    assert another.status_code == 200


def test_the_reading_of_a_trace_is_written_down(serving, store, caplog):
    key = bearer(store, "admin")
    caplog.set_level(logging.INFO)

    with serving() as client:
        created = client.post("/v1/diagnoses/trace", content=json.dumps(TRACE), headers=key).json()
        client.post("/v1/diagnoses", json={"text": NO_ROLES}, headers=key)
        client.get(f"/v1/diagnoses/{created['id']}", headers=key)
        client.get("/v1/diagnoses", headers=key)

    reads = [record for record in caplog.records if record.message == "trace read"]
    assert [record.diagnoses for record in reads] == [[created["id"]]] * 2
    assert {record.workspace for record in reads} == {"contoso"}


ORIGINS = "https://desk.contoso.example, abcdefghijklmnopabcdefghijklmnop"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        pytest.param("https://desk.contoso.example", True, id="a listed page"),
        pytest.param(
            "chrome-extension://abcdefghijklmnopabcdefghijklmnop", True, id="a listed extension"
        ),
        pytest.param("https://evil.example", False, id="another page"),
        pytest.param("http://desk.contoso.example", False, id="a listed page without TLS"),
    ],
)
def test_scripts_of_listed_origins_may_call(serving, store, origin, allowed):
    asked = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, idempotency-key",
    }

    with serving(allowed_origins=ORIGINS) as client:
        preflight = client.options("/v1/diagnoses", headers=asked)
        answer = client.get("/v1/causes", headers={"origin": origin, **bearer(store, "read")})

    assert (preflight.status_code == 200) is allowed
    assert (answer.headers.get("access-control-allow-origin") == origin) is allowed


def test_keys_are_made_shown_once_listed_and_revoked(serving, database_url, monkeypatch, capsys):
    monkeypatch.setenv("TRIAGE365_DATABASE_URL", database_url)
    assert main(["keys", "create", "desk", "--workspace", "contoso", "--scope", "read"]) == 0
    secret = re.search(r"t365_\S+", capsys.readouterr().out).group()
    header = {"authorization": f"Bearer {secret}"}

    assert main(["keys", "list"]) == 0
    listed = capsys.readouterr().out
    key_id = listed.splitlines()[-1].split()[0]
    with serving() as client:
        before = client.get("/v1/diagnoses", headers=header)
        assert main(["keys", "revoke", key_id]) == 0
        after = client.get("/v1/diagnoses", headers=header)

    assert "contoso" in listed
    assert secret not in listed
    assert [before.status_code, after.status_code] == [200, 401]
    assert main(["keys", "revoke", key_id]) == 1


def test_no_key_stands_in_the_database(serving, store, tmp_path):
    header = bearer(store, "admin")
    with serving(admin_key=ADMIN) as client:
        client.get("/v1/causes", headers=header)

    if store.engine.dialect.name == "sqlite":
        kept = b"".join(file.read_bytes() for file in tmp_path.glob("*.db*"))
    else:
        with store.engine.connect() as connection:
            kept = str(connection.exec_driver_sql("SELECT * FROM api_key").all()).encode()
    assert header["authorization"].removeprefix("Bearer ").encode() not in kept
    assert ADMIN.encode() not in kept
