"""For every variant: our own messages are diagnosed as it, and the answer is the right one."""

import re
import tomllib
from pathlib import Path

import pytest
from rendered import VARIANTS, orders

from corpus.labelled import load_messages

TABLE = tomllib.loads((Path(__file__).parent / "variants.toml").read_text("utf-8"))
CASES = [
    pytest.param(name, identity, id=f"{name}, {identity}")
    for name, case in TABLE.items()
    for identity in case["messages"]
]
LEAST_MESSAGES = 2


@pytest.fixture(scope="module")
def messages():
    return {message.id: message for message in load_messages()}


def test_every_variant_has_its_messages(messages):
    named = {variant for _, variant in VARIANTS if variant}
    labelled = [message.variant for message in messages.values()]

    assert set(TABLE) == named
    assert all(labelled.count(name) >= LEAST_MESSAGES for name in named)
    assert all(len(case["messages"]) >= LEAST_MESSAGES for case in TABLE.values())


@pytest.mark.parametrize(("name", "identity"), CASES)
def test_a_message_of_a_variant_gets_its_answer(name, identity, messages, diagnoser):
    message, case = messages[identity], TABLE[name]

    answer = diagnoser.diagnose(message.text, message.context).to_dict()

    assert (answer["cause"], answer["variant"]) == (message.label, name)
    steps = answer["resolution"]["steps"]
    assert steps[0]["who"] == case["who"]
    told = _told(answer)
    for words in case["says"]:
        assert re.search(words, told), words
    for words in case.get("never", []):
        assert words.casefold() not in orders(told).casefold()


@pytest.mark.parametrize(("name", "identity"), CASES)
def test_the_ids_of_a_message_stand_in_the_steps_that_need_them(
    name, identity, messages, diagnoser
):
    message = messages[identity]

    answer = diagnoser.diagnose(message.text, message.context).to_dict()

    first = answer["resolution"]["steps"][0]["text"]
    principal = answer["facts"].get("principal_id")
    if principal and first.startswith("Compare the id"):
        assert principal in first, name


def _told(answer):
    resolution = answer["resolution"]
    steps = [part for s in resolution["steps"] for part in (s["text"], s["if_refused"] or "")]
    after = [part["text"] for part in resolution["after_fix"]]
    return "\n".join((resolution["title"], *steps, *after))
