"""What every answer has, measured over our own messages of the six causes."""

import re

import pytest

from corpus.labelled import load_messages
from corpus.terms import NAMED_CAUSES

EVERY = 4  # of our messages one in four is diagnosed here; the resolution lint renders all variants
SERVICE_ROLES = re.compile(r"\bWork 365 (?:Service|Portal Service)\b(?! Connection)")
PEOPLE_ROLES = re.compile(r"\bWork 365 (?:Billing Manager|Sales|Customer Service|CS \w+)\b")
CONDITIONAL = re.compile(r"\bif it is Work 365's\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def answers(diagnoser):
    chosen = [m for m in load_messages() if m.label in NAMED_CAUSES][::EVERY]
    return [diagnoser.diagnose(m.text, m.context).to_dict() for m in chosen]


def test_every_answer_has_a_subject_an_act_and_steps_with_sources(answers):
    for answer in answers:
        assert answer["subject"]["kind"]
        assert answer["act"]["who"]
        assert answer["resolution"]["steps"]
        assert all(step["source"] for step in answer["resolution"]["steps"])
        assert answer["summary"].count(".") >= 3


def test_a_step_names_the_service_roles_only_for_the_service_identity(answers):
    for answer in answers:
        subject = answer["subject"]
        for step in answer["resolution"]["steps"]:
            if SERVICE_ROLES.search(step["text"]):
                known = subject["is_work365"] or subject["kind"] == "service_account"
                assert known or CONDITIONAL.search(step["text"]), step["text"]


def test_no_step_names_a_role_of_people(answers):
    for answer in answers:
        for step in answer["resolution"]["steps"]:
            assert not PEOPLE_ROLES.search(step["text"])


def test_the_missing_privilege_stands_in_the_steps(answers):
    named = [a for a in answers if a["variant"] in {"role_missing", "identity_role"}]
    for answer in named:
        privilege = answer["facts"].get("privilege")
        if privilege:
            told = " ".join(step["text"] for step in answer["resolution"]["steps"])
            assert privilege in told, told


def test_the_tenant_of_the_message_stands_in_the_steps_that_consent(answers):
    for answer in answers:
        tenant = answer["facts"].get("tenant_id")
        if tenant and answer["variant"] in {"wrong_tenant_or_region", "pc_customer_link"}:
            told = " ".join(step["text"] for step in answer["resolution"]["steps"])
            assert tenant in told, told
