"""The signature book keeps its own promises: every entry is tested by the examples in it."""

import pytest

from classifiers.decide import unrefined
from classifiers.evidence import Context, Evidence, Failure
from classifiers.gather import Gatherer
from classifiers.reading import readings, unwrap
from classifiers.redact import redact_text
from classifiers.signatures.book import Entry, Example, Finder, Signature, load_book
from corpus.codebook import load_codes

BOOK = load_book()
GATHERER = Gatherer(BOOK, load_codes())
PROVIDER_NAMES = {provider.system: provider.name for provider in BOOK.providers}


def gathered(entry: Entry, text: str) -> list[Evidence]:
    """What the production way finds, with the entry's provider named where it must be."""
    provider = PROVIDER_NAMES.get(entry.system) if entry.named else None
    return GATHERER.gather(Failure(redact_text(text), Context(provider=provider)))


def examples(kind: type[Entry]) -> list[object]:
    entries = [*BOOK.signatures, *BOOK.finders, *BOOK.providers]
    return [
        pytest.param(entry, example, id=f"{entry.id}-{number}")
        for entry in entries
        if isinstance(entry, kind)
        for number, example in enumerate(entry.matches)
    ]


@pytest.mark.parametrize(("signature", "example"), examples(Signature))
def test_a_signature_takes_its_examples(signature: Signature, example: Example):
    found = {e.origin: e for e in gathered(signature, example.text)}

    evidence = found.get(f"signature:{signature.id}")
    assert evidence is not None
    assert {name: evidence.facts.get(name) for name in example.groups} == dict(example.groups)


@pytest.mark.parametrize(("signature", "example"), examples(Signature))
def test_no_signature_of_another_cause_takes_an_example(signature: Signature, example: Example):
    evidence = [e for e in unrefined(gathered(signature, example.text)) if not e.bare]

    rivals = {
        e.origin: e.cause
        for e in evidence
        if e.origin.startswith("signature:") and e.cause != signature.cause
    }
    own = [e for e in evidence if e.origin == f"signature:{signature.id}"]
    assert signature.bare or signature.identity or (own and not rivals), rivals


@pytest.mark.parametrize(("finder", "example"), examples(Finder))
def test_a_finder_takes_the_code_out_of_its_examples(finder: Finder, example: Example):
    codes = [
        match["code"].casefold()
        for reading in readings(redact_text(example.text))
        for match in finder.pattern.all(reading.text)
    ]

    assert example.groups["code"].casefold() in codes


@pytest.mark.parametrize(
    "entry", [*BOOK.signatures, *BOOK.finders, *BOOK.providers], ids=lambda e: e.id
)
def test_an_entry_rejects_its_near_misses(entry: Entry):
    for text in entry.rejects:
        reading = unwrap(text)
        match = (
            entry.find(reading.text)
            if isinstance(entry, Signature)
            else entry.pattern.search(reading.text)
        )
        assert match is None, text


@pytest.mark.parametrize("provider", BOOK.providers, ids=lambda p: p.system)
def test_a_provider_is_shown_by_its_examples(provider):
    for example in provider.matches:
        assert provider.is_shown(unwrap(example.text).text), example.text


@pytest.mark.parametrize(
    "entry", [*BOOK.signatures, *BOOK.finders, *BOOK.providers], ids=lambda e: e.id
)
def test_an_entry_has_what_a_reviewer_asks_for(entry: Entry):
    compiled = entry.pattern.compiled

    assert entry.id.startswith(entry.system.replace("_", "-"))
    assert compiled.search("") is None
    if isinstance(entry, Signature):
        assert entry.source.startswith("https://") or "#" in entry.source
        assert len(entry.matches) >= 2
        assert entry.rejects
