"""The prefilter never hides an entry that would match."""

import sys
from collections.abc import Iterator

import pytest
import regex

from classifiers.reading import readings
from classifiers.signatures.book import Entry, load_book
from classifiers.signatures.prefilter import fold, words
from corpus.labelled import load_healthy, load_messages

BOOK = load_book()
AROUND = 600  # characters; no pattern looks further


def texts() -> Iterator[str]:
    for entry in BOOK.entries:
        yield from (example.text for example in entry.matches)
        yield from entry.rejects
    yield from (message.text for message in load_messages())
    yield from (message.text for message in load_healthy())


def around(match: regex.Match[str]) -> str:
    """A match with what a pattern may look at before and behind it."""
    return match.string[max(match.start() - AROUND, 0) : match.end() + AROUND]


def test_a_word_of_a_pattern_stands_at_each_of_its_matches_in_all_our_texts():
    text = "\x1f".join(reading.text for text in texts() for reading in readings(text))
    patterns = {pattern for entry in BOOK.entries for pattern in entry.required if pattern.words}

    without = [
        (pattern.source, match.group())
        for pattern in patterns
        for match in pattern.compiled.finditer(text)
        if not any(word in fold(around(match)) for word in pattern.words or ())
    ]

    assert without == []


@pytest.mark.parametrize("entry", BOOK.entries, ids=lambda entry: entry.id)
def test_an_entry_is_possible_in_its_own_examples(entry: Entry):
    for example in entry.matches:
        found = [BOOK.possible(reading.text) for reading in readings(example.text)]

        assert any(entry in possible.entries for possible in found)


def test_most_entries_are_passed_over():
    possible = BOOK.possible("The invoice was posted on Monday.")

    assert len(possible.entries) < len(BOOK.entries) / 10


def test_whatever_equals_an_ascii_letter_is_folded_to_it():
    others = "".join(map(chr, range(128, sys.maxunicode + 1)))

    found = regex.finditer("[a-z]", others, regex.I)

    assert all(regex.fullmatch(fold(m.group()), m.group(), regex.I) for m in found)
    assert all(fold(m.group()).isascii() for m in regex.finditer("[a-z]", others, regex.I))


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        pytest.param("missing prv[a-z]+", {"missing prv"}, id="a run of letters"),
        pytest.param("(?:refused|denied)", {"refused", "denied"}, id="one word of each branch"),
        pytest.param("(?:refused|no)", None, id="a branch with a short word"),
        pytest.param("(?:refused)?", None, id="what may be missing"),
        pytest.param("(?:refused){1,3}", {"refused"}, id="what comes at least once"),
        pytest.param("(?=refused)", {"refused"}, id="what stands ahead"),
        pytest.param("(?<!not )refused", {"refused"}, id="what must not stand before"),
        pytest.param(r"\brefu\bsed", {"refused"}, id="places cut no word"),
        pytest.param("(?P<job>refused)|(?P<job>denied)", {"refused", "denied"}, id="a name twice"),
        pytest.param("(?x) re fused # word", {"refused"}, id="a pattern with comments"),
        pytest.param("(?:refused){e<=1}", None, id="an approximate match"),
        pytest.param(r"\p{Lu}refused", None, id="what only the regex module knows"),
        pytest.param("Übergabe", {"bergabe"}, id="letters outside ASCII"),
        pytest.param("アクセス", None, id="no ASCII at all"),
    ],
)
def test_the_words_that_a_match_needs(pattern, found):
    assert words(pattern) == (None if found is None else frozenset(found))
