"""One writer: what has gathered while it committed shares the next commit and its sync."""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")

MAX_GROUP = 256  # units in one transaction
MAX_WAITING = 5_000  # units; more than this and the database cannot keep up


class Unit(NamedTuple):
    """Work that belongs into one transaction, and who waits for it."""

    work: Callable[[Connection], Any]
    done: Future[Any]


class OverloadedError(Exception):
    """More writes wait than the database can take in time."""


class Writer:
    """Runs units of work on one connection; a unit is done when it is on disk."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: SimpleQueue[Unit | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._lock = Lock()
        self.commits = 0

    @property
    def waiting(self) -> int:
        """How many units wait."""
        return self._waiting.qsize()

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """Queue work.

        Raises:
            OverloadedError: Too much waits already.
        """
        if self._waiting.qsize() > MAX_WAITING:
            raise OverloadedError
        done: Future[T] = Future()
        self._waiting.put(Unit(work, done))
        self._start()
        return done

    def close(self) -> None:
        """Finish what was queued, then stop."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread:
            self._waiting.put(None)
            thread.join()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="writer", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while (unit := self._waiting.get()) is not None:
            group = self._gathered(unit)
            self._commit([one for one in group if one.done.set_running_or_notify_cancel()])

    def _gathered(self, first: Unit) -> list[Unit]:
        group = [first]
        with suppress(Empty):
            while len(group) < MAX_GROUP:
                unit = self._waiting.get_nowait()
                if unit is None:
                    self._waiting.put(None)  # the end is reached after this group
                    break
                group.append(unit)
        return group

    def _commit(self, group: list[Unit]) -> None:
        """Commit all; when one of several fails, each is tried alone, so that only it fails."""
        if not group:
            return
        try:
            with self._engine.connect() as connection:
                writing = connection.execution_options(writes=True)
                with writing.begin():
                    answers = [unit.work(writing) for unit in group]
        except Exception as error:  # noqa: BLE001 -- handed to whoever waits
            if len(group) == 1:
                group[0].done.set_exception(error)
                return
            for unit in group:
                self._commit([unit])
            return
        self.commits += 1
        for unit, answer in zip(group, answers, strict=True):
            unit.done.set_result(answer)
