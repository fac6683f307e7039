"""Accuracy on labelled messages: what `triage365 evaluate` prints."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from classifiers.evidence import Verdict
from corpus.labelled import LabelledMessage
from corpus.terms import CAUSE_IDS, NAMED_CAUSES

BINS = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """One labelled message with the verdict on it."""

    message: LabelledMessage
    verdict: Verdict

    @property
    def is_right(self) -> bool:
        """Whether the cause is one of the acceptable labels."""
        return self.verdict.cause in self.message.acceptable

    @property
    def is_named(self) -> bool:
        """Whether the cause is one of the article's six."""
        return self.verdict.cause in NAMED_CAUSES

    @property
    def confidence(self) -> float:
        """The verdict's confidence; an answer without one (no failure) counts as sure."""
        return 1.0 if self.verdict.confidence is None else self.verdict.confidence


@dataclass(frozen=True, slots=True)
class Bin:
    """The n answers whose confidence lies between `low` and the next bin."""

    low: float
    n: int
    confidence: float  # their mean
    right: float  # the share that is right


def evaluate(answers: Sequence[Answer]) -> dict[str, Any]:
    """The measures of the contract over n answers; shares are None where nothing is counted."""
    named = [a for a in answers if a.is_named]
    six = [a for a in answers if a.message.label in NAMED_CAUSES]
    high = [a for a in answers if a.verdict.band == "high"]
    return {
        "n": len(answers),
        "right": _share(a.is_right for a in answers),
        "strict": _share(a.verdict.cause == a.message.label for a in answers),
        "named": len(named),
        "right_when_named": _share(a.is_right for a in named),
        "six_named_rightly": _share(a.is_named and a.is_right for a in six),
        "coverage": _share(a.is_named for a in six),
        "macro_f1": _macro_f1(answers),
        "calibration_error": calibration_error(answers),
        "high_share": _share(a.verdict.band == "high" for a in answers),
        "right_when_high": _share(a.is_right for a in high),
        "per_cause": _per_cause(answers),
        "per_system": _per_system(answers),
        "confusion": confusion(answers),
    }


def calibration_error(answers: Sequence[Answer]) -> float | None:
    """Expected calibration error over ten equal bins of confidence.

    Source: Naeini, Cooper, Hauskrecht, "Obtaining well calibrated probabilities", AAAI 2015.
    """
    if not answers:
        return None
    gaps = (abs(b.confidence - b.right) * b.n for b in bins(answers))
    return round(sum(gaps) / len(answers), 4)


def bins(answers: Iterable[Answer]) -> list[Bin]:
    """The filled ones of ten equal bins of confidence, the least sure first."""
    filled: dict[int, list[Answer]] = defaultdict(list)
    for answer in answers:
        filled[min(int(answer.confidence * BINS), BINS - 1)].append(answer)
    return [
        Bin(
            low=number / BINS,
            n=len(one),
            confidence=sum(a.confidence for a in one) / len(one),
            right=sum(a.is_right for a in one) / len(one),
        )
        for number, one in sorted(filled.items())
    ]


def confusion(answers: Sequence[Answer]) -> dict[str, dict[str, int]]:
    """How often each label was answered with each cause; `null` stands for "no failure"."""
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for answer in answers:
        table[str(answer.message.label or "null")][str(answer.verdict.cause or "null")] += 1
    return {label: dict(sorted(row.items())) for label, row in sorted(table.items())}


def _per_cause(answers: Sequence[Answer]) -> dict[str, dict[str, Any]]:
    return {cause: _scores(answers, cause) for cause in CAUSE_IDS}


def _scores(answers: Sequence[Answer], cause: str) -> dict[str, Any]:
    """Precision counts acceptable answers as right; recall asks for an acceptable answer."""
    answered = [a for a in answers if a.verdict.cause == cause]
    labelled = [a for a in answers if a.message.label == cause]
    precision = _share(a.is_right for a in answered)
    recall = _share(a.is_right for a in labelled)
    return {
        "n": len(labelled),
        "precision": precision,
        "recall": recall,
        "f1": _f1(precision, recall),
    }


def _macro_f1(answers: Sequence[Answer]) -> float | None:
    scores = [row["f1"] for row in _per_cause(answers).values() if row["n"]]
    return round(sum(scores) / len(scores), 4) if scores else None


def _f1(precision: float | None, recall: float | None) -> float:
    if not precision or not recall:
        return 0.0
    return round(2 * precision * recall / (precision + recall), 4)


def _per_system(answers: Sequence[Answer]) -> dict[str, Mapping[str, Any]]:
    groups: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        groups[answer.message.system].append(answer)
    if len(groups) > len(answers) // 2:  # ids that carry no system
        return {}
    return {
        system: {"n": len(group), "right": _share(a.is_right for a in group)}
        for system, group in sorted(groups.items())
    }


def _share(flags: Iterable[bool]) -> float | None:
    counted = list(flags)
    return round(sum(counted) / len(counted), 4) if counted else None
