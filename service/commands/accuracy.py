"""`triage365 evaluate` and `triage365 train`."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tqdm import tqdm

from classifiers import NotTrainedError
from classifiers.evaluate import Answer, evaluate
from classifiers.floors import freeze, read_floors
from classifiers.versions import signatures_version
from corpus.labelled import LabelledMessage, load_messages, read_dataset
from corpus.terms import KnowledgeError
from service.commands.failures import CommandError, load_diagnoser, reason


def print_accuracy(dataset: Path, *, only: str | None, as_json: bool) -> int:
    """Diagnose every message of a labelled file and print the measures."""
    try:
        messages = read_dataset(dataset)
    except (KnowledgeError, UnicodeDecodeError) as error:
        raise CommandError(f"{dataset.name} is not a labelled file: {error}") from error
    except OSError as error:
        raise CommandError(reason(error, dataset)) from error
    if not messages:
        raise CommandError(f"{dataset} holds no labelled message")
    diagnoser = load_diagnoser(only)
    shown = tqdm(messages, disable=not sys.stderr.isatty(), leave=False, unit=" messages")
    answers = [Answer(m, diagnoser.diagnose(m.text, m.context).verdict) for m in shown]
    measures = evaluate(answers)
    print(json.dumps(measures) if as_json else _table(measures))
    return 0


def print_held_out(*, only: str | None, as_json: bool) -> int:
    """Measure the held-out answers to every message of the corpus."""
    known = _corpus()
    measured = _measured(known, known)
    chosen = measured[only or "whole"]
    print(json.dumps(chosen) if as_json else _table(chosen))
    return 0


def check_floors(path: Path) -> int:
    """Measure the held-out answers to the frozen messages; fail below the floors."""
    try:
        floors = read_floors(path)
        known = _corpus()
        measured = _measured(known, floors.messages(known))
    except KnowledgeError as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(reason(error, path)) from error
    for part, measures in measured.items():
        print(f"{part}, {measures['n']} frozen messages")
        for name, floor in floors.parts.get(part, {}).items():
            print(f"  {name:20} {_figure(measures[name]):>8}   floor {floor}")
    faults = list(floors.faults(measured))
    if faults:
        raise CommandError("below the floors: " + "; ".join(faults))
    return 0


def freeze_messages(path: Path) -> int:
    """Freeze the corpus as it is."""
    try:
        freeze(path, _corpus())
    except OSError as error:
        raise CommandError(reason(error, path)) from error
    return 0


def rebuild_model() -> int:
    """Train on the corpus, write the artefact beside its code, then the card with its pictures."""
    from classifiers.model import held_out, report, train  # noqa: PLC0415 -- scikit-learn is slow

    folder = Path(train.__file__).parent
    try:
        training = train.train(load_messages(), folder)
        held = held_out.held_out_answers(training, training.messages)
        report.write_card(training, held, folder, signatures=signatures_version())
        _draw(held, folder.parents[1] / "docs")
    except KnowledgeError as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(reason(error, folder)) from error
    for name in ("version", "messages", "wordings", "held_out_right"):
        print(f"{name:16} {training.manifest[name]}")
    return 0


def _draw(held: Mapping[str, Any], docs: Path) -> None:
    """Draw the card's pictures, where this is a source tree with the test extra."""
    if not docs.is_dir():
        return
    try:
        from classifiers.model import pictures  # noqa: PLC0415 -- needs the test extra
    except ModuleNotFoundError:
        print("triage365: no matplotlib, so the card keeps its old pictures", file=sys.stderr)
        return
    pictures.draw(held, docs / "pictures")


def _corpus() -> list[LabelledMessage]:
    try:
        return [message for message in load_messages() if message.label is not None]
    except KnowledgeError as error:
        raise CommandError(str(error)) from error


def _measured(
    known: list[LabelledMessage], asked: list[LabelledMessage]
) -> dict[str, dict[str, Any]]:
    from classifiers.model import held_out  # noqa: PLC0415 -- scikit-learn starts slowly

    try:
        held = held_out.held_out_answers(held_out.refitted(known), asked)
    except NotTrainedError as error:
        raise CommandError(str(error)) from error
    return {part: evaluate(answers) for part, answers in held.items()}


def _table(measures: Mapping[str, Any]) -> str:
    plain = {k: v for k, v in measures.items() if not isinstance(v, dict)}
    lines = [f"{name:20} {_figure(value)}" for name, value in plain.items()]
    lines += ["", f"{'cause':26} {'n':>5} {'precision':>10} {'recall':>8} {'f1':>8}"]
    for cause, row in measures["per_cause"].items():
        figures = (
            f"{_figure(row['precision']):>10} {_figure(row['recall']):>8} {_figure(row['f1']):>8}"
        )
        lines.append(f"{cause:26} {row['n']:>5} {figures}")
    for system, row in measures["per_system"].items():
        lines.append(f"{system:26} {row['n']:>5} right {_figure(row['right'])}")
    return "\n".join([*lines, "", *_confusion(measures["confusion"])])


def _confusion(table: Mapping[str, Mapping[str, int]]) -> list[str]:
    lines = ["label → answers"]
    for label, row in table.items():
        lines.append(f"  {label:26} " + ", ".join(f"{cause} {n}" for cause, n in row.items()))
    return lines


def _figure(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if isinstance(value, float) else str(value)
