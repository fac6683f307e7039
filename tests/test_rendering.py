"""What a person reads in a terminal: calm lines, and nothing that steers the terminal."""

import re

import pytest
from samples import MISSING_PRIVILEGE, NO_ROLES, NOT_A_MEMBER

from service.commands.rendering import WIDTH, rendered

TEXTS = (MISSING_PRIVILEGE, NO_ROLES, NOT_A_MEMBER, "429 Too Many Requests", "Access is denied.")


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("width", [60, WIDTH])
def test_no_line_is_wider_than_the_terminal(text, width, diagnoser):
    lines = rendered(diagnoser.diagnose(text), colour=False, width=width).splitlines()

    wide = [line for line in lines if len(line) > width and max(map(len, line.split())) < width]
    assert [line for line in wide if len(line) > width + 2] == []  # the two marks


@pytest.mark.parametrize("colour", [True, False])
def test_the_deciding_words_are_marked(colour, diagnoser):
    shown = rendered(diagnoser.diagnose(f"before\n{NO_ROLES}\nafter"), colour=colour)

    marked = re.findall(r"\x1b\[7m(.+?)\x1b\[0m" if colour else r"»(.+?)«", shown, re.DOTALL)
    assert "has not been assigned" in " ".join(" ".join(marked).split())


def test_a_message_cannot_steer_the_terminal(diagnoser):
    hostile = f"\x1b]0;owned\x07\x1b[2J{NO_ROLES}\x9b31m"

    shown = rendered(diagnoser.diagnose(hostile), colour=False)

    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", shown)


def test_the_steps_say_who_where_and_what_to_see(diagnoser):
    shown = rendered(diagnoser.diagnose(MISSING_PRIVILEGE), colour=False)

    for words in (" 1. ", "    who ", "    where ", "    see ", "    else "):
        assert words in shown


def test_a_place_is_told_once_while_the_steps_stay_there(diagnoser):
    shown = rendered(diagnoser.diagnose(MISSING_PRIVILEGE), colour=False)

    assert shown.count("Work 365 → the page or action that was refused") == 1
    assert "    where   the same page" in shown


def test_the_question_stands_before_the_steps(diagnoser):
    shown = rendered(diagnoser.diagnose("Access is denied."), colour=False)

    assert shown.index("One question decides") < shown.index(" 1. ")


def test_what_support_asks_for_is_listed(diagnoser):
    asked = "4b1f7a52-7c3e-4d10-9a8b-2f6c1e0d9b35"

    shown = rendered(diagnoser.diagnose(f"AADSTS65001 Correlation ID: {asked}"), colour=False)

    assert f"correlation id {asked}" in shown.split("For support")[1]
