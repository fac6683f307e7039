"""`triage365 causes` and `triage365 runbook`."""

import shutil
import textwrap

from classifiers.rendering import fill
from corpus import load_application_user_move
from corpus.catalogue import Cause
from corpus.guides import Procedure
from corpus.pages import load_causes, load_knowledge, load_runbook
from service.commands.failures import WRONG_USE, CommandError
from service.commands.variants import cause_page, variant_page

WIDTH = 100
_INDENT = " " * 34


def print_causes(name: str | None) -> int:
    """List the causes with their variants, or show the page of one cause or variant."""
    causes = load_causes()
    if name is None:
        print("\n\n".join(_listed(cause) for cause in causes))
        return 0
    for cause in causes:
        if cause.id == name:
            print(f"{cause.title}\n\n{cause.body}\n{cause_page(cause)}")
            return 0
        for variant in cause.variants:
            if variant.id == name:
                print(variant_page(variant, name=name))
                return 0
    raise CommandError(
        f"there is no cause or variant {name}; `triage365 causes` lists them", WRONG_USE
    )


def print_runbook(form: str) -> int:
    """Print the prevention section, and the move to an Application User, as Markdown or HTML."""
    runbook = load_runbook()
    page = f"{runbook.body}\n{_move(load_application_user_move())}"
    print(page if form == "md" else _html(runbook.title, page))
    return 0


def _listed(cause: Cause) -> str:
    width = min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)
    variants = (
        textwrap.fill(
            variant.when,
            max(width, len(_INDENT) + 30),
            initial_indent=f"  {variant.id:31} ",
            subsequent_indent=_INDENT,
            break_on_hyphens=False,
        )
        for variant in cause.variants
    )
    return "\n".join((f"{cause.id}  –  {cause.title}", *variants))


def _move(move: Procedure) -> str:
    """The piece of work as a section of the runbook, its steps to tick."""
    names = load_knowledge().phrases.notes
    lines = [move.body.strip().replace("# ", "## ", 1), "", f"*{move.when}*", ""]
    for number, step in enumerate(move.steps, start=1):
        lines += [
            f"{number}. [ ] {fill(step.text, names)}",
            f"   - {step.who}: {step.where.modern}",
            f"   - You should see: {fill(step.expect, names)}",
        ]
        if step.if_refused:
            lines.append(f"   - If it is refused: {fill(step.if_refused, names)}")
    lines += ["", "### After the move", ""]
    lines += [f"- [ ] {fill(part.text, names)}" for part in move.after_fix]
    lines += [f"- [ ] {line}" for line in move.verify]
    return "\n".join(lines)


def _html(title: str, body: str) -> str:
    from markdown_it import MarkdownIt  # noqa: PLC0415 -- only this format needs it

    page = MarkdownIt("commonmark", {"html": False}).enable("table").render(body)
    head = f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{title}</title>'
    return f"{head}\n{page}</html>"
