"""CSV: cut into blocks of whole rows, blocks read to batches and written again."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from service.batches.errors import BatchFileError, CutOffError
from service.batches.streams import as_utf8

MAX_COLUMNS = 1_000
CELL_CHARS = 1_000_000
DELIMITERS = (",", ";", "\t", "|")
BLOCK_BYTES = 4 << 20
_LONGEST_ROW = 2 << 20  # a row that seems longer holds a quote that nobody closed

# What a spreadsheet would run as a formula, unless the whole cell is a number:
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = r"^[=+\-@\t\r]"


@dataclass(frozen=True, slots=True)
class Head:
    """The first line of a table."""

    titles: tuple[str, ...]  # each once; a batch tells columns by name
    delimiter: str = ","
    shown: tuple[str, ...] = ()  # as they stand in the file


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a block, as texts; `faults` says of which (from 0) how they could not be read."""

    batch: pa.RecordBatch
    faults: dict[int, str]


def blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Whole rows, about `BLOCK_BYTES` at a time; line breaks in quotes end no row."""
    return cut_into_blocks(pieces, _end_of_rows)


def cut_into_blocks(
    pieces: Iterable[bytes], end_of_rows: Callable[[bytes], int]
) -> Iterator[bytes]:
    """Blocks up to the last end of a row; of a file that is cut off, all that came before.

    Raises:
        CutOffError: The file is cut off, after its last block.
    """
    rest, cut_off = b"", None
    found = iter(pieces)
    while cut_off is None:
        try:
            piece = next(found, None)
        except CutOffError as error:
            cut_off, piece = error, None
        if piece is None:
            break
        rest += piece
        end = end_of_rows(rest) if len(rest) >= BLOCK_BYTES else 0
        if end:
            yield rest[:end]
            rest = rest[end:]
    if rest.strip():
        yield rest
    if cut_off is not None:
        raise cut_off


def head_of(block: bytes) -> tuple[Head, bytes]:
    """The titles of the first block, and the rows after them.

    Raises:
        BatchFileError: There are no titles, or too many.
    """
    text = as_utf8(block).decode("utf-8", "replace")
    end = _end_of_row(text)
    first = text[:end].strip("\r\n")
    counts = {sign: first.count(sign) for sign in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda sign: counts[sign])
    titles = next(csv.reader([first], delimiter=delimiter), [])
    if not any(title.strip() for title in titles):
        raise BatchFileError("the file is empty: it has no line with column titles")
    if len(titles) > MAX_COLUMNS:
        raise BatchFileError(f"the file has more than {MAX_COLUMNS} columns")
    return Head(_distinct(titles), delimiter, tuple(titles)), text[end:].encode()


def table_of(block: bytes, head: Head) -> Table:
    """Read the rows of a block; quickly where it is in order, else row by row."""
    raw = as_utf8(block)
    try:
        return Table(_quick(raw, head), {})
    except pa.ArrowInvalid:
        return _patient(raw, head)


def header(head: Head, added: Sequence[str]) -> bytes:
    """The line of titles."""
    kept = [t for t, name in zip(head.shown, head.titles, strict=True) if name not in added]
    out = io.StringIO()
    csv.writer(out, delimiter=head.delimiter).writerow([*map(_defused, kept), *added])
    return out.getvalue().encode()


def written(batch: pa.RecordBatch, delimiter: str) -> bytes:
    """The rows of a batch as CSV, cells that a spreadsheet would run defused."""
    columns = [_harmless(column) for column in batch.columns]
    harmless = pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
    out = io.BytesIO()
    options = arrow_csv.WriteOptions(include_header=False, delimiter=delimiter, eol="\r\n")
    arrow_csv.write_csv(harmless, out, options)
    return out.getvalue()


def _end_of_rows(block: bytes) -> int:
    """Where the last whole row ends; 0 where more is needed to know it."""
    end = _last_row_end(block)
    if end is None and len(block) > BLOCK_BYTES + _LONGEST_ROW:
        return block.rfind(b"\n") + 1 or len(block)
    return end or 0


def _last_row_end(block: bytes) -> int | None:
    quotes, end = block.count(b'"'), len(block)
    while True:
        cut = block.rfind(b"\n", 0, end)
        if cut < 0:
            return None
        quotes -= block.count(b'"', cut, end)
        if quotes % 2 == 0:
            return cut + 1
        end = cut


def _end_of_row(text: str) -> int:
    end = -1
    while True:
        end = text.find("\n", end + 1)
        if end < 0:
            return len(text)
        if text.count('"', 0, end) % 2 == 0:
            return end + 1


def _distinct(titles: Sequence[str]) -> tuple[str, ...]:
    """Titles with a number where one occurs again: a batch tells columns by name."""
    seen: dict[str, int] = {}
    distinct = []
    for title in (title.strip() for title in titles):
        seen[title] = seen.get(title, 0) + 1
        distinct.append(title if seen[title] == 1 else f"{title} ({seen[title]})")
    return tuple(distinct)


def _quick(raw: bytes, head: Head) -> pa.RecordBatch:
    if not raw.strip():
        return _batch([], head)
    types = dict.fromkeys(head.titles, pa.string())
    table = arrow_csv.read_csv(
        io.BytesIO(raw),
        arrow_csv.ReadOptions(
            use_threads=False, block_size=len(raw) + 1, column_names=list(head.titles)
        ),
        arrow_csv.ParseOptions(delimiter=head.delimiter, newlines_in_values=True),
        arrow_csv.ConvertOptions(column_types=types, strings_can_be_null=False),
    )
    combined = table.combine_chunks().to_batches()
    return combined[0] if combined else _batch([], head)


def _patient(raw: bytes, head: Head) -> Table:
    csv.field_size_limit(CELL_CHARS)
    rows: list[list[str]] = []
    faults: dict[int, str] = {}
    lines = raw.decode("utf-8", "replace").splitlines(keepends=True)
    reader = csv.reader(lines, delimiter=head.delimiter)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            faults[len(rows)] = str(error)
            cells = [""]
        if not cells:
            continue
        fault = _fault(cells, len(head.titles))
        if fault is not None:
            faults.setdefault(len(rows), fault)
        rows.append([*cells, *[""] * len(head.titles)][: len(head.titles)])
    if rows and raw.count(b'"') % 2 and not raw.endswith(b"\n"):
        faults.setdefault(len(rows) - 1, "the file ends within quotes")
    return Table(_batch(rows, head), faults)


def _fault(cells: Sequence[str], width: int) -> str | None:
    if len(cells) < width:
        return "fewer cells than titles"
    return "more cells than titles" if any(cells[width:]) else None


def _batch(rows: Sequence[Sequence[str]], head: Head) -> pa.RecordBatch:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(head.titles)
    arrays = [pa.array(column, pa.string()) for column in columns]
    return pa.RecordBatch.from_arrays(arrays, names=list(head.titles))


def _harmless(column: pa.Array) -> pa.Array:
    """A quote before cells that a spreadsheet would run; numbers stay as they are."""
    if not pa.types.is_string(column.type):
        return column
    runs = pc.match_substring_regex(column, _FORMULA)
    if not pc.any(runs).as_py():
        return column
    pairs = zip(column.to_pylist(), runs.to_pylist(), strict=True)
    return pa.array([_defused(cell) if run else cell for cell, run in pairs], pa.string())


def _defused(cell: str) -> str:
    if not cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return cell
    try:
        float(cell)
    except ValueError:
        return "'" + cell
    return cell
