"""The pages of causes and variants as Markdown: what `docs/variants.md` holds."""

from collections.abc import Iterator

from classifiers.rendering import fill
from corpus.catalogue import Act, Aftercare, Cause, Choice, Condition, Question, Step, Variant
from corpus.validity import WORDS

_HEAD = """# Causes and variants

What to do is decided by cause, variant and subject together. `‹privilege›` and the like stand for
what a message names; where it is unknown, its part of the sentence is left out. `make docs` writes
this page from the files in `corpus/causes`; correct it there.
"""
_NAMES = {name: f"‹{name}›" for name in WORDS}
_ASKED = {
    "subjects": "of",
    "codes": "with code",
    "providers": "provider",
    "owned": "owned:",
    "scope": "affected:",
    "environment": "environment:",
    "work365": "application is Work 365's:",
    "jobs": "job:",
    "states": "state:",
    "changed": "changed:",
    "facts": "known:",
}


def variants_page(causes: tuple[Cause, ...]) -> str:
    """Every cause with its variants."""
    return "\n".join((_HEAD, *_contents(causes), *(cause_page(cause) for cause in causes)))


def cause_page(cause: Cause) -> str:
    """One cause: what it is, the check that splits its variants, and each of them."""
    lines = [f"## {cause.title}", "", f"`{cause.id}` · {cause.details}", ""]
    pages = [variant_page(v, name=v.id) for v in (cause.split, *cause.variants)]
    return "\n".join((*lines, *pages))


def variant_page(variant: Variant, *, name: str) -> str:
    """One variant: when, who, the steps, what follows, and how to see that it worked."""
    shown = "while the variant is unknown" if name == "split" else f"`{name}`"
    lines = [f"### {variant.title}", "", f"{shown} · {variant.when}", ""]
    lines += [f"- {line}" for line in _acts(variant.acts)]
    lines += ["", *_steps(variant.steps)]
    lines += _section("After the fix", [_after(part) for part in variant.after_fix])
    lines += _section("How to see that it worked", [_filled(line) for line in variant.verify])
    for question in variant.questions:
        lines += _question(question)
    return "\n".join((*lines, ""))


def _contents(causes: tuple[Cause, ...]) -> Iterator[str]:
    yield "| cause | variants |"
    yield "|---|---|"
    for cause in causes:
        names = ", ".join(f"`{variant.id}`" for variant in cause.variants) or "–"
        yield f"| `{cause.id}` | {names} |"
    yield ""


def _acts(acts: tuple[Act, ...]) -> Iterator[str]:
    for act in acts:
        undone = "can be undone" if act.reversible else "cannot be undone"
        when = _when(act.only, act.unless)
        yield f"{act.who}, about {act.minutes} minutes, danger: {act.danger}, {undone}{when}"


def _steps(steps: tuple[Step, ...]) -> Iterator[str]:
    for number, step in enumerate(steps, start=1):
        where = step.where
        classic = f" (classic: {where.classic})" if where.classic else ""
        yield f"{number}. {_filled(step.text)}{_when(step.only, step.unless)}"
        yield f"   - {step.who}: {where.modern}{classic}"
        yield f"   - You should see: {_filled(step.expect)}"
        if step.if_refused:
            yield f"   - If it is refused: {_filled(step.if_refused)}"
        menu = f"menu names checked in {where.checked}, {where.confidence}"
        danger = f" · danger: {step.danger}" if step.danger != "none" else ""
        yield f"   - Source: {step.source} · {menu}{danger}"


def _after(part: Aftercare) -> str:
    return _filled(part.text) + _when(part.only, part.unless)


def _question(question: Question) -> list[str]:
    asked = f"One question decides{_when(question.only, question.unless)}: {question.text}"
    return _section(asked, [_choice(choice) for choice in question.choices])


def _choice(choice: Choice) -> str:
    variant = f" · `{choice.variant}`" if choice.variant else ""
    return f"{choice.answer} → `{choice.cause}`{variant}"


def _section(title: str, lines: list[str]) -> list[str]:
    return ["", f"**{title}**", "", *(f"- {line}" for line in lines)] if lines else []


def _when(only: Condition, unless: Condition) -> str:
    parts = [*_asked(only, ""), *_asked(unless, "not ")]
    return f" *({'; '.join(parts)})*" if parts else ""


def _asked(condition: Condition, negation: str) -> Iterator[str]:
    for name, words in _ASKED.items():
        values = getattr(condition, name)
        if values:
            yield f"{negation}{words} {', '.join(values)}".replace("_", " ")


def _filled(text: str) -> str:
    return fill(text, _NAMES)
