"""Every id, name, code and time that a text holds stands among its facts, by its right name."""

import re
import tomllib
from pathlib import Path

import pytest

from classifiers.evidence import Context, Evidence
from classifiers.facts import find_facts
from classifiers.reading import unwrap
from corpus.labelled import load_messages
from corpus.terms import FACTS

CASES = tomllib.loads((Path(__file__).parent / "facts.toml").read_text("utf-8"))
LEAST_SHARE = 0.99

# What must be found, told in another way than the patterns tell it.
WRITTEN = {
    "privileges": r"\bprv[A-Z]\w{3,80}",
    "error_codes": r"\bAADSTS\d{5,7}|(?i:(?<![\da-z])0x8[0-9a-f]{7}(?![\da-f]))",
}


def read(text, *evidence, context=None):
    return find_facts(unwrap(text).text, evidence, context or Context())


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_text_gives_its_facts(case):
    found = read(case["text"])

    for name, value in case.get("facts", {}).items():
        assert found.facts.get(name) == value, name
    for name, value in case.get("handover", {}).items():
        assert found.handover.get(name) == value, name
    for name in case.get("none", []):
        assert name not in found.facts
    assert set(found.facts) <= FACTS


@pytest.mark.parametrize("name", WRITTEN)
def test_every_privilege_and_code_of_our_messages_is_found(name):
    wanted, found = 0, 0
    for message in load_messages():
        text = unwrap(message.text).text
        listed = find_facts(text, (), Context()).facts.get(name, [])
        known = {str(value).casefold() for value in listed}
        values = {value.casefold() for value in re.findall(WRITTEN[name], text)}
        wanted, found = wanted + len(values), found + len(values & known)

    assert wanted > 100
    assert found >= LEAST_SHARE * wanted


def test_the_deciding_code_stands_in_the_singular():
    decided = Evidence("code:stripe:api_key_expired", "x", facts={"error_code": "api_key_expired"})

    found = read("0x80040265: api_key_expired", decided)

    assert found.facts["error_code"] == "api_key_expired"
    assert found.facts["error_codes"] == ["api_key_expired", "0x80040265"]


def test_a_code_is_listed_once_with_its_prefix():
    bare = Evidence("code:entra:50055", "x", facts={"error_code": "50055"})

    assert read("AADSTS50055, code 50055", bare).facts["error_codes"] == ["AADSTS50055"]


def test_a_group_that_took_no_id_gives_none():
    taken = Evidence("signature:x", "x", facts={"principal_id": "run as administrator"})

    assert "principal_id" not in read("nothing", taken).facts


def test_the_context_adds_status_and_provider():
    found = read("refused", context=Context(status=403, provider="Stripe"))

    assert found.facts == {"status": 403, "provider": "Stripe"}
