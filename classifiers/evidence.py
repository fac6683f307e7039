"""What travels through the pipeline: Failure, Evidence, Verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from classifiers.redact import Redaction

InputKind = Literal["text", "response", "trace"]
Facts = Mapping[str, str | int | list[str]]


@dataclass(frozen=True, slots=True)
class Job:
    """The state of a background job, as its row or its page shows it."""

    type: str | None = None
    state: str | None = None
    scheduled_for: str | None = None
    owner: str | None = None
    retry_count: int | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What the caller knows beside the text; None means that nobody knows."""

    status: int | None = None
    host: str | None = None
    url: str | None = None
    provider: str | None = None
    operation: str | None = None
    identity: str | None = None
    error_code: str | None = None
    scope: str | None = None
    since: str | None = None
    changed: str | None = None
    environment: str | None = None
    job: Job | None = None

    @classmethod
    def of(cls, members: Mapping[str, Any] | None) -> "Context":
        """Take the known members of a mapping; unknown names and wrong types count as unknown."""
        known = {f.name: members.get(f.name) for f in fields(cls)} if members else {}
        job = known.pop("job", None)
        status = known.pop("status", None)
        return cls(
            status=_number(status),
            job=_job(job) if isinstance(job, Mapping) else None,
            **{name: _word(value) for name, value in known.items()},
        )


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure: its text, redacted from the second step on, and what is known beside it."""

    text: str
    context: Context = Context()
    input: InputKind = "text"
    entry: int | None = None  # of a trace: the index of the entry that failed
    redactions: tuple[Redaction, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for a cause.

    `start` and `end` count characters of the failure's text; both are None for evidence that is
    not a place in it. `bare` evidence shows only that something was refused or failed; any other
    evidence beats it.
    """

    origin: str
    cause: str
    variant: str | None = None
    also: tuple[str, ...] = ()
    start: int | None = None
    end: int | None = None
    excerpt: str = ""
    entry: int | None = None
    bare: bool = False
    refines: tuple[str, ...] = ()
    facts: Facts = field(default_factory=dict)
    chances: Mapping[str, float] = field(default_factory=dict)  # of the text model only


@dataclass(frozen=True, slots=True)
class Alternative:
    """A cause that came second, with what speaks against it."""

    cause: str
    confidence: float
    why_not: str

    def to_dict(self) -> dict[str, Any]:
        """The alternative as in the contract."""
        return {"cause": self.cause, "confidence": self.confidence, "why_not": self.why_not}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to "which cause?"; a null cause means that the input holds no failure."""

    cause: str | None
    variant: str | None = None
    confidence: float | None = None
    band: str | None = None
    origin: str = ""
    evidence: tuple[Evidence, ...] = ()
    alternatives: tuple[Alternative, ...] = ()


def _word(value: object) -> str | None:
    if value is None or isinstance(value, (dict, list)):
        return None
    return str(value)


def _number(value: object) -> int | None:
    try:
        return int(str(value)) if value is not None else None
    except ValueError:
        return None


def _job(members: Mapping[str, Any]) -> Job:
    known = {f.name: _word(members.get(f.name)) for f in fields(Job)}
    retries = _number(known.pop("retry_count"))
    return Job(retry_count=retries, **known)
