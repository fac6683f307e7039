"""`triage365 causes` and `triage365 runbook`."""

from corpus.pages import load_causes, load_runbook
from service.commands.failures import WRONG_USE, CommandError


def print_causes(cause_id: str | None) -> int:
    """List the causes with their variants, or show one with its page."""
    causes = load_causes()
    if cause_id is None:
        for cause in causes:
            print(f"{cause.id:26} {cause.title}")
            for variant in cause.variants:
                print(f"  {variant.id:32} {variant.when}")
        return 0
    for cause in causes:
        if cause.id == cause_id:
            print(f"{cause.title}\n\n{cause.body}")
            return 0
    raise CommandError(f"there is no cause {cause_id}; `triage365 causes` lists them", WRONG_USE)


def print_runbook(form: str) -> int:
    """Print the prevention section as Markdown or HTML."""
    runbook = load_runbook()
    print(runbook.body if form == "md" else _html(runbook.title, runbook.body))
    return 0


def _html(title: str, body: str) -> str:
    from markdown_it import MarkdownIt  # noqa: PLC0415 -- only this format needs it

    page = MarkdownIt("commonmark", {"html": False}).enable("table").render(body)
    head = f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{title}</title>'
    return f"{head}\n{page}</html>"
