"""Incidents: one failure behind many rows, and what a whole file shows about its scope."""

import pyarrow as pa

from classifiers.columns import Columns


def sightings_of(
    batch: pa.RecordBatch, answers: pa.RecordBatch, text_column: str | None
) -> pa.RecordBatch:
    """What the rules over a whole file read of a batch: answers, and the columns of scope."""
    named = Columns.of(batch.schema.names, text_column).named
    beside = {k: t for k, t in named.items() if k not in answers.schema.names and k != "context"}
    arrays = [batch.column(batch.schema.get_field_index(title)) for title in beside.values()]
    return pa.RecordBatch.from_arrays(
        [*answers.columns, *arrays], [*answers.schema.names, *beside.keys()]
    )
