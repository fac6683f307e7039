"""Facts: the ids, names, codes and times of a message, by which the resolution is filled in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import regex

from classifiers.evidence import Context, Evidence, Facts
from classifiers.fact_patterns import GUID, HANDOVER, MANY, NOBODY, SINGLE
from corpus.terms import FACTS

MATCH_SECONDS = 1.0  # for one pattern on one text; the table holds none that needs it
_COMPILED = {source: regex.compile(source, regex.I) for _, source in (*SINGLE, *HANDOVER, *MANY)}
_WHOLE_GUID = regex.compile(GUID, regex.I)
_TENANT = regex.compile(rf"{GUID}|[\w-]{{1,60}}(?:\.[\w-]{{1,60}}){{1,4}}", regex.I)
_SHAPES = {
    "principal_id": _WHOLE_GUID,
    "app_id": _WHOLE_GUID,
    "record_id": _WHOLE_GUID,
    "tenant_id": _TENANT,
    "status": regex.compile(r"[1-5]\d\d"),
}
# What is owned decides the steps; the platform has more words for it than the pages.
_OWNED = {
    "flow": "flow",
    "cloud flow": "flow",
    "connection": "connection",
    "record": "record",
    "row": "record",
}
# https://learn.microsoft.com/power-apps/developer/data-platform/reference/entities/principal
_PRINCIPAL_TYPES = {"8": "user", "9": "team"}
_HRESULTS = range(0x80000001, 0x81000000)

_Values = dict[str, str | int | list[str]]


@dataclass(frozen=True, slots=True)
class Found:
    """Facts for the resolution, and what support will ask for."""

    facts: Facts
    handover: Mapping[str, str]


def find_facts(
    text: str, evidence: Sequence[Evidence], context: Context, *, provider: str | None = None
) -> Found:
    """Take the facts out of an unwrapped, redacted text; what the evidence names comes first.

    The evidence must be in the order of the verdict, so that the deciding piece speaks first;
    `provider` is the one that the text names.
    """
    facts = _of_evidence(evidence)
    told = _firsts(SINGLE, text)
    if "principal_type" in told:  # the number beside the name is surer than the name
        facts["principal_type"] = told["principal_type"]
    for name, value in told.items():
        facts.setdefault(name, value)
    _add_lists(facts, evidence, text)
    if context.status is not None:
        facts["status"] = context.status
    elif "status" in facts:
        facts["status"] = int(str(facts["status"]))
    named = context.provider or provider
    if named:
        facts.setdefault("provider", named)
    handover = _firsts(HANDOVER, text)
    for name in ("tenant_id", "app_id"):
        if isinstance(facts.get(name), str):
            handover[name] = str(facts[name])
    return Found(facts, handover)


def code_of(written: str) -> str:
    """An error code in its one notation.

    >>> [code_of(written) for written in ("aadsts50055", "0x8004D24C", "-2147220960", "2147746581")]
    ['AADSTS50055', '0x8004d24c', '0x80040220', '0x80040315']
    """
    if written[:6].casefold() == "aadsts":
        return written.upper().replace(" ", "")
    if written[:2].casefold() == "0x":
        return written.casefold()
    if not written.removeprefix("-").isdecimal():
        return written
    unsigned = int(written) % 2**32
    return f"{unsigned:#010x}" if unsigned in _HRESULTS else written


def _of_evidence(evidence: Sequence[Evidence]) -> _Values:
    facts: _Values = {}
    for piece in evidence:
        for name, value in piece.facts.items():
            if name in FACTS and _is_shaped(name, value):
                facts.setdefault(name, _normal(name, str(value)))
    return facts


def _is_shaped(name: str, value: object) -> bool:
    """Whether a value is what its name says; a signature's group may take what is not."""
    shape = _SHAPES.get(name)
    return shape is None or shape.fullmatch(str(value)) is not None


def _firsts(table: Iterable[tuple[str, str]], text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, source in table:
        if name not in found:
            value = next((v for v in _values(source, text) if v != NOBODY), None)
            if value is not None:
                found[name] = _normal(name, value)
    return found


def _values(source: str, text: str) -> Iterable[str]:
    try:
        yield from (m[1] for m in _COMPILED[source].finditer(text, timeout=MATCH_SECONDS))
    except TimeoutError:
        return


def _normal(name: str, value: str) -> str:
    if name == "error_code":
        return code_of(value)
    if name == "owned":
        return _OWNED.get(value.casefold(), "process")
    if name == "principal_type":
        return _PRINCIPAL_TYPES.get(value, value.casefold())
    return value


def _add_lists(facts: _Values, evidence: Sequence[Evidence], text: str) -> None:
    """The deciding one stands in the singular name, all of them in the plural."""
    privileges = _listed("privileges", text)
    if isinstance(facts.get("privilege"), str):
        privileges = [str(facts["privilege"]), *privileges]
    deciding = [code_of(str(p.facts["error_code"])) for p in evidence if "error_code" in p.facts]
    codes = _once([*deciding, *_listed("error_codes", text)])
    # One code may be found with its prefix by one reader and without it by another.
    codes = [code for code in codes if f"AADSTS{code}" not in codes]
    for one, many, values in (
        ("privilege", "privileges", _once(privileges)),
        ("error_code", "error_codes", codes),
    ):
        if values:
            facts[one], facts[many] = values[0], values


def _listed(name: str, text: str) -> list[str]:
    found = [v for kind, source in MANY if kind == name for v in _values(source, text)]
    if name != "error_codes":
        return found
    return [code for value in found for code in _codes(value)]


def _codes(value: str) -> list[str]:
    """The codes of one place; Entra's lists and links leave the prefix out."""
    numbers = value.replace(",", " ").split()
    if all(number.isdecimal() and len(number) <= 7 for number in numbers):  # noqa: PLR2004 -- Entra's
        return [f"AADSTS{number}" for number in numbers]
    code = code_of(value)
    return [] if code.removeprefix("-").isdecimal() else [code]


def _once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
