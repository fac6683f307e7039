"""The last step: verdict and facts become what to do, for this subject and in this environment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from classifiers.conditions import Traits, applies, traits_of
from classifiers.evidence import Context, Facts, Verdict
from classifiers.rendering import fill, link, words_of
from classifiers.resolution import (
    Act,
    After,
    Answer,
    Choice,
    Impact,
    Question,
    Resolution,
    ResolutionStep,
    Subject,
    Where,
)
from classifiers.subject import choose_subject
from corpus.catalogue import Aftercare, Cause, Knowledge, Step, Variant

DANGERS = ("none", "access", "sign_in", "billing")  # in the order of their weight
Part = TypeVar("Part", Step, Aftercare)


@dataclass(frozen=True, slots=True)
class _Case:
    cause: Cause
    variant: Variant
    subject: Subject
    facts: Facts
    context: Context
    words: Mapping[str, str]
    traits: Traits
    sure: bool


def resolve(
    verdict: Verdict,
    facts: Facts,
    context: Context,
    *,
    knowledge: Knowledge,
    transient: frozenset[str] = frozenset(),
) -> Answer:
    """Say what to do about a failure.

    Args:
        verdict: Its cause must not be None.
        facts: What the text names, by the contract's closed list.
        context: What the caller knows.
        knowledge: The pages.
        transient: The error codes after which a failure heals by itself.
    """
    case = _case(verdict, facts, context, knowledge)
    act = _act(case)
    heals = verdict.cause == "not_permissions" and facts.get("error_code") in transient
    return Answer(
        subject=case.subject,
        summary=_summary(case, act, knowledge),
        act=act,
        impact=Impact(stops=_stops(case, knowledge), heals_itself=heals),
        question=_question(case),
        missing=tuple(_missing(case, knowledge)),
        resolution=_resolution(case, knowledge),
    )


def nothing_failed(context: Context) -> str:
    """The summary where the input holds no failure."""
    job = context.job
    state = (job.state or "").casefold() if job else ""
    if job and state == "waiting" and job.scheduled_for:
        words = words_of({}, context)
        return fill("Nothing has failed: the job is not due[ before {scheduled_for}].", words)
    if state == "succeeded":
        return "Nothing has failed: the job succeeded."
    return "No failure is to be seen in this input."


def rerun(
    job_type: str | None, cause: str | None, knowledge: Knowledge, *, state: str | None = None
) -> str:
    """How what failed runs again: `by_hand`, `by_platform`, `check_first` or `no`.

    After a timeout or a 5xx the action may have taken effect, so it is checked first; a job in
    the state Retry is tried again by the platform, five times.
    """
    if cause is None or not (job_type or state):
        return "no"
    if (state or "").casefold() == "retry":
        return "by_platform"
    if cause == "not_permissions":
        return "check_first"
    kind = knowledge.job(job_type)
    return kind.rerun if kind else "by_hand"


def _case(verdict: Verdict, facts: Facts, context: Context, knowledge: Knowledge) -> _Case:
    cause = knowledge.cause(verdict.cause or "undetermined_permissions")
    subject = choose_subject(cause, verdict.variant, facts, context)
    words = words_of(facts, context)
    named_jobs = (words.get("job_type"), context.operation, words.get("job"))
    job = next((kind for name in named_jobs if (kind := knowledge.job(name))), None)
    if job:
        words["job_type"] = job.id
    notes, variant = knowledge.phrases.notes, cause.variant(verdict.variant)
    words["the_provider"] = words.get("provider", notes["the_provider"])
    named = words.get("provider") if cause.id == "provider_authorization" else None
    words["look_at"] = job.look_at if job else variant.look_at or named or notes["look_at"]
    words |= {n: u for n in ("privilege_held",) if (u := link(n, subject, facts, context))}
    words["subject"] = fill(_phrase(subject, words, knowledge), words)
    traits = traits_of(subject, facts, context, words=words)
    sure = verdict.band in (None, "high")
    return _Case(cause, variant, subject, facts, context, words, traits, sure)


def _phrase(subject: Subject, words: Mapping[str, str], knowledge: Knowledge) -> str:
    phrases = knowledge.phrases.subjects
    if subject.kind == "application_user" and subject.is_work365:
        return phrases["work365"]
    if subject.kind == "unknown" and "principal_id" in words:
        return phrases["unknown_with_id"]
    return phrases[subject.kind]


def _act(case: _Case) -> Act:
    acts = (a for a in case.variant.acts if applies(a.only, a.unless, case.traits))
    act = next(acts)  # the last one applies always
    dangers = (act.danger, *(step.danger for step in _kept(case.variant.steps, case)))
    return Act(act.who, act.minutes, max(dangers, key=DANGERS.index), act.reversible)


def _summary(case: _Case, act: Act, knowledge: Knowledge) -> str:
    pieces = case.variant.summary
    who = fill(pieces.who, case.words) if pieces.who else case.words["subject"]
    mender = knowledge.phrases.people[act.who]
    first = f"{who} cannot {pieces.cannot} because {pieces.because}."
    second = f"{mender} {pieces.does} in about {act.minutes} minutes."
    return fill(f"{first} {second} {pieces.meanwhile}", case.words)


def _stops(case: _Case, knowledge: Knowledge) -> tuple[str, ...]:
    job = knowledge.job(case.words.get("job_type"))
    return (job.stops,) if job else case.variant.stops


def _question(case: _Case) -> Question | None:
    for asked in case.variant.questions:
        if applies(asked.only, asked.unless, case.traits):
            choices = tuple(Choice(c.answer, c.cause, c.variant) for c in asked.choices)
            return Question(fill(asked.text, case.words), asked.who_can_answer, choices)
    return None


def _missing(case: _Case, knowledge: Knowledge) -> Iterator[str]:
    beside = {"scope": case.context.scope}
    for name in case.variant.wants:
        if name not in case.words and not beside.get(name):
            yield knowledge.phrases.missing[name]
    if _moves_money(case) and not case.context.environment:
        yield knowledge.phrases.missing["environment"]


def _resolution(case: _Case, knowledge: Knowledge) -> Resolution:
    return Resolution(
        title=case.variant.title,
        steps=tuple(_step(s, case, knowledge) for s in _kept(case.variant.steps, case)),
        after_fix=tuple(_after_fix(case, knowledge)),
        verify=tuple(line for text in case.variant.verify if (line := fill(text, case.words))),
        prevention=f"/v1/runbook#{case.cause.prevention}",
    )


def _after_fix(case: _Case, knowledge: Knowledge) -> Iterator[After]:
    if _in_sandbox(case) and (_moves_money(case) or case.context.job):
        yield After(knowledge.phrases.notes["sandbox"], "none")
    for after in _kept(case.variant.after_fix, case):
        yield After(fill(after.text, case.words), after.danger)


def _kept(parts: tuple[Part, ...], case: _Case) -> Iterator[Part]:
    """The parts that apply; in a sandbox none that lets jobs run."""
    for part in parts:
        withheld = part.danger == "billing" and _in_sandbox(case)
        if applies(part.only, part.unless, case.traits) and not withheld:
            yield part


def _in_sandbox(case: _Case) -> bool:
    return (case.context.environment or "").casefold() == "sandbox"


def _moves_money(case: _Case) -> bool:
    parts: tuple[Step | Aftercare, ...] = (*case.variant.steps, *case.variant.after_fix)
    return any(p.danger == "billing" and applies(p.only, p.unless, case.traits) for p in parts)


def _step(step: Step, case: _Case, knowledge: Knowledge) -> ResolutionStep:
    url = link(step.link, case.subject, case.facts, case.context)
    place = step.where
    first = "" if case.sure or step.danger != "sign_in" else knowledge.phrases.notes["unsure"]
    return ResolutionStep(
        text=first + fill(step.text, case.words),
        who=step.who,
        where=Where(place.modern, place.classic, url or place.url, place.checked, place.confidence),
        expect=fill(step.expect, case.words),
        if_refused=fill(step.if_refused, case.words) if step.if_refused else None,
        danger=step.danger,
        copy=fill(step.copy, case.words) if step.copy else None,
        source=step.source,
    )
