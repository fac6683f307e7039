"""Reading and writing the files of a batch: CSV and JSON Lines, row by row."""

import csv
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

FIELD_CHARS = 1_000_000  # a row may hold 1 MB; csv's own limit is 131,072
MAX_COLUMNS = 1_000
FORMATS = (".csv", ".jsonl")

# What a spreadsheet would run as a formula, unless the whole cell is a number:
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class BatchFileError(Exception):
    """A file cannot be read as a batch; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file; `fault` says why it could not be read."""

    number: int
    cells: Mapping[str, Any]
    fault: str | None = None
    line: str = ""


class RowWriter(Protocol):
    """Writes rows in the format of the output file."""

    def write(self, row: Row, added: Mapping[str, Any]) -> None:
        """Write one row with the added columns."""


def file_format(path: Path) -> str:
    """The format of a file by its suffix.

    Raises:
        BatchFileError: The suffix is of no format that is read.
    """
    suffix = path.suffix.casefold()
    if suffix not in FORMATS:
        raise BatchFileError(f"{path.name}: give a file that ends in {' or '.join(FORMATS)}")
    return suffix


def titles_of(path: Path) -> list[str] | None:
    """The column titles of a table; None for JSON Lines, whose rows name their own members.

    Raises:
        BatchFileError: The file is empty.
    """
    if file_format(path) == ".jsonl":
        return None
    with _opened(path) as file:
        titles = next(csv.reader(file, _dialect(file)), None)
    if not titles or not any(titles):
        raise BatchFileError(f"{path.name} is empty: it has no line with column titles")
    return titles[:MAX_COLUMNS]


def rows_of(path: Path) -> Iterator[Row]:
    """The rows of a file in their order; those that cannot be read carry their fault."""
    with _opened(path) as file:
        yield from _table_rows(file) if file_format(path) == ".csv" else _json_rows(file)


@contextmanager
def writer_to(
    path: Path, titles: Sequence[str] | None, added: Sequence[str]
) -> Iterator[RowWriter]:
    """A writer into a file that appears under its name only when it is whole."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield _TableWriter(file, [*(titles or ()), *added]) if titles else _JsonWriter(file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _opened(path: Path) -> IO[str]:
    return path.open(encoding="utf-8-sig", errors="replace", newline="")


def _dialect(file: IO[str]) -> type[csv.Dialect]:
    csv.field_size_limit(FIELD_CHARS)
    sample = file.readline()
    file.seek(0)
    counts = {sign: sample.count(sign) for sign in (",", ";", "\t", "|")}

    class Found(csv.excel):
        delimiter = max(counts, key=lambda sign: counts[sign])

    return Found


def _table_rows(file: IO[str]) -> Iterator[Row]:
    reader = csv.reader(file, _dialect(file))
    titles = next(reader, [])
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(number, {}, fault=str(error))
            continue
        named = dict(zip(titles, cells, strict=False))
        surplus = cells[len(titles) :]
        yield Row(number, named, fault="more cells than titles" if any(surplus) else None)


def _json_rows(file: IO[str]) -> Iterator[Row]:
    for number, line in enumerate(file, start=1):
        text = line.rstrip("\r\n")
        try:
            cells = json.loads(text)
        except (ValueError, RecursionError):
            yield Row(number, {}, fault="not JSON", line=text)
            continue
        if isinstance(cells, dict):
            yield Row(number, cells)
        else:
            yield Row(number, {}, fault="not a JSON object", line=text)


class _TableWriter:
    def __init__(self, file: IO[str], titles: Sequence[str]) -> None:
        self._writer = csv.DictWriter(file, titles, extrasaction="ignore", lineterminator="\r\n")
        self._writer.writeheader()

    def write(self, row: Row, added: Mapping[str, Any]) -> None:
        cells = {title: _harmless(value) for title, value in row.cells.items()}
        self._writer.writerow({**cells, **{k: "" if v is None else v for k, v in added.items()}})


class _JsonWriter:
    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, row: Row, added: Mapping[str, Any]) -> None:
        if row.fault is not None:
            self._file.write(json.dumps({"triage_fault": row.fault, **added}) + "\n")
            return
        self._file.write(json.dumps({**row.cells, **added}, ensure_ascii=False) + "\n")


def _harmless(cell: object) -> object:
    """A cell that no spreadsheet runs: a quote before formulas, numbers left as they are."""
    if not isinstance(cell, str) or not cell.startswith(_FORMULA):
        return cell
    try:
        float(cell)
    except ValueError:
        return "'" + cell
    return cell
