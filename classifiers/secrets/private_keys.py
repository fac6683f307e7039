"""Private keys in PEM and PGP armour, whole or cut off."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifiers.secrets.claims import Found

MAX_KEY_BYTES = 20_000
KEY_BEGIN = re.compile(rb"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
_KEY_LINE = re.compile(rb"\r?\n[^\n]{0,80}?([A-Za-z0-9+/]{16,}={0,2})(?=[ \t\r\"\\]{0,4}(?:\n|$))")


def private_keys(text: bytes) -> Iterator[Found]:
    """Find the keys; one without its last line ends where its lines stop."""
    done = 0
    for begin in KEY_BEGIN.finditer(text):
        if begin.start() >= done:
            done = _key_end(text, begin.end())
            yield Found(b"private_key", begin.start(), done)


def _key_end(text: bytes, position: int) -> int:
    """Where a private key ends: at its last line, or where its lines stop."""
    end = text.find(b"-----END", position, position + MAX_KEY_BYTES)
    if end >= 0 and b"-----BEGIN" not in text[position:end]:
        closing = text.find(b"-----", end + 8, end + 80)
        return closing + 5 if closing >= 0 else end
    end = position
    while line := _KEY_LINE.match(text, position):
        end, position = line.end(1), line.end()
    return end
