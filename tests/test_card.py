"""The model card speaks of the artefact that is served, and training gives the same bytes again."""

import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from classifiers import Diagnoser
from classifiers.model import pictures, report, train
from classifiers.model.held_out import Held, held_out_answers
from classifiers.model.text_model import load_manifest
from corpus.labelled import LabelledMessage, load_messages

MODEL = Path(train.__file__).parent
ROOT = MODEL.parents[1]
ARTEFACT = ("weights.npz", "manifest.json", "CARD.md")
PER_LABEL = 25  # messages of the small corpus


@pytest.fixture(scope="module")
def messages() -> list[LabelledMessage]:
    return train.labelled(load_messages())


@pytest.fixture(scope="module")
def small(messages: list[LabelledMessage]) -> list[LabelledMessage]:
    groups: dict[str | None, list[LabelledMessage]] = defaultdict(list)
    for message in messages:
        groups[message.label].append(message)
    return [message for group in groups.values() for message in group[:: len(group) // PER_LABEL]]


def built(messages: list[LabelledMessage], target: Path) -> tuple[train.Training, Held]:
    training = train.train(messages, target)
    held = held_out_answers(training, training.messages)
    report.write_card(training, held, target, signatures="of today")
    pictures.draw(held, target / "pictures")
    return training, held


@pytest.fixture(scope="module")
def first(small: list[LabelledMessage], tmp_path_factory) -> tuple[Path, train.Training, Held]:
    target = tmp_path_factory.mktemp("first")
    return target, *built(small, target)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_artefact_was_trained_on_this_corpus(messages):
    assert load_manifest()["corpus"] == train.fingerprint(messages), "run `make train`"


def test_the_card_is_that_of_the_artefact():
    card = (MODEL / "CARD.md").read_text("utf-8")

    assert f"`{load_manifest()['corpus']}`" in card, "run `make train`"


def test_every_picture_of_the_card_is_there():
    card = (MODEL / "CARD.md").read_text("utf-8")

    shown = [line.partition("](")[2].rstrip(")") for line in card.splitlines() if line[:2] == "!["]

    assert len(shown) == 3
    assert all((MODEL / path).resolve().is_relative_to(ROOT) for path in shown)
    assert all((MODEL / path).is_file() for path in shown)


def test_training_again_gives_the_same_bytes(first, small, tmp_path):
    built(small, tmp_path)

    assert {*ARTEFACT, "pictures/causes.svg"} <= set(contents(tmp_path))
    assert contents(tmp_path) == contents(first[0])


@pytest.mark.soak
def test_training_again_on_the_whole_corpus_gives_the_same_bytes(messages, tmp_path):
    built(messages, tmp_path / "one")
    built(messages, tmp_path / "two")

    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert (tmp_path / "one/weights.npz").read_bytes() == (MODEL / "weights.npz").read_bytes()


def test_no_message_is_judged_with_a_model_that_saw_its_wording(small):
    """A label that is wrong in every message of one wording must not come back as its answer."""
    odd = replace(small[0], wording="odd", label="workflow_owner", acceptable=("workflow_owner",))
    kept = [m for m in small if m.wording != small[0].wording]
    messages = [*kept, *(replace(odd, id=f"odd-{n}") for n in range(30))]

    counts, labels = train.vectors(messages), train.columns(messages)
    fits = train.held_out_fits(messages, counts, labels)
    answers = train.out_of_fold(messages, counts, fits).argmax(axis=1)[-30:]

    assert small[0].label != "workflow_owner"
    assert set(answers.tolist()) != {train.CAUSE_IDS.index("workflow_owner")}


def test_the_signatures_alone_answer_as_without_a_model(first):
    _, _, held = first
    diagnoser = Diagnoser.load("signatures")

    for answer in held["signatures"][::5]:
        message = answer.message
        assert (
            answer.verdict.cause == diagnoser.diagnose(message.text, message.context).verdict.cause
        )


def test_the_card_shows_figures_of_every_part_and_what_is_not_known(first):
    target, training, _ = first
    card = (target / "CARD.md").read_text("utf-8")

    assert f"| messages | {len(training.messages)} |" in card
    assert "| whole | signatures alone | text model alone |" in card
    assert "optimistic" in card
    assert "## What it does not know" in card
    assert "Languages with fewer than 20 messages: de (" in card


def test_confused_pairs_leave_acceptable_answers_out(first):
    _, _, held = first
    wrong = [a for a in held["model"] if not a.is_right]

    pairs = report.confused_pairs(held["model"])

    assert sum(len(answers) for _, answers in pairs) == len(wrong)
    assert [len(answers) for _, answers in pairs] == sorted(
        (len(answers) for _, answers in pairs), reverse=True
    )


def test_pictures_bear_no_date_and_no_font_of_this_machine(first):
    target, _, _ = first
    for path in sorted((target / "pictures").iterdir()):
        drawn = path.read_text("utf-8")

        assert "<dc:date>" not in drawn
        assert "<text" in drawn
        assert len(drawn) < 60_000


def test_the_manifest_is_plain_json(first):
    target, training, _ = first

    assert json.loads((target / "manifest.json").read_text("utf-8")) == training.manifest
