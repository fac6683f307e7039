"""Patterns that run in linear time on hostile bytes."""

from __future__ import annotations

from collections.abc import Iterable

import re2

MAX_BYTES = 64 << 20  # of one pattern's automaton


def any_of(patterns: Iterable[str]) -> re2._Regexp:
    """Compile patterns to one that tells whether any of them matches, and nothing more."""
    return linear("|".join(patterns), captures=False)


def linear(pattern: str, *, captures: bool = True) -> re2._Regexp:
    """Compile a pattern to match bytes, each byte a character."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.never_capture = not captures
    options.max_mem = MAX_BYTES
    options.log_errors = False  # they would quote the pattern on standard error
    return re2.compile(pattern.encode(), options)
