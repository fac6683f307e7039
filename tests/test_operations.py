"""How the service is watched, kept tidy and told apart from a sick one."""

import io
import json
import logging
from datetime import UTC, datetime, timedelta

import pytest
from samples import NO_ROLES, secret_text
from starlette.testclient import TestClient

from service.app import create_app
from service.auth import RateLimit
from service.errors import RateLimitedError
from service.logs import JsonLines
from service.settings import Settings


def test_a_bucket_refills():
    limit = RateLimit(60)
    for _ in range(60):
        limit.take("key", now=0)

    with pytest.raises(RateLimitedError) as refused:
        limit.take("key", now=0.5)

    assert refused.value.retry_seconds == 1
    limit.take("key", now=1.5)


def test_metrics_count_causes_bands_and_origins(client):
    client.post("/v1/diagnoses?store=false", json={"text": NO_ROLES})
    client.get("/v1/diagnoses/canary-4711")

    text = client.get("/metrics").text

    counted = next(line for line in text.splitlines() if "triage365_diagnoses_total{" in line)
    assert 'cause="missing_security_role"' in counted
    assert 'origin="signature"' in counted
    assert 'band="high"' in counted
    assert 'route="/v1/diagnoses/{diagnosis_id}",status="404"' in text
    assert "canary-4711" not in text


def test_a_service_without_its_tables_is_not_ready(client, store):
    before = client.get("/readyz")
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'other'")

    after = client.get("/readyz")

    assert [before.status_code, after.status_code] == [200, 503]
    assert int(after.headers["retry-after"]) >= 1
    assert client.get("/healthz").status_code == 200


def test_the_start_deletes_what_is_too_old(diagnoser, store, trace_pool):
    now = [datetime(2026, 1, 1, tzinfo=UTC)]

    def serving():
        app = create_app(
            Settings(retention_days=30), diagnoser, store, lambda: now[0], trace_pool=trace_pool
        )
        app.state.store = store
        return app

    client = TestClient(serving(), base_url="http://127.0.0.1")
    created = client.post("/v1/diagnoses", json={"text": NO_ROLES}).json()
    path = f"/v1/diagnoses/{created['id']}"
    kept = client.get(path).status_code
    now[0] += timedelta(days=31)

    with TestClient(serving(), base_url="http://127.0.0.1") as later:
        assert later.get("/healthz").status_code == 200
        assert kept == 200
        for _ in range(100):
            status = later.get(path).status_code
            if status == 404:
                break

    assert status == 404


def logged(write) -> dict[str, object]:
    """The line that a log call leaves."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("tests.a logger")
    logger.propagate = False
    logger.addHandler(handler)
    write(logger)
    logger.removeHandler(handler)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1
    return json.loads(lines[0])


def test_a_log_line_is_one_json_object_with_its_fields():
    line = logged(lambda log: log.warning("signature too slow", extra={"signature": "a\nb"}))

    assert line["message"] == "signature too slow"
    assert line["signature"] == "a\nb"
    assert line["level"] == "warning"


def test_no_text_of_an_exception_or_an_argument_is_logged():
    _, secret = secret_text()

    def fail(log):
        try:
            int(secret)
        except ValueError:
            log.exception("defect of %s", secret)

    line = logged(fail)

    assert secret not in json.dumps(line)
    assert line["exception"] == "ValueError"
    assert any(place.startswith("fail:") for place in line["raised"])
