"""`triage365 bulk`: every row of a file diagnosed, the same rows out with our columns added."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from classifiers import Diagnoser, Diagnosis
from service.batches.columns import ADDED, added, has_succeeded, message_columns, text_of
from service.batches.files import BatchFileError, Row, file_format, rows_of, titles_of, writer_to
from service.commands.failures import WRONG_USE, CommandError, load_diagnoser, reason


def bulk(source: Path, target: Path, *, text_column: str | None) -> int:
    """Diagnose every row of `source` into `target`; rows that cannot be read are counted."""
    try:
        titles = _checked(source, target)
        columns = _columns(titles, text_column)
        faults = _annotate(source, target, titles, columns)
    except BatchFileError as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(reason(error, error.filename or source)) from error
    if faults:
        shown = ", ".join(map(str, faults[:10])) + (" …" if len(faults) > 10 else "")  # noqa: PLR2004
        raise CommandError(
            f"{len(faults)} rows could not be read: {shown}; the others are in {target}"
        )
    return 0


def _checked(source: Path, target: Path) -> list[str] | None:
    if file_format(source) != file_format(target):
        raise CommandError("input and output must be of the same format", WRONG_USE)
    if source.resolve() == target.resolve():
        raise CommandError("input and output are the same file; name another output", WRONG_USE)
    if not target.absolute().parent.is_dir():
        raise CommandError(f"there is no folder {target.parent}", WRONG_USE)
    return titles_of(source)


def _columns(titles: Sequence[str] | None, chosen: str | None) -> list[str]:
    if titles is None:
        return [chosen or "text"]
    if chosen is not None:
        if chosen not in titles:
            raise CommandError(
                f"there is no column {chosen}; the file has: {', '.join(titles)}", WRONG_USE
            )
        return [chosen]
    columns = message_columns(titles)
    if not columns:
        raise CommandError(
            "no column holds a message; add Message and Friendly message in Advanced Find "
            "(Edit Columns) and export again, or name the column with --text-column"
        )
    return columns


def _annotate(
    source: Path, target: Path, titles: Sequence[str] | None, columns: Sequence[str]
) -> list[int]:
    """Write every row; the numbers of those that could not be read come back."""
    diagnoser = load_diagnoser()
    faults = []
    progress = tqdm(disable=not sys.stderr.isatty(), unit=" rows", leave=False)
    with writer_to(target, titles, ADDED) as writer, progress:
        for row in rows_of(source):
            if row.fault is not None:
                faults.append(row.number)
            writer.write(row, added(_diagnosis(diagnoser, row, columns)))
            progress.update()
    return faults


def _diagnosis(diagnoser: Diagnoser, row: Row, columns: Sequence[str]) -> Diagnosis | None:
    text = text_of(row.cells, columns)
    context = row.cells.get("context")
    members: Mapping[str, Any] | None = context if isinstance(context, Mapping) else None
    if has_succeeded(row.cells) or not (text or (members and members.get("job"))):
        return None
    return diagnoser.diagnose(text, members)
