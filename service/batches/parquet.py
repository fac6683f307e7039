"""Parquet: batches out of a file and, with our columns behind theirs, into another."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from classifiers.batches import SCHEMA
from service.batches.errors import BatchFileError

ROWS = 16_384  # of one block


def titles_of(path: Path) -> tuple[str, ...]:
    """The names of the columns.

    Raises:
        BatchFileError: It is no Parquet file.
    """
    try:
        return tuple(pq.read_schema(path).names)
    except pa.ArrowInvalid as error:
        raise BatchFileError(f"{path.name} is no Parquet file, or it is cut off") from error


def batches_of(path: Path, needed: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """The columns that are read, so many rows at a time."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(ROWS, columns=list(needed), use_threads=False):
            yield batch.select(list(needed))


def write(source: Path, target: Path, answers: Iterable[pa.RecordBatch]) -> None:
    """Write the rows of one file with our columns behind them into another."""
    with pq.ParquetFile(source) as file:
        kept = [field for field in file.schema_arrow if field.name not in SCHEMA.names]
        names = [field.name for field in kept]
        schema = pa.schema([*kept, *SCHEMA], metadata=file.schema_arrow.metadata)
        theirs = file.iter_batches(ROWS, columns=names, use_threads=False)
        with pq.ParquetWriter(target, schema, compression="zstd") as writer:
            for batch, ours in zip(theirs, answers, strict=True):
                columns = [*(batch.column(name) for name in names), *ours.columns]
                writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
