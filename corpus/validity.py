"""What must hold of the cause pages beyond their shape: references, placeholders, words."""

import re
from collections.abc import Iterator, Sequence

from corpus.catalogue import (
    Aftercare,
    Cause,
    Condition,
    Question,
    Step,
    Variant,
)
from corpus.guides import Procedure, Runbook
from corpus.terms import FACTS, KnowledgeError

# What a sentence may name beside the facts: what is made of them and of the context.
ALWAYS_KNOWN = ("subject", "look_at", "the_provider")
CONTEXT_WORDS = ("job_type", "job_owner", "scheduled_for", "host", "privilege_held")
WORDS = {*FACTS, *ALWAYS_KNOWN, *CONTEXT_WORDS}
LINKS = {"user", "user_kind", "privilege_held", "roles_with_privilege", "start_job", "error_code"}
OPTIONAL = re.compile(r"\[[^\[\]]*\{[a-z0-9_]+\}[^\[\]]*\]")
PLACEHOLDER = re.compile(r"\{([a-z0-9_]+)\}")
SOURCE = re.compile(r"article:[a-z0-9.]+|addition:.{4,}")


def check_causes(causes: Sequence[Cause], *, people: Sequence[str], anchors: Sequence[str]) -> None:
    """Check references between the pages.

    Raises:
        KnowledgeError: A reference leads nowhere, or a sentence could have a hole.
    """
    leads: set[tuple[str, str | None]] = {(cause.id, None) for cause in causes}
    leads |= {(cause.id, variant.id) for cause in causes for variant in cause.variants}
    for cause in causes:
        where = f"causes/{cause.id}.md"
        if cause.prevention not in anchors:
            raise KnowledgeError(f"{where}: the runbook has no section {cause.prevention}")
        for variant in (cause.split, *cause.variants):
            _check_variant(variant, f"{where}, {variant.id}", people=people)
            for lead in variant.sharper:
                if lead.variant != "split" and (cause.id, lead.variant) not in leads:
                    raise KnowledgeError(f"{where}, {variant.id}: no variant {lead.variant}")
            for question in variant.questions:
                _check_question(question, leads, f"{where}, {variant.id}, question")


def check_procedure(procedure: Procedure, *, people: Sequence[str]) -> None:
    """Check the steps of a piece of work of its own."""
    for step in procedure.steps:
        _check_step(step, f"{procedure.id}, {step.text[:30]!r}", people=people)


def check_runbook(runbook: Runbook) -> None:
    """Check that the sections' names are unique and their sources are named."""
    names = [section.id for section in runbook.sections]
    for section in runbook.sections:
        if names.count(section.id) > 1 or not SOURCE.fullmatch(section.source):
            raise KnowledgeError(f"runbook.md, {section.id}: named twice, or without a source")


def _check_variant(variant: Variant, where: str, *, people: Sequence[str]) -> None:
    if not (variant.subjects and variant.acts and variant.steps and variant.verify):
        raise KnowledgeError(f"{where}: subjects, acts, steps and verify must not be empty")
    for act in variant.acts:
        if act.who not in people:
            raise KnowledgeError(f"{where}, acts: {act.who} is not in the list of people")
    if variant.acts[-1].only != Condition() or variant.acts[-1].unless != Condition():
        raise KnowledgeError(f"{where}, acts: the last one applies always")
    for step in variant.steps:
        _check_step(step, f"{where}, {step.text[:30]!r}", people=people)
    for after in variant.after_fix:
        _check_words(after, f"{where}, after_fix")
    summary = variant.summary
    for text in (*variant.verify, summary.cannot, summary.because, summary.meanwhile):
        _check_sentence(text, (), where)


def _check_step(step: Step, where: str, *, people: Sequence[str]) -> None:
    if step.who not in people:
        raise KnowledgeError(f"{where}: {step.who} is not in the list of people")
    if not SOURCE.fullmatch(step.source):
        raise KnowledgeError(f"{where}: the source is article:… or addition:…")
    if step.danger != "none" and step.if_refused is None:
        raise KnowledgeError(f"{where}: a step that changes something says what a refusal means")
    if step.link is not None and step.link not in LINKS:
        raise KnowledgeError(f"{where}: no link is called {step.link}")
    _check_words(step, where)


def _check_words(part: Step | Aftercare, where: str) -> None:
    for text in _sentences(part):
        _check_sentence(text, part.only.facts, where)


def _sentences(part: Step | Aftercare) -> Iterator[str]:
    yield part.text
    if isinstance(part, Step):
        yield from (text for text in (part.expect, part.if_refused, part.copy) if text)


def _check_sentence(text: str, known: Sequence[str], where: str) -> None:
    for name in PLACEHOLDER.findall(text):
        if name not in WORDS:
            raise KnowledgeError(f"{where}: no fact is called {name}")
    for name in PLACEHOLDER.findall(OPTIONAL.sub("", text)):
        if name not in known and name not in ALWAYS_KNOWN:
            raise KnowledgeError(f"{where}: {{{name}}} may be unknown; put it between brackets")


def _check_question(question: Question, leads: set[tuple[str, str | None]], where: str) -> None:
    _check_sentence(question.text, question.only.facts, where)
    goals = {(choice.cause, choice.variant) for choice in question.choices}
    if len(goals) < 2:  # noqa: PLR2004 -- one choice decides nothing
        raise KnowledgeError(f"{where}: at least two choices must lead to different answers")
    for goal in goals - leads:
        raise KnowledgeError(f"{where}: {goal[0]}/{goal[1]} does not exist")
