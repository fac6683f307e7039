"""The diagnosis: everything that is answered about one failure, in the shape of the API."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from classifiers.evidence import Evidence, Failure, InputKind, Verdict
from classifiers.facts import Found
from classifiers.model.features import masked
from classifiers.redact import Redaction
from classifiers.resolution import Answer, Subject


@dataclass(frozen=True, slots=True)
class Versions:
    """What made the verdict; the same input and versions give the same verdict."""

    app: str
    signatures: str
    model: str

    def to_dict(self) -> dict[str, str]:
        """The versions as in the contract."""
        return {"app": self.app, "signatures": self.signatures, "model": self.model}


@dataclass(frozen=True, slots=True)
class TraceReport:
    """What is said of a trace as a whole."""

    exporter: str | None
    sanitised: bool
    entries: int
    failures: tuple[int, ...]
    root: int | None
    timeline: tuple[Mapping[str, Any], ...]
    missing: tuple[str, ...]
    capture: str | None

    def to_dict(self) -> dict[str, Any]:
        """The trace as in the contract."""
        return {
            "exporter": self.exporter,
            "sanitised": self.sanitised,
            "entries": self.entries,
            "failures": list(self.failures),
            "root": self.root,
            "timeline": [dict(line) for line in self.timeline],
            "missing": list(self.missing),
            "capture": self.capture,
        }


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The answer to one input; id and time are given by whoever stores it.

    `failure` is None where the input holds none; then verdict, answer and subject say so too.
    """

    input: InputKind
    verdict: Verdict
    versions: Versions
    failure: Failure | None = None
    facts: Found | None = None
    answer: Answer | None = None
    nothing: str | None = None  # the summary where no failure is to be seen
    redactions: tuple[Redaction, ...] = ()
    trace: TraceReport | None = None
    incident: str | None = None
    rerun: str | None = None  # by_hand, by_platform, check_first or no
    id: str | None = None
    created_at: str | None = None
    reference: str | None = None

    @property
    def text(self) -> str | None:
        """The redacted text; null for a trace."""
        if self.input == "trace" or self.failure is None:
            return None
        return self.failure.text

    def to_dict(self) -> dict[str, Any]:
        """The diagnosis as in the contract."""
        return {
            "id": self.id,
            "created_at": self.created_at,
            "input": self.input,
            "reference": self.reference,
            "incident": self.incident,
            "text": self.text,
            "cause": self.verdict.cause,
            "variant": self.verdict.variant,
            "confidence": self.verdict.confidence,
            "band": self.verdict.band,
            **(self.answer.to_dict() if self.answer else _empty(self.nothing)),
            "facts": dict(self.facts.facts) if self.facts else {},
            "handover": dict(self.facts.handover) if self.facts else {},
            "evidence": [_evidence(piece) for piece in self.verdict.evidence],
            "alternatives": [other.to_dict() for other in self.verdict.alternatives],
            "redactions": [{"kind": r.kind, "count": r.count} for r in self.redactions],
            "trace": self.trace.to_dict() if self.trace else None,
            "versions": self.versions.to_dict(),
        }


def incident_of(verdict: Verdict, subject: Subject, failure: Failure, provider: object) -> str:
    """The id of the group that a failure belongs to.

    Its key is organisation, cause, variant, subject and provider; where the subject is unknown,
    the masked wording takes its place. The integration of a named provider is known by that name.
    """
    is_integration = subject.kind == "provider_integration" and bool(provider)
    whom = subject.id or ("" if is_integration else masked(failure.text))
    parts = (failure.context.host, verdict.cause, verdict.variant, subject.kind, whom, provider)
    key = "\x1f".join(str(part or "") for part in parts)
    return "i" + hashlib.sha256(key.casefold().encode("utf-8", "replace")).hexdigest()[:15]


def _empty(summary: str | None) -> dict[str, Any]:
    """The members of an answer where the input holds no failure."""
    names = ("subject", "act", "impact", "question", "resolution")
    return {"summary": summary, **dict.fromkeys(names), "missing": []}


def _evidence(piece: Evidence) -> dict[str, Any]:
    return {
        "origin": piece.origin,
        "cause": piece.cause,
        "excerpt": piece.excerpt,
        "start": piece.start,
        "end": piece.end,
        "entry": piece.entry,
    }
