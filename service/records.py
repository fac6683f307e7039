"""What travels over HTTP about stored diagnoses: pages, feedback and retests."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field

from service.store.pages import MAX_PAGE
from service.wire import (
    MAX_TEXT_CHARS,
    Band,
    CauseId,
    Closed,
    ContextIn,
    DiagnosisOut,
    Out,
    Reference,
)

Outcome = Literal["fixed", "same", "different"]
SAMPLE_ID = "0b1ef3a4-5c1f-4f0b-9a55-7f3f5c1d2e90"


def storable(text: str) -> str:
    """A text that every database takes.

    >>> storable("case" + chr(0) + "17") == "case" + chr(0xFFFD) + "17"
    True
    """
    return text.replace("\0", "\ufffd")


Storable = AfterValidator(storable)


class DiagnosisQuery(Closed):
    """Which diagnoses are asked for, newest first."""

    cause: CauseId | None = Field(default=None, description="only this cause")
    band: Band | None = Field(default=None, description="only this band of confidence")
    incident: Annotated[str, Field(max_length=40), Storable] | None = Field(
        default=None, description="only this incident"
    )
    reference: Reference | None = Field(
        default=None, description="only with this reference, as it was sent"
    )
    since: AwareDatetime | None = Field(
        default=None, description="not before", examples=["2026-11-02T00:00:00Z"]
    )
    until: AwareDatetime | None = Field(
        default=None, description="before", examples=["2026-11-03T00:00:00Z"]
    )
    cursor: Annotated[str, Field(max_length=300)] | None = Field(
        default=None, description="`next` of the page before"
    )
    limit: int = Field(default=50, ge=1, le=MAX_PAGE, description="diagnoses on a page")


class PageOut(Out):
    """Some diagnoses; `next` is the cursor of the page after, null on the last."""

    diagnoses: list[DiagnosisOut]
    next: str | None


class FeedbackIn(Closed):
    """What a person who knows the outcome says of a diagnosis."""

    verdict: Literal["right", "wrong"]
    cause: CauseId | None = Field(default=None, description="the cause that it really was")
    comment: Annotated[str, Field(max_length=4000), Storable] | None = Field(
        default=None, examples=["The licence was missing, the role was there."]
    )


class FeedbackOut(Out):
    """Feedback as it was stored: secrets in the comment are redacted."""

    id: str
    created_at: datetime
    diagnosis: str
    verdict: Literal["right", "wrong"]
    cause: CauseId | None
    comment: str | None


class RetestIn(Closed):
    """The message after the fix; an empty text says that nothing fails any more."""

    text: str = Field(max_length=MAX_TEXT_CHARS, examples=[""])
    context: ContextIn | None = None
    reference: Reference | None = Field(
        default=None, description="by default that of the diagnosis before"
    )


class RetestOut(Out):
    """Whether the fix helped; the chain begins with the first diagnosis and ends with this one."""

    outcome: Outcome
    previous: str
    chain: list[str]
    diagnosis: DiagnosisOut
