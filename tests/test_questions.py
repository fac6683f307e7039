"""The answer to a question, put back into the context, gives a sharper diagnosis."""

import pytest

from corpus.pages import load_causes

PAGES = {(c.id, v.id): v for c in load_causes() for v in (c.split, *c.variants)}
EVERY_QUESTION = {
    (cause, page, question.text)
    for (cause, page), variant in PAGES.items()
    for question in variant.questions
}
UNDETERMINED = "undetermined_permissions"
ENDED = "AADSTS700082: The refresh token has expired due to inactivity."
NO_MEMBER = "The user is not a member of the organization. (0x80072560)"
REFUSED = "Access is denied."
UNTOLD = "Verify Connectivity fails"
SERVICE_ACCOUNT = "The service account's password was refused"
SCOPES = {
    "one_user": "Does this user get into the environment at all?",
    "everyone": "What happens to everyone?",
    "jobs": "What do the jobs do?",
    "integrations": "Which provider is it, and does it fail for all customers or for one?",
}

# A text and a context that lead to each question.
STARTS = {
    ("missing_security_role", "split", "What does the message name as refused?"): (
        "OrganizationServiceFault ErrorCode=-2147220960",
        {},
    ),
    ("service_identity_consent", "split", "Whose sign-in failed?"): (ENDED, {}),
    ("service_identity_consent", "consent_missing", "Which application asks for the consent?"): (
        "AADSTS65001: nobody has consented",
        {},
    ),
    ("service_account_password", "split", "Was the account's password changed lately?"): (
        SERVICE_ACCOUNT,
        {"identity": "service_account"},
    ),
    ("provider_authorization", "split", "Which connector fails, and for whom?"): (
        "401 Unauthorized",
        {"identity": "provider_integration"},
    ),
    ("environment_access", "split", "Who was refused?"): (NO_MEMBER, {}),
    (
        "environment_access",
        "not_a_member_here",
        "With which account and at which address did it happen?",
    ): (NO_MEMBER, {"identity": "user"}),
    ("workflow_owner", "split", "What does the message name?"): (
        "The workflow failed because of its owner",
        {},
    ),
    ("workflow_owner", "owner_gone", "What does the disabled account own?"): (
        "The specified user is disabled. 0x80040225",
        {"identity": "owner"},
    ),
    (UNDETERMINED, "split", "Who is affected?"): (UNTOLD, {}),
    (UNDETERMINED, "no_evidence", "Who is affected?"): (REFUSED, {}),
    **{(UNDETERMINED, "split", text): (UNTOLD, {"scope": s}) for s, text in SCOPES.items()},
    **{(UNDETERMINED, "no_evidence", text): (REFUSED, {"scope": s}) for s, text in SCOPES.items()},
    (
        UNDETERMINED,
        "environment_or_engine_stopped",
        "What does the environment's page show?",
    ): ("", {"job": {"state": "Waiting", "scheduled_for": "2026-01-01T00:00:00Z"}}),
    (
        "not_permissions",
        "split",
        "Does it still happen when the same action is tried again later?",
    ): (
        "Value cannot be null. Parameter name: contract",
        {"scope": "jobs"},
    ),
}
# No member of the context can hold these answers; each of them names its page at once.
ANSWERED_BY_A_PAGE = {
    "Does this user get into the environment at all?",
    "What does the environment's page show?",
    "Does it still happen when the same action is tried again later?",
}


def question_of(key):
    cause, page, text = key
    return next(q for q in PAGES[cause, page].questions if q.text == text)


def told(choice):
    tells = choice.tells
    names = ("identity", "scope", "environment", "provider", "operation", "changed")
    members = {name: value for name in names if (value := getattr(tells, name))}
    return {**members, "job": {"state": tells.state}} if tells.state else members


ANSWERS = [
    pytest.param(key, choice, id=f"{key[0]}, {key[1]}, {key[2]} {choice.answer}")
    for key in STARTS
    for choice in question_of(key).choices
    if told(choice)
]


def test_every_question_is_asked_here():
    assert set(STARTS) == EVERY_QUESTION


@pytest.mark.parametrize("key", STARTS, ids=", ".join)
def test_a_question_is_asked_where_it_decides(key, diagnoser):
    cause, page, asked = key
    text, context = STARTS[key]

    answer = diagnoser.diagnose(text, context).to_dict()

    assert (answer["cause"], answer["variant"] or "split") == (cause, page)
    assert answer["question"]["text"] == asked


@pytest.mark.parametrize(("key", "choice"), ANSWERS)
def test_an_answer_leads_where_it_says(key, choice, diagnoser):
    text, context = STARTS[key]

    answer = diagnoser.diagnose(text, {**context, **told(choice)}).to_dict()

    if set(told(choice)) == {"scope"} and key[0] == UNDETERMINED:
        scope = choice.tells.scope
        assert answer["question"]["text"] == SCOPES[scope]
        sources = {step["source"] for step in answer["resolution"]["steps"]}
        assert f"article:triage.{list(SCOPES).index(scope) + 1}" in sources
    else:
        assert (answer["cause"], answer["variant"]) == (choice.cause, choice.variant)


def test_every_question_can_be_answered_in_the_context_or_by_a_page():
    silent = {key[2] for key in STARTS if not any(map(told, question_of(key).choices))}

    assert silent <= ANSWERED_BY_A_PAGE
    for key in STARTS:
        for choice in question_of(key).choices:
            assert choice.variant is None or (choice.cause, choice.variant) in PAGES


def test_an_answer_never_comes_back_to_the_same_question(diagnoser):
    for key, (text, context) in STARTS.items():
        for choice in filter(told, question_of(key).choices):
            answer = diagnoser.diagnose(text, {**context, **told(choice)}).to_dict()
            asked = (answer["question"] or {}).get("text")

            assert asked != key[2], choice.answer
