"""TOML tables become frozen records, checked against the record's own annotations."""

import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from importlib.resources.abc import Traversable
from typing import Any, Literal, TypeVar

from corpus.terms import KnowledgeError

Record = TypeVar("Record")
FENCE = "+++"


def read_toml(file: Traversable) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        KnowledgeError: It is not TOML; the message names the file.
    """
    return _parse(file.read_text("utf-8"), file.name)


def read_page(file: Traversable) -> tuple[dict[str, Any], str]:
    """Split a Markdown page into its TOML head, which stands between two `+++` lines, and its text.

    Raises:
        KnowledgeError: The head is missing or not TOML; the message names the file.
    """
    parts = file.read_text("utf-8").split(f"{FENCE}\n", 2)
    if len(parts) != 3 or parts[0]:  # noqa: PLR2004 -- nothing, the head, the text
        raise KnowledgeError(f"{file.name}: a page begins with a head between {FENCE} lines")
    return _parse(parts[1], file.name), parts[2].strip() + "\n"


def as_record(kind: type[Record], table: object, where: str) -> Record:
    """Make a record of a table, nested records and tuples included.

    Args:
        kind: The dataclass to make.
        table: What TOML gave.
        where: File and entry, for the error.

    Raises:
        KnowledgeError: A member is unknown, missing or of another type; the message says where.
    """
    if not isinstance(table, Mapping):
        raise KnowledgeError(f"{where}: a table is expected")
    label = f"{where}, {table['id']}" if isinstance(table.get("id"), str) else where
    hints = typing.get_type_hints(kind)
    unknown = sorted(set(table) - set(hints))
    if unknown:
        raise KnowledgeError(f"{label}: unknown member {unknown[0]}")
    members = {n: _value(hints[n], value, f"{label}, {n}") for n, value in table.items()}
    for field in fields(kind):  # type: ignore[arg-type]  # a dataclass, which TypeVar cannot say
        required = field.default is MISSING and field.default_factory is MISSING
        if required and field.name not in members:
            raise KnowledgeError(f"{label}: {field.name} is missing")
    return kind(**members)


def _parse(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise KnowledgeError(f"{name}: {error}") from error


def _value(hint: Any, value: object, where: str) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):  # the only union used is "or None"
        return _value(arguments[0], value, where)
    if origin is tuple:
        return _members(arguments[0], value, where)
    if origin is Literal:
        return _one_of(arguments, value, where)
    if is_dataclass(hint):
        return as_record(typing.cast("type[Any]", hint), value, where)
    if type(value) is not hint:
        raise KnowledgeError(f"{where}: {hint.__name__} is expected")
    return value


def _members(hint: Any, value: object, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise KnowledgeError(f"{where}: a list is expected")
    return tuple(_value(hint, member, f"{where} {i}") for i, member in enumerate(value, start=1))


def _one_of(allowed: tuple[Any, ...], value: object, where: str) -> Any:
    if value not in allowed:
        raise KnowledgeError(f"{where}: {value} is not one of {', '.join(map(str, allowed))}")
    return value
