"""Facts: the ids, names, codes and times of a message, by which the resolution is filled in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import regex

from classifiers.evidence import Context, Evidence, Facts
from classifiers.principal import WORK365_APPLICATIONS
from corpus.terms import FACTS

_GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?"

# (fact, pattern): the first match of the first pattern wins; group 1 is the value. The formats are
# those of the Dataverse, Entra and Power Platform error texts that the signatures' sources show.
_SINGLE = (
    ("principal_id", rf"\bPrincipal (?:user|team) ?\(Id ?= ?({_GUID})"),
    ("principal_id", rf"\bcontext\.Caller ?= ?({_GUID})"),
    ("principal_id", rf"\bCallingUser: ?({_GUID})"),
    ("principal_id", rf"\bPrincipal with id ({_GUID})"),
    ("principal_id", rf"\bSystemUserId ?= ?({_GUID})"),
    ("principal_id", rf"\b(?:The )?(?:specified )?user ?(?:with)? ?\(?id ?[=:]? ?['\"(]?({_GUID})"),
    ("principal_id", rf"\bUser: ?({_GUID})"),
    ("principal_id", rf"\bcaller with object id ['\"]?({_GUID})"),
    ("principal_id", rf"\b(?:object|user) ?(?:id)? ['\"(]({_GUID})"),
    ("principal_type", r"\bPrincipal \w+ \([^()]{0,80}?\btype=(\d+)"),
    ("app_id", rf"\b({'|'.join(sorted(WORK365_APPLICATIONS))})\b"),
    ("app_id", rf"\bapplication (?:with (?:ID|identifier) )?['\"]({_GUID})"),
    ("app_id", rf"\b(?:ApplicationId|AppId|client_id|application id|app id)\W{{0,4}}({_GUID})"),
    ("app_id", rf"\bApplication '({_GUID})'"),
    ("app_id", rf"\badded to app ['\"]({_GUID})"),
    ("tenant_id", rf"\b(?:tenant|directory)(?: ?id)?\W{{0,4}}({_GUID})"),
    ("tenant_id", rf"\blogin\.(?:microsoftonline\.com|windows\.net)/({_GUID})"),
    ("tenant_id", rf"\bsts\.windows\.net/({_GUID})"),
    ("environment_id", rf"/environments/((?:Default-)?{_GUID})"),
    ("record_id", rf"\bObjectID: ?({_GUID})"),
    ("record_id", rf"\brecord with id ({_GUID})"),
    ("access_right", r"\b((?:Read|Write|Append|AppendTo|Create|Delete|Share|Assign)Access)\b"),
    ("depth", r"\bRequired Depth: ?(Basic|Local|Deep|Global)"),
    ("table", r"\bfor entity ['\"]?([a-z][a-z0-9_]{2,60})['\"]?"),
    ("table", r"\bof entity ['\"]?([a-z][a-z0-9_]{2,60})['\"]?"),
    ("issued_at", rf"\bgrant was issued on ['\"]?({_TIME})"),
    ("issued_at", rf"\btoken was issued on ['\"]?({_TIME})"),
    ("tokens_valid_from", rf"\bTokensValidFrom date [^']{{0,80}}['\"]({_TIME})"),
    ("expired_at", rf"\bexpired on ['\"]?({_TIME})"),
    ("process", r"\b(Work 365 Start Job)\b"),
)  # fmt: skip
_HANDOVER = (
    ("correlation_id", rf"\bCorrelation[ -_]?Id\W{{0,4}}({_GUID})"),
    ("trace_id", rf"\bTrace[ -_]?ID\W{{0,4}}({_GUID})"),
    ("request_id", rf"\b(?:x-ms-)?Request[ -_]?Id\W{{0,4}}({_GUID})"),
    ("activity_id", rf"\bActivity[ -_]?Id(?:Key)?\W{{0,4}}({_GUID})"),
    ("timestamp", rf"\bTime ?stamp\W{{0,4}}({_TIME})"),
)  # fmt: skip
_MANY = (
    ("privileges", r"\b(prv[A-Z][A-Za-z0-9_+]{2,80})"),
    ("error_codes", r"\b(AADSTS\d{5,7})(?!\d)"),
    ("error_codes", r"\b(0x8[0-9a-f]{7})\b"),
)

_COMPILED = {
    source: regex.compile(source, 0 if source.startswith(r"\b(prv[A-Z]") else regex.I)
    for _, source in (*_SINGLE, *_HANDOVER, *_MANY)
}
NOBODY = "00000000-0000-0000-0000-000000000000"


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
    for name, value in _firsts(_SINGLE, text).items():
        facts.setdefault(name, value)
    for name, values in _all(_MANY, text).items():
        facts[name] = values
    _add_singulars(facts, evidence)
    if context.status is not None:
        facts.setdefault("status", context.status)
    named = context.provider or provider
    if named:
        facts.setdefault("provider", named)
    handover = _firsts(_HANDOVER, text)
    for name in ("tenant_id", "app_id"):
        if isinstance(facts.get(name), str):
            handover[name] = str(facts[name])
    return Found(facts, handover)


def _of_evidence(evidence: Sequence[Evidence]) -> dict[str, str | int | list[str]]:
    facts: dict[str, str | int | list[str]] = {}
    for piece in evidence:
        for name, value in piece.facts.items():
            facts.setdefault(name, value)
    return {name: value for name, value in facts.items() if name in FACTS}


def _firsts(table: Iterable[tuple[str, str]], text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, source in table:
        if name not in found:
            match = _COMPILED[source].search(text)
            if match is not None and match[1] != NOBODY:
                found[name] = match[1]
    return found


def _all(table: Iterable[tuple[str, str]], text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, source in table:
        values = found.setdefault(name, [])
        for match in _COMPILED[source].finditer(text):
            value = _normal(match[1])
            if value not in values:
                values.append(value)
    return {name: values for name, values in found.items() if values}


def _normal(value: str) -> str:
    if value[:2].casefold() == "0x":
        return value.casefold()
    return value.upper() if value[:6].casefold() == "aadsts" else value


def _add_singulars(facts: dict[str, str | int | list[str]], evidence: Sequence[Evidence]) -> None:
    """The deciding one stands in the singular name, all of them in the plural."""
    codes = [str(p.facts["error_code"]) for p in evidence if "error_code" in p.facts]
    listed = facts.get("error_codes")
    known = listed if isinstance(listed, list) else []
    every = [*codes, *(code for code in known if code not in codes)]
    if every:
        facts["error_code"] = every[0]
        facts["error_codes"] = list(dict.fromkeys(every))
    privileges = facts.get("privileges")
    if isinstance(privileges, list) and privileges:
        facts.setdefault("privilege", privileges[0])
