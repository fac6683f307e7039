"""Incidents: the rows of one failure counted together, and what matters most put first.

An incident is one (organisation, cause, variant, subject, provider); its id stands in every row.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from classifiers.sightings import Sighting
from corpus.catalogue import JobKind, Knowledge

MAX_DISTINCT = 20_000  # of one incident; beyond it counts are "at least"
MAX_KEYS = 400_000  # jobs and objects over all incidents
MAX_SAMPLES = 3
MONEY = frozenset({"charge", "invoice_sync"})
# Neither is a failure: somebody stopped the one, nothing has begun in the other.
NOT_FAILED = frozenset({"Canceled", "Not Applicable", "Awaiting Provisioning"})

Sightings = Callable[[], Iterable[Sighting]]  # read the file's sightings, again and again


@dataclass(slots=True)
class Incident:
    """One failure behind many rows; what is not known is empty."""

    id: str
    cause: str
    variant: str
    subject: str
    organisation: str = ""
    rows: int = 0
    failures: set[str] = field(default_factory=set)  # retries, parent and child counted once
    objects: set[str] = field(default_factory=set)  # invoices, customers, subscriptions
    jobs: set[str] = field(default_factory=set)
    owners: set[str] = field(default_factory=set)
    privileges: set[str] = field(default_factory=set)
    resets: set[str] = field(default_factory=set)
    types: Counter[str] = field(default_factory=Counter)
    reruns: Counter[str] = field(default_factory=Counter)
    hours: Counter[str] = field(default_factory=Counter)
    samples: list[str] = field(default_factory=list)
    first: str = ""
    last: str = ""
    last_success: str = ""  # of the same type and owner
    recovered: int = 0  # jobs on objects that succeeded later
    opened: int = 0  # those that did not
    money: bool = False

    @property
    def at_stake(self) -> int:
        """How many things are affected: objects, else jobs, else failures; never rows."""
        return len(self.objects) or len(self.jobs) or len(self.failures)

    @property
    def is_open(self) -> bool:
        """Whether something of it has not recovered."""
        return self.opened > 0

    def add(self, sighting: Sighting) -> None:
        """Count one row."""
        self.rows += 1
        self.organisation = self.organisation or sighting.organisation
        self.types[sighting.type or sighting.name] += 1
        self.reruns[sighting.rerun] += 1
        for known, value in (
            (self.failures, _one_failure(sighting)),
            (self.objects, sighting.object),
            (self.jobs, f"{sighting.name}\x1f{sighting.object}" if sighting.name else ""),
            (self.owners, sighting.owner),
            (self.privileges, sighting.privilege),
            (self.resets, sighting.reset),
        ):
            if value and len(known) < MAX_DISTINCT:
                known.add(value)
        if sighting.time:
            self.hours[sighting.time[:13]] += 1
            self.first = min(self.first or sighting.time, sighting.time)
            self.last = max(self.last, sighting.time)
        if sighting.sample and len(self.samples) < MAX_SAMPLES:
            self.samples.append(sighting.sample)


@dataclass(slots=True)
class Work:
    """How one kind of job of one owner went."""

    failed: int = 0
    succeeded: int = 0
    first_failure: str = ""
    last_failure: str = ""
    first_success: str = ""
    last_success: str = ""


@dataclass(slots=True)
class Ledger:
    """Everything that a file shows, counted."""

    rows: int = 0
    named: int = 0
    succeeded: int = 0
    silent: int = 0  # wait past their time without a text
    cancelled: int = 0
    first: str = ""
    last: str = ""
    incidents: dict[str, Incident] = field(default_factory=dict)
    work: dict[tuple[str, str], Work] = field(default_factory=dict)  # by owner and type

    @property
    def ranked(self) -> list[Incident]:
        """What to mend first: what is open, moves money, and touches most things."""
        return sorted(self.incidents.values(), key=_rank)


def ledger_of(sightings: Sightings, knowledge: Knowledge) -> Ledger:
    """Read a file's sightings twice: once to count, once to see what has recovered."""
    ledger = Ledger()
    failed: dict[tuple[str, str], tuple[str, set[str]]] = {}
    for sighting in sightings():
        _count(ledger, sighting)
        _note_failure(failed, sighting)
    recovered = set(_recovered(failed, sightings()))
    for key, (_, incidents) in failed.items():
        for name in incidents:
            if key in recovered:
                ledger.incidents[name].recovered += 1
            else:
                ledger.incidents[name].opened += 1
    for incident in ledger.incidents.values():
        _conclude(incident, ledger, knowledge)
    return ledger


def _count(ledger: Ledger, sighting: Sighting) -> None:
    ledger.rows += 1
    if sighting.time:
        ledger.first = min(ledger.first or sighting.time, sighting.time)
        ledger.last = max(ledger.last, sighting.time)
    if sighting.state in NOT_FAILED:
        ledger.cancelled += 1
        return
    if sighting.state == "Succeeded":
        ledger.succeeded += 1
    if sighting.cause:
        ledger.named += 1
        ledger.silent += sighting.variant == "environment_or_engine_stopped"
        known = ledger.incidents.get(sighting.incident)
        if known is None:
            key = (sighting.incident, sighting.cause, sighting.variant, sighting.subject)
            known = ledger.incidents[sighting.incident] = Incident(*key)
        known.add(sighting)
    if sighting.cause or sighting.state == "Succeeded":
        _note_work(ledger, sighting)


def _note_work(ledger: Ledger, sighting: Sighting) -> None:
    key = (sighting.owner, sighting.type or sighting.name)
    if key not in ledger.work and len(ledger.work) >= MAX_KEYS:
        return
    work, time = ledger.work.setdefault(key, Work()), sighting.time
    if sighting.cause:
        work.failed += 1
        work.first_failure = min(work.first_failure or time, time)
        work.last_failure = max(work.last_failure, time)
    else:
        work.succeeded += 1
        work.first_success = min(work.first_success or time, time)
        work.last_success = max(work.last_success, time)


def _note_failure(failed: dict[tuple[str, str], tuple[str, set[str]]], sighting: Sighting) -> None:
    if not sighting.cause or sighting.state in NOT_FAILED:
        return
    key = _job(sighting)
    if key not in failed and len(failed) >= MAX_KEYS:
        return
    time, incidents = failed.get(key, ("", set()))
    incidents.add(sighting.incident)
    failed[key] = (max(time, sighting.time), incidents)


def _recovered(
    failed: dict[tuple[str, str], tuple[str, set[str]]], sightings: Iterable[Sighting]
) -> Iterator[tuple[str, str]]:
    """The same job on the same object, failed, then succeeded; without times nobody knows."""
    for sighting in sightings:
        if sighting.state != "Succeeded" or not (sighting.name and sighting.object):
            continue
        key = _job(sighting)
        if key in failed and sighting.time and failed[key][0] and sighting.time > failed[key][0]:
            yield key


def _job(sighting: Sighting) -> tuple[str, str]:
    """Name and object; where one is missing the row stands for itself."""
    if sighting.name and sighting.object:
        return sighting.name, sighting.object
    return sighting.name or sighting.object, sighting.trace_id or f"row {sighting.row}"


def _one_failure(sighting: Sighting) -> str:
    """What retries, parent and child have in common."""
    job = f"{sighting.name}\x1f{sighting.object}" if sighting.object else ""
    return sighting.trace_id or sighting.parent or job or f"row {sighting.row}"


def _conclude(incident: Incident, ledger: Ledger, knowledge: Knowledge) -> None:
    kinds = [knowledge.job(name) for name in incident.types]
    incident.money = any(kind is not None and kind.stops in MONEY for kind in kinds)
    for owner in incident.owners or {""}:
        for name in incident.types:
            work = ledger.work.get((owner, name))
            if work is not None:
                incident.last_success = max(incident.last_success, work.last_success)


def _rank(incident: Incident) -> tuple[bool, bool, bool, int, str]:
    """Named causes before what cannot be told, and both before what is no permission."""
    other = incident.cause in ("not_permissions", "undetermined_permissions")
    return (other, not incident.is_open, not incident.money, -incident.at_stake, incident.id)


def order_of_reruns(incident: Incident, knowledge: Knowledge) -> Sequence[str]:
    """The types of jobs to run again by hand, in their order: what others build on comes first."""
    order = {kind.id: number for number, kind in enumerate(_in_order(knowledge))}
    return sorted(incident.types, key=lambda name: (order.get(name, len(order)), name))


def _in_order(knowledge: Knowledge) -> Iterator[JobKind]:
    """Licences before invoices, invoices before charges, charges before documents and mail."""
    stages = ("provisioning", "invoice_sync", "charge", "documents", "mail")
    for stage in stages:
        yield from (kind for kind in knowledge.jobs if kind.stops == stage)
