"""Decoded views of a text, each with the way back to the bytes it was decoded from."""

from __future__ import annotations

import base64
import binascii
import html
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import re2

from classifiers.secrets.linear import linear

MAX_LEVELS = 12  # eight levels of JSON inside URL inside HTML, and what remains is a puzzle
MIN_BASE64_CHARS = 24

# Every branch is short and bounded, so that the standard engine runs in linear time here.
_ESCAPE = re.compile(
    rb"""\\(?:u[0-9a-fA-F]{4}|["'/\\bfnrt])"""  # JSON, JavaScript, C#
    rb"|%[0-9a-fA-F]{2}"  # URL
    rb"|&(?:amp|quot|lt|gt|apos|nbsp|#[0-9]{1,6}|#[xX][0-9a-fA-F]{1,5});"  # HTML, XML
    rb'|""'  # CSV
    rb"|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf|\xc2\xad"  # invisible
)
# A GUID has 36 characters, so that the alphabet with `-` begins to count only beyond it.
BASE64_RUN = rf"[A-Za-z0-9+/]{{{MIN_BASE64_CHARS},}}={{0,2}}|[A-Za-z0-9_-]{{37,}}={{0,2}}"
_SHORT = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_CONTROL = bytes(set(range(32)) - {9, 10, 13}) + b"\x7f"


@dataclass(frozen=True, slots=True)
class View:
    """A text with one layer of escapes undone, and where each piece came from."""

    text: bytes
    parent: View | None = None
    starts: Sequence[int] = ()  # of each undone escape, in this view
    ends: Sequence[int] = ()
    parent_spans: Sequence[tuple[int, int]] = ()

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters start..end of this view stand in the first text."""
        view = self
        while view.parent is not None:
            start, end = view._parent_start(start), view._parent_end(end)
            view = view.parent
        return start, end

    def _parent_start(self, position: int) -> int:
        index = bisect_right(self.starts, position) - 1
        if index < 0:
            return position
        if position < self.ends[index]:
            return self.parent_spans[index][0]
        return self.parent_spans[index][1] + position - self.ends[index]

    def _parent_end(self, position: int) -> int:
        index = bisect_right(self.starts, position - 1) - 1
        if index < 0:
            return position
        if position - 1 < self.ends[index]:
            return self.parent_spans[index][1]
        return self.parent_spans[index][1] + position - self.ends[index]


def views(raw: bytes) -> Iterator[View]:
    """Yield the text as it is, then with one more layer of escapes undone each time."""
    view: View | None = View(raw)
    for _ in range(MAX_LEVELS):
        if view is None:
            return
        yield view
        view = _undone(view, _ESCAPE) if may_escape(view.text) else None


def may_escape(text: bytes) -> bool:
    """Whether one of the signs stands in a text with which an escape begins."""
    return b"\\" in text or b"%" in text or b"&" in text or b'""' in text or not text.isascii()


def folded(view: View) -> View | None:
    """The view with look-alike letters (Cyrillic, full width) as their ASCII twins."""
    if view.text.isascii() or not any(first in view.text for first in _LOOKALIKE_FIRST):
        return None
    return _undone(view, _LOOKALIKE)


def _undone(view: View, pattern: re.Pattern[bytes]) -> View | None:
    if pattern.search(view.text) is None:
        return None
    pieces: list[bytes] = []
    starts: list[int] = []
    ends: list[int] = []
    spans: list[tuple[int, int]] = []
    done = length = 0
    for escape in pattern.finditer(view.text):
        start, end = escape.span()
        plain = _plain(escape.group())
        pieces += (view.text[done:start], plain)
        length += start - done
        starts.append(length)
        length += len(plain)
        ends.append(length)
        spans.append((start, end))
        done = end
    pieces.append(view.text[done:])
    return View(b"".join(pieces), view, starts, ends, spans)


def _plain(escape: bytes) -> bytes:
    match escape[:1]:
        case b"%":
            return bytes.fromhex(escape[1:].decode())
        case b"&":
            return b" " if escape == b"&nbsp;" else _entity(escape)
        case b'"':
            return b'"'
        case b"\\":
            return _backslash(escape)
        case _:
            return _LOOKALIKES.get(escape, b"")


def _entity(escape: bytes) -> bytes:
    return html.unescape(escape.decode("ascii")).encode("utf-8", "surrogatepass")


def _backslash(escape: bytes) -> bytes:
    if escape[1:2] == b"u":
        code = int.from_bytes(bytes.fromhex(escape[2:].decode()))
        return chr(code).encode("utf-8", "surrogatepass")
    return _SHORT.get(escape[1:], escape[1:])


_CYRILLIC = dict(zip("аеорсухікАВЕКМНОРСТХ", "aeopcyxikABEKMHOPCTX", strict=True))
_FULL_WIDTH = {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)}
_LOOKALIKES = {a.encode(): b.encode() for a, b in (_CYRILLIC | _FULL_WIDTH).items()}
_LOOKALIKE_FIRST = sorted({letter[:2] for letter in _LOOKALIKES})  # far quicker to look for
_LOOKALIKE = re.compile(b"|".join(re.escape(letter) for letter in _LOOKALIKES))


def base64_texts(text: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield start, end and content of every run that is the base64 form of a text."""
    for run in _base64_run().finditer(text):
        content = base64_text(run.group())
        if content is not None:
            yield run.start(), run.end(), content


@cache
def _base64_run() -> re2._Regexp:
    return linear(BASE64_RUN)


def base64_text(run: bytes) -> bytes | None:
    """What the run says, or None if it is not the base64 form of a text."""
    run = run.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    if not _is_text(_decoded(run[:MIN_BASE64_CHARS])):
        return None
    content = _decoded(run[: len(run) - (len(run) % 4 == 1)])
    return content if _is_text(content) else None


def _decoded(run: bytes) -> bytes:
    try:
        return base64.b64decode(run + b"=" * (-len(run) % 4))
    except binascii.Error:
        return b""


def _is_text(content: bytes) -> bool:
    if not content or content.translate(None, _CONTROL) != content:
        return False
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(content) - 3  # the last character may be cut
    return True


def encoded_like(content: bytes, run: bytes) -> bytes:
    """The content in base64, in the alphabet of the run that it replaces."""
    if b"-" in run or b"_" in run:
        return base64.urlsafe_b64encode(content).rstrip(b"=" if not run.endswith(b"=") else b"")
    return base64.b64encode(content)
