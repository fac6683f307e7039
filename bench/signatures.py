"""How long the signature book takes: to load, to look up a message, on hostile texts.

Usage: python bench/signatures.py [characters of a hostile text, default 200000] [folder of texts]

The ten slowest patterns are named; a search above 50 ms on both of two tries ends with status 1.
"""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from heapq import nlargest
from pathlib import Path
from time import perf_counter

from classifiers.evidence import Failure
from classifiers.gather import Gatherer
from classifiers.signatures.book import Book, load_book
from classifiers.signatures.lint import hostile_texts, patterns
from classifiers.signatures.pattern import MATCH_SECONDS, SlowPatternError
from corpus.codebook import load_codes

SENTENCE = "2026-10-01 08:00:00 ERROR Invoice job failed for account Contoso in fabrikam. "
Timing = tuple[float, str, str]  # seconds, entry, how the text begins


def main() -> int:
    """Print every figure; 1 where a pattern is too slow."""
    chars = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    texts = [path.read_text("utf-8", "replace") for path in _files(sys.argv[2:])]
    book = _load()
    worst: dict[str, Timing] = {}
    for timing in _searches(book, texts, chars=chars):
        worst[timing[1]] = max(timing, worst.get(timing[1], timing))
    slowest = nlargest(10, worst.values())
    print(f"slowest entries on {chars:,} characters:")
    for seconds, entry, text in slowest:
        print(f"{seconds * 1000:8.1f} ms  {entry:50} {text!r}")
    return int(slowest[0][0] >= MATCH_SECONDS)


def _load() -> Book:
    start = perf_counter()
    book = load_book()
    loaded = perf_counter()
    words = len(book.words)
    derived = perf_counter()
    compiled = len([pattern.compiled for _, pattern in patterns(book)])
    done = perf_counter()
    print(f"load    {(loaded - start) * 1000:8.1f} ms  {len(book.entries)} entries")
    print(f"words   {(derived - loaded) * 1000:8.1f} ms  {words} words")
    print(f"compile {(done - derived) * 1000:8.1f} ms  {compiled} patterns")
    gatherer = Gatherer(book, load_codes())
    for chars in (500, 20_000, 200_000):
        failure = Failure((SENTENCE * (chars // len(SENTENCE) + 1))[:chars])
        gatherer.gather(failure)
        print(f"gather  {_seconds(partial(gatherer.gather, failure)) * 1000:8.1f} ms  {chars:,}")
    return book


def _searches(book: Book, texts: list[str], *, chars: int) -> Iterator[Timing]:
    for entry, pattern in patterns(book):
        for text in (*texts, *hostile_texts(entry, pattern, chars=chars)):
            yield _seconds(partial(pattern.search, text)), entry.id, text[:40]


def _seconds(act: Callable[[], object]) -> float:
    """The better of two tries; the second is spared where the first was quick."""
    first = _try(act)
    return first if first < MATCH_SECONDS / 5 else min(first, _try(act))


def _try(act: Callable[[], object]) -> float:
    start = perf_counter()
    try:
        act()
    except SlowPatternError:
        return MATCH_SECONDS
    return perf_counter() - start


def _files(folders: list[str]) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in sorted(Path(folder).iterdir()) if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
