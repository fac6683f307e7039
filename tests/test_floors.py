"""The floors are kept, and the messages under them stay as they are."""

from dataclasses import replace
from pathlib import Path

import pytest

from classifiers.floors import Floors, freeze, read_floors
from corpus.labelled import LabelledMessage, load_messages
from corpus.terms import KnowledgeError
from service.cli import main

FLOORS = Path(__file__).parent / "floors.toml"
MESSAGES = [
    LabelledMessage(
        f"web-{n}", f"refused {n}", "not_permissions", ("not_permissions",), system="web"
    )
    for n in range(4)
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "floors.toml"
    path.write_text("# kept\n[whole]\nright = 0.9\n\n[frozen]\nold = '1 x'\n")
    freeze(path, MESSAGES[:3])
    return path


def test_freezing_keeps_what_stands_above_the_table(path):
    text = path.read_text()

    assert text.startswith("# kept\n[whole]\nright = 0.9\n\n[frozen]\n")
    assert "old" not in text
    assert read_floors(path).parts == {"whole": {"right": 0.9}}


def test_messages_that_came_later_are_not_measured(path):
    assert read_floors(path).messages(MESSAGES) == MESSAGES[:3]


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param(MESSAGES[:2], id="one is gone"),
        pytest.param([replace(MESSAGES[0], text="let in"), *MESSAGES[1:]], id="another text"),
        pytest.param([replace(MESSAGES[0], acceptable=()), *MESSAGES[1:]], id="another label"),
    ],
)
def test_a_changed_frozen_message_is_named(path, messages):
    with pytest.raises(KnowledgeError, match="frozen messages of web were changed"):
        read_floors(path).messages(messages)


@pytest.mark.parametrize(
    ("measure", "value", "faults"),
    [
        pytest.param("right", 0.9, 0, id="on the floor"),
        pytest.param("right", 0.89, 1, id="below the floor"),
        pytest.param("right", None, 1, id="nothing was counted"),
        pytest.param("calibration_error", 0.95, 1, id="above the ceiling"),
        pytest.param("calibration_error", 0.1, 0, id="below the ceiling"),
    ],
)
def test_floors_hold_from_below_and_ceilings_from_above(measure, value, faults):
    floors = Floors({"whole": {measure: 0.9}}, {})

    assert len(list(floors.faults({"whole": {measure: value}}))) == faults


def test_our_frozen_messages_are_as_they_were():
    floors = read_floors(FLOORS)
    known = [m for m in load_messages() if m.label is not None]

    assert len(floors.messages(known)) >= 3000
    assert {"right", "right_when_named", "six_named_rightly", "calibration_error"} <= set(
        floors.parts["whole"]
    )


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--freeze"], id="nowhere to write to"),
        pytest.param(["set.jsonl", "--floors", "floors.toml"], id="floors for another file"),
    ],
)
def test_wrong_use_of_floors_is_refused(capsys, arguments):
    assert main(["evaluate", *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_floors_file_that_is_not_there_gets_one_line(capsys):
    assert main(["evaluate", "--floors", "none.toml"]) == 1
    assert "there is no file none.toml" in capsys.readouterr().err
