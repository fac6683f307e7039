"""The columns of job exports: which of them hold the message, and which we add."""

from collections.abc import Mapping, Sequence
from typing import Any

from classifiers import Diagnosis

ADDED = (
    "triage_cause",
    "triage_confidence",
    "triage_band",
    "triage_variant",
    "triage_subject",
    "triage_origin",
    "triage_summary",
    "triage_rerun",
    "triage_incident",
)

# Titles and logical names, compared without case, blanks and signs. Dynamics: table
# `asyncoperation`; Power Automate: table `flowrun`; Work 365: Job Results.
MESSAGE_TITLES = (
    "text",
    "errormessage",
    "message",
    "friendlymessage",
    "error",
    "errordetails",
    "jobresults",
    "systemmessage",
    "provisioningmessage",
    "work365billingschedulemessage",
    "details",
)
STATUS_TITLES = ("statusreason", "status", "statuscode", "state")
CODE_TITLES = ("errorcode",)
SUCCEEDED = frozenset({"succeeded", "success", "30", "completedsuccessfully"})


def normal(title: str) -> str:
    """A title without case, blanks and signs.

    >>> normal("Error Message")
    'errormessage'
    """
    return "".join(sign for sign in title.casefold() if sign.isalnum())


def message_columns(titles: Sequence[str]) -> list[str]:
    """The columns that may hold the message, the likeliest first."""
    by_name = {normal(title): title for title in reversed(titles)}
    return [by_name[name] for name in MESSAGE_TITLES if name in by_name]


def text_of(row: Mapping[str, Any], columns: Sequence[str]) -> str:
    """The message of a row; the texts of two columns are joined when they differ."""
    texts = [str(row.get(column) or "").strip() for column in columns]
    distinct = list(dict.fromkeys(text for text in texts if text))
    return "\n".join(
        t for t in distinct if not any(t != other and t in other for other in distinct)
    )


def has_succeeded(row: Mapping[str, Any]) -> bool:
    """Whether the row's own status says that nothing failed."""
    by_name = {normal(str(title)): value for title, value in row.items()}
    for title in STATUS_TITLES:
        if by_name.get(title) not in {None, ""}:
            return normal(str(by_name[title])) in SUCCEEDED
    return False


def added(diagnosis: Diagnosis | None) -> dict[str, Any]:
    """The columns that we add; all empty where the row holds no failure."""
    if diagnosis is None or diagnosis.verdict.cause is None:
        return dict.fromkeys(ADDED)
    verdict, answer = diagnosis.verdict, diagnosis.to_dict()
    subject = answer["subject"] or {"kind": "unknown", "id": None}
    values = (
        verdict.cause,
        verdict.confidence,
        verdict.band,
        verdict.variant,
        subject["kind"] + (f" {subject['id']}" if subject["id"] else ""),
        verdict.origin,
        answer["summary"],
        diagnosis.rerun,
        diagnosis.incident,
    )
    return dict(zip(ADDED, values, strict=True))
