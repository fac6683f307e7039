"""An acknowledged diagnosis is there after a crash, once; on both databases."""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from databases import on_both_databases

from service.store.pages import Wanted
from service.store.store import Store

ROOT = Path(__file__).resolve().parent.parent
CALLERS = 4
START_SECONDS = 60

pytestmark = on_both_databases


@pytest.fixture
def address():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def start(address: str, database_url: str) -> "subprocess.Popen[bytes]":
    """A service that answers."""
    command = [sys.executable, "-m", "service.cli", "serve", "--port", address.rpartition(":")[2]]
    environment = {**os.environ, "TRIAGE365_DATABASE_URL": database_url}
    server = subprocess.Popen(  # noqa: S603 -- our own command
        command,
        env=environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5):  # noqa: S310 -- loopback
                return server
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
    raise AssertionError("the service does not start")


def post(address: str, number: int) -> str | None:
    """The id of a diagnosis that was acknowledged."""
    request = urllib.request.Request(  # noqa: S310 -- loopback
        f"{address}/v1/diagnoses",
        json.dumps({"text": "Access is denied.", "reference": f"case {number}"}).encode(),
        {"content-type": "application/json", "idempotency-key": f"request-{number}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 -- loopback
            found: str = json.load(answer)["id"]
            return found
    except (OSError, http.client.HTTPException, ValueError):
        return None  # an answer that was cut off acknowledges nothing


def until_killed(address: str, first: int) -> list[str]:
    """What was acknowledged to one caller before the service was gone."""
    found = []
    for number in range(first, first + 10_000):
        identity = post(address, number)
        if identity is None:
            return found
        found.append(identity)
    return found


def stored(database_url: str) -> list[str]:
    """Every id in the database, after it was opened anew and found sound."""
    store = Store(database_url)
    if store.engine.dialect.name == "sqlite":
        with store.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    ids, cursor = [], None
    while True:
        page = store.page(Wanted(limit=200, cursor=cursor))
        ids += [one["id"] for one in page.diagnoses]
        cursor = page.cursor
        if cursor is None:
            store.close()
            return ids


@pytest.mark.parametrize("kills", [2, pytest.param(100, marks=pytest.mark.soak)])
def test_what_was_acknowledged_is_there_after_a_crash(database_url, address, kills):
    acknowledged: list[str] = []
    for kill in range(kills):
        server = start(address, database_url)
        first = post(address, -kill - 1)
        assert first, "an idle service acknowledges"
        acknowledged.append(first)
        with ThreadPoolExecutor(CALLERS) as pool:
            callers = [
                pool.submit(until_killed, address, (kill * CALLERS + n) * 10_000)
                for n in range(CALLERS)
            ]
            time.sleep(random.uniform(0.3, 1.0))  # noqa: S311 -- any moment will do
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(10)
            for caller in callers:
                acknowledged += caller.result()

    ids = stored(database_url)
    assert len(acknowledged) > kills
    assert set(acknowledged) <= set(ids)
    assert len(ids) == len(set(ids))


def test_two_services_share_one_database(database_url, address):
    if database_url.startswith("sqlite"):
        return  # SQLite serves one process
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        other = f"http://127.0.0.1:{probe.getsockname()[1]}"
    servers = [start(address, database_url), start(other, database_url)]
    try:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda n: post((address, other)[n % 2], n // 4), range(40)))
    finally:
        for server in servers:
            server.terminate()
            server.wait(30)

    ids = stored(database_url)
    assert len(ids) == 10
    assert {one for one in found if one} == set(ids)
