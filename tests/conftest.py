"""What several test files build on: one loaded diagnoser, one service on an empty database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import postgresql, schema
from starlette.testclient import TestClient

from classifiers import Diagnoser
from service.app import create_app
from service.settings import Settings
from service.store.store import Store
from service.traces.pool import TracePool


@pytest.fixture(scope="session")
def diagnoser() -> Diagnoser:
    return Diagnoser.load()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database; `on_both_databases` asks for one of each kind."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield f"sqlite:///{tmp_path / 'diagnoses.db'}"
        return
    with schema(request.getfixturevalue("server")) as url:
        yield url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    store.migrate()
    yield store
    store.close()


@pytest.fixture(scope="session")
def trace_pool() -> Iterator[TracePool]:
    pool = TracePool(Settings().max_trace_bytes, workers=1)
    yield pool
    pool.close()


@pytest.fixture
def client(diagnoser: Diagnoser, store: Store, trace_pool: TracePool) -> Iterator[TestClient]:
    app = create_app(Settings(), diagnoser, store, trace_pool=trace_pool)
    with TestClient(app, base_url="http://127.0.0.1:8365", raise_server_exceptions=False) as client:
        yield client
