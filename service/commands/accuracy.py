"""`triage365 evaluate` and `triage365 train`."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tqdm import tqdm

from classifiers.evaluate import Answer, evaluate
from corpus.labelled import read_dataset
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


def rebuild_model() -> int:
    """Train on the corpus and write the artefact beside its code."""
    from classifiers.model import train  # noqa: PLC0415 -- scikit-learn starts slowly

    try:
        manifest = train.train(Path(train.__file__).parent)
    except OSError as error:
        raise CommandError(reason(error, Path(train.__file__).parent)) from error
    for name in ("version", "messages", "wordings", "held_out_right"):
        print(f"{name:16} {manifest[name]}")
    return 0


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
