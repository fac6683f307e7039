"""Every fact of the article has a place in the corpus; a dangerous one stands with a remark."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from corpus import (
    load_application_user_move,
    load_causes,
    load_places,
    load_runbook,
    load_triage,
    stale_places,
)
from corpus.catalogue import Cause, Step
from corpus.pages import load_jobs
from corpus.tables import as_record, read_page
from corpus.terms import CAUSE_IDS, KnowledgeError

FACTS = tomllib.loads((Path(__file__).parent / "article_facts.toml").read_text("utf-8"))

# Every section of the article out of which a step can come, and that no page may leave unused.
ARTICLE_STEPS = (
    "1.2", "1.3", "1.4", "2.1", "2.2", "2.3", "3.1", "3.2", "3.3", "4.1", "4.2", "4.3",
    "5.1", "5.2", "6.1", "6.2", "causes.3", "causes.6",
    "triage.1", "triage.2", "triage.3", "triage.4",
)  # fmt: skip


@pytest.fixture(scope="module")
def causes():
    return load_causes()


@pytest.mark.parametrize("fact", [pytest.param(fact, id=name) for name, fact in FACTS.items()])
def test_a_fact_of_the_article_has_its_place(fact):
    text = _flat((files("corpus") / fact["page"]).read_text("utf-8"))

    for words in fact["words"]:
        assert _flat(words) in text


def test_every_section_of_the_article_feeds_a_step(causes):
    used = {step.source.removeprefix("article:") for step in _steps(causes)}

    assert set(ARTICLE_STEPS) <= used


def test_a_step_cites_only_sections_that_the_article_has(causes):
    cited = {s.source for s in _steps(causes) if s.source.startswith("article:")}

    assert cited <= {f"article:{section}" for section in ARTICLE_STEPS}


def test_there_are_eight_causes_in_their_order_and_35_variants(causes):
    assert tuple(cause.id for cause in causes) == CAUSE_IDS
    names = [variant.id for cause in causes for variant in cause.variants]
    assert len(names) == len(set(names)) == 35


def test_every_page_has_the_same_parts(causes):
    for cause in causes:
        parts = re.findall(r"^## (.+)$", cause.body, re.MULTILINE)
        assert parts == [
            "What happened", "Symptoms", "Who can change it", "Step by step", "Verify", "Prevent",
        ]  # fmt: skip


def test_the_roles_of_the_service_identity_are_not_held_by_people(causes):
    holders = {role.name: role.holder for cause in causes for role in cause.roles}

    assert holders["Work 365 Service"] == "service identity"
    assert holders["Work 365 Portal Service"] == "service identity"
    assert holders["Work 365 Billing Manager"] == "person"
    assert holders["Work 365 Admin"] == "person"


def test_the_triage_has_five_symptoms_and_a_line_for_each_scope():
    triage = load_triage()

    assert len(triage.symptoms) == 5
    assert [line.scope for line in triage.lines] == ["one_user", "everyone", "jobs", "integrations"]
    named = {c for part in (*triage.symptoms, *triage.lines) for c in part.causes}
    assert named <= set(CAUSE_IDS)


def test_the_runbook_marks_what_the_article_does_not_say():
    sections = load_runbook().sections

    from_article = {s.source for s in sections if s.source.startswith("article:")}
    assert from_article == {f"article:prevention.{n}" for n in range(1, 6)}
    assert all(s.source.startswith(("article:", "addition:")) and s.checks for s in sections)


def test_moving_to_an_application_user_is_a_resolution_of_its_own(causes):
    move = load_application_user_move()
    leading_there = {
        cause.id
        for cause in causes
        for variant in (cause.split, *cause.variants)
        if any(
            "move the background work to an Application User" in a.text for a in variant.after_fix
        )
    }

    assert [step.where.id for step in move.steps][-1] == "processes"
    assert leading_there >= {
        "service_identity_consent", "service_account_password", "workflow_owner",
    }  # fmt: skip


def test_a_path_that_nobody_read_for_a_year_is_found():
    places = load_places()

    assert stale_places("2026-11", places) == ()
    assert stale_places("2027-11", places) == ()
    assert set(stale_places("2027-12", places)) == set(places)


def test_jobs_that_move_money_are_looked_at_before_they_run_again():
    rerun = {job.id: job.rerun for job in load_jobs()}

    assert rerun["Charge Invoice"] == rerun["Sync License Change Log"] == "check_first"
    assert len(rerun) == 9


@pytest.mark.parametrize(
    ("table", "words"),
    [
        pytest.param({"id": "users"}, "p.toml, users: modern is missing", id="missing"),
        pytest.param({"id": "x", "modem": "a"}, "p.toml, x: unknown member modem", id="unknown"),
        pytest.param({"id": "x", "modern": 7}, "p.toml, x, modern: str is expected", id="type"),
    ],
)
def test_a_wrong_entry_is_named(table, words):
    place = type(load_places()[0])

    with pytest.raises(KnowledgeError, match=re.escape(words)):
        as_record(place, table, "p.toml")


def test_a_page_without_a_head_is_refused(tmp_path):
    page = tmp_path / "odd.md"
    page.write_text("# No head\n", "utf-8")

    with pytest.raises(KnowledgeError, match=r"odd\.md: a page begins with a head"):
        read_page(page)


def _steps(causes: tuple[Cause, ...]) -> list[Step]:
    variants = [v for cause in causes for v in (cause.split, *cause.variants)]
    return [*(s for v in variants for s in v.steps), *load_application_user_move().steps]


def _flat(text: str) -> str:
    return re.sub(r"[\s>]+", " ", text).casefold()
