"""Scope: for whom it is broken, as far as the file itself shows it.

Nothing is inferred from silence. That one owner fails says nothing (background work has one owner
by design), that no row succeeded says nothing (views are filtered, successes are deleted), and the
first row is not the beginning. Each finding needs successes in the same file to stand against.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from classifiers.incidents import Incident, Ledger, Work

# Which kind of provider a type of Work 365 job calls: https://docs.work365apps.com/docs/work-365-jobs
PROVIDERS = {
    "charge invoice": "the payment provider",
    "sync invoice": "the accounting system",
    "sync license change log": "Partner Center or the distributor",
    "sync non-recurring item": "Partner Center or the distributor",
}
SEVERAL = 2
RARELY = 10  # a kind of job still works if so many succeed for each that fails


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the file shows about an incident."""

    kind: str  # account, provider, role, everything, reset, recovered or organisations
    sentence: str


def findings(incident: Incident, ledger: Ledger) -> list[Finding]:
    """Everything that is sure about the scope of an incident."""
    rules = (_account, _provider, _role, _everything, _reset, _recovered)
    return [finding for rule in rules for finding in rule(incident, ledger)]


def still_works(ledger: Ledger) -> list[tuple[str, int]]:
    """What succeeds while something fails: the strongest evidence of scope there is."""
    first = min((i.first for i in ledger.incidents.values() if i.first), default="")
    succeeded: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for (_, name), work in ledger.work.items():
        failed[name] += work.failed
        if name and work.last_success >= first:
            succeeded[name] += work.succeeded
    return [(n, count) for n, count in succeeded.most_common() if count > RARELY * failed[n]]


def organisations(ledger: Ledger) -> list[str]:
    """The organisations that the file holds; a file may hold several."""
    return sorted({i.organisation for i in ledger.incidents.values() if i.organisation})


def _account(incident: Incident, ledger: Ledger) -> Iterator[Finding]:
    """One owner fails in everything while others succeed: that account."""
    if len(incident.owners) != 1 or not incident.first:
        return
    (owner,) = incident.owners
    own = {name: work for (o, name), work in ledger.work.items() if o == owner}
    failing = [work for work in own.values() if work.last_failure >= incident.first]
    others = (work for (o, _), work in ledger.work.items() if o != owner)
    if (
        len(failing) >= SEVERAL
        and not any(work.last_success >= incident.first for work in own.values())
        and _succeeds_after(others, incident.first)
    ):
        yield Finding(
            "account",
            f"All {len(failing)} kinds of jobs of {owner} fail from {incident.first[:16]} on while "
            "those of others succeed: look at this account.",
        )


def _provider(incident: Incident, ledger: Ledger) -> Iterator[Finding]:
    """The jobs of one provider fail while the owner's others succeed: that provider."""
    called = {PROVIDERS.get(name.casefold(), "") for name in incident.types}
    if len(called) != 1 or "" in called or not incident.first:
        return
    (provider,) = called
    others = (
        work
        for (owner, name), work in ledger.work.items()
        if owner in incident.owners and PROVIDERS.get(name.casefold()) != provider
    )
    if _succeeds_after(others, incident.first):
        yield Finding(
            "provider",
            f"Only jobs that call {provider} fail; other jobs of the same owner succeed meanwhile.",
        )


def _role(incident: Incident, ledger: Ledger) -> Iterator[Finding]:
    """One privilege is missing for several people: a role, not persons."""
    for privilege in sorted(incident.privileges):
        subjects = {
            other.subject
            for other in ledger.incidents.values()
            if privilege in other.privileges and other.organisation == incident.organisation
        }
        if len(subjects) >= SEVERAL and all(" " in subject for subject in subjects):
            yield Finding(
                "role",
                f"{privilege} is missing for {len(subjects)} accounts: if they hold the same "
                "role, the role lost it (often after an update); mend the role, not the people.",
            )


def _everything(incident: Incident, ledger: Ledger) -> Iterator[Finding]:
    """All owners and types stop, and the file shows that they ran before."""
    works = [work for work in ledger.work.values() if work.failed]
    before = any(w.first_success and w.first_success < incident.first for w in ledger.work.values())
    owners = {owner for owner, _ in ledger.work}
    if (
        incident.first
        and before
        and len(ledger.work) >= SEVERAL
        and len(owners) >= SEVERAL
        and len(works) == len(ledger.work)
        and not _succeeds_after(ledger.work.values(), incident.first)
    ):
        yield Finding(
            "everything",
            f"Every kind of job of every owner ran before {incident.first[:16]} and fails since: "
            "look at environment, consent or an outage before any single account.",
        )


def _reset(incident: Incident, ledger: Ledger) -> Iterator[Finding]:  # noqa: ARG001 -- one face for all rules
    """Equal TokensValidFrom: one change of a password or one revocation."""
    if incident.resets and incident.rows >= SEVERAL:
        times = sorted({reset[:16].replace("T", " ") for reset in incident.resets})
        words = "one change of password or one" if len(times) == 1 else f"{len(times)} changes or"
        yield Finding("reset", f"Tokens count from {', '.join(times)} on: {words} revocation.")


def _recovered(incident: Incident, ledger: Ledger) -> Iterator[Finding]:  # noqa: ARG001
    """Failed, then succeeded, same job and object."""
    if incident.recovered:
        left = f"{incident.opened} have not" if incident.opened else "none is left open"
        yield Finding("recovered", f"{incident.recovered} of the jobs succeeded later; {left}.")


def _succeeds_after(works: Iterable[Work], time: str) -> bool:
    return any(work.last_success >= time for work in works if work.last_success)
