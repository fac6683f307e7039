"""Whether a fix helped: two diagnoses compared by cause, variant and subject."""

from collections.abc import Mapping
from typing import Any

from service.records import Outcome

UNKNOWN = {None, "unknown"}


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Outcome:
    """Tell a failure that is gone from one that stayed and from one that took its place.

    >>> compare({"cause": "workflow_owner", "variant": None, "subject": None}, {"cause": None})
    'fixed'
    """
    if after["cause"] is None:
        return "fixed"
    stayed = before["cause"] == after["cause"] and before["variant"] == after["variant"]
    return "same" if stayed and _same_subject(before["subject"], after["subject"]) else "different"


def _same_subject(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> bool:
    """Subjects differ where both are known: a shorter message may leave the id out."""
    if before is None or after is None:
        return True
    pairs = [(before[name], after[name]) for name in ("kind", "id")]
    return all(one == other or UNKNOWN & {one, other} for one, other in pairs)
