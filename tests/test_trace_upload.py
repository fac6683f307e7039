"""A trace streams into a spool and is read by another process; the service stays awake."""

import gzip
import json
from collections.abc import Iterator

import anyio
import pytest
from samples import ORG, TRACE, entry
from starlette.testclient import TestClient

from classifiers import Diagnoser
from service.app import create_app
from service.errors import (
    BodyTooLargeError,
    BusyError,
    InvalidInputError,
    TraceTooHardError,
    WorkerLostError,
)
from service.multipart import MAX_PARTS, FormFile
from service.settings import Settings
from service.store.store import Store
from service.traces.pool import TracePool
from service.traces.spool import Room, Spool

HAR = json.dumps(TRACE).encode()
HEAVY = json.dumps(
    {
        "log": {
            "entries": [
                entry(f"{ORG}/{number}", 403, f"{number} " + "is refused to me " * 1000)
                for number in range(300)
            ]
        }
    }
).encode()


def answered(pool: TracePool, raw: bytes) -> dict:
    async def diagnosed() -> dict:
        with Spool(len(raw), Room(len(raw))) as spool:
            spool.write(raw)
            return await pool.diagnose(spool)

    return anyio.run(diagnosed)


@pytest.fixture
def small_pool() -> Iterator[TracePool]:
    pool = TracePool(50_000_000, workers=1, seconds=0.5, memory_bytes=60_000_000)
    yield pool
    pool.close()


def test_the_service_stays_awake_while_a_trace_is_read(trace_pool):
    ticks = []

    async def tick() -> None:
        while True:
            ticks.append(1)
            await anyio.sleep(0.01)

    async def diagnosed() -> dict:
        with Spool(len(HEAVY), Room(len(HEAVY))) as spool:
            spool.write(HEAVY)
            async with anyio.create_task_group() as group:
                group.start_soon(tick)
                answer = await trace_pool.diagnose(spool)
                group.cancel_scope.cancel()
        return answer

    answer = anyio.run(diagnosed)

    assert len(answer["trace"]["failures"]) == 100
    assert len(ticks) > 10


def test_a_trace_that_takes_too_long_is_given_up_and_the_next_is_read(small_pool):
    with pytest.raises(TraceTooHardError):
        answered(small_pool, HEAVY)

    assert answered(small_pool, HAR)["cause"] == "missing_security_role"


def test_a_trace_that_needs_too_much_memory_is_given_up(small_pool):
    damaged = b'{"log": {"entries": [], "_x": "' + b"a" * 30_000_000 + b'", "_y": NaN}}'

    with pytest.raises(TraceTooHardError):
        answered(small_pool, damaged)
    assert answered(small_pool, HAR)["cause"] == "missing_security_role"


def test_a_process_that_dies_is_replaced(small_pool):
    answered(small_pool, HAR)
    worker = small_pool._idle.queue[0]._process
    worker.kill()
    worker.join()

    with pytest.raises(WorkerLostError):
        answered(small_pool, HAR)
    assert answered(small_pool, HAR)["cause"] == "missing_security_role"


def test_what_could_not_be_read_is_not_kept(diagnoser: Diagnoser, store: Store, small_pool):
    app = create_app(Settings(), diagnoser, store, trace_pool=small_pool)
    with TestClient(app, base_url="http://127.0.0.1:8365") as client:
        refused = client.post("/v1/diagnoses/trace", content=HEAVY)

    assert refused.status_code == 422
    assert refused.json()["type"].endswith("trace-too-hard")
    with store.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT count(*) FROM diagnosis").scalar_one()
    assert kept == 0


def test_a_gzip_file_is_inflated_up_to_the_limit_only(client):
    bomb = gzip.compress(b" " * 60_000_000)

    answer = client.post("/v1/diagnoses/trace", content=bomb)

    assert answer.status_code == 413


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in chunks"])
def test_a_trace_that_is_too_large_is_refused_while_it_comes(
    diagnoser: Diagnoser, store: Store, trace_pool, announced
):
    settings = Settings(max_trace_bytes=100_000)
    app = create_app(settings, diagnoser, store, trace_pool=trace_pool)
    with TestClient(app, base_url="http://127.0.0.1:8365") as client:
        blank = b" " * 10_000
        content = blank * 100 if announced else (blank for _ in range(100))
        answer = client.post("/v1/diagnoses/trace", content=content)

    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_spool_is_bounded_and_gives_its_room_back():
    room = Room(100)
    with Spool(80, room) as spool:
        spool.write(b"a" * 70)
        with pytest.raises(BodyTooLargeError):
            spool.write(b"a" * 11)
        with Spool(80, room) as other, pytest.raises(BusyError):
            other.write(b"a" * 31)
    assert room.taken == 0


HEAD = b'Content-Disposition: form-data; name="file"; filename="a.har"\r\n'


def form(*parts: bytes, end: bytes = b"--edge--\r\n") -> bytes:
    return b"".join(b"--edge\r\n" + part + b"\r\n" for part in parts) + end


def file_of(body: bytes, step: int) -> bytes:
    taken = bytearray()
    reader = FormFile("multipart/form-data; boundary=edge", taken.extend)
    for start in range(0, len(body), step):
        reader.feed(body[start : start + step])
    reader.close()
    return bytes(taken)


@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_the_file_of_a_form_is_taken_in_any_pieces(step):
    other = b'Content-Disposition: form-data; name="other"\r\n\r\nno'
    body = form(other, HEAD + b"\r\n" + HAR, HEAD + b"\r\nsecond")

    assert file_of(body, step) == HAR


FORMS = {
    "not ended": form(HEAD + b"\r\n{}", end=b""),
    "cut off": form(HEAD + b"\r\n{}")[:-20],
    "without a file": form(b'Content-Disposition: form-data; name="other"\r\n\r\nno'),
    "without parts": form(),
    "with too many parts": form(*[HEAD + b"\r\n{}"] * (MAX_PARTS + 1)),
    "with a huge head": form(HEAD + b"X-A: " + b"a" * 10_000 + b"\r\n\r\n{}"),
    "with many heads": form(HEAD + b"X-A: a\r\n" * 5_000 + b"\r\n{}"),
    "in another encoding": form(HEAD + b"Content-Transfer-Encoding: base64\r\n\r\ne30="),
    "no form": b"{}",
}


@pytest.mark.parametrize("body", FORMS.values(), ids=FORMS)
def test_a_damaged_form_is_refused(body):
    with pytest.raises(InvalidInputError):
        file_of(body, 100)
