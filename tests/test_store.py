"""What is stored stays, is found again, and is gone when it is deleted; on both databases."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from uuid import uuid4

import pytest
from databases import on_both_databases
from sqlalchemy import Connection, inspect, text
from sqlmodel import SQLModel

from service.errors import StorageError
from service.store import engine as engines
from service.store.pages import Wanted, statement
from service.store.retention import forget
from service.store.store import Store, add_diagnoses, diagnosis_row

pytestmark = on_both_databases
START = datetime(2026, 11, 2, 8, tzinfo=UTC)


def answer(number: int = 0, **members: object) -> dict[str, object]:
    return {
        "id": str(uuid4()),
        "input": "text",
        "cause": "workflow_owner",
        "variant": None,
        "band": "high",
        "incident": "i1",
        "reference": f"case {number}",
        "text": "a text",
        **members,
    }


def fill(store: Store, count: int, **members: object) -> list[str]:
    """Diagnoses a minute apart, two at the same minute; ids newest first."""
    answers = [answer(number, **members) for number in range(count)]
    rows = [
        diagnosis_row(one, created_at=START + timedelta(minutes=n // 2), workspace="default")
        for n, one in enumerate(answers)
    ]
    store.write(lambda connection: add_diagnoses(connection, rows))
    order = sorted(rows, key=lambda row: (row["created_at"], row["id"]), reverse=True)
    return [row["id"] for row in order]


def adding(one: dict[str, object]) -> Callable[[Connection], None]:
    row = diagnosis_row(one, created_at=START, workspace="default")
    return lambda connection: add_diagnoses(connection, [row])


def mix(store: Store) -> None:
    """Diagnoses of many workspaces, causes and incidents."""
    rows = [
        diagnosis_row(
            answer(n, cause=f"cause {n % 8}", band=f"band {n % 3}", incident=f"i{n % 50}"),
            created_at=START + timedelta(minutes=n),
            workspace=f"w{n % 20}",
        )
        for n in range(3000)
    ]
    store.write(lambda connection: add_diagnoses(connection, rows))


def test_pages_show_each_diagnosis_once_newest_first(store):
    ids = fill(store, 25)

    found, cursor = [], None
    for _ in range(3):
        page = store.page(Wanted(limit=10, cursor=cursor))
        found += [one["id"] for one in page.diagnoses]
        cursor = page.cursor

    assert found == ids
    assert cursor is None


def test_a_page_shows_nothing_that_came_later(store):
    ids = fill(store, 6)
    first = store.page(Wanted(limit=3))
    store.add(answer(), created_at=START + timedelta(days=1))

    second = store.page(Wanted(limit=3, cursor=first.cursor))

    assert [one["id"] for one in first.diagnoses + second.diagnoses] == ids


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param({}, id="all"),
        pytest.param({"cause": "cause 1"}, id="cause"),
        pytest.param({"band": "band 1"}, id="band"),
        pytest.param({"incident": "i1"}, id="incident"),
        pytest.param({"reference": "case 7"}, id="reference"),
        pytest.param({"since": START, "until": START + timedelta(hours=1)}, id="time"),
        pytest.param({"cause": "cause 1", "since": START}, id="cause and time"),
    ],
)
def test_no_page_needs_a_scan_or_a_sort(store, wanted):
    mix(store)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
        if store.engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL random_page_cost = 1.1")
        query = statement(Wanted(workspace="w1", limit=10, **wanted)).compile(
            store.engine, compile_kwargs={"literal_binds": True}
        )
        sqlite = store.engine.dialect.name == "sqlite"
        explain = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN"
        plan = str(connection.execute(text(f"{explain} {query}")).all())

    assert "ix_diagnosis_page" in plan
    assert "SCAN" not in plan
    assert "Seq Scan" not in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan.replace("Incremental Sort", "")


def test_writes_that_wait_share_a_commit(store):
    busy, go = Event(), Event()
    first = store.writer.submit(lambda _connection: (busy.set(), go.wait(10)))
    busy.wait(10)
    before = store.writer.commits

    waiting = [store.writer.submit(adding(answer(n))) for n in range(50)]
    go.set()
    [one.result(10) for one in [first, *waiting]]

    assert store.writer.commits == before + 2
    assert len(store.page(Wanted(limit=100)).diagnoses) == 50


def test_one_write_that_fails_takes_no_other_with_it(store):
    busy, go = Event(), Event()
    store.writer.submit(lambda _connection: (busy.set(), go.wait(10)))
    busy.wait(10)
    same = answer()
    twice = [store.writer.submit(adding(same)) for _ in range(2)]
    good = store.writer.submit(adding(answer()))
    go.set()

    assert [one.exception(10) is None for one in (*twice, good)] == [True, False, True]
    assert len(store.page(Wanted()).diagnoses) == 2


def test_what_was_queued_is_on_disk_after_the_stop(store, database_url):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: store.add(answer(n), created_at=START), range(40)))
    store.close()

    again = Store(database_url)
    assert len(again.page(Wanted(limit=100)).diagnoses) == 40
    again.close()


def test_the_history_makes_the_tables_that_the_code_describes(store):
    described = {
        name: {column.name for column in table.columns}
        for name, table in SQLModel.metadata.tables.items()
    }

    inspector = inspect(store.engine)
    made = {
        name: {column["name"] for column in inspector.get_columns(name)}
        for name in inspector.get_table_names()
        if name in described
    }

    assert made == described
    for name, table in SQLModel.metadata.tables.items():
        indexes = {index["name"] for index in inspector.get_indexes(name)}
        assert {str(index.name) for index in table.indexes} <= indexes


def test_migrating_again_changes_nothing(store):
    fill(store, 3)

    store.migrate()

    assert len(store.page(Wanted()).diagnoses) == 3


def test_what_is_old_is_gone_from_the_file(store, tmp_path):
    fill(store, 30, text="canary-4711")
    store.add(answer(text="young"), created_at=START + timedelta(days=40))

    forgotten = forget(
        store, before=START + timedelta(days=30), replies_before=START + timedelta(days=30)
    )

    assert forgotten == 30
    assert [one["text"] for one in store.page(Wanted()).diagnoses] == ["young"]
    store.close()
    assert all(b"canary-4711" not in file.read_bytes() for file in tmp_path.glob("*.db*"))


def test_a_store_with_other_tables_is_not_ready(store):
    assert store.is_ready()

    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")

    assert not store.is_ready()


def test_the_journal_in_force_is_the_one_for_this_version(store, caplog):
    with store.engine.connect() as connection:
        found = engines.durability(connection)
    engines.report(found)

    if found.database == "sqlite":
        assert found.journal == engines.journal_for(sqlite3.sqlite_version_info)
        assert found.version == sqlite3.sqlite_version
    assert caplog.records or found.journal in {None, "wal"}


def test_a_message_of_the_database_never_quotes_a_row(store):
    row = diagnosis_row(answer(input="canary-4711" * 10_000), created_at=START, workspace="default")
    row["created_at"] = None

    with pytest.raises(StorageError) as refused:
        store.write(lambda connection: add_diagnoses(connection, [row]))

    assert "canary" not in str(refused.value)
