"""`triage365 diagnose`: one failure from a file or standard input, for a person or as JSON."""

import gzip
import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from classifiers import Diagnosis, NotATraceError
from classifiers.formats import har
from service.commands.failures import WRONG_USE, CommandError, load_diagnoser, reason
from service.commands.rendering import WIDTH, rendered

GZIP_MAGIC = b"\x1f\x8b"


def diagnose(file: str, context: Mapping[str, Any], *, as_json: bool) -> int:
    """Diagnose one input and print the answer."""
    raw = _read(file)
    if not raw.strip():
        raise CommandError(
            "the input is empty; give the error message, an HTTP response or a HAR", WRONG_USE
        )
    diagnosis = _diagnosed(raw, context)
    if as_json:
        print(json.dumps(diagnosis.to_dict(), indent=2, ensure_ascii=False))
    else:
        columns = shutil.get_terminal_size((WIDTH, 24)).columns
        print(rendered(diagnosis, colour=sys.stdout.isatty(), width=min(WIDTH, columns)))
    return 0


def _read(file: str) -> bytes:
    if file == "-":
        if sys.stdin.isatty():
            print("Paste the error message, then press Ctrl-D.", file=sys.stderr)
        return sys.stdin.buffer.read()
    try:
        raw = Path(file).read_bytes()
        return gzip.decompress(raw) if raw.startswith(GZIP_MAGIC) else raw
    except gzip.BadGzipFile as error:
        raise CommandError(f"{file} is a damaged gzip file") from error
    except EOFError as error:
        raise CommandError(f"{file} is a gzip file that was cut off") from error
    except OSError as error:
        raise CommandError(reason(error, file)) from error


def _diagnosed(raw: bytes, context: Mapping[str, Any]) -> Diagnosis:
    diagnoser = load_diagnoser()
    try:
        if har.recognises(raw):  # not as text, which would take the memory of the file again
            return diagnoser.diagnose_trace(raw, context)
        return diagnoser.diagnose(_text(raw), context)
    except NotATraceError as error:
        raise CommandError(f"not a HAR that can be read: {error}") from error


def _text(raw: bytes) -> str:
    return raw.decode("utf-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig", "replace")
