"""The signature book as a whole: nothing overlaps, misleads, is out of reach or slow."""

import pytest

from classifiers.gather import Gatherer
from classifiers.signatures.book import Book, book_of, load_book
from classifiers.signatures.lint import (
    faults,
    overlaps,
    read_all,
    slow_patterns,
    too_broad,
    unreachable,
)
from corpus.codebook import load_codes
from corpus.labelled import LabelledMessage

OWNER, ROLE = "workflow_owner", "missing_security_role"


def sample(**patterns: str) -> Book:
    """A book with one signature for each cause, each with its pattern and its own example."""
    entries = {
        f"sample-{cause.replace('_', '-')}": {
            "cause": cause,
            "pattern": pattern,
            "matches": ["the owner of the flow"],
        }
        for cause, pattern in patterns.items()
    }
    return book_of([("sample", {"signature": entries})])


def message(label: str) -> LabelledMessage:
    return LabelledMessage("sample-0001", "the owner of the flow", label, (label,))


def test_the_book_has_no_faults():
    assert faults(load_book()) == []


def test_two_signatures_that_take_one_message_for_different_causes_overlap():
    gatherer = Gatherer(sample(**{OWNER: "owner", ROLE: "flow"}), load_codes())

    lines = overlaps(read_all(gatherer, [message(OWNER)]))

    assert len(lines) == 1
    assert "take 1 messages for different causes" in lines[0]


def test_a_signature_that_misleads_is_too_broad():
    gatherer = Gatherer(sample(**{ROLE: "owner"}), load_codes())

    lines = too_broad(read_all(gatherer, [message(OWNER), message(ROLE)]))

    assert lines == [
        "signature:sample-missing-security-role (missing_security_role) misleads in 1: sample-0001"
    ]


def test_a_signature_that_another_always_refines_is_unreachable():
    first = {"cause": OWNER, "pattern": "owner", "matches": ["the owner"]}
    second = {**first, "refines": ["sample-first"]}
    head = {"signature": {"sample-first": first, "sample-second": second}}

    lines = unreachable(Gatherer(book_of([("sample", head)]), load_codes()))

    assert lines == ["signature:sample-first is refined away in each of its own examples"]


@pytest.mark.parametrize("pattern", ["(?:a+)+b", "owner(?:[ a-z]*,)*[ a-z]*!"])
def test_a_pattern_that_backtracks_is_slow(pattern):
    assert list(slow_patterns(sample(**{OWNER: pattern}), chars=20_000))


def test_no_pattern_is_slow_on_hostile_texts():
    assert list(slow_patterns(load_book(), chars=20_000)) == []
