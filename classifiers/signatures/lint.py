"""Faults of the signature book as a whole: what overlaps, misleads, is unreachable or too slow."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from classifiers.decide import decide, unrefined
from classifiers.evidence import Context, Evidence, Failure
from classifiers.gather import Gatherer
from classifiers.redact import redact_text
from classifiers.signatures.book import Book, Entry, Signature
from classifiers.signatures.pattern import Pattern, SlowPatternError
from corpus.codebook import load_codes
from corpus.labelled import LabelledMessage, load_messages

LEFT_OUT_CHARS = 12  # of an example: a pattern that needs its last words fails there, late

# What makes careless patterns slow: long runs of what they repeat.
_UNITS = (
    " ", "a", "@", "%20", '"{', "1", "a.", "a ", '\\"', "'", "(", "[", "=", ", ", "-", "<a ", "_",
    "12345678-", "00000000-0000-4000-8000-000000000000 ", "0x8004", "AADSTS", "prv", "missing prv",
    "error code: ", '"code": "', "http://a:", "user ", "does not have ", "token ", "access ", "é",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """What the signatures say about a labelled message, and the cause that follows from it."""

    message: LabelledMessage
    telling: tuple[Evidence, ...]
    cause: str | None


def faults(book: Book) -> list[str]:
    """One line for each fault that our labelled messages and the book's own examples show."""
    gatherer = Gatherer(book, load_codes())
    found = read_all(gatherer, load_messages())
    return [*overlaps(found), *too_broad(found), *unreachable(gatherer)]


def read_all(gatherer: Gatherer, messages: Sequence[LabelledMessage]) -> list[Finding]:
    """Look every message up, the production way, without the text model."""
    return [_read(gatherer, message) for message in messages]


def overlaps(found: Sequence[Finding]) -> list[str]:
    """Pairs of signatures that take one message for different causes and refine neither other."""
    pairs: Counter[tuple[str, str]] = Counter()
    for finding in found:
        signed = [p for p in finding.telling if p.origin.startswith("signature:")]
        for one, other in combinations(sorted(signed, key=lambda p: p.origin), 2):
            if one.cause != other.cause:
                pairs[one.origin, other.origin] += 1
    return [f"{a} and {b} take {n} messages for different causes" for (a, b), n in pairs.items()]


def too_broad(found: Sequence[Finding]) -> list[str]:
    """Telling evidence for a cause that the label does not allow, where nothing better wins."""
    wrong: dict[str, list[str]] = {}
    for finding in found:
        acceptable = finding.message.acceptable
        for piece in finding.telling:
            if piece.cause not in acceptable and finding.cause not in acceptable:
                wrong.setdefault(f"{piece.origin} ({piece.cause})", []).append(finding.message.id)
    return [f"{name} misleads in {len(ids)}: {', '.join(ids[:5])}" for name, ids in wrong.items()]


def unreachable(gatherer: Gatherer) -> list[str]:
    """Telling signatures that take part in the decision on none of their own examples."""
    return [
        f"signature:{signature.id} is refined away in each of its own examples"
        for signature in gatherer.book.signatures
        if not signature.bare and not _takes_part(gatherer, signature)
    ]


def slow_patterns(book: Book, *, chars: int) -> Iterator[str]:
    """Patterns that run out of their time on a hostile text of about this many characters."""
    for entry, pattern in patterns(book):
        for text in hostile_texts(entry, pattern, chars=chars):
            try:
                pattern.search(text)
            except SlowPatternError:
                yield f"{entry.id} is slow on {text[:60]!r} …: {pattern.source[:80]}"


def patterns(book: Book) -> Iterator[tuple[Entry, Pattern]]:
    """Every pattern of the book with its entry."""
    for entry in book.entries:
        absent = entry.absent if isinstance(entry, Signature) else ()
        for pattern in (*entry.required, *absent):
            yield entry, pattern


def hostile_texts(entry: Entry, pattern: Pattern, *, chars: int) -> Iterator[str]:
    """Long runs: of what often makes patterns slow, of its words, of its examples cut short."""
    units = list(_UNITS)
    units += [f"{word}{gap}" for word in sorted(pattern.words or ())[:8] for gap in ("", " ")]
    units += [example.text[:-LEFT_OUT_CHARS] for example in entry.matches]
    units += [example.text.split()[0] + " " for example in entry.matches]
    yield from (unit * (chars // len(unit)) for unit in dict.fromkeys(units) if unit)


def _read(gatherer: Gatherer, message: LabelledMessage) -> Finding:
    failure = Failure(redact_text(message.text), Context.of(message.context))
    kept = unrefined(gatherer.gather(failure))
    telling = tuple(piece for piece in kept if not piece.bare)
    return Finding(message, telling, decide(kept, {}).cause if kept else None)


def _takes_part(gatherer: Gatherer, signature: Signature) -> bool:
    names = {provider.system: provider.name for provider in gatherer.book.providers}
    context = Context(provider=names.get(signature.system) if signature.named else None)
    origin = f"signature:{signature.id}"
    return any(
        piece.origin == origin
        for example in signature.matches
        for piece in unrefined(gatherer.gather(Failure(redact_text(example.text), context)))
    )
