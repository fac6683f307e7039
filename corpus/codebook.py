"""Error codes as data: one TOML file per system, one line per code with the causes it shows."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from corpus.terms import CAUSE_IDS, KnowledgeError

IDENTITIES = ("application", "service_account", "user", "owner", "provider")
KNOWN = frozenset(
    {"name", "cause", "variant", "variants", "also", "wrapper", "transient", *IDENTITIES}
)


@dataclass(frozen=True, slots=True)
class Code:
    """What one error code of one system says.

    `cause` and `variant` hold where nothing is known of the principal; `by_identity` gives another
    cause and `variants` another variant for a known one (`provider` means that the code came while
    an external provider was called).
    """

    system: str
    code: str
    name: str
    cause: str
    variant: str | None
    also: tuple[str, ...]
    by_identity: Mapping[str, str]
    variants: Mapping[str, str]
    wrapper: bool
    transient: bool


@dataclass(frozen=True, slots=True)
class CodeBook:
    """All codes, found by system and code; `prefixes` may be left out where a code is written."""

    codes: Mapping[tuple[str, str], Code]
    prefixes: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def transient(self) -> frozenset[str]:
        """The codes after which a failure heals by itself."""
        return frozenset(code.code for code in self.codes.values() if code.transient)

    def find(self, system: str, code: str) -> Code | None:
        """Look a code up; case, prefix and leading zeros do not matter, nor hex against decimal.

        >>> book = load_codes()
        >>> book.find("dataverse", "-2147220960") == book.find("dataverse", "0x80040220")
        True
        """
        for form in _forms(code, self.prefixes.get(system, "")):
            found = self.codes.get((system, form))
            if found is not None:
                return found
        return None


def load_codes() -> CodeBook:
    """Read every file of `corpus/codes`.

    Raises:
        KnowledgeError: A file or an entry is wrong; the message names both.
    """
    codes: dict[tuple[str, str], Code] = {}
    prefixes: dict[str, str] = {}
    for file in _files():
        head = _head(file)
        prefixes[_system(file)] = head.get("prefix", "").casefold()
        for code in _codes(_system(file), head):
            for form in (code.code.casefold(), *_without_zeros(code.code)):
                codes.setdefault((code.system, form), code)
    return CodeBook(codes, prefixes)


def _files() -> list[Traversable]:
    folder = files("corpus") / "codes"
    return sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)


def _system(file: Traversable) -> str:
    return file.name.removesuffix(".toml")


def _head(file: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise KnowledgeError(f"codes/{file.name}: {error}") from error


def _codes(system: str, head: Mapping[str, Any]) -> Iterator[Code]:
    for code, entry in head.get("codes", {}).items():
        yield _code(system, code, entry)


def _code(system: str, code: str, entry: Mapping[str, Any]) -> Code:
    where = f"codes/{system}.toml, {code}"
    unknown = sorted(set(entry) - KNOWN)
    if unknown:
        raise KnowledgeError(f"{where}: unknown member {unknown[0]}")
    by_identity = {name: entry[name] for name in IDENTITIES if name in entry}
    also = tuple(entry.get("also", ()))
    for cause in (entry.get("cause"), *also, *by_identity.values()):
        if cause not in CAUSE_IDS:
            raise KnowledgeError(f"{where}: unknown cause {cause}")
    return Code(
        system=system,
        code=code,
        name=entry.get("name", ""),
        cause=entry["cause"],
        variant=entry.get("variant"),
        also=also,
        by_identity=by_identity,
        variants=entry.get("variants", {}),
        wrapper=entry.get("wrapper", False),
        transient=entry.get("transient", False),
    )


def _forms(code: str, prefix: str) -> Iterator[str]:
    folded = code.strip().casefold()
    yield folded
    if prefix:
        yield prefix + folded
    yield from _without_zeros(folded)
    number = _number(folded)
    if number is not None:
        yield f"0x{number & 0xFFFFFFFF:08x}"


def _without_zeros(code: str) -> Iterator[str]:
    if code.isdigit() and code.startswith("0"):
        yield code.lstrip("0") or "0"


def _number(code: str) -> int | None:
    """A signed or unsigned decimal, or hex with or without `0x`, of eight digits and more."""
    digits = code.removeprefix("-")
    if digits.isdecimal() and digits.isascii() and len(digits) >= 9:  # noqa: PLR2004 -- HRESULTs
        return int(code)
    bare = code.removeprefix("0x")
    if len(bare) == 8 and all(c in "0123456789abcdef" for c in bare):  # noqa: PLR2004 -- 32 bits
        return int(bare, 16)
    return None
