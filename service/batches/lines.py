"""JSON Lines: rows keep their own writing, our members are put behind theirs."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from classifiers.batches import context_column
from service.batches.delimited import Table, cut_into_blocks
from service.batches.streams import as_utf8

MAX_ROW_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Lines:
    """The rows of a block: what is diagnosed, and how each line was written."""

    table: Table
    written: tuple[bytes, ...]
    members: tuple[Mapping[str, Any] | None, ...]


def blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Whole lines, about `BLOCK_BYTES` at a time."""
    return cut_into_blocks(pieces, lambda block: block.rfind(b"\n") + 1)


def titles_of(block: bytes) -> tuple[str, ...]:
    """Every member's name in a block, in the order in which they come."""
    rows = (_members(line) for line in _lines(block))
    return tuple(dict.fromkeys(name for row in rows if row is not None for name in row))


def lines_of(block: bytes, needed: Sequence[str]) -> Lines:
    """Read the rows of a block."""
    written = tuple(_lines(block))
    members = tuple(_members(line) for line in written)
    faults = {i: "no JSON object" for i, row in enumerate(members) if row is None}
    columns = [
        pa.array([_text(row.get(name)) if row else "" for row in members], pa.string())
        for name in needed
    ]
    return Lines(Table(pa.RecordBatch.from_arrays(columns, list(needed)), faults), written, members)


def lines_written(lines: Lines, answers: Iterable[Mapping[str, Any]]) -> bytes:
    """The rows with our members behind theirs; a line that is no object becomes one."""
    rows = zip(lines.written, lines.members, answers, strict=True)
    return b"".join(_line(*row) + b"\n" for row in rows)


def _line(written: bytes, members: Mapping[str, Any] | None, added: Mapping[str, Any]) -> bytes:
    if members is None:
        return json.dumps({"triage_fault": "no JSON object", **added}).encode()
    if not members or not added.keys().isdisjoint(members):
        return json.dumps({**members, **added}, ensure_ascii=False).encode("utf-8", "replace")
    ours = json.dumps(added, ensure_ascii=False).encode("utf-8", "replace")
    return written[: written.rindex(b"}")] + b", " + ours[1:]


def _lines(block: bytes) -> Iterator[bytes]:
    for line in as_utf8(block).split(b"\n"):
        stripped = line.strip()
        if stripped:
            yield stripped


def _members(line: bytes) -> Mapping[str, Any] | None:
    if len(line) > MAX_ROW_BYTES:
        return None
    try:
        members = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return members if isinstance(members, dict) else None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return context_column(value)
    return str(value).encode("utf-8", "replace").decode()
