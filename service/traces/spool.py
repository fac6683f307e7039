"""An upload on its way: bytes in an anonymous file that is gone with the process."""

import os
from dataclasses import dataclass
from tempfile import TemporaryFile
from types import TracebackType
from typing import BinaryIO, Self, cast

from service.errors import BodyTooLargeError, BusyError


@dataclass(slots=True)
class Room:
    """What all uploads together may hold, in bytes."""

    size: int
    taken: int = 0


class Spool:
    """Takes the bytes of one upload; has no name, so nobody else can open it."""

    def __init__(self, limit: int, room: Room) -> None:
        self._limit = limit
        self._room = room
        self._size = 0
        self._file = _anonymous()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._room.taken -= self._size
        self._file.close()

    def write(self, chunk: bytes) -> None:
        """Add some bytes.

        Raises:
            BodyTooLargeError: The upload is longer than its limit.
            BusyError: All uploads together take more than there is room for.
        """
        if self._size + len(chunk) > self._limit:
            raise BodyTooLargeError
        if self._room.taken + len(chunk) > self._room.size:
            raise BusyError
        self._size += len(chunk)
        self._room.taken += len(chunk)
        self._file.write(chunk)

    def fileno(self) -> int:
        """The file descriptor, to be handed to the process that reads."""
        return self._file.fileno()


def _anonymous() -> BinaryIO:
    """In memory where the system can do that; else an unlinked file."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("trace"), "w+b", buffering=0)
    return cast("BinaryIO", TemporaryFile(buffering=0))
