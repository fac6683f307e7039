"""Stored diagnoses are found, judged and retested; a request sent twice has its effect once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
from databases import on_both_databases
from samples import NO_ROLES, NOT_A_MEMBER, secret_text
from sqlmodel import Session, select
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings
from service.store.tables import FeedbackRow

pytestmark = on_both_databases
UNKNOWN = "0b1ef3a4-5c1f-4f0b-9a55-7f3f5c1d2e90"


def created(client, text=NO_ROLES, **members):
    return client.post("/v1/diagnoses", json={"text": text, **members}).json()


def listed(client, **query):
    answer = client.get("/v1/diagnoses", params=query)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["diagnoses"]]


def test_diagnoses_are_found_by_what_they_say(client):
    role = created(client, reference="case 17")
    member = created(client, NOT_A_MEMBER)

    assert listed(client) == [member["id"], role["id"]]
    assert listed(client, cause=role["cause"]) == [role["id"]]
    assert listed(client, band=role["band"], reference="case 17") == [role["id"]]
    assert listed(client, incident=member["incident"]) == [member["id"]]
    assert listed(client, since=member["created_at"]) == [member["id"]]
    assert listed(client, until=member["created_at"]) == [role["id"]]
    assert listed(client, reference="case\x0017") == []


def test_the_next_page_is_linked_with_its_filters(client):
    ids = [created(client)["id"] for _ in range(3)]

    first = client.get("/v1/diagnoses?limit=2&cause=missing_security_role")
    link = first.headers["link"].partition(">")[0].removeprefix("<")
    second = client.get(link)

    assert parse_qs(urlsplit(link).query)["cause"] == ["missing_security_role"]
    assert [one["id"] for one in first.json()["diagnoses"] + second.json()["diagnoses"]] == [
        *reversed(ids)
    ]
    assert second.json()["next"] is None
    assert "link" not in second.headers


@pytest.mark.parametrize(
    "query",
    [
        "cursor=canary-4711",
        "cursor=WzEsMl0=",
        "cursor=%00",
        "limit=0",
        "limit=201",
        "cause=canary-4711",
        "since=canary-4711",
        "since=2026-11-02T00:00:00",
        "canary-4711=1",
    ],
)
def test_a_strange_query_is_refused(client, query):
    answer = client.get(f"/v1/diagnoses?{query}")

    assert answer.status_code == 422
    assert answer.json()["errors"]
    assert "canary-4711" not in answer.text


def test_feedback_is_kept_without_secrets_and_the_last_word_counts(client, store):
    diagnosis = created(client)["id"]
    said, secret = secret_text()
    path = f"/v1/diagnoses/{diagnosis}/feedback"
    client.post(path, json={"verdict": "right"})

    answer = client.post(
        path, json={"verdict": "wrong", "cause": "workflow_owner", "comment": said}
    )

    with Session(store.engine) as session:
        kept = session.exec(select(FeedbackRow)).all()
    assert answer.status_code == 201
    assert secret not in answer.text
    assert answer.json()["diagnosis"] == diagnosis
    assert [(row.verdict, row.cause) for row in kept] == [("wrong", "workflow_owner")]
    assert secret not in kept[0].comment


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"verdict": "perhaps"}, 422, id="a strange verdict"),
        pytest.param({"verdict": "right", "cause": "workflow_owner"}, 422, id="a contradiction"),
        pytest.param({"verdict": "right", "cause": "missing_security_role"}, 201, id="agreement"),
    ],
)
def test_feedback_says_one_thing(client, body, status):
    diagnosis = created(client)["id"]

    answer = client.post(f"/v1/diagnoses/{diagnosis}/feedback", json=body)

    assert answer.status_code == status


OTHER_USER = NO_ROLES.replace("4b1f7a52", "5c2f8b63")
RETESTS = [
    pytest.param("", "fixed", id="nothing fails any more"),
    pytest.param(f"Again: {NO_ROLES}", "same", id="the same failure"),
    pytest.param(OTHER_USER, "different", id="the same for another person"),
    pytest.param(NOT_A_MEMBER, "different", id="another failure"),
]


@pytest.mark.parametrize(("text", "outcome"), RETESTS)
def test_a_retest_tells_whether_the_fix_helped(client, text, outcome):
    before = created(client, reference="case 17")

    answer = client.post(f"/v1/diagnoses/{before['id']}/retest", json={"text": text})

    found = answer.json()
    assert answer.status_code == 201
    assert found["outcome"] == outcome
    assert found["diagnosis"]["reference"] == "case 17"
    assert client.get(answer.headers["location"]).json() == found["diagnosis"]


def test_retests_of_retests_are_one_chain(client):
    ids = [created(client)["id"]]
    for text in (NOT_A_MEMBER, ""):
        answer = client.post(f"/v1/diagnoses/{ids[-1]}/retest", json={"text": text}).json()
        ids.append(answer["diagnosis"]["id"])

    assert answer["chain"] == ids
    assert answer["previous"] == ids[1]


def test_what_is_not_there_cannot_be_judged_or_retested(client):
    for wanted in (UNKNOWN, "none", "%00", "a" * 99):
        path = f"/v1/diagnoses/{wanted}"
        answers = [
            client.get(path),
            client.post(f"{path}/feedback", json={"verdict": "right"}),
            client.post(f"{path}/retest", json={"text": ""}),
        ]

        assert [answer.status_code for answer in answers] == [404, 404, 404]


ONCE = {"idempotency-key": "8e03978e-40d5-43e8-bc93-6894a57f9324"}


@pytest.mark.parametrize("under", ["", "/{}/feedback", "/{}/retest", "/response"])
def test_the_same_request_has_its_effect_once(client, under):
    first = created(client)["id"]
    path = f"/v1/diagnoses{under.format(first)}"
    body = {"": {"text": "x"}, "/response": {"status": 403}}.get(under, {"text": ""})
    body = {"verdict": "right"} if "feedback" in under else body

    answers = [client.post(path, json=body, headers=ONCE) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert answers[0].headers.get("location") == answers[1].headers.get("location")
    assert answers[1].headers["idempotent-replayed"] == "true"
    assert len(listed(client)) == (1 if "feedback" in under else 2)


def test_an_idempotency_key_is_for_one_request(client):
    client.post("/v1/diagnoses", json={"text": NO_ROLES}, headers=ONCE)

    other = client.post("/v1/diagnoses", json={"text": NOT_A_MEMBER}, headers=ONCE)

    assert other.status_code == 422
    assert other.json()["type"].endswith("idempotency-key-reused")


def test_a_refused_request_may_be_sent_again(client):
    refused = client.post("/v1/diagnoses", json={"text": ""}, headers=ONCE)
    accepted = client.post("/v1/diagnoses", json={"text": NO_ROLES}, headers=ONCE)

    assert [refused.status_code, accepted.status_code] == [422, 201]


def test_a_request_in_progress_is_not_begun_again(client, store):
    busy, go = threading.Event(), threading.Event()
    store.writer.submit(lambda _connection: (busy.set(), go.wait(20)))
    busy.wait(10)

    def post(_number=0):
        return client.post("/v1/diagnoses", json={"text": NO_ROLES}, headers=ONCE)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(post)
        while not client.app.state.running.count:
            time.sleep(0.01)
        second = post()
        go.set()

    assert second.status_code == 409
    assert second.headers["retry-after"]
    assert first.result().status_code == 201
    assert post().json() == first.result().json()


def test_two_processes_keep_one_answer(client, diagnoser, store, trace_pool):
    app = create_app(Settings(), diagnoser, store, trace_pool=trace_pool)
    other = TestClient(app, base_url="http://127.0.0.1:8365")

    def post(one):
        return one.post("/v1/diagnoses", json={"text": NO_ROLES}, headers=ONCE)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, [client, other] * 8))

    ids = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert ids == set(listed(client))
    assert len(ids) == 1


@pytest.mark.parametrize("key", ["", "a" * 256, "two words"])
def test_a_strange_idempotency_key_is_refused(client, key):
    answer = client.post("/v1/diagnoses", json={"text": NO_ROLES}, headers={"idempotency-key": key})

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
