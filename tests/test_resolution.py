"""What is told to do is never dangerous, has no hole, and fits cause, variant and subject."""

import re

import pytest
from rendered import (
    FORBIDDEN,
    FULL,
    JOB,
    READINGS,
    VARIANTS,
    answer,
    application,
    broken,
    cases,
    orders,
    shown,
    told,
)

from classifiers.rendering import fill
from corpus import load_application_user_move


@pytest.mark.parametrize(("cause", "variant"), VARIANTS)
def test_no_rendered_resolution_tells_anybody_something_dangerous(cause, variant):
    for facts, context in cases():
        given = answer(cause, variant, facts, **context)

        found = broken(
            told(given), cause=cause, kind=given.subject.kind, application=application(given)
        )
        assert found == [], told(given)


@pytest.mark.parametrize(("cause", "variant"), VARIANTS)
def test_no_sentence_has_a_hole(cause, variant):
    for facts, context in cases():
        text = shown(answer(cause, variant, facts, **context))

        assert not re.search(r"[{}\[\]]|  | [.,;:)]|\( |\(\)|,,|\.\.|None\b(?! )", text), text


@pytest.mark.parametrize(("cause", "variant"), VARIANTS)
def test_every_step_says_who_where_what_to_see_and_whose_word_it_is(cause, variant):
    for facts, context in cases():
        given = answer(cause, variant, facts, **context)

        assert given.resolution.steps
        assert given.act.minutes > 0
        for step in given.resolution.steps:
            assert step.who
            assert step.where.modern
            assert re.fullmatch(r"\d{4}-\d\d", step.where.checked)
            assert step.expect
            assert re.match(r"article:|addition:", step.source)


@pytest.mark.parametrize(("cause", "variant"), VARIANTS)
def test_the_act_is_as_dangerous_as_its_most_dangerous_step(cause, variant):
    weight = ("none", "access", "sign_in", "billing").index
    for facts, context in cases():
        given = answer(cause, variant, facts, **context)

        heaviest = max(weight(step.danger) for step in given.resolution.steps)
        assert weight(given.act.danger) >= heaviest


@pytest.mark.parametrize(("cause", "variant"), VARIANTS)
def test_in_a_sandbox_nothing_lets_jobs_run(cause, variant):
    given = answer(cause, variant, FULL, environment="sandbox", job=JOB)

    dangers = [part.danger for part in (*given.resolution.steps, *given.resolution.after_fix)]
    assert "billing" not in dangers
    assert "Run Now" not in orders(told(given))
    withheld = answer(cause, variant, FULL, environment="production", job=JOB)
    if any(part.danger == "billing" for part in withheld.resolution.after_fix):
        assert given.resolution.after_fix[0].text.startswith("This is a sandbox")


@pytest.mark.parametrize(("cause", "variant"), VARIANTS)
def test_before_jobs_run_again_somebody_asks_and_looks(cause, variant):
    texts = [after.text for after in answer(cause, variant, {}, job=JOB).resolution.after_fix]

    running = next((n for n, text in enumerate(texts) if "Run Now" in text), None)
    if running is not None:
        assert any("is this the production environment?" in text for text in texts[:running])
        assert any("Look at the payment provider first" in text for text in texts[:running])
        assert "let one job run" in texts[running]


@pytest.mark.parametrize(("cause", "variant"), VARIANTS)
def test_a_question_leads_to_at_least_two_different_answers(cause, variant):
    for facts, context in cases():
        question = answer(cause, variant, facts, **context).question

        if question:
            assert len({(choice.cause, choice.variant) for choice in question.choices}) >= 2


@pytest.mark.parametrize("name", READINGS)
def test_a_variant_reads_as_its_page_says(name):
    case = READINGS[name]

    given = answer(case["cause"], name, case.get("facts"), **case.get("context", {}))

    assert given.subject.kind == case["subject"]
    for words in case["says"]:
        assert words in told(given)
    for words in case.get("never", []):
        assert words.casefold() not in told(given).casefold()


def test_the_move_to_an_application_user_tells_nothing_dangerous():
    move = load_application_user_move()

    text = "\n".join((*(s.text for s in move.steps), *(a.text for a in move.after_fix)))
    assert broken(fill(text, {"look_at": "it"}), kind="application_user", application="yes") == []


def test_every_variant_is_read():
    assert set(READINGS) == {variant for _, variant in VARIANTS if variant}


@pytest.mark.parametrize(
    ("name", "sentence"), [(n, s) for n, rule in FORBIDDEN.items() for s in rule["planted"]]
)
def test_the_lint_sees_a_forbidden_sentence(name, sentence):
    rule = FORBIDDEN[name]

    found = broken(
        f"Read the message.\n{sentence}",
        cause=rule.get("causes", [""])[0],
        kind=rule.get("for", ["person"])[0],
    )

    assert name in found


@pytest.mark.parametrize(
    ("name", "sentence"), [(n, s) for n, rule in FORBIDDEN.items() for s in rule["spared"]]
)
def test_the_lint_spares_a_near_miss(name, sentence):
    kind = FORBIDDEN[name].get("for", ["person"])[0]

    assert name not in broken(sentence, cause="service_identity_consent", kind=kind)
