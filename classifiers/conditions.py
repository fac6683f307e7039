"""Which parts of a page apply to the case at hand."""

from collections.abc import Mapping

from classifiers.evidence import Context, Facts
from classifiers.resolution import Subject
from corpus.catalogue import ALWAYS, Condition

Traits = Mapping[str, frozenset[str]]
_KNOWN_APPLICATION = {True: "yes", False: "no", None: "unknown"}


def traits_of(
    subject: Subject, facts: Facts, context: Context, *, words: Mapping[str, str]
) -> Traits:
    """What conditions ask about, by the names of their members."""
    job = context.job
    return {
        "subjects": frozenset({subject.kind}),
        "codes": _codes(facts, context),
        "providers": _folded(facts.get("provider"), context.provider, context.host),
        "owned": _folded(facts.get("owned")),
        "scope": _folded(context.scope),
        "environment": _folded(context.environment),
        "work365": frozenset({_KNOWN_APPLICATION[subject.is_work365]}),
        "jobs": _folded(words.get("job_type")),
        "states": _folded(job.state if job else None),
        "changed": _folded(context.changed),
        "facts": frozenset(words),
    }


def applies(only: Condition, unless: Condition, traits: Traits) -> bool:
    """Whether every member of `only` holds and no member of `unless`."""
    wanted, unwanted = _members(only), _members(unless)
    if not wanted.pop("facts", frozenset()) <= traits["facts"]:
        return False
    return all(_holds(n, w, traits) for n, w in wanted.items()) and not any(
        _holds(n, w, traits) for n, w in unwanted.items()
    )


def _members(condition: Condition) -> dict[str, frozenset[str]]:
    if condition is ALWAYS:
        return {}
    named = {name: getattr(condition, name) for name in Condition.__dataclass_fields__}
    folded = {n: frozenset(v.casefold() for v in values) for n, values in named.items()}
    return {name: values for name, values in folded.items() if values}


def _holds(name: str, wanted: frozenset[str], traits: Traits) -> bool:
    if (
        name == "providers"
    ):  # a provider is named in many ways: "Microsoft Dynamics 365 Business Central"
        return any(word in told for word in wanted for told in traits[name])
    return bool(wanted & traits[name])


def _codes(facts: Facts, context: Context) -> frozenset[str]:
    listed = facts.get("error_codes", [])
    codes = listed if isinstance(listed, list) else []
    return _folded(facts.get("error_code"), context.error_code, *codes)


def _folded(*values: object) -> frozenset[str]:
    return frozenset(str(value).casefold() for value in values if value)
