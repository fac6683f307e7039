"""Held-out answers: each message judged with a model that saw no message of its wording."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from classifiers.decide import decide
from classifiers.evaluate import Answer
from classifiers.model.text_model import TextModel, load_manifest
from classifiers.model.train import Training, columns, held_out_fits, labelled, vectors
from classifiers.pipeline import Diagnoser
from corpus.labelled import LabelledMessage, fold

Held = Mapping[str, Sequence[Answer]]  # answers by part: "whole", "signatures", "model"


def refitted(messages: Sequence[LabelledMessage]) -> Training:
    """The fits of the split, made again, with the manifest of the artefact that is served.

    Raises:
        NotTrainedError: There is no model artefact.
    """
    known = labelled(messages)
    fits = held_out_fits(known, vectors(known), columns(known))
    return Training(known, fits, load_manifest())


def held_out_answers(training: Training, asked: Sequence[LabelledMessage]) -> Held:
    """Answers of the whole, of the signatures alone and of the text model alone.

    Args:
        training: Its fits judge the messages of their own part of the split.
        asked: Messages that may have been trained on.

    Raises:
        KnowledgeError: A data file is wrong.
    """
    whole = _answers(Diagnoser.load(), training, asked)
    return {
        "whole": whole,
        "signatures": [_without_model(answer) for answer in whole],
        "model": _answers(Diagnoser.load("model"), training, asked),
    }


def _answers(
    diagnoser: Diagnoser, training: Training, asked: Sequence[LabelledMessage]
) -> list[Answer]:
    models = [TextModel.of(training.manifest, fit.served()) for fit in training.folds]
    diagnosers = [replace(diagnoser, model=model) for model in models]
    return [
        Answer(m, diagnosers[fold(m.wording, len(models))].diagnose(m.text, m.context).verdict)
        for m in asked
    ]


def _without_model(answer: Answer) -> Answer:
    """The same evidence, decided without the text model: a second search would find no other."""
    if answer.verdict.cause is None:
        return answer
    return replace(answer, verdict=decide(answer.verdict.evidence, {}))
