"""The one rule by which evidence becomes a verdict.

Every cause gets a score: what telling evidence says, what bare evidence says, and the logarithm
of the text model's chance, which is kept within bounds so that the model decides between pieces of
evidence and never against all of them. Scores become chances; a named cause that is not sure
enough gives way to "undetermined".
"""

import math
from collections.abc import Mapping, Sequence

from classifiers.evidence import Alternative, Context, Evidence, Verdict
from corpus.terms import CAUSE_IDS, NAMED_CAUSES

TELLING = 6.0  # one telling piece of evidence: stronger than the model at its surest
BARE = 2.5
ALSO = 1.0  # a cause that the code's entry calls defensible
YIELDS = 4.0  # what a cause loses to one that stands before it in ORDER
LEAST_CHANCE = 0.01  # the model's word is bounded: ln(0.01) = -4.6
ENOUGH = 0.6  # a named cause needs this chance, or the answer is "undetermined"

# Labelling rules 2, 3 and 13: the owner wins over the privilege and over being disabled; never
# having reached the environment wins over lacking a role in it.
ORDER = (
    ("workflow_owner", "environment_access"),
    ("workflow_owner", "missing_security_role"),
    ("environment_access", "missing_security_role"),
)

BANDS = (("high", 0.9), ("medium", 0.7), ("low", 0.0))
UNDETERMINED = "undetermined_permissions"


def decide(evidence: Sequence[Evidence], chances: Mapping[str, float], context: Context) -> Verdict:
    """Weigh all evidence about one failure.

    Args:
        evidence: Of codes and signatures, in any order.
        chances: The text model's, by cause; empty where it was not asked.
    """
    kept = unrefined(evidence)
    telling = [piece for piece in kept if not piece.bare]
    scores = _scores(telling or kept, chances)
    odds = {cause: math.exp(score) for cause, score in scores.items()}
    total = sum(odds.values())
    ranked = sorted(((odd / total, cause) for cause, odd in odds.items()), key=_by_chance)
    cause, confidence = _chosen(ranked, telling, kept, chances)
    return _verdict(cause, confidence, ranked, kept)


def unrefined(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Without the pieces that a present signature refines."""
    refined = {f"signature:{id}" for piece in evidence for id in piece.refines}
    return [piece for piece in evidence if piece.origin not in refined]


def band(confidence: float) -> str:
    """The band of a confidence: `high`, `medium` or `low`."""
    return next(name for name, least in BANDS if confidence >= least)


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
    ranked: Sequence[tuple[float, str]],
    telling: Sequence[Evidence],
    kept: Sequence[Evidence],
    chances: Mapping[str, float],
) -> tuple[str, float]:
    confidence, cause = ranked[0]
    if not kept and not chances:
        return UNDETERMINED, 1.0 / len(CAUSE_IDS)
    if (
        cause in NAMED_CAUSES
        and confidence < ENOUGH
        and not (telling and len({e.cause for e in telling}) == 1)
    ):
        chance = dict((c, p) for p, c in ranked)[UNDETERMINED]
        return UNDETERMINED, max(chance, 1.0 - confidence)
    return cause, confidence


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
