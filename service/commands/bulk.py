"""`triage365 bulk`: every row of a file diagnosed, the same rows out with our columns added."""

import sys
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from tqdm import tqdm

from classifiers import NotTrainedError
from classifiers.columns import Columns
from classifiers.incidents import ledger_of
from corpus.terms import KnowledgeError
from service.batches.errors import BatchFileError
from service.batches.forms import form_of
from service.batches.parts import Part, Parts
from service.batches.report import Facts, missing_columns, report
from service.batches.streams import format_of, whole
from service.batches.work import Job, Outcome, annotate, sightings, usual_workers
from service.commands.failures import WRONG_USE, CommandError, load_diagnoser, reason

SHOWN_FAULTS = 10


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says beside the two files."""

    text_column: str | None = None
    report: Path | None = None
    engine: str = "local"
    workers: int | None = None
    resume: bool = False


def bulk(source: Path, target: Path, options: Options) -> int:
    """Diagnose every row of `source` into `target`; rows that cannot be read are counted.

    Raises:
        CommandError: The files are wrong, or rows could not be read.
    """
    if options.engine == "spark":
        return _on_spark(source, target, options)
    try:
        outcome = _local(source, target, options)
    except (BatchFileError, NotTrainedError, KnowledgeError) as error:
        raise CommandError(str(error)) from error
    except BrokenProcessPool as error:
        raise CommandError("a worker has died; go on with --resume --workers 1") from error
    except OSError as error:
        raise CommandError(reason(error, error.filename or source)) from error
    _complain(outcome, target)
    return 0


def _on_spark(source: Path, target: Path, options: Options) -> int:
    from service.batches.spark import annotate as annotate_on_spark  # noqa: PLC0415 -- an extra

    if options.report is not None or options.resume or options.workers is not None:
        message = "--report, --resume and --workers are of the local engine"
        raise CommandError(message, WRONG_USE)
    if target.exists():
        raise CommandError(f"{target} exists; Spark writes a new folder", WRONG_USE)
    try:
        annotate_on_spark(source, target, options.text_column)
    except BatchFileError as error:
        raise CommandError(str(error)) from error
    return 0


def _local(source: Path, target: Path, options: Options) -> Outcome:
    _check(source, target, options)
    form = form_of(source, options.text_column)
    job = Job(source, target, form, options.text_column, options.report is not None)
    workers = options.workers or usual_workers(source)
    with _bar() as bar:
        outcome = annotate(
            job, workers=workers, resume=options.resume, progress=lambda part: _advance(bar, part)
        )
    parts = Parts.beside(target)
    if options.report is not None:
        _write_report(options.report, job, outcome, parts)
    parts.remove()
    return outcome


def _write_report(path: Path, job: Job, outcome: Outcome, parts: Parts) -> None:
    diagnoser = load_diagnoser()
    ledger = ledger_of(lambda: sightings(parts, outcome.parts), diagnoser.knowledge)
    columns = Columns.of(job.form.titles, job.text_column)
    facts = Facts(
        name=job.source.name,
        unreadable=len(outcome.faults),
        missing=missing_columns(columns.named),
        cut_off=outcome.cut_off,
    )
    with whole(path) as part:
        part.write_text(report(ledger, facts, diagnoser), "utf-8")


def _check(source: Path, target: Path, options: Options) -> None:
    if format_of(source) != format_of(target):
        raise CommandError("input and output must be of the same format", WRONG_USE)
    if source.resolve() == target.resolve():
        raise CommandError("input and output are the same file; name another output", WRONG_USE)
    for path in filter(None, (target, options.report)):
        if not path.absolute().parent.is_dir():
            raise CommandError(f"there is no folder {path.parent}", WRONG_USE)
    if options.workers is not None and options.workers < 1:
        raise CommandError("--workers must be 1 or more", WRONG_USE)


def _bar() -> "tqdm[NoReturn]":
    return tqdm(disable=not sys.stderr.isatty(), unit=" rows", unit_scale=True, leave=False)


def _advance(bar: "tqdm[NoReturn]", part: Part) -> None:
    bar.update(part.rows)


def _complain(outcome: Outcome, target: Path) -> None:
    """Say what could not be read; the exit code tells scripts."""
    complaints = [outcome.cut_off] if outcome.cut_off else []
    if outcome.faults:
        numbers = list(outcome.faults)[:SHOWN_FAULTS]
        more = " …" if len(outcome.faults) > SHOWN_FAULTS else ""
        shown = ", ".join(map(str, numbers)) + more
        complaints.append(f"{len(outcome.faults)} rows could not be read: {shown}")
    if complaints:
        raise CommandError(f"{'; '.join(complaints)}; the other rows are in {target}")
