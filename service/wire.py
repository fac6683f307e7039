"""What travels over HTTP: the closed forms of requests and answers."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

CauseId = Literal[
    "missing_security_role",
    "service_identity_consent",
    "service_account_password",
    "provider_authorization",
    "environment_access",
    "workflow_owner",
    "undetermined_permissions",
    "not_permissions",
]
Band = Literal["high", "medium", "low"]
Danger = Literal["none", "access", "sign_in", "billing"]
Word = Annotated[str, Field(max_length=500)]

Reference = Annotated[
    str,
    Field(max_length=200),
    AfterValidator(lambda text: text.replace("\0", "\ufffd")),  # PostgreSQL takes no NUL
]

MAX_TEXT_CHARS = 1_000_000


class Closed(BaseModel):
    """A request: members that are not described are refused, and input is never shown."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class JobIn(Closed):
    """The state of a background job, as its row or its page shows it."""

    type: Word | None = None
    state: Word | None = None
    scheduled_for: Word | None = None
    owner: Word | None = None
    retry_count: int | None = Field(default=None, ge=0, le=1000)


class ContextIn(Closed):
    """What the caller knows beside the text; everything is optional."""

    status: int | None = Field(default=None, ge=0, le=999)
    host: Word | None = None
    url: Annotated[str, Field(max_length=8000)] | None = None
    provider: Word | None = None
    operation: Word | None = None
    identity: (
        Literal[
            "user",
            "application",
            "service_account",
            "owner",
            "provider_integration",
            "team",
            "unknown",
        ]
        | None
    ) = None
    error_code: Word | None = None
    scope: Literal["one_user", "everyone", "jobs", "integrations"] | None = None
    since: Word | None = None
    changed: Word | None = None
    environment: Literal["production", "sandbox"] | None = None
    job: JobIn | None = None


SAYS_SOMETHING: dict[str, Any] = {
    "anyOf": [
        {"properties": {"text": {"pattern": r"[^\s\x1c-\x1f\x85]"}}},
        {
            "required": ["context"],
            "properties": {
                "context": {
                    "type": "object",
                    "required": ["job"],
                    "properties": {"job": {"type": "object"}},
                }
            },
        },
    ]
}


class MessageIn(Closed):
    """An error message; the text may be empty when the state of a job speaks."""

    model_config = ConfigDict(json_schema_extra=SAYS_SOMETHING)

    text: str = Field(
        max_length=MAX_TEXT_CHARS, examples=["The user with id … has not been assigned any roles."]
    )
    context: ContextIn | None = None
    reference: Reference | None = None

    @model_validator(mode="after")
    def says_something(self) -> "MessageIn":
        """Text or the state of a job is needed."""
        if not self.text.strip() and not (self.context and self.context.job):
            raise ValueError("text is empty; send the error message, or context.job")
        return self


class ResponseIn(Closed):
    """An HTTP response that refused or failed."""

    status: int = Field(ge=0, le=999, examples=[403])
    url: Annotated[str, Field(max_length=8000)] | None = None
    method: Annotated[str, Field(max_length=20)] | None = None
    headers: dict[str, str] | None = None
    body: Annotated[str, Field(max_length=MAX_TEXT_CHARS)] | None = None
    context: ContextIn | None = None
    reference: Reference | None = None


class Out(BaseModel):
    """An answer: described for readers and generated clients."""

    model_config = ConfigDict(extra="forbid")


class SubjectOut(Out):
    """Who must be mended."""

    kind: Literal[
        "person",
        "application_user",
        "service_account",
        "provider_integration",
        "team",
        "process_owner",
        "connection_owner",
        "unknown",
    ]
    id: str | None
    id_kind: Literal["systemuser", "entra_object", "application", "connection"] | None
    is_work365: bool | None


class ActOut(Out):
    """Which right it takes, how long and how dangerous it is."""

    who: str
    minutes: int
    danger: Danger
    reversible: bool


class ImpactOut(Out):
    """What stands still, and whether it heals by itself."""

    stops: list[str]
    heals_itself: bool


class EvidenceOut(Out):
    """One thing that speaks for a cause; start and end count characters of the text."""

    origin: str
    cause: CauseId
    excerpt: str
    start: int | None
    end: int | None
    entry: int | None


class AlternativeOut(Out):
    """A cause that came second."""

    cause: CauseId
    confidence: float
    why_not: str


class ChoiceOut(Out):
    """One answer to the question, and where it leads."""

    answer: str
    cause: CauseId
    variant: str | None


class QuestionOut(Out):
    """The one question whose answer would change cause or variant."""

    text: str
    who_can_answer: Literal["reporter", "administrator"]
    choices: list[ChoiceOut]


class WhereOut(Out):
    """Where a step is done: today's menu path and the classic one."""

    modern: str
    classic: str | None
    url: str | None
    checked: str
    confidence: Literal["sure", "fairly sure", "not verified"]


class StepOut(Out):
    """One thing to do."""

    text: str
    who: str
    where: WhereOut
    expect: str
    if_refused: str | None
    danger: Danger
    copy_text: str | None = Field(alias="copy")
    source: str


class AftercareOut(Out):
    """What is done once the cause is mended."""

    text: str
    danger: Danger


class ResolutionOut(Out):
    """How to mend it."""

    title: str
    steps: list[StepOut]
    after_fix: list[AftercareOut]
    verify: list[str]
    prevention: str | None


class RedactionOut(Out):
    """How many secrets of one kind were replaced."""

    kind: str
    count: int


class TraceOut(Out):
    """What is said of a trace as a whole."""

    exporter: str | None
    sanitised: bool
    entries: int
    failures: list[int]
    root: int | None
    timeline: list[dict[str, Any]]
    missing: list[str]
    capture: str | None


class VersionsOut(Out):
    """What made the verdict."""

    app: str
    signatures: str
    model: str


class DiagnosisOut(Out):
    """The answer to one input."""

    id: str | None
    created_at: str | None
    input: Literal["text", "response", "trace"]
    reference: str | None
    incident: str | None
    text: str | None
    cause: CauseId | None
    variant: str | None
    confidence: float | None
    band: Band | None
    summary: str | None
    subject: SubjectOut | None
    act: ActOut | None
    impact: ImpactOut | None
    facts: dict[str, str | int | list[str]]
    handover: dict[str, str]
    evidence: list[EvidenceOut]
    alternatives: list[AlternativeOut]
    question: QuestionOut | None
    missing: list[str]
    resolution: ResolutionOut | None
    redactions: list[RedactionOut]
    trace: TraceOut | None
    versions: VersionsOut


class ProblemOut(BaseModel):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] | None = None
