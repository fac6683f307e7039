"""What is answered beside the verdict: subject, act, impact, question and resolution."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Subject:
    """Who or what must be mended; the id in the message comes first.

    `is_work365` is None where no application id is known.
    """

    kind: str
    id: str | None = None
    id_kind: str | None = None
    is_work365: bool | None = None

    def to_dict(self) -> dict[str, Any]:
        """The subject as in the contract."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Where:
    """Where a step is done: today's path, the older one, and a link that only reads."""

    modern: str
    classic: str | None
    url: str | None
    checked: str
    confidence: str


@dataclass(frozen=True, slots=True)
class ResolutionStep:
    """One step with the facts filled in."""

    text: str
    who: str
    where: Where
    expect: str
    if_refused: str | None
    danger: str
    copy: str | None
    source: str


@dataclass(frozen=True, slots=True)
class After:
    """What is done once the cause is mended."""

    text: str
    danger: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """What to do, in order."""

    title: str
    steps: tuple[ResolutionStep, ...]
    after_fix: tuple[After, ...]
    verify: tuple[str, ...]
    prevention: str


@dataclass(frozen=True, slots=True)
class Act:
    """Which right it takes, how many minutes, how dangerous, and whether it can be undone."""

    who: str
    minutes: int
    danger: str
    reversible: bool


@dataclass(frozen=True, slots=True)
class Impact:
    """What stands still meanwhile, and whether it passes without anybody's doing."""

    stops: tuple[str, ...]
    heals_itself: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to the question, and where it leads."""

    answer: str
    cause: str
    variant: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """The one question whose answer would change the cause or the variant."""

    text: str
    who_can_answer: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that is answered beside the verdict."""

    subject: Subject
    summary: str
    act: Act
    impact: Impact
    question: Question | None
    missing: tuple[str, ...]
    resolution: Resolution

    def to_dict(self) -> dict[str, Any]:
        """The answer as in the contract, lists instead of tuples."""
        members: dict[str, Any] = _listed(asdict(self))
        return members


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _listed(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_listed(member) for member in value]
    return value
