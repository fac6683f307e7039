"""XLSX: rows out of a workbook and into one, as Dynamics 365 lays them out."""

import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from classifiers.columns import is_hidden
from service.batches.delimited import MAX_COLUMNS
from service.batches.errors import BatchFileError

ROWS = 5_000  # of one block
MAX_UNPACKED_BYTES = 2 << 30  # more than a full sheet of messages; a bomb holds thousands of times
MAX_CELL_CHARS = 32_767  # https://support.microsoft.com/office/excel-specifications-and-limits
_MADE = datetime(2020, 1, 1, tzinfo=UTC)  # the same rows give the same bytes
_EXCEL = {datetime: "yyyy-mm-dd hh:mm:ss", date: "yyyy-mm-dd", time: "hh:mm:ss"}
_LOCAL_HEADER_BYTES = 30
_PIECE = 1 << 20

Cells = list[Any]


def check(path: Path) -> None:
    """Make sure that a workbook may be opened.

    Raises:
        BatchFileError: It is no workbook, or unpacks to more than `MAX_UNPACKED_BYTES`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
            if unpacked <= MAX_UNPACKED_BYTES:
                unpacked = _inflated(path, archive)
    except zipfile.BadZipFile as error:
        raise BatchFileError(f"{path.name} is no XLSX workbook, or it is cut off") from error
    if unpacked > MAX_UNPACKED_BYTES:
        raise BatchFileError(
            f"{path.name} unpacks to more than {MAX_UNPACKED_BYTES >> 30} GB; it is not opened"
        )


def rows_of(path: Path) -> Iterator[Cells]:
    """The rows of the first sheet, titles first.

    Raises:
        BatchFileError: The workbook cannot be read.
    """
    try:
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    except (CalamineError, OSError) as error:
        raise BatchFileError(f"{path.name} is no XLSX workbook that can be read") from error
    yield from sheet.iter_rows()


def titles_of(path: Path) -> tuple[str, ...]:
    """The titles of the first sheet.

    Raises:
        BatchFileError: There are none, or too many.
    """
    first = next(rows_of(path), [])
    titles = [str(cell).strip() for cell in first]
    while titles and not titles[-1]:
        titles.pop()
    if not titles:
        raise BatchFileError(f"{path.name} is empty: its first sheet has no titles")
    if len(titles) > MAX_COLUMNS:
        raise BatchFileError(f"{path.name} has more than {MAX_COLUMNS} columns")
    return tuple(titles)


def batches_of(path: Path, needed: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """The columns that are read, as texts, so many rows at a time."""
    titles = titles_of(path)
    indexes = [titles.index(name) for name in needed]
    for rows in _blocks(_data_rows(path)):
        columns = [pa.array([_text(row, index) for row in rows], pa.string()) for index in indexes]
        yield pa.RecordBatch.from_arrays(columns, list(needed))


def write(
    source: Path, target: Path, answers: Iterable[Sequence[Any]], added: Sequence[str]
) -> None:
    """Write the rows of one workbook with our cells behind them into another."""
    titles = titles_of(source)
    kept = [index for index, title in enumerate(titles) if title not in added]
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
        "default_date_format": _EXCEL[datetime],
    }
    with xlsxwriter.Workbook(str(target), options) as book:
        book.set_properties({"created": _MADE})
        sheet = book.add_worksheet("triage365")
        formats = {kind: book.add_format({"num_format": form}) for kind, form in _EXCEL.items()}
        _lay_out(sheet, [*(titles[index] for index in kept), *added], book)
        pairs = zip(_data_rows(source), answers, strict=True)
        for number, (row, ours) in enumerate(pairs, start=1):
            cells = [row[index] if index < len(row) else "" for index in kept]
            for column, cell in enumerate([*cells, *ours]):
                _write_cell(sheet, (number, column), cell, formats)


def _lay_out(sheet: Any, titles: Sequence[str], book: Any) -> None:
    bold = book.add_format({"bold": True})
    for column, title in enumerate(titles):
        hidden = {"hidden": True} if is_hidden(title) else {}
        sheet.set_column(column, column, 24, None, hidden)
    for column, title in enumerate(titles):
        sheet.write_string(0, column, title, bold)
    sheet.freeze_panes(1, 0)


def _write_cell(sheet: Any, place: tuple[int, int], cell: Any, formats: Any) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, str):
        sheet.write_string(*place, cell[:MAX_CELL_CHARS])
    elif isinstance(cell, bool):
        sheet.write_boolean(*place, cell)
    elif isinstance(cell, (datetime, date, time)):
        sheet.write_datetime(*place, cell, formats[type(cell)])
    elif isinstance(cell, timedelta):
        sheet.write_number(*place, cell.total_seconds() / 86_400)
    else:
        sheet.write_number(*place, cell)


def _data_rows(path: Path) -> Iterator[Cells]:
    rows = rows_of(path)
    next(rows, None)
    return (row for row in rows if any(cell != "" for cell in row))


def _blocks(rows: Iterable[Cells]) -> Iterator[list[Cells]]:
    block: list[Cells] = []
    for row in rows:
        block.append(row)
        if len(block) == ROWS:
            yield block
            block = []
    if block:
        yield block


def _text(row: Cells, index: int) -> str:
    cell = row[index] if index < len(row) else ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # a workbook knows no integers
    return str(cell)


def _inflated(path: Path, archive: zipfile.ZipFile) -> int:
    """How many bytes the members give; what their headers say may be a lie."""
    total = 0
    with path.open("rb") as file:
        for info in archive.infolist():
            file.seek(info.header_offset)
            head = file.read(_LOCAL_HEADER_BYTES)
            file.seek(int.from_bytes(head[26:28], "little"), 1)
            file.seek(int.from_bytes(head[28:30], "little"), 1)
            if info.compress_type != zipfile.ZIP_DEFLATED:
                total += info.compress_size
                continue
            left, inflate, piece = info.compress_size, zlib.decompressobj(-15), b""
            while (left or piece) and total <= MAX_UNPACKED_BYTES and not inflate.eof:
                if not piece:
                    piece = file.read(min(left, _PIECE))
                    left -= len(piece)
                    if not piece:
                        break
                total += len(inflate.decompress(piece, _PIECE))
                piece = inflate.unconsumed_tail
    return total
