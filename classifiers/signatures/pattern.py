"""A regular expression of the signature book, searched within a limit of time."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import regex

from classifiers.signatures.prefilter import words

MATCH_SECONDS = 0.2  # real messages need microseconds; hostile ones of the longest reading, 0.05


class SlowPatternError(Exception):
    """A pattern ran out of its time on this text."""


@dataclass(frozen=True)
class Pattern:
    """A regular expression, compiled when it is first needed."""

    source: str

    @cached_property
    def compiled(self) -> "regex.Pattern[str]":
        """The compiled expression; always case-insensitive."""
        return regex.compile(self.source, regex.I)

    @cached_property
    def words(self) -> frozenset[str] | None:
        """Folded words of which every matching text holds one; None where none are sure."""
        return words(self.source)

    def search(self, text: str) -> "regex.Match[str] | None":
        """The first match.

        Raises:
            SlowPatternError: The search took longer than `MATCH_SECONDS`.
        """
        try:
            return self.compiled.search(text, timeout=MATCH_SECONDS)
        except TimeoutError as error:
            raise SlowPatternError from error

    def all(self, text: str) -> "Iterator[regex.Match[str]]":
        """Every match, left to right.

        Raises:
            SlowPatternError: The search took longer than `MATCH_SECONDS`.
        """
        try:
            yield from self.compiled.finditer(text, timeout=MATCH_SECONDS)
        except TimeoutError as error:
            raise SlowPatternError from error
