"""The members of a HAR that are read; everything else is skipped without being built.

What may be long (headers, bodies) stays where it lies in the file, as `msgspec.Raw`.
"""

import json
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Raw, Struct

MAX_ENTRIES = 100_000  # two hours of a busy page have some thousands
MAX_DEPTH = 64  # of an entry that deviates and is therefore built as a whole

_Form = TypeVar("_Form", bound=Struct)
_Buffer = bytes | memoryview


class TooManyEntriesError(ValueError):
    """The trace has more than `MAX_ENTRIES` entries."""


class TooDeepError(ValueError):
    """The trace is nested deeper than any exporter writes."""


class Pair(Struct, gc=False):
    """A header."""

    name: str | None = None
    value: str | None = None


class Content(Struct, gc=False, rename="camel"):
    """The body of an answer."""

    mime_type: str | None = None
    encoding: str | None = None
    text: Raw = Raw(b"")
    file: Raw = msgspec.field(name="_file", default=Raw(b""))  # Playwright: it lies beside the HAR


class Response(Struct, gc=False, rename="camel"):
    """An answer."""

    status: int | float | str | None = None
    status_text: str | None = None
    http_version: str | None = None
    headers: Raw = Raw(b"")
    content: Content | None = None
    redirect_url: str | None = msgspec.field(name="redirectURL", default=None)
    redirection_url: str | None = msgspec.field(name="redirectionURL", default=None)  # IE 11
    error: str | None = msgspec.field(name="_error", default=None)
    failure_text: str | None = msgspec.field(name="_failureText", default=None)
    error_message: str | None = msgspec.field(name="_errorMessage", default=None)


class Request(Struct, gc=False):
    """What was asked."""

    method: str | None = None
    url: str | None = None
    headers: Raw = Raw(b"")


class Entry(Struct, gc=False):
    """One request with its answer."""

    request: Request | None = None
    response: Response | None = None
    started: str | None = msgspec.field(name="startedDateTime", default=None)
    resource_type: str | None = msgspec.field(name="_resourceType", default=None)
    error: str | None = msgspec.field(name="_error", default=None)
    failure_text: str | None = msgspec.field(name="_failureText", default=None)
    error_message: str | None = msgspec.field(name="_errorMessage", default=None)


class Creator(Struct, gc=False):
    """Who wrote the file."""

    name: str | None = None
    comment: str | None = None


class Log(Struct, gc=False):
    """The trace; some tools write it without the object around it."""

    entries: Annotated[list[Entry], Meta(max_length=MAX_ENTRIES)] | None = None
    creator: Creator | None = None


class _File(Log, gc=False):
    log: Log | None = None


class _Loose(Struct, gc=False):
    log: Raw = Raw(b"")
    entries: Raw = Raw(b"")
    creator: Raw = Raw(b"")


def decoded(text: _Buffer) -> Log:
    """Read the log of a HAR; entries that deviate are read member by member.

    Raises:
        msgspec.ValidationError: It is JSON, but no HAR.
        msgspec.DecodeError: It is no JSON.
        UnicodeDecodeError: It is no UTF-8.
        TooManyEntriesError: It has more than `MAX_ENTRIES` entries.
        TooDeepError: It is nested too deeply.
    """
    try:
        return _decoded(text)
    except RecursionError:
        raise TooDeepError from None


def _decoded(text: _Buffer) -> Log:
    try:
        file = msgspec.json.decode(text, type=_File)
    except msgspec.ValidationError:
        return _loosely(text)
    log = file.log or file
    return log if log.entries is not None else _loosely(text)


def _loosely(text: _Buffer) -> Log:
    file = msgspec.json.decode(text, type=_Loose)
    log = msgspec.json.decode(file.log, type=_Loose) if file.log else file
    entries = msgspec.json.decode(log.entries or b"null", type=list[Raw])
    if len(entries) > MAX_ENTRIES:
        raise TooManyEntriesError
    creator = member_by_member(_untyped(log.creator), Creator)
    return Log([_entry(entry) for entry in entries], creator)


def _entry(raw: Raw) -> Entry:
    try:
        return msgspec.json.decode(raw, type=Entry)
    except msgspec.ValidationError:
        return member_by_member(_untyped(raw), Entry)


def _untyped(raw: Raw) -> object:
    built: object = msgspec.json.decode(raw or b"null")
    if _is_deep(built, MAX_DEPTH):
        raise TooDeepError
    return built


def _is_deep(built: object, depth: int) -> bool:
    inner = built.values() if isinstance(built, dict) else built if isinstance(built, list) else ()
    return depth == 0 or any(
        _is_deep(each, depth - 1) for each in inner if isinstance(each, (dict, list))
    )


def member_by_member(built: object, form: type[_Form]) -> _Form:
    """Take those members that have the type they should have."""
    members = built if isinstance(built, dict) else {}
    known: dict[str, object] = {}
    for field in msgspec.structs.fields(form):
        if field.encode_name in members:
            value = _converted(members[field.encode_name], field.type)
            if value is not msgspec.UNSET:
                known[field.name] = value
    return form(**known)


def _converted(value: object, kind: object) -> object:
    if kind is Raw:
        return Raw(json.dumps(value).encode())
    for inner in getattr(kind, "__args__", ()):
        if isinstance(inner, type) and issubclass(inner, Struct):
            return member_by_member(value, inner)
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return msgspec.UNSET
