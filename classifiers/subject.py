"""Who must be mended: the id in the message first, then what the context says."""

from classifiers.evidence import Context, Facts
from classifiers.principal import WORK365_APPLICATIONS, calls_provider
from classifiers.resolution import Subject
from corpus.catalogue import Cause

_OF_IDENTITY = {
    "user": "person",
    "application": "application_user",
    "service_account": "service_account",
    "owner": "process_owner",
    "provider_integration": "provider_integration",
    "team": "team",
}
_OF_OWNED = {
    "process": "process_owner",
    "flow": "process_owner",
    "connection": "connection_owner",
    "record": "person",
}
_OF_PRINCIPAL_TYPE = {
    "9": "team",
    "team": "team",
    "application": "application_user",
    "service_principal": "application_user",
}
# Entra's object ids stand in these messages, not the ids of Dataverse rows.
_ENTRA_VARIANTS = frozenset({"not_in_group", "connection_not_owners", "other_service_role"})


def choose_subject(cause: Cause, variant: str | None, facts: Facts, context: Context) -> Subject:
    """Choose whose account, application, team or connection must be mended.

    What text and context show is taken if the variant concerns such a kind at all; else the
    variant's usual kind. Without a variant nothing is assumed.
    """
    shown = shown_kinds(cause.id, facts, context)
    guidance = cause.variant(variant)
    known = guidance.id == variant
    usual = guidance.subjects[0] if known or len(guidance.subjects) == 1 else "unknown"
    kind = next((k for k in shown if k in guidance.subjects), usual)
    return _named(kind, variant, facts)


def shown_kinds(cause: str, facts: Facts, context: Context) -> list[str]:
    """The kinds of subject that text and context speak for, the strongest first."""
    flow = "flow" in (context.operation or "").casefold()
    signs = (
        _OF_PRINCIPAL_TYPE.get(str(facts.get("principal_type", "")).casefold()),
        "application_user" if is_work365(facts) else None,
        _OF_OWNED.get(str(facts.get("owned", ""))),
        "process_owner" if cause == "workflow_owner" and facts.get("process") else None,
        "connection_owner" if flow or facts.get("connection") else None,
        _OF_IDENTITY.get(context.identity or ""),
        "person" if context.scope == "one_user" else None,
        "provider_integration" if calls_provider(context) else None,
    )
    return [kind for kind in signs if kind]


def is_work365(facts: Facts) -> bool | None:
    """Whether the application in the message is Work 365's own; None where none is named."""
    app = facts.get("app_id")
    return app.casefold() in WORK365_APPLICATIONS if isinstance(app, str) else None


def _named(kind: str, variant: str | None, facts: Facts) -> Subject:
    own = is_work365(facts)
    for name, id_kind in _ids(kind, variant, facts):
        value = facts.get(name)
        if isinstance(value, str):
            return Subject(kind, value, id_kind, own)
    return Subject(kind, is_work365=own)


def _ids(kind: str, variant: str | None, facts: Facts) -> tuple[tuple[str, str], ...]:
    entra = variant in _ENTRA_VARIANTS or str(facts.get("error_code", "")).startswith("AADSTS")
    principal = ("principal_id", "entra_object" if entra else "systemuser")
    application = ("app_id", "application")
    if kind in ("application_user", "provider_integration"):
        return (application, principal)
    if kind == "connection_owner":
        return (principal, ("connection", "connection"))
    if kind == "unknown":
        return (principal, application)
    return (principal,)
