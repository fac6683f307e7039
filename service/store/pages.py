"""Pages of diagnoses: newest first, each page named by an opaque cursor."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, select, tuple_
from sqlmodel import col

from service.store.tables import DEFAULT_WORKSPACE, FILTERED, DiagnosisRow, UtcTime

MAX_PAGE = 200
CURSOR_PARTS = 2


class CursorError(Exception):
    """The cursor is none that a page has given."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which diagnoses are asked for; `since` is inclusive, `until` is not."""

    workspace: str = DEFAULT_WORKSPACE
    cause: str | None = None
    band: str | None = None
    incident: str | None = None
    reference: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    cursor: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Some diagnoses, and the cursor of the page after it."""

    diagnoses: list[dict[str, Any]]
    cursor: str | None


def statement(wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """What the database is asked: one row more than the page, to see whether another follows.

    Raises:
        CursorError: The cursor cannot be read.
    """
    place = (col(DiagnosisRow.created_at), col(DiagnosisRow.id))
    query = select(*place, col(DiagnosisRow.answer)).where(*_conditions(wanted))
    if wanted.cursor is not None:
        at, last = decoded(wanted.cursor)
        query = query.where(tuple_(*place) < tuple_(literal(at, UtcTime), literal(last)))
    return query.order_by(place[0].desc(), place[1].desc()).limit(wanted.limit + 1)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [col(DiagnosisRow.workspace) == wanted.workspace]
    conditions += [
        col(getattr(DiagnosisRow, name)) == getattr(wanted, name)
        for name in FILTERED
        if getattr(wanted, name) is not None
    ]
    if wanted.since is not None:
        conditions.append(col(DiagnosisRow.created_at) >= wanted.since)
    if wanted.until is not None:
        conditions.append(col(DiagnosisRow.created_at) < wanted.until)
    return conditions


def page(rows: list[Any], limit: int) -> Page:
    """The rows of a `statement` as a page."""
    kept = rows[:limit]
    cursor = encoded(kept[-1][0], kept[-1][1]) if len(rows) > limit else None
    return Page([dict(row[2]) for row in kept], cursor)


def encoded(at: datetime, last: str) -> str:
    """The place after a row, in a form that nobody is tempted to build.

    >>> decoded(encoded(datetime(2026, 11, 2, tzinfo=UTC), "a"))[1]
    'a'
    """
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), last]).encode()).decode()


def decoded(cursor: str) -> tuple[datetime, str]:
    """The place that a cursor names.

    Raises:
        CursorError: It is no cursor of ours.
    """
    try:
        parts = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
        at, last = datetime.fromisoformat(parts[0]), parts[1]
    except (binascii.Error, ValueError, TypeError, LookupError, RecursionError):
        raise CursorError from None
    if len(parts) != CURSOR_PARTS or not isinstance(last, str) or "\0" in last or not at.tzinfo:
        raise CursorError
    return at.astimezone(UTC), last
