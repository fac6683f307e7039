"""Sightings: what the rules over a whole file read of each row."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import pyarrow as pa

from classifiers.columns import Columns, one_text, state_of
from classifiers.redact import redact_text

COLUMNS = (
    "state", "type", "name", "owner", "object", "time", "organisation", "parent", "trace",
)  # fmt: skip
ANSWERS = {
    "incident": "triage_incident",
    "cause": "triage_cause",
    "variant": "triage_variant",
    "subject": "triage_subject",
    "rerun": "triage_rerun",
    "trace_id": "trace_id",
    "reset": "tokens_valid_from",
    "privilege": "privilege",
}
MAX_SAMPLE_CHARS = 4_000
_TIME = re.compile(
    r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})(?:[T ,]+(\d{1,2}):(\d\d)(?::(\d\d))?[.\d]* ?([AP]M)?)?",
    re.IGNORECASE,
)
_MONTHS, _HALF_DAY, _CENTURY = 12, 12, 100


class Sighting(NamedTuple):
    """One row; empty where the file does not say. Times sort as text."""

    row: int
    incident: str
    cause: str
    variant: str
    subject: str
    rerun: str
    trace_id: str
    reset: str
    privilege: str
    state: str
    type: str
    name: str
    owner: str
    object: str
    time: str
    organisation: str
    parent: str
    sample: str  # the redacted message, of the first row of an incident in each block


def sightings_of(
    batch: pa.RecordBatch, answers: pa.RecordBatch, text_column: str | None = None
) -> pa.RecordBatch:
    """The sightings of a batch, to be kept until the whole file is read."""
    columns = Columns.of(batch.schema.names, text_column)
    told = {name: _texts(answers, column) for name, column in ANSWERS.items()}
    for name in COLUMNS:
        title = columns.named.get(name)
        told[name] = _texts(batch, title) if title else [""] * len(batch)
    told["state"] = [state_of(state) for state in told["state"]]
    told["trace_id"] = [a or b for a, b in zip(told["trace_id"], told.pop("trace"), strict=True)]
    texts = list(zip(*(_texts(batch, title) for title in columns.message), strict=True))
    told["sample"] = _samples(told["incident"], texts)
    return pa.RecordBatch.from_pydict({n: pa.array(v, pa.string()) for n, v in told.items()})


def read(batch: pa.RecordBatch, *, first_row: int, day_first: bool) -> Iterator[Sighting]:
    """The sightings of a batch; rows are numbered from `first_row`."""
    columns = [batch.column(batch.schema.get_field_index(name)) for name in Sighting._fields[1:]]
    rows = zip(*(column.to_pylist() for column in columns), strict=True)
    for number, row in enumerate(rows, start=first_row):
        sighting = Sighting(number, *row)
        yield sighting._replace(time=moment(sighting.time, day_first=day_first))


def is_day_first(batch: pa.RecordBatch) -> bool:
    """Whether a time of the batch can only be read with the day before the month."""
    found = (_TIME.match(time) for time in set(_texts(batch, "time")))
    return any(f is not None and len(f[1]) < 4 and int(f[1]) > _MONTHS for f in found)  # noqa: PLR2004 -- a year has four digits


@lru_cache(maxsize=20_000)  # rows of one night share their times
def moment(written: str, *, day_first: bool) -> str:
    """A time as it sorts; empty where it cannot be read. Exports name no zone.

    >>> moment("11/2/2026 1:05 PM", day_first=False), moment("02.11.2026 13:05", day_first=False)
    ('2026-11-02 13:05:00', '2026-11-02 13:05:00')
    """
    found = _TIME.match(written.strip())
    if found is None:
        return ""
    one, two, three = int(found[1]), int(found[2]), int(found[3])
    if one > _CENTURY:
        year, month, day = one, two, three
    elif day_first or "." in found[0][:3] or one > _MONTHS:
        day, month, year = one, two, three
    else:
        month, day, year = one, two, three
    hour = int(found[4] or 0)
    half = (found[7] or "").upper()
    if half:
        hour = hour % _HALF_DAY + (_HALF_DAY if half == "PM" else 0)
    year += 2000 if year < _CENTURY else 0
    return f"{year:04}-{month:02}-{day:02} {hour:02}:{found[5] or '00'}:{found[6] or '00'}"


def _samples(incidents: list[str], texts: list[tuple[str, ...]]) -> list[str]:
    seen = {""}
    samples = []
    for incident, parts in zip(incidents, texts, strict=True):
        first = incident not in seen
        seen.add(incident)
        samples.append(redact_text(one_text(parts))[:MAX_SAMPLE_CHARS] if first else "")
    return samples


def _texts(batch: pa.RecordBatch, title: str) -> list[str]:
    column: Any = batch.column(batch.schema.get_field_index(title))
    if not pa.types.is_string(column.type):
        column = column.cast(pa.string())
    texts: list[str] = column.fill_null("").to_pylist()
    return texts
