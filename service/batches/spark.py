"""The same work on Spark: folders in, folders out, `diagnose_batch` in every worker."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from classifiers import Diagnoser
from classifiers.batches import SCHEMA, batches_of
from classifiers.columns import ADDED, Columns
from service.batches.errors import BatchFileError
from service.batches.streams import format_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

FORMATS = {".csv": "csv", ".jsonl": "json", ".parquet": "parquet"}
_CSV = {"header": True, "multiLine": True, "quote": '"', "escape": '"'}


def annotate(source: Path, target: Path, text_column: str | None) -> None:
    """Diagnose every row of a file or folder into a folder.

    Raises:
        BatchFileError: There is no Spark, or no column holds a message.
    """
    spark = _session()
    frame = _read(spark, source)
    if not Columns.of(frame.columns, text_column).message:
        raise BatchFileError("no column holds a message; name it with --text-column")
    _write(annotated(frame, text_column), source, target)


def annotated(frame: "DataFrame", text_column: str | None = None) -> "DataFrame":
    """A Spark frame with the `triage_` columns; for use in your own jobs."""
    from pyspark.sql.types import DoubleType, StringType, StructField, StructType  # noqa: PLC0415

    kept = [field for field in frame.schema.fields if field.name not in ADDED]
    ours = [
        StructField(field.name, DoubleType() if field.type == pa.float64() else StringType())
        for field in SCHEMA
    ]

    def diagnosed(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from _diagnosed(batches, text_column)

    names = [field.name for field in kept]
    return frame.select(names).mapInArrow(diagnosed, StructType([*kept, *ours]))


def copy(source: Path, target: Path) -> None:
    """Read and write alone: what Spark itself takes."""
    _write(_read(_session(), source), source, target)


_DIAGNOSERS: list[Diagnoser] = []  # of this worker


def _diagnosed(
    batches: Iterable[pa.RecordBatch], text_column: str | None
) -> Iterator[pa.RecordBatch]:
    if not _DIAGNOSERS:
        _DIAGNOSERS.append(Diagnoser.load())
    worker = batches_of(_DIAGNOSERS[0])
    for batch in batches:
        answers = worker.annotate(batch, text_column).select(list(ADDED))
        schema = pa.schema([*batch.schema, *answers.schema])
        yield pa.RecordBatch.from_arrays([*batch.columns, *answers.columns], schema=schema)


def _session() -> "SparkSession":
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 -- an extra
    except ImportError as error:
        raise BatchFileError("there is no Spark; pip install 'triage365[spark]'") from error
    builder: Any = SparkSession.builder
    session: SparkSession = builder.appName("triage365").getOrCreate()
    return session


def _kind(path: Path) -> str:
    inside = next((p for p in sorted(path.glob("[!_.]*")) if p.is_file()), path)
    kind = FORMATS.get(format_of(inside if path.is_dir() else path))
    if kind is None:
        raise BatchFileError("Spark reads .csv, .jsonl and .parquet")
    return kind


def _read(spark: "SparkSession", source: Path) -> "DataFrame":
    kind = _kind(source)
    options: dict[str, Any] = _CSV if kind == "csv" else {}
    return spark.read.options(**options).format(kind).load(str(source.absolute()))


def _write(frame: "DataFrame", source: Path, target: Path) -> None:
    kind = _kind(source)
    options: dict[str, Any] = {"header": True, "escape": '"'} if kind == "csv" else {}
    frame.write.options(**options).format(kind).save(str(target.absolute()))
