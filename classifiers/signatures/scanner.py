"""All words of the signature book looked for in one pass: which entries may match a text.

`Book.possible` asks the same question word by word, which is right for one message and too slow
for a million. The answers are the same: both look for the literal words of `prefilter.words`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from classifiers.signatures.book import Book, Entry
from classifiers.signatures.prefilter import fold

Scan = Callable[[bytes], Sequence[int]]  # the indexes of the words that stand in a text
RE2_BYTES = 512 << 20  # with the default of 8 MB the automaton is thrown away again and again


@dataclass(frozen=True)
class ScannedBook(Book):
    """A book that looks for all of its words at once; for one thread."""

    @classmethod
    def of(cls, book: Book) -> "ScannedBook":
        """The same entries."""
        return cls(book.signatures, book.finders, book.providers)

    @cached_property
    def _scan(self) -> Scan:
        return scan_for([word.encode() for word in self._sorted_words])

    @cached_property
    def _sorted_words(self) -> list[str]:
        return sorted(self.words)

    @cached_property
    def _needs(self) -> dict[int, list[tuple[int, int]]]:
        """For each word the entries that need it: index of the entry, bit of the pattern."""
        numbers = {word: number for number, word in enumerate(self._sorted_words)}
        needs: dict[int, list[tuple[int, int]]] = {}
        for index, entry in enumerate(self.entries):
            for bit, words in enumerate(_needed(entry)):
                for word in words:
                    needs.setdefault(numbers[word], []).append((index, 1 << bit))
        return needs

    @cached_property
    def _wanted(self) -> list[int]:
        """For each entry the bits of all patterns whose words are known."""
        return [(1 << len(_needed(entry))) - 1 for entry in self.entries]

    @cached_property
    def _always(self) -> frozenset[int]:
        return frozenset(index for index, wanted in enumerate(self._wanted) if not wanted)

    @cached_property
    def _all(self) -> tuple[Entry, ...]:
        return self.entries

    @cached_property
    def _last(self) -> list[tuple[str, Book]]:
        return []

    def possible(self, text: str) -> Book:
        """The entries that may match a text."""
        if self._last and self._last[0][0] == text:  # asked twice for every message
            return self._last[0][1]
        book = self._possible(text)
        self._last[:] = [(text, book)]
        return book

    def _possible(self, text: str) -> Book:
        met: dict[int, int] = {}
        for word in self._scan(fold(text).encode("utf-8", "surrogatepass")):
            for index, bit in self._needs.get(word, ()):
                met[index] = met.get(index, 0) | bit
        kept = [index for index, bits in met.items() if bits == self._wanted[index]]
        kept = sorted((*kept, *self._always))
        finders = len(self.signatures)
        providers = finders + len(self.finders)
        return Book(
            tuple(self.signatures[i] for i in kept if i < finders),
            tuple(self.finders[i - finders] for i in kept if finders <= i < providers),
            tuple(self.providers[i - providers] for i in kept if i >= providers),
        )


def scan_for(words: Sequence[bytes]) -> Scan:
    """A scan for words with hyperscan; with RE2 where there is no hyperscan for this machine."""
    try:
        return _hyperscan(words)
    except ImportError:
        return _re2(words)


def _hyperscan(words: Sequence[bytes]) -> Scan:
    import hyperscan  # noqa: PLC0415 -- has no build for some machines

    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[_escaped(word) for word in words],
        ids=list(range(len(words))),
        flags=[hyperscan.HS_FLAG_SINGLEMATCH] * len(words),
    )
    found: list[int] = []

    def note(word: int, _start: int, _end: int, _flags: int, _context: Any) -> None:
        found.append(word)

    def scan(text: bytes) -> Sequence[int]:
        found.clear()
        database.scan(text, match_event_handler=note)
        return found

    return scan


def _re2(words: Iterable[bytes]) -> Scan:
    import re2  # noqa: PLC0415 -- only where it is needed

    options = re2.Options()
    options.max_mem = RE2_BYTES
    options.encoding = re2.Options.Encoding.LATIN1  # bytes
    words_of = re2.Set.SearchSet(options)
    for word in words:
        words_of.Add(_escaped(word).decode())
    words_of.Compile()

    def scan(text: bytes) -> Sequence[int]:
        found: Sequence[int] = words_of.Match(text) or ()
        return found

    return scan


def _escaped(word: bytes) -> bytes:
    r"""The word as a pattern.

    >>> _escaped(b"a.b")
    b'\\x61\\x2e\\x62'
    """
    return b"".join(b"\\x%02x" % byte for byte in word)


def _needed(entry: Entry) -> list[frozenset[str]]:
    return [p.words for p in entry.required if p.words is not None]
