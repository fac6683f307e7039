"""Settings: read once from `TRIAGE365_*` environment variables, then passed on."""

import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

PREFIX = "TRIAGE365_"


class SettingsError(Exception):
    """A setting is unknown or has a value that cannot be used; the message names it."""


def data_folder() -> Path:
    """The user's data folder for this program, as the XDG base directory specification has it."""
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "triage365"


def _default_database() -> str:
    return f"sqlite:///{data_folder() / 'triage365.db'}"


def setting(default: Any, unit: str, description: str) -> Any:
    """A field with its unit and description, from which the README's table is made."""
    given = {"default_factory": default} if callable(default) else {"default": default}
    return field(**given, metadata={"unit": unit, "description": description})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that an operator may choose."""

    database_url: str = setting(
        _default_database,
        "URL",
        "Where diagnoses are kept; by default an SQLite file in the user's data folder.",
    )
    host: str = setting("127.0.0.1", "address", "Where `triage365 serve` listens.")
    port: int = setting(8365, "port", "Where `triage365 serve` listens.")
    admin_key: str = setting(
        "", "key", "The first API key; needed to listen on an address that is not loopback."
    )
    allowed_hosts: str = setting(
        "",
        "names, comma-separated",
        "Host names beside loopback that requests without a key may use.",
    )
    allowed_origins: str = setting(
        "",
        "origins, comma-separated",
        "Pages whose scripts may call (CORS), as `https://…`, and ids of browser extensions.",
    )
    requests_per_minute: int = setting(
        1200, "requests", "How much one key may send a minute, for each service process."
    )
    retention_days: int = setting(
        90, "days", "How long diagnoses, their feedback and their replies are kept."
    )
    max_json_bytes: int = setting(2_000_000, "bytes", "Largest JSON body.")
    max_trace_bytes: int = setting(50_000_000, "bytes", "Largest trace, unpacked.")
    max_json_depth: int = setting(64, "levels", "Deepest JSON body.")


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings.

    Raises:
        SettingsError: A variable is unknown or not of its type.
    """
    known = {f.name: f for f in fields(Settings)}
    values: dict[str, Any] = {}
    for variable, value in environment.items():
        if not variable.startswith(PREFIX) or variable == f"{PREFIX}TEST_DATABASE_URL":
            continue
        name = variable.removeprefix(PREFIX).casefold()
        if name not in known:
            raise SettingsError(f"unknown setting {variable}; the README lists the known ones")
        values[name] = _value(variable, value, known[name].type)
    return Settings(**values)


def rows() -> list[tuple[str, str, str, str]]:
    """Variable, unit, default and description of every setting, for the README."""
    table = []
    for f in fields(Settings):
        default = "the user's data folder" if f.default is MISSING else str(f.default)
        unit, text = f.metadata["unit"], f.metadata["description"]
        table.append((PREFIX + f.name.upper(), unit, default, text))
    return table


def _value(variable: str, value: str, kind: Any) -> str | int:
    if kind is str:
        return value
    try:
        number = int(value)
    except ValueError:
        raise SettingsError(f"{variable} must be a whole number") from None
    if number <= 0:
        raise SettingsError(f"{variable} must be greater than 0")
    return number


def table() -> str:
    """The settings as the README shows them."""
    lines = ["| variable | unit | default | description |", "|---|---|---|---|"]
    lines += [
        f"| `{name}` | {unit} | {default or '—'} | {text} |" for name, unit, default, text in rows()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())  # noqa: T201 -- for the README
