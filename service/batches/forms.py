"""The formats of batches behind one face: blocks out of a file, parts, parts joined to a file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from classifiers.columns import ADDED, Columns
from service.batches import delimited, lines, parquet, sheets
from service.batches.delimited import BLOCK_BYTES, Head, Table
from service.batches.errors import BatchFileError
from service.batches.streams import append, format_of, has_mark, pieces, sink

_MARK = b"\xef\xbb\xbf"


class Form(Protocol):
    """One file's format; travels to the workers, so it holds no open file."""

    @property
    def titles(self) -> tuple[str, ...]:
        """The columns of the file."""

    def blocks(self, source: Path) -> Iterator[bytes]:
        """The file's rows, a block at a time; the same file gives the same blocks."""

    def table(self, block: bytes) -> Table:
        """The rows of a block."""

    def part(self, block: bytes, table: Table, answers: pa.RecordBatch) -> bytes:
        """The rows of a block with our columns, as a part of the output."""

    def join(self, source: Path, parts: Iterable[Path], target: Path, suffix: str) -> None:
        """Make one file of all parts."""


@dataclass(frozen=True, slots=True)
class CsvForm:
    """CSV with any delimiter; the output has the same one."""

    head: Head
    marked: bool  # begins with a byte order mark

    @property
    def titles(self) -> tuple[str, ...]:
        """The columns of the file."""
        return self.head.titles

    def blocks(self, source: Path) -> Iterator[bytes]:
        """Whole rows."""
        found = delimited.blocks(pieces(source, BLOCK_BYTES))
        _, rest = delimited.head_of(next(found, b""))
        yield from (block for block in chain([rest], found) if block.strip())

    def table(self, block: bytes) -> Table:
        """The rows of a block."""
        return delimited.table_of(block, self.head)

    def part(self, block: bytes, table: Table, answers: pa.RecordBatch) -> bytes:  # noqa: ARG002 -- JSON Lines need the block
        """Rows as CSV."""
        kept = [name for name in table.batch.schema.names if name not in ADDED]
        arrays = [table.batch.column(table.batch.schema.get_field_index(name)) for name in kept]
        rows = pa.RecordBatch.from_arrays([*arrays, *answers.columns], [*kept, *ADDED])
        return delimited.written(rows, self.head.delimiter)

    def join(self, source: Path, parts: Iterable[Path], target: Path, suffix: str) -> None:  # noqa: ARG002
        """Titles, then the parts."""
        with sink(target, suffix) as out:
            out.write(_MARK * self.marked + delimited.header(self.head, ADDED))
            for part in parts:
                append(part, out)


@dataclass(frozen=True, slots=True)
class JsonForm:
    """JSON Lines; rows may hold `text` and `context`, or the members of an export."""

    titles: tuple[str, ...]
    needed: tuple[str, ...]

    def blocks(self, source: Path) -> Iterator[bytes]:
        """Whole lines."""
        return lines.blocks(pieces(source, BLOCK_BYTES))

    def table(self, block: bytes) -> Table:
        """The rows of a block."""
        return lines.lines_of(block, self.needed).table

    def part(self, block: bytes, table: Table, answers: pa.RecordBatch) -> bytes:  # noqa: ARG002
        """Lines with our members."""
        return lines.lines_written(lines.lines_of(block, self.needed), answers.to_pylist())

    def join(self, source: Path, parts: Iterable[Path], target: Path, suffix: str) -> None:  # noqa: ARG002
        """The parts one after the other."""
        with sink(target, suffix) as out:
            for part in parts:
                append(part, out)


@dataclass(frozen=True, slots=True)
class SheetForm:
    """XLSX; parts hold our columns alone, the rest is read again when they are joined."""

    titles: tuple[str, ...]
    needed: tuple[str, ...]

    def blocks(self, source: Path) -> Iterator[bytes]:
        """So many rows."""
        return map(packed, sheets.batches_of(source, self.needed))

    def table(self, block: bytes) -> Table:
        """The rows of a block."""
        return Table(unpacked(block), {})

    def part(self, block: bytes, table: Table, answers: pa.RecordBatch) -> bytes:  # noqa: ARG002
        """Our columns."""
        return packed(answers)

    def join(self, source: Path, parts: Iterable[Path], target: Path, suffix: str) -> None:  # noqa: ARG002
        """Rows and parts side by side."""
        batches = (unpacked(part.read_bytes()) for part in parts)
        cells = (tuple(row.values()) for batch in batches for row in batch.to_pylist())
        sheets.write(source, target, cells, ADDED)


@dataclass(frozen=True, slots=True)
class ParquetForm:
    """Parquet; parts hold our columns alone, the rest is read again when they are joined."""

    titles: tuple[str, ...]
    needed: tuple[str, ...]

    def blocks(self, source: Path) -> Iterator[bytes]:
        """So many rows."""
        return map(packed, parquet.batches_of(source, self.needed))

    def table(self, block: bytes) -> Table:
        """The rows of a block."""
        return Table(unpacked(block), {})

    def part(self, block: bytes, table: Table, answers: pa.RecordBatch) -> bytes:  # noqa: ARG002
        """Our columns."""
        return packed(answers)

    def join(self, source: Path, parts: Iterable[Path], target: Path, suffix: str) -> None:  # noqa: ARG002
        """Rows and parts side by side."""
        parquet.write(source, target, (unpacked(part.read_bytes()) for part in parts))


def form_of(source: Path, text_column: str | None = None) -> Form:
    """Open a file far enough to know its columns.

    Raises:
        BatchFileError: It cannot be read, or no column holds a message.
    """
    kind = format_of(source)
    if kind == ".csv":
        first = next(delimited.blocks(pieces(source, BLOCK_BYTES)), b"")
        head, _ = delimited.head_of(first)
        _needed(head.titles, text_column)
        return CsvForm(head, has_mark(source))
    if kind == ".jsonl":
        first = next(lines.blocks(pieces(source, BLOCK_BYTES)), b"")
        titles = lines.titles_of(first)
        if not titles:
            raise BatchFileError(f"{source.name} is empty, or no line of it is a JSON object")
        return JsonForm(titles, _needed(titles, text_column))
    if kind == ".xlsx":
        sheets.check(source)
        titles = sheets.titles_of(source)
        return SheetForm(titles, _needed(titles, text_column))
    titles = parquet.titles_of(source)
    return ParquetForm(titles, _needed(titles, text_column))


def _needed(titles: Sequence[str], chosen: str | None) -> tuple[str, ...]:
    if chosen is not None and chosen not in titles:
        raise BatchFileError(f"there is no column {chosen}; the file has: {', '.join(titles)}")
    columns = Columns.of(titles, chosen)
    if not columns.message:
        raise BatchFileError(
            "no column holds a message; add Message and Friendly message in Advanced Find "
            "(Edit Columns) and export again, or name the column with --text-column"
        )
    return columns.needed


def packed(batch: pa.RecordBatch) -> bytes:
    """A batch as bytes."""
    out = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(out, batch.schema, options=options) as writer:
        writer.write_batch(batch)
    packed: bytes = out.getvalue().to_pybytes()
    return packed


def unpacked(raw: bytes) -> pa.RecordBatch:
    """The batch that bytes hold."""
    with pa.ipc.open_stream(raw) as reader:
        return reader.read_next_batch()
