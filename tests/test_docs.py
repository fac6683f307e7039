"""What docs/ shows is what the pages and the command say."""

import json
import re
from pathlib import Path

import pytest

from corpus import load_places
from corpus.pages import load_causes
from service.cli import main
from service.commands.places import warn_of_stale_places
from service.commands.rendering import rendered
from service.commands.variants import variants_page

DOCS = Path(__file__).resolve().parent.parent / "docs"
MESSAGES = (DOCS / "examples" / "messages.jsonl").read_text("utf-8")
EXAMPLES = [json.loads(line) for line in MESSAGES.splitlines()]


def test_the_page_of_the_variants_is_fresh():
    assert (DOCS / "variants.md").read_text("utf-8") == variants_page(load_causes())


def test_every_variant_has_its_page():
    page = (DOCS / "variants.md").read_text("utf-8")

    for cause in load_causes():
        for variant in cause.variants:
            assert f"\n### {variant.title}\n\n`{variant.id}` · {variant.when}" in page


def test_there_are_ten_examples():
    assert len(EXAMPLES) == 10


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["title"])
def test_an_example_is_answered_as_the_page_shows(example, diagnoser):
    page = (DOCS / "examples.md").read_text("utf-8")

    shown = rendered(diagnoser.diagnose(example["text"], example["context"]), colour=False)

    section = page.split(f". {example['title']}\n")[1]
    assert shown.split("   ")[0] in section
    steps = re.findall(r"^ *\d+\. .+$", shown, re.MULTILINE)
    assert steps
    assert all(step in section for step in steps)


def test_the_command_shows_causes_and_variants(capsys):
    assert main(["causes"]) == 0
    listed = capsys.readouterr().out

    for cause in load_causes():
        assert cause.id in listed
        assert all(variant.id in listed for variant in cause.variants)
    assert max(map(len, listed.splitlines())) <= 100


@pytest.mark.parametrize("name", ["workflow_owner", "pc_mfa_claim"])
def test_the_command_shows_one_page(name, capsys):
    assert main(["causes", name]) == 0

    shown = capsys.readouterr().out
    assert f"`{name}`" in shown
    assert "You should see" in shown


def test_the_command_says_that_a_cause_is_unknown(capsys):
    assert main(["causes", "none_such"]) == 2
    assert "none_such" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["md", "html"])
def test_the_runbook_holds_the_move_to_an_application_user(form, capsys):
    assert main(["runbook", "--format", form]) == 0

    shown = capsys.readouterr().out
    assert "Move the background work to an Application User" in shown
    assert "New app user" in shown
    assert not re.search(r"[{}‹›]", shown)


def test_stale_menu_paths_are_warned_of(capsys):
    warn_of_stale_places("2026-11")
    assert capsys.readouterr().err == ""

    warn_of_stale_places("2028-01")
    assert len(capsys.readouterr().err.splitlines()) == len(load_places())
