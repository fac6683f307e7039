"""The process that reads traces: memory and time are bounded, and nothing raw leaves it."""

import gzip
import json
import os
import signal
import zlib
from contextlib import suppress
from mmap import ACCESS_READ, mmap
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from pathlib import Path

from classifiers import Diagnoser, NotATraceError

READY = b"ready"
TOO_LARGE = "too-large"
TOO_HARD = "too-hard"
NOT_A_HAR = "not-a-har"
DEFECT = "defect"

_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK_BYTES = 1 << 20


def work(connection: Connection, max_bytes: int, memory_bytes: int) -> None:
    """Answer one trace after the other until the other side closes the connection."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the service says when to stop
    diagnoser = Diagnoser.load()
    diagnoser.diagnose("The job was refused.")  # compiles and allocates what the first use does
    _bound_memory(memory_bytes)
    connection.send_bytes(READY)
    with suppress(EOFError, OSError):
        while True:
            descriptor = recv_handle(connection)
            connection.send_bytes(json.dumps(_answer(descriptor, diagnoser, max_bytes)).encode())


def _answer(descriptor: int, diagnoser: Diagnoser, max_bytes: int) -> dict[str, object]:
    try:
        return {"diagnosis": _diagnosed(descriptor, diagnoser, max_bytes)}
    except NotATraceError as error:
        return {"refused": NOT_A_HAR, "detail": str(error)}
    except OverflowError:
        return {"refused": TOO_LARGE}
    except MemoryError:
        return {"refused": TOO_HARD}
    except Exception as error:  # noqa: BLE001 -- its text may quote the trace, so only its kind goes on
        return {"refused": DEFECT, "detail": type(error).__name__}


def _diagnosed(descriptor: int, diagnoser: Diagnoser, max_bytes: int) -> dict[str, object]:
    with os.fdopen(descriptor, "rb") as file:
        if not os.fstat(descriptor).st_size:
            raise NotATraceError("the file is empty; send the HAR")
        file.seek(0)  # the other side wrote through the same position
        if file.read(len(_GZIP_MAGIC)) != _GZIP_MAGIC:
            # Not closed here: what is read points into it, even from within an error.
            spooled = memoryview(mmap(descriptor, 0, access=ACCESS_READ))
            return diagnoser.diagnose_trace(spooled).to_dict()
        file.seek(0)
        with gzip.open(file) as packed:
            return diagnoser.diagnose_trace(_inflated(packed, max_bytes)).to_dict()


def _inflated(packed: gzip.GzipFile, limit: int) -> bytes:
    """Inflate at most to the limit.

    Raises:
        OverflowError: There is more.
        NotATraceError: It is no gzip file, or damaged.
    """
    inflated = bytearray()
    try:
        while chunk := packed.read(_CHUNK_BYTES):
            inflated += chunk
            if len(inflated) > limit:
                raise OverflowError
    except (OSError, EOFError, zlib.error):
        raise NotATraceError("the gzip file is damaged; pack the HAR again") from None
    return bytes(inflated)


def _bound_memory(extra_bytes: int) -> None:
    """Let the process grow by so many bytes, and write no core dump; not on every system."""
    try:
        import resource  # noqa: PLC0415 -- Windows has none

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (ImportError, OSError):
        return
    limit = pages * os.sysconf("SC_PAGE_SIZE") + extra_bytes
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
