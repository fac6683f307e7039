"""A few processes that read traces; one that hangs or dies is replaced."""

import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.reduction import send_handle
from queue import Empty, Queue
from threading import Lock
from typing import Any

from anyio import CapacityLimiter, to_thread

from service.errors import (
    BodyTooLargeError,
    BusyError,
    NotAHarError,
    ServiceError,
    TraceTooHardError,
    WorkerLostError,
)
from service.traces.spool import Room, Spool
from service.traces.worker import NOT_A_HAR, TOO_HARD, TOO_LARGE, work

START_SECONDS = 60.0
MAX_SPOOLS = 8  # uploads of full length at the same time

log = logging.getLogger(__name__)


class _Worker:
    """One process and the connection to it."""

    def __init__(self, max_bytes: int, memory_bytes: int) -> None:
        context = get_context("spawn")  # a fork would copy locks that other threads hold
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=work, args=(theirs, max_bytes, memory_bytes), daemon=True, name="triage365-trace"
        )
        self._process.start()
        theirs.close()
        self._is_ready = False

    def ask(self, descriptor: int, seconds: float) -> Mapping[str, Any]:
        """Have the file of a descriptor diagnosed.

        Raises:
            TimeoutError: It took longer.
            EOFError: The process died.
            OSError: The process died.
        """
        if not self._is_ready:
            self._received(START_SECONDS)
            self._is_ready = True
        send_handle(self._connection, descriptor, self._process.pid)
        answer: Mapping[str, Any] = json.loads(self._received(seconds))
        return answer

    def _received(self, seconds: float) -> bytes:
        if not self._connection.poll(seconds):
            raise TimeoutError
        return self._connection.recv_bytes()

    def close(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.join()
        self._connection.close()


class TracePool:
    """Processes that read traces, started with `start` or on first use.

    Args:
        max_bytes: What a trace may have unpacked.
        workers: How many traces are read at the same time.
        seconds: How long one may take.
        memory_bytes: By how much a process may grow.
    """

    def __init__(
        self,
        max_bytes: int,
        *,
        workers: int = 2,
        seconds: float = 20.0,
        memory_bytes: int = 640_000_000,
    ) -> None:
        self.room = Room(MAX_SPOOLS * max_bytes)
        self._max_bytes = max_bytes
        self._memory_bytes = memory_bytes
        self._seconds = seconds
        self._size = workers
        self._limiter = CapacityLimiter(workers)
        self._idle: Queue[_Worker] = Queue()
        self._lock = Lock()
        self._is_started = False

    def start(self) -> "TracePool":
        """Start the processes; they load their knowledge while the service already answers."""
        with self._lock:
            if not self._is_started:
                self._is_started = True
                for _ in range(self._size):
                    self._idle.put(self._new())
        return self

    def close(self) -> None:
        """End the processes that are idle; a busy one ends with the service."""
        with self._lock, suppress(Empty):
            self._is_started = False
            while True:
                self._idle.get_nowait().close()

    async def diagnose(self, spool: Spool) -> dict[str, Any]:
        """Diagnose a spooled trace beside the event loop.

        Raises:
            NotAHarError: It is no HAR.
            BodyTooLargeError: Unpacked it is too large.
            TraceTooHardError: It needs too much time or memory.
            WorkerLostError: The process that read it died.
            BusyError: No process was free in time.
        """
        return await to_thread.run_sync(self._diagnosed, spool.fileno(), limiter=self._limiter)

    def _diagnosed(self, descriptor: int) -> dict[str, Any]:
        self.start()
        try:
            worker = self._idle.get(timeout=self._seconds)
        except Empty:
            raise BusyError from None
        try:
            answer = worker.ask(descriptor, self._seconds)
        except (TimeoutError, EOFError, OSError) as error:
            worker.close()
            worker = self._new()
            raise _lost(error) from None
        finally:
            self._idle.put(worker)
        return _diagnosis(answer)

    def _new(self) -> _Worker:
        return _Worker(self._max_bytes, self._memory_bytes)


def _lost(error: BaseException) -> ServiceError:
    log.warning("trace worker replaced", extra={"kind": type(error).__name__})
    return TraceTooHardError() if isinstance(error, TimeoutError) else WorkerLostError()


def _diagnosis(answer: Mapping[str, Any]) -> dict[str, Any]:
    match answer.get("refused"):
        case None:
            diagnosis: dict[str, Any] = answer["diagnosis"]
            return diagnosis
        case str(kind) if kind == NOT_A_HAR:
            raise NotAHarError(answer["detail"])
        case str(kind) if kind == TOO_LARGE:
            raise BodyTooLargeError
        case str(kind) if kind == TOO_HARD:
            raise TraceTooHardError
        case _:
            log.error("defect", extra={"kind": answer["detail"]})
            raise ServiceError
