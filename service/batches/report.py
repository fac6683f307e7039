"""The report of a batch: one HTML file that says what to mend first, and for whom."""

import calendar
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from classifiers import Diagnoser, Diagnosis
from classifiers.incidents import Incident, Ledger, order_of_reruns
from classifiers.scope import Finding, findings, organisations, still_works
from corpus.terms import CAUSE_IDS

CARDS = 3
LISTED = 500  # incidents in the table; the whole list stands in the annotated file
WORKING = 6
BARS = 60
_CANNOT_TELL, _OTHER = "undetermined_permissions", "not_permissions"
_DAY_CHARS, _HOUR_CHARS = 10, 13


@dataclass(frozen=True, slots=True)
class Card:
    """One incident with what to do about it."""

    incident: Incident
    label: str
    title: str
    whom: str
    who: str
    minutes: int
    first_step: str
    where: str
    question: str | None
    reruns: tuple[str, ...]
    warning: str | None
    findings: tuple[Finding, ...]
    began: str


@dataclass(frozen=True, slots=True)
class Bar:
    """The failures of one hour or day, as pieces of (cause, from, height) in percent."""

    label: str
    total: int
    pieces: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the report needs to know beside the ledger."""

    name: str
    unreadable: int
    missing: tuple[str, ...]
    cut_off: str | None = None


def report(ledger: Ledger, facts: Facts, diagnoser: Diagnoser) -> str:
    """The report as one self-contained HTML page."""
    ranked = ledger.ranked
    told = [i for i in ranked if i.cause not in (_CANNOT_TELL, _OTHER)]
    environment = Environment(
        loader=PackageLoader("service.batches"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["when"] = _when
    environment.filters["count"] = lambda number: f"{number:,}"
    unknown = [i for i in ranked if i.cause == _CANNOT_TELL]
    page: str = environment.get_template("report.html").render(
        ledger=ledger,
        facts=facts,
        period=_period(ledger),
        cards=[_card(incident, ledger, diagnoser) for incident in told[:CARDS]],
        more=len(told) - CARDS,
        working=still_works(ledger)[:WORKING],
        unknown=_card(unknown[0], ledger, diagnoser) if unknown else None,
        unknown_rows=sum(i.rows for i in unknown),
        other_rows=sum(i.rows for i in ranked if i.cause == _OTHER),
        bars=_bars(ranked),
        causes=[cause for cause in CAUSE_IDS if any(i.cause == cause for i in ranked)],
        labels={cause: _label(cause) for cause in CAUSE_IDS},
        incidents=[(i, _whom(i), _first_type(i)) for i in ranked[:LISTED]],
        hidden=max(0, len(ranked) - LISTED),
        organisations=organisations(ledger),
        versions=diagnoser.versions,
    )
    return page


def missing_columns(named: Mapping[str, str]) -> tuple[str, ...]:
    """What the export cannot show because a column is not in it."""
    wanted = {
        "state": "Status Reason: what succeeded, waits or was cancelled",
        "time": "Completed On or Started On: since when, and whether it still happens",
        "owner": "Owner: which account the jobs ran as",
        "object": "Regarding: which invoices and customers are affected",
        "type": "System Job Type: which kinds of jobs fail",
    }
    return tuple(sentence for kind, sentence in wanted.items() if kind not in named)


def _card(incident: Incident, ledger: Ledger, diagnoser: Diagnoser) -> Card:
    diagnosis = _diagnosis(incident, diagnoser)
    answer = diagnosis.answer if diagnosis.verdict.cause == incident.cause else None
    guidance = diagnoser.knowledge.cause(incident.cause).variant(incident.variant or None)
    steps = answer.resolution.steps if answer else ()
    dangers = (
        [a.text for a in answer.resolution.after_fix if a.danger == "billing"] if answer else []
    )
    return Card(
        incident=incident,
        label=_label(incident.cause),
        title=answer.resolution.title if answer else guidance.title,
        whom=_whom(incident),
        who=answer.act.who if answer else guidance.acts[-1].who,
        minutes=answer.act.minutes if answer else guidance.acts[-1].minutes,
        first_step=steps[0].text if steps else guidance.title,
        where=steps[0].where.modern if steps else "",
        question=answer.question.text if answer and answer.question else None,
        reruns=_reruns(incident, diagnoser),
        warning=dangers[0] if dangers else None,
        findings=tuple(findings(incident, ledger)),
        began=_began(incident, ledger),
    )


def _diagnosis(incident: Incident, diagnoser: Diagnoser) -> Diagnosis:
    name = _first_type(incident)
    context = {"job": {"type": name, "state": "Failed"}, "host": incident.organisation or None}
    return diagnoser.diagnose(next(iter(incident.samples), ""), context)


def _reruns(incident: Incident, diagnoser: Diagnoser) -> tuple[str, ...]:
    """What to run again by hand, in order; nothing where the platform does it."""
    if not set(incident.reruns) & {"by_hand", "check_first"}:
        return ()
    order = order_of_reruns(incident, diagnoser.knowledge)
    return tuple(name or "jobs" for name in order)


def _began(incident: Incident, ledger: Ledger) -> str:
    """Since when; the first row of a file is not the beginning."""
    if not incident.first:
        return ""
    before = "at or before " if incident.first == ledger.first else ""
    return before + _when(incident.first)


def _whom(incident: Incident) -> str:
    kind, _, id_ = incident.subject.partition(" ")
    return f"{kind.replace('_', ' ')} {id_}".strip()


def _label(cause: str) -> str:
    return cause.replace("_", " ").capitalize()


def _first_type(incident: Incident) -> str:
    return max(incident.types, key=lambda name: incident.types[name], default="")


def _period(ledger: Ledger) -> str:
    first, last = _day(ledger.first), _day(ledger.last)
    if first[-8:] == last[-8:] and first != last:  # the same month
        return f"{first[:-9]} to {last}"
    return f"{first} to {last}" if first != last else first


def _day(moment: str) -> str:
    """A day as people write it.

    >>> _day("2026-11-02 13:05:00")
    '2 Nov 2026'
    """
    if not moment:
        return ""
    return f"{int(moment[8:10])} {calendar.month_abbr[int(moment[5:7])]} {moment[:4]}"


def _when(moment: str) -> str:
    """A time as people write it.

    >>> _when("2026-11-02 13:05:00")
    '2 Nov, 13:05'
    """
    return f"{_day(moment)[:-5]}, {moment[11:16]}" if moment else ""


def _bars(incidents: Iterable[Incident]) -> list[Bar]:
    """Failures over time by cause: by the hour where that fits, else by the day."""
    counts: dict[str, Counter[str]] = {}
    every = [(hour, i.cause, n) for i in incidents for hour, n in i.hours.items()]
    by_hour = len({hour for hour, _, _ in every}) <= BARS
    for hour, cause, number in every:
        label = hour[: _HOUR_CHARS if by_hour else _DAY_CHARS]
        counts.setdefault(label, Counter())[cause] += number
    labels = sorted(counts)[-BARS:]
    most = max((counts[label].total() for label in labels), default=1)
    return [_bar(label, counts[label], most) for label in labels]


def _bar(label: str, counts: Counter[str], most: int) -> Bar:
    pieces, top = [], 100.0
    for cause in CAUSE_IDS:
        height = 100.0 * counts[cause] / most
        if height:
            top -= height
            pieces.append((cause, round(top, 2), round(height, 2)))
    shown = _when(f"{label}:00:00") if len(label) == _HOUR_CHARS else _day(label)
    return Bar(shown, counts.total(), tuple(pieces))
