"""The work on a batch: blocks to parts, in worker processes, and parts to the output."""

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow as pa

from classifiers import Diagnoser
from classifiers.batches import Batches
from classifiers.columns import ADDED
from classifiers.sightings import Sighting, is_day_first, read, sightings_of
from classifiers.versions import app_version, signatures_version
from service.batches.errors import CutOffError
from service.batches.forms import Form, packed, unpacked
from service.batches.parts import Part, Parts, fingerprint
from service.batches.streams import whole

SMALL_BYTES = 8 << 20  # a second process takes longer to start than such a file takes


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done; travels to the workers."""

    source: Path
    target: Path
    form: Form
    text_column: str | None
    with_sightings: bool  # for the report
    now: str = ""  # the one moment at which jobs are due or not


@dataclass(slots=True)
class Outcome:
    """What came of a batch."""

    rows: int = 0
    named: int = 0
    faults: dict[int, str] = field(default_factory=dict)  # number of the row, from 1
    parts: list[int] = field(default_factory=list)
    cut_off: str | None = None

    def add(self, part: Part) -> None:
        """Count a part; they come in order."""
        self.faults |= {self.rows + row + 1: fault for row, fault in part.faults.items()}
        self.rows += part.rows
        self.named += part.named
        self.parts.append(part.number)


def annotate(
    job: Job, *, workers: int, resume: bool, progress: Callable[[Part], object]
) -> Outcome:
    """Diagnose every row of a file into another.

    Parts that are finished stay in a folder beside the output until the caller removes it.

    Args:
        job: What is to be done.
        workers: Processes; 1 works in this one.
        resume: Keep the parts that an interrupted run has finished.
        progress: Called with every part, in order.
    """
    parts = Parts.beside(job.target)
    plan = parts.begin(_plan(job), resume=resume)
    job = replace(job, now=plan["now"])
    outcome = Outcome()
    for part in _finished(job, parts, outcome, workers):
        outcome.add(part)
        progress(part)
    with whole(job.target) as target:
        contents = [parts.content(number) for number in outcome.parts]
        job.form.join(job.source, contents, target, job.target.suffix.casefold())
    return outcome


def sightings(parts: Parts, numbers: Iterable[int]) -> Iterator[Sighting]:
    """The sightings of a whole file, out of its parts."""
    found = [parts.sightings(number) for number in numbers]
    day_first = any(is_day_first(unpacked(path.read_bytes())) for path in found)
    row = 1
    for path in found:
        batch = unpacked(path.read_bytes())
        yield from read(batch, first_row=row, day_first=day_first)
        row += len(batch)


def usual_workers(source: Path) -> int:
    """As many processes as there are cores, where the file is worth it."""
    small = source.stat().st_size < SMALL_BYTES and source.suffix not in (".gz", ".zst", ".parquet")
    return 1 if small else len(os.sched_getaffinity(0)) if _HAS_AFFINITY else os.cpu_count() or 1


_HAS_AFFINITY = hasattr(os, "sched_getaffinity")


def _plan(job: Job) -> dict[str, Any]:
    return {
        "source": fingerprint(job.source),
        "text_column": job.text_column,
        "sightings": job.with_sightings,
        "versions": [app_version(), signatures_version()],
        "now": datetime.now(UTC).isoformat(),
    }


def _finished(job: Job, parts: Parts, outcome: Outcome, workers: int) -> Iterator[Part]:
    """Every part in its order; those that are not there yet are made."""
    waiting: deque[Part | Future[Part]] = deque()
    with _hands(job, workers) as make:
        for number, block in enumerate(_blocks(job, outcome), start=1):
            waiting.append(parts.find(number) or make(number, block))
            while len(waiting) > workers + 1:
                yield _part(waiting.popleft())
        while waiting:
            yield _part(waiting.popleft())


def _blocks(job: Job, outcome: Outcome) -> Iterator[bytes]:
    """Blocks up to the end of the file, or to where it is cut off."""
    try:
        yield from job.form.blocks(job.source)
    except CutOffError as error:
        outcome.cut_off = str(error)


def _part(part: "Part | Future[Part]") -> Part:
    return part.result() if isinstance(part, Future) else part


@contextmanager
def _hands(job: Job, workers: int) -> "Iterator[Callable[[int, bytes], Part | Future[Part]]]":
    """What makes a part: this process, or the workers."""
    if workers == 1:
        worker = Worker(job)
        yield worker.make
        return
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _start, (job,))
    try:
        yield lambda number, block: pool.submit(_make, number, block)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class Worker:
    """Makes parts; one in each process."""

    def __init__(self, job: Job) -> None:
        now = datetime.fromisoformat(job.now)
        self._job = job
        self._batches = Batches(replace(_diagnoser(), clock=lambda: now))
        self._parts = Parts.beside(job.target)

    def make(self, number: int, block: bytes) -> Part:
        """Diagnose the rows of a block and keep them as a part."""
        form, text_column = self._job.form, self._job.text_column
        table = form.table(block)
        answers = _without(self._batches.annotate(table.batch, text_column), table.faults)
        sightings = None
        if self._job.with_sightings:
            sightings = packed(sightings_of(table.batch, answers, text_column))
        content = form.part(block, table, answers.select(list(ADDED)))
        named = len(answers) - answers.column(0).null_count
        part = Part(number, len(answers), named, table.faults)
        self._parts.finish(part, content, sightings)
        return part


def _without(answers: pa.RecordBatch, faults: "dict[int, str]") -> pa.RecordBatch:
    """No answers for rows that could not be read."""
    if not faults:
        return answers
    columns = []
    for column in answers.columns:
        values = column.to_pylist()
        for row in faults:
            values[row] = None
        columns.append(pa.array(values, column.type))
    return pa.RecordBatch.from_arrays(columns, schema=answers.schema)


@cache
def _diagnoser() -> Diagnoser:
    return Diagnoser.load()


_WORKER: list[Worker] = []  # of this process


def _start(job: Job) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent tells when to stop
    pa.set_cpu_count(1)
    _WORKER.append(Worker(job))


def _make(number: int, block: bytes) -> Part:
    return _WORKER[0].make(number, block)
