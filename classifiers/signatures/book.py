"""The signature book: loaded from one TOML file per system, matched against readings."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import regex

from classifiers.signatures.pattern import Pattern, SlowPatternError
from classifiers.signatures.prefilter import present
from corpus.codebook import IDENTITIES
from corpus.terms import CAUSE_IDS, FACTS, KnowledgeError

# What a pattern may name: facts, what support asks for, and the code that a finder looks up.
HANDOVER = frozenset({"correlation_id", "trace_id", "request_id", "timestamp"})
GROUPS = FACTS | HANDOVER | {"code"}

_NAMED_GROUP = regex.compile(r"\(\?P<(\w+)>")


@dataclass(frozen=True, slots=True)
class Example:
    """A text that an entry must match, with the groups that it must yield."""

    text: str
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """What signatures, finders and providers have in common."""

    id: str
    system: str
    pattern: Pattern
    source: str
    named: bool
    matches: tuple[Example, ...]
    rejects: tuple[str, ...]

    @property
    def required(self) -> tuple[Pattern, ...]:
        """The patterns that a text must match, every one."""
        return (self.pattern,)

    def is_possible(self, words: frozenset[str]) -> bool:
        """Whether a text may match that holds these of the book's words."""
        needed = (pattern.words for pattern in self.required)
        return not any(some is not None and some.isdisjoint(words) for some in needed)


@dataclass(frozen=True, slots=True)
class Provider(Entry):
    """How texts, hosts and URLs name an external provider; `many`: the file is of several."""

    name: str = ""
    many: bool = False

    def is_named(self, beside: str) -> bool:
        """Whether what the caller says beside the text (provider, host, URL) names this one."""
        return bool(beside) and (self.name.casefold() in beside.casefold() or self.is_shown(beside))

    def is_shown(self, text: str) -> bool:
        """Whether a text shows this provider."""
        try:
            return self.pattern.search(text) is not None
        except SlowPatternError:
            return False


@dataclass(frozen=True, slots=True)
class Finder(Entry):
    """Takes codes out of a text, to be looked up in `corpus/codes/<codes>.toml`."""

    codes: str = ""


@dataclass(frozen=True, slots=True)
class Signature(Entry):
    """A format that shows a cause."""

    cause: str = ""
    variant: str | None = None
    also: tuple[Pattern, ...] = ()
    absent: tuple[Pattern, ...] = ()
    identity: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, str] = field(default_factory=dict)
    refines: tuple[str, ...] = ()
    bare: bool = False

    @property
    def required(self) -> tuple[Pattern, ...]:
        """The pattern, and what must match beside it."""
        return (self.pattern, *self.also)

    def find(self, text: str) -> "regex.Match[str] | None":
        """The first match, where every condition holds."""
        match = self.pattern.search(text)
        if match is None or not all(pattern.search(text) for pattern in self.also):
            return None
        return None if any(pattern.search(text) for pattern in self.absent) else match


@dataclass(frozen=True)
class Book:
    """Entries, in the order of their files."""

    signatures: tuple[Signature, ...]
    finders: tuple[Finder, ...]
    providers: tuple[Provider, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every entry."""
        return (*self.signatures, *self.finders, *self.providers)

    @cached_property
    def words(self) -> frozenset[str]:
        """What `possible` looks for in a text."""
        patterns = (pattern for entry in self.entries for pattern in entry.required)
        return frozenset(word for pattern in patterns for word in pattern.words or ())

    def possible(self, text: str) -> "Book":
        """The entries that may match a text: those whose words stand in it, or are not known."""
        words = present(self.words, text)
        return Book(
            tuple(entry for entry in self.signatures if entry.is_possible(words)),
            tuple(entry for entry in self.finders if entry.is_possible(words)),
            tuple(entry for entry in self.providers if entry.is_possible(words)),
        )

    def entry(self, id: str) -> Entry | None:  # noqa: A002 -- the contract's word
        """The entry of this id."""
        return next((entry for entry in self.entries if entry.id == id), None)


def load_book() -> Book:
    """Read every signature file.

    Raises:
        KnowledgeError: A file or an entry is wrong; the message names both.
    """
    folder = files("classifiers") / "signatures"
    found = [f for f in folder.iterdir() if f.name.endswith(".toml")]
    return book_of(_head(file) for file in sorted(found, key=lambda f: f.name))


def book_of(heads: Iterable[tuple[str, Mapping[str, Any]]]) -> Book:
    """Make a book of parsed files, given as pairs of system and content."""
    signatures: list[Signature] = []
    finders: list[Finder] = []
    providers: list[Provider] = []
    for system, head in heads:
        signatures += (_signature(system, name, e) for name, e in head.get("signature", {}).items())
        finders += (_finder(system, name, e) for name, e in head.get("finder", {}).items())
        if "provider" in head:
            providers.append(_provider(system, head["provider"]))
    book = Book(tuple(signatures), tuple(finders), tuple(providers))
    _check_references(book)
    return book


def _head(file: Traversable) -> tuple[str, Mapping[str, Any]]:
    try:
        return file.name.removesuffix(".toml"), tomllib.loads(file.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise KnowledgeError(f"signatures/{file.name}: {error}") from error


_SHARED = frozenset({"source", "pattern", "named", "matches", "rejects"})
_OF_SIGNATURE = _SHARED | frozenset(
    {"cause", "variant", "variants", "also", "absent", "identity", "refines", "bare"}
)


def _signature(system: str, id: str, entry: Mapping[str, Any]) -> Signature:  # noqa: A002
    where = _checked(system, id, entry, _OF_SIGNATURE)
    identity = entry.get("identity", {})
    for cause in (entry.get("cause"), *identity.values()):
        if cause not in CAUSE_IDS:
            raise KnowledgeError(f"{where}: unknown cause {cause}")
    for name in (*identity, *entry.get("variants", {})):
        if name not in IDENTITIES:
            raise KnowledgeError(f"{where}: unknown identity {name}")
    return Signature(
        **_shared(system, id, entry),
        cause=entry["cause"],
        variant=entry.get("variant"),
        also=tuple(_pattern(p, where) for p in entry.get("also", ())),
        absent=tuple(_pattern(p, where) for p in entry.get("absent", ())),
        identity=identity,
        variants=entry.get("variants", {}),
        refines=tuple(entry.get("refines", ())),
        bare=entry.get("bare", False),
    )


def _finder(system: str, id: str, entry: Mapping[str, Any]) -> Finder:  # noqa: A002
    where = _checked(system, id, entry, _SHARED | {"codes"})
    if "(?P<code>" not in entry["pattern"]:
        raise KnowledgeError(f"{where}: a finder needs a group named code")
    return Finder(**_shared(system, id, entry), codes=entry.get("codes", system))


def _provider(system: str, entry: Mapping[str, Any]) -> Provider:
    id = f"{system.replace('_', '-')}-named"  # noqa: A001 -- the contract's word
    _checked(system, id, {"source": "", **entry}, _SHARED | {"name", "many"})
    many = entry.get("many", False)
    return Provider(**_shared(system, id, entry), name=entry["name"], many=many)


def _shared(system: str, id: str, entry: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002
    return {
        "id": id,
        "system": system,
        "pattern": _pattern(entry["pattern"], f"signatures/{system}.toml, {id}"),
        "source": entry.get("source", ""),
        "named": entry.get("named", False),
        "matches": tuple(_example(m) for m in entry.get("matches", ())),
        "rejects": tuple(entry.get("rejects", ())),
    }


def _checked(
    system: str,
    id: str,  # noqa: A002
    entry: Mapping[str, Any],
    known: frozenset[str],
) -> str:
    where = f"signatures/{system}.toml, {id}"
    unknown = sorted(set(entry) - known)
    if unknown:
        raise KnowledgeError(f"{where}: unknown member {unknown[0]}")
    if "pattern" not in entry or not entry.get("matches"):
        raise KnowledgeError(f"{where}: pattern and matches are needed")
    return where


def _pattern(source: str, where: str) -> Pattern:
    unknown = sorted(set(_NAMED_GROUP.findall(source)) - GROUPS)
    if unknown:
        raise KnowledgeError(f"{where}: unknown fact {unknown[0]}")
    return Pattern(source)


def _example(match: "str | Mapping[str, str]") -> Example:
    if isinstance(match, str):
        return Example(match)
    return Example(match["text"], {k: str(v) for k, v in match.items() if k != "text"})


def _check_references(book: Book) -> None:
    ids: Sequence[str] = [entry.id for entry in book.entries]
    doubled = sorted({name for name in ids if ids.count(name) > 1})
    if doubled:
        raise KnowledgeError(f"signatures: two entries are called {doubled[0]}")
    for signature in book.signatures:
        for refined in signature.refines:
            if refined not in ids:
                raise KnowledgeError(f"{signature.id}: refines an unknown entry, {refined}")
