"""The examples in the signature book, run the production way."""

from collections.abc import Iterator
from functools import cache

from classifiers.decide import unrefined
from classifiers.evidence import Context, Evidence, Failure
from classifiers.gather import Gatherer
from classifiers.reading import readings, unwrap
from classifiers.redact import redact_text
from classifiers.signatures.book import Book, Entry, Example, Finder, Provider, Signature
from corpus.codebook import load_codes
from corpus.labelled import LabelledMessage, load_healthy


def broken_examples(book: Book) -> list[str]:
    """One line for each example that does not do what it promises."""
    broken = []
    for entry in book.entries:
        for example in entry.matches:
            broken += [f"{entry.id}: {fault}" for fault in faults(book, entry, example)]
        broken += [f"{entry.id}: matches its near miss: {text[:80]}" for text in taken(entry)]
    gatherer = Gatherer(book, _code_book())
    for message in load_healthy():
        broken += [f"{message.id}: {fault}" for fault in mistakes(gatherer, message)]
    return broken


def mistakes(gatherer: Gatherer, healthy: LabelledMessage) -> Iterator[str]:
    """The evidence, bare or telling, that is found in a text without a failure."""
    failure = Failure(redact_text(healthy.text), Context.of(healthy.context))
    for piece in gatherer.gather(failure):
        yield f"{piece.origin} ({piece.cause}) takes a healthy text: {piece.excerpt[:80]}"


def faults(book: Book, entry: Entry, example: Example) -> Iterator[str]:
    """What is wrong with one example of an entry."""
    if isinstance(entry, Signature):
        yield from _signature_faults(book, entry, example)
    elif isinstance(entry, Finder):
        if example.groups["code"].casefold() not in _codes(entry, example):
            yield f"does not take {example.groups['code']} out of: {example.text[:80]}"
    elif isinstance(entry, Provider) and not entry.is_shown(unwrap(example.text).text):
        yield f"is not shown by: {example.text[:80]}"


def taken(entry: Entry) -> Iterator[str]:
    """The near misses that the entry takes all the same."""
    for text in entry.rejects:
        reading = unwrap(text).text
        find = entry.find if isinstance(entry, Signature) else entry.pattern.search
        if find(reading) is not None:
            yield text


def _signature_faults(book: Book, signature: Signature, example: Example) -> Iterator[str]:
    evidence = _gathered(book, signature, example.text)
    own = next((e for e in evidence if e.origin == f"signature:{signature.id}"), None)
    if own is None:
        yield f"does not take: {example.text[:80]}"
        return
    for name, value in example.groups.items():
        if own.facts.get(name) != value:
            yield f"{name} is {own.facts.get(name)!r}, not {value!r}: {example.text[:80]}"
    if not signature.bare:
        yield from _rivals(signature, evidence, example)


def _rivals(signature: Signature, evidence: list[Evidence], example: Example) -> Iterator[str]:
    """Signatures of another cause that take the same example."""
    causes = {signature.cause, *signature.identity.values()}
    for piece in unrefined(evidence):
        if piece.origin.startswith("signature:") and not piece.bare and piece.cause not in causes:
            yield f"is taken by {piece.origin} ({piece.cause}) too: {example.text[:80]}"


def _gathered(book: Book, entry: Entry, text: str) -> list[Evidence]:
    """What the production way finds, with the entry's provider named where it must be."""
    names = {provider.system: provider.name for provider in book.providers}
    provider = names.get(entry.system) if entry.named else None
    failure = Failure(redact_text(text), Context(provider=provider))
    return Gatherer(book, _code_book()).gather(failure)


def _codes(finder: Finder, example: Example) -> set[str]:
    return {
        match["code"].casefold()
        for reading in readings(redact_text(example.text))
        for match in finder.pattern.all(reading.text)
    }


_code_book = cache(load_codes)
