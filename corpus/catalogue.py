"""The article as data: causes, variants, steps, places, and what an answer is made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Danger = Literal["none", "access", "sign_in", "billing"]
Certainty = Literal["sure", "fairly sure", "not verified"]
SubjectKind = Literal[
    "person",
    "application_user",
    "service_account",
    "provider_integration",
    "team",
    "process_owner",
    "connection_owner",
    "unknown",
]


@dataclass(frozen=True, slots=True)
class Condition:
    """When a part applies. Of each member one word must fit; of `facts`, every name must be known.

    `work365` asks whether the application in the message is Work 365's own (`yes`, `no`,
    `unknown`); `jobs` and `states` are the type and the state of the job;
    `changed` is what was changed before it failed.
    """

    subjects: tuple[SubjectKind, ...] = ()
    codes: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    owned: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    work365: tuple[Literal["yes", "no", "unknown"], ...] = ()
    jobs: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


ALWAYS = Condition()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step is done; `checked` is the month (`YYYY-MM`) in which the path was last read."""

    id: str
    modern: str
    checked: str
    confidence: Certainty
    classic: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; `[…{fact}…]` in a text is left out where the fact is unknown.

    `source` is `article:<section>` or `addition:<where it is from>`; `link` names a read-only
    link that is built from the ids in the message; `copy` is text to paste.
    """

    text: str
    who: str
    where: Place
    expect: str
    source: str
    if_refused: str | None = None
    danger: Danger = "none"
    link: str | None = None
    copy: str | None = None
    only: Condition = ALWAYS
    unless: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Aftercare:
    """What is done once the cause is mended."""

    text: str
    danger: Danger = "none"
    only: Condition = ALWAYS
    unless: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Act:
    """Which right it takes, how long, how dangerous, and whether it can be undone."""

    who: str
    minutes: int
    danger: Danger
    reversible: bool
    only: Condition = ALWAYS
    unless: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Known:
    """What an answer adds to the context, so that the next diagnosis is sharper."""

    identity: str | None = None
    scope: Literal["one_user", "everyone", "jobs", "integrations"] | None = None
    environment: Literal["production", "sandbox"] | None = None
    provider: str | None = None
    operation: str | None = None
    changed: str | None = None
    state: str | None = None  # of the job


NOTHING = Known()


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a question, and where it leads.

    `tells` is what of the context the answer fills in; it is empty where no member of the context
    can hold the answer.
    """

    answer: str
    cause: str
    variant: str | None = None
    tells: Known = NOTHING


@dataclass(frozen=True, slots=True)
class Question:
    """The one question whose answer would decide."""

    text: str
    who_can_answer: Literal["reporter", "administrator"]
    choices: tuple[Choice, ...]
    only: Condition = ALWAYS
    unless: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Lead:
    """Another variant of the same cause that fits better when the condition holds.

    `split` as its name means that the evidence shows only the cause.
    """

    variant: str
    only: Condition = ALWAYS
    unless: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Summary:
    """The pieces of the one sentence form: who cannot *what*, because *why*; what stands still."""

    cannot: str
    because: str
    meanwhile: str
    who: str | None = None
    does: str = "can mend it"


@dataclass(frozen=True, slots=True)
class Variant:
    """One way in which a cause shows; of `subjects` the first is the usual one."""

    id: str
    title: str
    when: str
    subjects: tuple[SubjectKind, ...]
    summary: Summary
    acts: tuple[Act, ...]
    steps: tuple[Step, ...]
    verify: tuple[str, ...]
    after_fix: tuple[Aftercare, ...] = ()
    questions: tuple[Question, ...] = ()
    stops: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()  # what is reported as missing where it is unknown
    sharper: tuple[Lead, ...] = ()  # the first that applies is taken
    look_at: str | None = None  # where to look before a job runs again, if the job does not say it


@dataclass(frozen=True, slots=True)
class Role:
    """A Work 365 role, who may hold it and what the sources say of it."""

    name: str
    holder: Literal["person", "service identity"]
    sits_on: str
    allows: str
    source: str


@dataclass(frozen=True, slots=True)
class Cause:
    """One page of the article: `split` answers while the variant is unknown."""

    id: str
    title: str
    details: str
    resolution: str
    prevention: str
    split: Variant
    variants: tuple[Variant, ...] = ()
    roles: tuple[Role, ...] = ()
    body: str = ""

    def variant(self, name: str | None) -> Variant:
        """The variant of that id, or the check that splits the variants."""
        return next((v for v in self.variants if v.id == name), self.split)


@dataclass(frozen=True, slots=True)
class JobKind:
    """A type of Work 365 job: what stands still without it, and how it may be run again."""

    id: str
    stops: str
    look_at: str
    rerun: Literal["by_hand", "by_platform", "check_first", "no"]


@dataclass(frozen=True, slots=True)
class Phrases:
    """How a sentence calls people and subjects, what is missing, and the notes."""

    people: Mapping[str, str]
    subjects: Mapping[str, str]
    missing: Mapping[str, str]
    notes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything that an answer is made from."""

    causes: tuple[Cause, ...]
    jobs: tuple[JobKind, ...]
    phrases: Phrases

    def cause(self, name: str) -> Cause:
        """The cause of that id, one of the closed list."""
        return next(cause for cause in self.causes if cause.id == name)

    def job(self, name: str | None) -> JobKind | None:
        """The kind of job of that name, if it is one of Work 365's."""
        return next((job for job in self.jobs if name and job.id.lower() == name.lower()), None)
