"""The one rule by which evidence becomes a verdict.

Every cause gets a score: what telling evidence says, what bare evidence says, and the logarithm
of the text model's chance, which is kept within bounds so that the model decides between pieces of
evidence and never against all of them. Scores become chances; a named cause that is not sure
enough gives way to "undetermined".
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from classifiers.evidence import Alternative, Evidence, Verdict
from corpus.terms import CAUSE_IDS, NAMED_CAUSES

TELLING = 6.0  # one telling piece of evidence: stronger than the model at its surest
BARE = 2.5
ALSO = 1.0  # a cause that the code's entry calls defensible
YIELDS = 4.0  # what a cause loses to one that stands before it in ORDER
LEAST_CHANCE = 0.01  # the model's word is bounded: ln(0.01) = -4.6
ENOUGH = 0.6  # a named cause needs this chance, or the answer is "undetermined"
ENOUGH_ALONE = 0.85  # where only the model names it: held out, 98 % of such answers were right

UNDETERMINED = "undetermined_permissions"
OTHER = "not_permissions"

# Labelling rules 2, 3 and 13: the owner wins over the privilege and over being disabled; never
# having reached the environment wins over lacking a role in it. A log that names a cause names
# other faults and refusals beside it, which follow from it more often than they cause it.
ORDER = (
    ("workflow_owner", "environment_access"),
    ("workflow_owner", "missing_security_role"),
    ("environment_access", "missing_security_role"),
    *((cause, other) for cause in NAMED_CAUSES for other in (UNDETERMINED, OTHER)),
)

BANDS = (("high", 0.9), ("medium", 0.75), ("low", 0.0))


@dataclass(frozen=True, slots=True)
class Calibration:
    """How raw confidence becomes the probability that the answer is acceptable.

    A pair (slope, intercept) on the logit for each kind of answer, fitted on held-out messages
    (Platt scaling); a kind that is not there keeps its raw confidence.
    """

    scaling: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def confidence(self, kind: str, raw: float) -> float:
        """The calibrated confidence, between 0.01 and 0.999."""
        slope, intercept = self.scaling.get(kind, (1.0, 0.0))
        bounded = min(max(raw, 1e-6), 1 - 1e-6)
        logit = slope * math.log(bounded / (1 - bounded)) + intercept
        return min(max(1 / (1 + math.exp(-logit)), 0.01), 0.999)


UNCALIBRATED = Calibration()


def decide(
    evidence: Sequence[Evidence],
    chances: Mapping[str, float],
    calibration: Calibration = UNCALIBRATED,
) -> Verdict:
    """Weigh all evidence about one failure.

    Args:
        evidence: Of codes and signatures, in any order.
        chances: The text model's, by cause; empty where it was not asked.
        calibration: Of the confidence.
    """
    kept = unrefined(evidence)
    ranked = _ranked(kept, chances)
    cause, raw, kind = _chosen(ranked, kept, chances)
    return _verdict(cause, calibration.confidence(kind, raw), ranked, kept)


def raw_answer(
    evidence: Sequence[Evidence], chances: Mapping[str, float]
) -> tuple[str, float, str]:
    """Cause, raw confidence and kind of the answer: what a calibration is fitted on."""
    kept = unrefined(evidence)
    return _chosen(_ranked(kept, chances), kept, chances)


def unrefined(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Without the pieces that a present signature refines."""
    refined = {f"signature:{name}" for piece in evidence for name in piece.refines}
    return [piece for piece in evidence if piece.origin not in refined]


def band(confidence: float) -> str:
    """The band of a confidence: `high`, `medium` or `low`."""
    return next(name for name, least in BANDS if confidence >= least)


def _ranked(kept: Sequence[Evidence], chances: Mapping[str, float]) -> list[tuple[float, str]]:
    """Chance and cause, the likeliest first."""
    telling = [piece for piece in kept if not piece.bare]
    scores = _scores(telling or kept, chances)
    odds = {cause: math.exp(score) for cause, score in scores.items()}
    total = sum(odds.values())
    return sorted(((odd / total, cause) for cause, odd in odds.items()), key=_by_chance)


def _scores(pieces: Sequence[Evidence], chances: Mapping[str, float]) -> dict[str, float]:
    scores = dict.fromkeys(CAUSE_IDS, 0.0)
    for cause, chance in chances.items():
        scores[cause] += math.log(max(chance, LEAST_CHANCE))
    shown = {piece.cause for piece in pieces}
    for cause in shown:
        bare = all(piece.bare for piece in pieces if piece.cause == cause)
        scores[cause] += BARE if bare else TELLING
    for cause in {cause for piece in pieces for cause in piece.also} - shown:
        scores[cause] += ALSO
    for first, second in ORDER:
        if first in shown and second in shown:
            scores[second] -= YIELDS
    return scores


def _chosen(
    ranked: Sequence[tuple[float, str]], kept: Sequence[Evidence], chances: Mapping[str, float]
) -> tuple[str, float, str]:
    """Cause, raw confidence and kind of the answer."""
    chance, cause = ranked[0]
    kind = "telling" if any(not piece.bare for piece in kept) else "bare" if kept else "alone"
    if not kept and not chances:
        return UNDETERMINED, chance, "nothing"
    is_shown = any(piece.cause == cause for piece in kept)
    enough = ENOUGH if is_shown or not chances else ENOUGH_ALONE
    if cause in NAMED_CAUSES and chance < enough:
        return UNDETERMINED, 1.0 - chance, "abstained"
    return cause, chance, kind


def _verdict(
    cause: str, confidence: float, ranked: Sequence[tuple[float, str]], kept: Sequence[Evidence]
) -> Verdict:
    supporting = [piece for piece in kept if piece.cause == cause]
    supporting.sort(key=lambda piece: piece.bare)
    others = [piece for piece in kept if piece.cause != cause]
    variants = [piece.variant for piece in supporting if piece.variant]
    return Verdict(
        cause=cause,
        variant=variants[0] if variants else None,
        confidence=round(confidence, 4),
        band=band(confidence),
        origin=supporting[0].origin if supporting else "model",
        evidence=(*supporting, *others),
        alternatives=tuple(
            Alternative(other, round(chance, 4), "")
            for chance, other in ranked
            if other != cause and chance > 0.05  # noqa: PLR2004 -- the contract's floor
        )[:2],
    )


def _by_chance(pair: tuple[float, str]) -> tuple[float, int]:
    chance, cause = pair
    return -chance, CAUSE_IDS.index(cause)
