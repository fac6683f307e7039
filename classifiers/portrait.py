"""A portrait of one entry of the signature book or of one code: what `explain` shows."""

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from classifiers.evidence import Context, Failure
from classifiers.gather import Gatherer
from classifiers.reading import readings
from classifiers.redact import redact_text
from classifiers.signatures.book import Book, Entry, Finder, Provider, Signature
from corpus.codebook import Code, CodeBook
from corpus.labelled import LabelledMessage

CLOSEST = 3
SHOWN = 3  # of our messages, with what a code is found in


class UnknownEntryError(Exception):
    """Nothing, or more than one thing, bears this id; the message names those that are near."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A text, and the place in it that was found; None where nothing was."""

    text: str
    place: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Portrait:
    """What is known of one entry; `patterns` are pairs of role and source."""

    id: str
    members: tuple[tuple[str, str], ...]
    patterns: tuple[tuple[str, str], ...]
    examples: tuple[Shown, ...]
    near_misses: tuple[str, ...]
    refines: tuple[str, ...]
    refined_by: tuple[str, ...]
    taken: Counter[str]  # labelled messages of ours, by label


@dataclass(frozen=True, slots=True)
class Gallery:
    """All that portraits are drawn from."""

    book: Book
    codes: CodeBook
    messages: Sequence[LabelledMessage]

    def portrait(self, name: str) -> Portrait:
        """Draw the entry or code of an id: `entra-50055`, `code:entra:AADSTS50055`, `AADSTS50055`.

        Raises:
            UnknownEntryError: No entry and no code bears it, or codes of several systems do.
        """
        entry = self.book.entry(name.removeprefix("signature:"))
        if entry is not None:
            return self._of_entry(entry)
        codes = self._named(name)
        if len(codes) == 1:
            return self._of_code(codes[0])
        if codes:
            choice = ", ".join(f"code:{code.system}:{code.code}" for code in codes)
            raise UnknownEntryError(f"{name} is a code of several systems; name one of {choice}")
        raise UnknownEntryError(
            f"there is no {name}; the closest are {', '.join(self._near(name))}"
        )

    def _of_entry(self, entry: Entry) -> Portrait:
        signature = entry if isinstance(entry, Signature) else None
        return Portrait(
            id=entry.id,
            members=tuple(_members(entry)),
            patterns=tuple(_patterns(entry)),
            examples=tuple(_shown(entry, example.text) for example in entry.matches),
            near_misses=entry.rejects,
            refines=signature.refines if signature else (),
            refined_by=tuple(s.id for s in self.book.signatures if entry.id in s.refines),
            taken=Counter(str(message.label) for message, _ in self._taken_by(entry)),
        )

    def _of_code(self, code: Code) -> Portrait:
        finders = tuple(f for f in self.book.finders if f.codes == code.system)
        only = Book((), finders, self.book.providers)
        found = list(self._taken(only, f"code:{code.system}:{code.code}"))
        return Portrait(
            id=f"code:{code.system}:{code.code}",
            members=tuple(_code_members(code)),
            patterns=tuple((f"found by {f.id}", f.pattern.source) for f in finders),
            examples=tuple(shown for _, shown in found[:SHOWN]),
            near_misses=(),
            refines=(),
            refined_by=(),
            taken=Counter(str(message.label) for message, _ in found),
        )

    def _taken_by(self, entry: Entry) -> Iterator[tuple[LabelledMessage, Shown]]:
        if isinstance(entry, Signature):
            only = Book((entry,), (), self.book.providers)
            yield from self._taken(only, f"signature:{entry.id}")
            return
        for message in self.messages:
            shown = _shown(entry, message.text)
            if shown.place is not None:
                yield message, shown

    def _taken(self, book: Book, origin: str) -> Iterator[tuple[LabelledMessage, Shown]]:
        """Our messages in which this evidence is found, the production way."""
        gatherer = Gatherer(book, self.codes)
        for message in self.messages:
            text = redact_text(message.text)
            for piece in gatherer.gather(Failure(text, Context.of(message.context))):
                if piece.origin == origin:
                    found = piece.start is not None and piece.end is not None
                    place = (piece.start or 0, piece.end or 0) if found else None
                    yield message, Shown(text, place)
                    break

    def _named(self, name: str) -> list[Code]:
        """The codes of a name, with or without its system."""
        kind, _, rest = name.partition(":")
        system, _, code = rest.partition(":") if kind == "code" else ("", "", name)
        systems = sorted({known for known, _ in self.codes.codes})
        found = (self.codes.find(s, code) for s in systems if system in ("", s))
        return [code for code in found if code is not None]

    def _near(self, name: str) -> list[str]:
        codes = {f"code:{c.system}:{c.code}" for c in self.codes.codes.values()}
        short = {code.rpartition(":")[2]: code for code in sorted(codes)}
        ids = {**short, **{code: code for code in codes}}
        ids |= {entry.id: entry.id for entry in self.book.entries}
        folded = {known.casefold(): shown for known, shown in sorted(ids.items())}
        near = difflib.get_close_matches(name.casefold(), sorted(folded), n=CLOSEST, cutoff=0.0)
        return [folded[known] for known in near]


def _members(entry: Entry) -> Iterator[tuple[str, str]]:
    yield "kind", type(entry).__name__.lower()
    yield "file", f"signatures/{entry.system}.toml"
    if isinstance(entry, Provider):
        yield "provider", entry.name
    if isinstance(entry, Finder):
        yield "codes", f"codes/{entry.codes}.toml"
    if isinstance(entry, Signature):
        yield "cause", entry.cause
        yield "variant", entry.variant or "–"
        yield from _by_identity(entry)
        if entry.bare:
            yield "bare", "any other evidence beats it"
    if entry.named:
        yield "named", "counts only where its provider is named"
    if entry.source:
        yield "source", entry.source


def _code_members(code: Code) -> Iterator[tuple[str, str]]:
    yield "kind", "code"
    yield "file", f"codes/{code.system}.toml"
    yield "name", code.name or "–"
    yield "cause", code.cause
    yield "variant", code.variant or "–"
    yield from _by_identity(code)
    if code.also:
        yield "also", ", ".join(code.also)
    if code.wrapper:
        yield "wrapper", "any other evidence beats it"
    if code.transient:
        yield "transient", "heals by itself"


def _by_identity(entry: Signature | Code) -> Iterator[tuple[str, str]]:
    causes = entry.identity if isinstance(entry, Signature) else entry.by_identity
    for identity in (*causes, *(i for i in entry.variants if i not in causes)):
        variant = entry.variants.get(identity)
        cause = causes.get(identity, entry.cause)
        yield f"for {identity}", f"{cause} · {variant}" if variant else cause


def _patterns(entry: Entry) -> Iterator[tuple[str, str]]:
    yield "must match", entry.pattern.source
    if isinstance(entry, Signature):
        yield from (("and", pattern.source) for pattern in entry.also)
        yield from (("and not", pattern.source) for pattern in entry.absent)


def _shown(entry: Entry, text: str) -> Shown:
    redacted = redact_text(text)
    for reading in readings(redacted):
        match = _match(entry, reading.text)
        if match is not None:
            return Shown(redacted, reading.span(*match.span()))
    return Shown(redacted, None)


def _match(entry: Entry, text: str) -> "regex.Match[str] | None":
    return entry.find(text) if isinstance(entry, Signature) else entry.pattern.search(text)
