"""What several test files build on: one loaded diagnoser, one service on an empty database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from classifiers import Diagnoser
from service.app import create_app
from service.settings import Settings
from service.store.store import Store


@pytest.fixture(scope="session")
def diagnoser() -> Diagnoser:
    return Diagnoser.load()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'diagnoses.db'}")
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def client(diagnoser: Diagnoser, store: Store) -> Iterator[TestClient]:
    app = create_app(Settings(), diagnoser, store)
    with TestClient(app, base_url="http://127.0.0.1:8365", raise_server_exceptions=False) as client:
        yield client
