"""What we know: the article as data, error codes, labelled messages, and their readers."""

from corpus.catalogue import Cause, Knowledge, Place, Step, Variant
from corpus.guides import Procedure, Runbook, Triage
from corpus.pages import (
    load_application_user_move,
    load_causes,
    load_jobs,
    load_knowledge,
    load_places,
    load_runbook,
    load_triage,
    stale_places,
)
from corpus.terms import CAUSE_IDS, NAMED_CAUSES, KnowledgeError

__all__ = [
    "CAUSE_IDS",
    "NAMED_CAUSES",
    "Cause",
    "Knowledge",
    "KnowledgeError",
    "Place",
    "Procedure",
    "Runbook",
    "Step",
    "Triage",
    "Variant",
    "load_application_user_move",
    "load_causes",
    "load_jobs",
    "load_knowledge",
    "load_places",
    "load_runbook",
    "load_triage",
    "stale_places",
]
