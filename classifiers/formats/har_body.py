"""The body of an answer in a HAR: it lies in the file until somebody asks for it."""

import base64
import binascii
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import msgspec
from msgspec import Raw
from regex import Pattern

from classifiers.formats.har_members import Content
from classifiers.formats.har_repair import repaired_string

MAX_BODY_CHARS = 2_000_000  # of one answer; error bodies have some kilobytes
MAX_ESCAPE_BYTES = 12  # of one character in JSON: a pair of surrogates

_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_BITS = 31
_EMPTY = (b"", b'""', b"null")


@dataclass(frozen=True, slots=True)
class Body:
    """A body as the file has it: a JSON string, perhaps of base64."""

    raw: Raw
    is_base64: bool = False
    is_beside: bool = False  # the file only names another file that holds it

    @classmethod
    def of(cls, content: Content) -> "Body":
        """The body of an answer's content."""
        is_base64 = (content.encoding or "").casefold() == "base64"
        return cls(content.text, is_base64, bool(content.file))

    def __bool__(self) -> bool:
        return bytes(memoryview(self.raw)[:4]) not in _EMPTY

    def holds(self, marks: Mapping[bytes, Pattern[bytes]]) -> bool:
        """Whether one of some patterns matches, each of which is looked for where its word stands.

        In JSON a backslash stands before a quote.
        """
        if self.is_base64:
            content = self.text().encode()
        else:
            content = bytes(memoryview(self.raw)[: MAX_BODY_CHARS * 2])
        return any(word in content and mark.search(content) for word, mark in marks.items())

    def text(self, limit: int = MAX_BODY_CHARS) -> str:
        """Its first characters."""
        if not self:
            return ""
        if self.is_base64:
            return _unpacked(_start(self.raw, limit * 4 // 3 + 4), limit)
        return _start(self.raw, limit).replace("\x00", "\ufffd")


def _start(raw: Raw, limit: int) -> str:
    """The start of a JSON string, without decoding its end."""
    if len(raw) <= limit:
        return _string(bytes(raw))
    for end in range(limit, max(limit - MAX_ESCAPE_BYTES, 1), -1):
        if start := _string(bytes(memoryview(raw)[:end]) + b'"'):
            return start
    return ""


def _string(token: bytes) -> str:
    for mend in (bytes, repaired_string):
        with suppress(msgspec.MsgspecError, UnicodeDecodeError):
            return msgspec.json.decode(mend(token), type=str)
    return ""


def _unpacked(text: str, limit: int) -> str:
    """What base64 stands for; what is none stays as it is."""
    whole = text[: len(text) // 4 * 4] if len(text) > limit else text + "=" * (-len(text) % 4)
    try:
        content = base64.b64decode(whole)
    except (binascii.Error, ValueError):
        return text[:limit]
    if content.startswith(_GZIP_MAGIC):
        content = _inflated(content, limit)
    return content.decode("utf-8", "replace")[:limit].replace("\x00", "\ufffd")


def _inflated(content: bytes, limit: int) -> bytes:
    try:
        return zlib.decompressobj(_GZIP_BITS).decompress(content, limit)
    except zlib.error:
        return b""
