"""Evidence: what codes and signatures say about a failure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import regex

from classifiers.evidence import Context, Evidence, Facts, Failure
from classifiers.principal import principal
from classifiers.reading import Reading, readings
from classifiers.signatures.book import Book, Finder, Signature
from classifiers.signatures.pattern import SlowPatternError
from corpus.codebook import Code, CodeBook

EXCERPT_CHARS = 240


@dataclass(frozen=True, slots=True)
class Scene:
    """One reading of a failure, with whom it names."""

    failure: Failure
    reading: Reading
    book: Book  # the entries that may match the reading
    providers: frozenset[str]  # systems of the external providers that text or context name
    principal: str | None  # one of `corpus.codebook.IDENTITIES`


@dataclass(frozen=True, slots=True)
class Gatherer:
    """The parts of our knowledge that are looked up in a text."""

    book: Book
    codes: CodeBook

    def gather(self, failure: Failure) -> list[Evidence]:
        """Everything that codes and signatures say about one redacted failure, sorted by place."""
        found: dict[tuple[str, str], Evidence] = {}
        for scene in self.scenes(failure):
            for evidence in self._evidence(scene):
                found.setdefault((evidence.origin, evidence.cause), evidence)
        return sorted(found.values(), key=lambda e: (e.start is None, e.start or 0, e.origin))

    def scenes(self, failure: Failure) -> Iterator[Scene]:
        """The readings of a failure's text, each with the providers and the principal it shows."""
        for reading in readings(failure.text):
            possible = self.book.possible(reading.text)
            named = self._providers(possible, reading.text, failure.context)
            who = principal(reading.text, failure.context, provider_named=bool(named))
            yield Scene(failure, reading, possible, named, who)

    def provider(self, text: str, context: Context) -> str | None:
        """The name of the external provider that an unwrapped text or its context names.

        None too where it is one of several without a file of its own.
        """
        named = self._providers(self.book.possible(text), text, context)
        providers = (p for p in self.book.providers if p.system in named and not p.many)
        return next((p.name for p in providers), None)

    def _providers(self, possible: Book, text: str, context: Context) -> frozenset[str]:
        beside = " ".join(part for part in (context.provider, context.host, context.url) if part)
        named = (p.system for p in self.book.providers if p.is_named(beside))
        shown = (p.system for p in possible.providers if p.is_shown(text))
        return frozenset((*named, *shown))

    def _evidence(self, scene: Scene) -> Iterator[Evidence]:
        yield from self._context_code(scene)
        for finder in scene.book.finders:
            if not finder.named or finder.system in scene.providers:
                yield from self._codes(scene, finder)
        for signature in scene.book.signatures:
            if not signature.named or signature.system in scene.providers:
                yield from _signed(scene, signature)

    def _codes(self, scene: Scene, finder: Finder) -> Iterator[Evidence]:
        try:
            matches = list(finder.pattern.all(scene.reading.text))
        except SlowPatternError:
            return
        for match in matches:
            code = self.codes.find(finder.codes, match["code"])
            if code is not None:
                yield _coded(scene, code, match)

    def _context_code(self, scene: Scene) -> Iterator[Evidence]:
        written = scene.failure.context.error_code
        if written is None:
            return
        for finder in self.book.finders:
            if finder.named and finder.system not in scene.providers:
                continue
            code = self.codes.find(finder.codes, written)
            if code is not None:
                yield _coded(scene, code, None)


def _coded(scene: Scene, code: Code, match: "regex.Match[str] | None") -> Evidence:
    cause = _for_principal(code.by_identity, scene) or code.cause
    start, end, facts = _place(scene, match)
    return Evidence(
        origin=f"code:{code.system}:{code.code}",
        cause=cause,
        variant=_variant(code, scene, changed=cause != code.cause),
        also=code.also,
        start=start,
        end=end,
        excerpt=scene.failure.text[start:end][:EXCERPT_CHARS],
        entry=scene.failure.entry,
        bare=code.wrapper,
        facts={**facts, "error_code": code.code},
    )


def _signed(scene: Scene, signature: Signature) -> Iterator[Evidence]:
    try:
        match = signature.find(scene.reading.text)
    except SlowPatternError:
        return
    if match is None:
        return
    cause = _for_principal(signature.identity, scene) or signature.cause
    start, end, facts = _place(scene, match)
    yield Evidence(
        origin=f"signature:{signature.id}",
        cause=cause,
        variant=_variant(signature, scene, changed=cause != signature.cause),
        start=start,
        end=end,
        excerpt=scene.failure.text[start:end][:EXCERPT_CHARS],
        entry=scene.failure.entry,
        bare=signature.bare,
        refines=signature.refines,
        facts=facts,
    )


def _variant(entry: Code | Signature, scene: Scene, *, changed: bool) -> str | None:
    """The variant for this principal; the entry's own one speaks of the entry's own cause."""
    usual = None if changed else entry.variant
    return entry.variants.get(scene.principal or "", usual)


def _place(scene: Scene, match: "regex.Match[str] | None") -> tuple[int | None, int | None, Facts]:
    """Where a match stands in the text that was sent (nowhere: it came with the context)."""
    if match is None:
        return None, None, {}
    start, end = scene.reading.span(*match.span())
    named = {name: value for name, value in match.groupdict().items() if value and name != "code"}
    return start, end, named


def _for_principal(by_identity: Mapping[str, str], scene: Scene) -> str | None:
    return by_identity.get(scene.principal) if scene.principal is not None else None
