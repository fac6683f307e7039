"""The pages beside the causes: triage, runbook, the move to an Application User."""

from dataclasses import dataclass
from typing import Literal

from corpus.catalogue import Act, Aftercare, Step


@dataclass(frozen=True, slots=True)
class Procedure:
    """A piece of work of its own: moving background work to an Application User."""

    id: str
    title: str
    when: str
    acts: tuple[Act, ...]
    steps: tuple[Step, ...]
    verify: tuple[str, ...]
    after_fix: tuple[Aftercare, ...] = ()
    body: str = ""


@dataclass(frozen=True, slots=True)
class Symptom:
    """One of the article's symptoms and the causes that are tested first."""

    id: str
    text: str
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TriageLine:
    """One line of the quick triage, chosen by the scope of the failure."""

    id: str
    scope: Literal["one_user", "everyone", "jobs", "integrations"]
    text: str
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Triage:
    """The article's symptoms and its quick triage."""

    title: str
    symptoms: tuple[Symptom, ...]
    lines: tuple[TriageLine, ...]
    body: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the runbook; `checks` are its lines to tick."""

    id: str
    title: str
    source: str
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Runbook:
    """The article's prevention section as a runbook."""

    title: str
    sections: tuple[Section, ...]
    body: str = ""
