"""The signature book keeps its own promises: every entry is tested by the examples in it."""

import pytest

from classifiers.examples import faults, taken
from classifiers.signatures.book import Entry, Example, Signature, book_of, load_book
from corpus.terms import KnowledgeError

BOOK = load_book()


def examples() -> list[object]:
    return [
        pytest.param(entry, example, id=f"{entry.id}-{number}")
        for entry in BOOK.entries
        for number, example in enumerate(entry.matches)
    ]


@pytest.mark.parametrize(("entry", "example"), examples())
def test_an_example_is_taken_by_its_entry_and_by_no_rival(entry: Entry, example: Example):
    assert list(faults(BOOK, entry, example)) == []


@pytest.mark.parametrize("entry", BOOK.entries, ids=lambda e: e.id)
def test_an_entry_rejects_its_near_misses(entry: Entry):
    assert list(taken(entry)) == []


@pytest.mark.parametrize("entry", BOOK.entries, ids=lambda e: e.id)
def test_an_entry_has_what_a_reviewer_asks_for(entry: Entry):
    assert entry.id.startswith(entry.system.replace("_", "-"))
    assert entry.pattern.compiled.search("") is None
    if isinstance(entry, Signature):
        assert entry.source.startswith("https://") or "#" in entry.source
        assert len(entry.matches) >= 2
        assert entry.rejects


def signature(**members: object) -> dict[str, object]:
    entry = {"cause": "workflow_owner", "pattern": "x", "matches": ["x"], **members}
    return {"signature": {"sample-x": entry}}


@pytest.mark.parametrize(
    ("head", "complaint"),
    [
        pytest.param(signature(cause="bad_luck"), "unknown cause", id="an unknown cause"),
        pytest.param(signature(matches=[]), "matches are needed", id="no example"),
        pytest.param(signature(priority=1), "unknown member priority", id="a priority number"),
        pytest.param(signature(pattern="(?P<mood>x)"), "unknown fact mood", id="an unknown fact"),
        pytest.param(signature(refines=["none"]), "unknown entry", id="a dangling reference"),
        pytest.param(
            signature(identity={"cat": "workflow_owner"}), "identity", id="a strange identity"
        ),
    ],
)
def test_a_wrong_entry_stops_the_start_and_is_named(head, complaint):
    with pytest.raises(KnowledgeError, match=complaint):
        book_of([("sample", head)])


def test_an_example_that_a_rival_takes_is_a_fault():
    rival = {"cause": "environment_access", "pattern": "[w-z]", "matches": ["x"]}
    head = signature()
    head["signature"]["sample-y"] = rival
    book = book_of([("sample", head)])

    found = [
        fault for entry in book.entries for e in entry.matches for fault in faults(book, entry, e)
    ]

    assert len(found) == 2
    assert "is taken by signature:sample-y" in found[0]
