"""The variant that fits the subject: one code means another thing for another principal."""

from dataclasses import replace

from classifiers.conditions import applies, traits_of
from classifiers.evidence import Context, Facts, Verdict
from classifiers.rendering import words_of
from classifiers.resolution import Subject
from classifiers.subject import is_work365, shown_kinds
from corpus.catalogue import Knowledge


def sharpen(verdict: Verdict, facts: Facts, context: Context, *, knowledge: Knowledge) -> Verdict:
    """Take the variant that the cause's page names for this subject, code and provider.

    The cause stays as it is. A variant that is not of this cause counts as unknown.
    """
    if verdict.cause is None:
        return verdict
    cause = knowledge.cause(verdict.cause)
    page = cause.variant(verdict.variant)
    shown = shown_kinds(cause.id, facts, context)
    subject = Subject(shown[0] if shown else "unknown", is_work365=is_work365(facts))
    traits = traits_of(subject, facts, context, words=words_of(facts, context))
    fitting = (lead.variant for lead in page.sharper if applies(lead.only, lead.unless, traits))
    chosen = next(fitting, page.id)
    return replace(verdict, variant=None if chosen == "split" else chosen)
