"""Renders resolutions for the tests, and names the rules of `forbidden.toml` that a text breaks."""

import re
import tomllib
from pathlib import Path

from classifiers.evidence import Context, Verdict
from classifiers.resolve import resolve
from corpus import load_knowledge

HERE = Path(__file__).parent
FORBIDDEN = tomllib.loads((HERE / "forbidden.toml").read_text("utf-8"))
READINGS = tomllib.loads((HERE / "readings.toml").read_text("utf-8"))
# "None" with a capital is a choice in a list, not a negation.
NEGATED = re.compile(
    r"\b((?i:not|never|no|nobody|nothing|cannot|without|unless|instead of|rather than)|none)\b"
)
KNOWLEDGE = load_knowledge()
VARIANTS = [(c.id, v) for c in KNOWLEDGE.causes for v in (None, *(w.id for w in c.variants))]

USER = "11111111-2222-4333-8444-555555555555"
OTHER_APP = "31111111-2222-4333-8444-555555555555"
WORK365 = "e4b1a995-abe3-4350-a61c-65fccd32e8bd"
FULL = {
    "error_code": "0x80040220",
    "privilege": "prvReadInvoice",
    "principal_id": USER,
    "app_id": OTHER_APP,
    "tenant_id": "41111111-2222-4333-8444-555555555555",
    "record_id": "51111111-2222-4333-8444-555555555555",
    "access_right": "ReadAccess",
    "table": "work365_contract",
    "provider": "Microsoft Partner Center",
    "process": "Work 365 Start Job",
    "connection": "shared_commondataserviceforapps",
    "issued_at": "2026-08-01T08:00:00Z",
    "tokens_valid_from": "2026-11-01T08:00:00Z",
}
IDENTITIES = (
    None, "user", "application", "service_account", "owner", "provider_integration", "team",
)  # fmt: skip
JOB = {"type": "Charge Invoice", "state": "Failed", "owner": "Robin Doe"}
CODES = (
    "AADSTS50144", "AADSTS700082", "AADSTS50173", "AADSTS90099", "AADSTS65001", "900420", "900123",
    "MissingAdequateQuotaPolicy",
)  # fmt: skip
PROVIDERS = ("Business Central", "NetSuite", "QuickBooks Online", "Stripe")


def answer(cause, variant, facts=None, **context):
    verdict = Verdict(cause, variant)
    return resolve(verdict, facts or {}, Context.of(context), knowledge=KNOWLEDGE)


def cases():
    """Facts and contexts that reach every subject and every condition of the pages."""
    yield from (({}, {"identity": identity}) for identity in IDENTITIES)
    yield from ((FULL, {"identity": identity, "job": JOB}) for identity in IDENTITIES)
    yield from (({name: value}, {}) for name, value in FULL.items())
    yield from (({"error_code": code, "error_codes": [code]}, {}) for code in CODES)
    yield from (({"provider": provider}, {}) for provider in PROVIDERS)
    yield from (({"owned": o}, {}) for o in ("process", "flow", "connection", "record"))
    yield from (({}, {"scope": s}) for s in ("one_user", "everyone", "jobs", "integrations"))
    yield {"app_id": WORK365}, {"host": "contoso.crm4.dynamics.com", "job": JOB}
    yield {"principal_type": "9", "principal_id": USER}, {"host": "contoso.crm.dynamics.com"}
    yield FULL, {"environment": "sandbox", "job": JOB}


def told(given):
    steps = [part for step in given.resolution.steps for part in (step.text, step.if_refused)]
    parts = [*steps, *(after.text for after in given.resolution.after_fix)]
    if given.question:
        parts += [given.question.text, *(choice.answer for choice in given.question.choices)]
    return "\n".join(part for part in parts if part)


def shown(given):
    expected = [step.expect for step in given.resolution.steps]
    return "\n".join((given.summary, told(given), *expected, *given.resolution.verify))


def orders(text):
    clauses = re.split(r"(?<=[.;:!?])\s+|\n+", text)
    return "\n".join(clause for clause in clauses if not NEGATED.search(clause))


def broken(text, *, cause="", kind="person", application="unknown"):
    """The names of the rules that a text breaks."""
    return [
        name
        for name, rule in FORBIDDEN.items()
        if kind in rule.get("for", [kind])
        and application in rule.get("application", [application])
        and cause in rule.get("causes", [cause])
        and re.search(rule["pattern"], orders(text), re.IGNORECASE)
    ]


def application(given):
    return {True: "yes", False: "no", None: "unknown"}[given.subject.is_work365]
