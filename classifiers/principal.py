"""Whose failure it is: the kind of identity that was refused, as text and context show it."""

import regex

from classifiers.evidence import Context

# Work 365's own applications: https://support.work365apps.com/support/solutions/articles/150000199062
WORK365_APPLICATIONS = frozenset(
    {
        "e4b1a995-abe3-4350-a61c-65fccd32e8bd",  # United States
        "5e56ae97-9be1-40d3-938b-99ea52175a30",  # Europe
    }
)

# The jobs that only one kind of provider serves: https://docs.work365apps.com/docs/work-365-jobs
PROVIDER_JOBS = frozenset({"charge invoice", "sync invoice", "sync license change log"})
PROVIDER_OPERATIONS = frozenset({"verify connectivity"})

_OF_CONTEXT = {
    "application": "application",
    "service_account": "service_account",
    "user": "user",
    "team": "user",
    "owner": "owner",
    "provider_integration": "provider",
}

# Labelling rules 5 and 10: these are no providers, whatever a caller calls them.
_NEIGHBOUR = regex.compile(
    r"\b(?:graph|microsoft ?365|office ?365|sharepoint|onedrive|exchange|outlook|teams|power ?bi|"
    r"azure|entra|dataverse|power (?:apps|automate|platform)|aws|amazon s3|s3|google cloud|gcs)\b",
    regex.I,
)
_WORK365 = regex.compile("|".join(sorted(WORK365_APPLICATIONS)), regex.I)


def principal(text: str, context: Context, *, provider_named: bool) -> str | None:
    """One of `corpus.codebook.IDENTITIES`, or None where nothing shows whose failure it is.

    Work 365's application ids beat everything that the caller says; a provider that text or
    context name beats the caller's word for the identity (labelling rule 1).
    """
    if _WORK365.search(text) is not None:
        return "application"
    if provider_named or names_provider(context) or calls_provider(context):
        return "provider"
    return _OF_CONTEXT.get(context.identity or "")


def names_provider(context: Context) -> bool:
    """Whether the caller names an external provider, one that no signature file knows too."""
    return bool(context.provider) and _NEIGHBOUR.search(context.provider or "") is None


def calls_provider(context: Context) -> bool:
    """Whether operation or job type show that an external provider was called (rule 14)."""
    job = context.job.type if context.job else None
    return (context.operation or "").casefold() in PROVIDER_OPERATIONS or (
        (job or "").casefold() in PROVIDER_JOBS
    )
