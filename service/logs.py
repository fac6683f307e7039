"""Structured logs: one JSON object a line, ids and kinds, never a text that a client sent."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
PLAIN = str | int | float | bool | None


class JsonLines(logging.Formatter):
    """Renders a record with its fields; of an exception only its kind and where it arose.

    The message of an exception may quote the input, so it is left out; so are the texts of
    foreign loggers' arguments.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.casefold(),
            "logger": record.name,
            "message": str(record.msg),
        }
        line |= {name: _plain(value) for name, value in vars(record).items() if name not in OWN}
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            line["raised"] = [f"{frame.name}:{frame.lineno}" for frame in frames[-5:]]
        return json.dumps(line, ensure_ascii=True)


def _plain(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, PLAIN) else type(value).__name__


def configure_logs() -> None:
    """Send every log of this process to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
