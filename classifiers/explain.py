"""Why a cause that came second is not the answer: one sentence, by the rules of why_not.toml."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import regex

from classifiers.evidence import Context, Evidence, Facts, Verdict
from corpus.terms import CAUSE_IDS, FACTS, NAMED_CAUSES, KnowledgeError

QUOTED_CHARS = 60
SPEAKS = ("telling", "bare", "also", "nothing")

_BRACES = regex.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Rule:
    """A sentence and when it holds; an empty condition always does."""

    because: str
    cause: tuple[str, ...] = ()
    answer: tuple[str, ...] = ()
    speaks: str = "nothing"
    shown: bool = False
    fact: str = ""
    identity: tuple[str, ...] = ()
    word: str = ""


@dataclass(frozen=True, slots=True)
class Loser:
    """A cause that came second, beside all that is known.

    `seen` is the strongest piece that speaks for it, `shown` the telling piece that speaks for the
    answer; None where there is none.
    """

    cause: str
    answer: str
    speaks: str
    seen: Evidence | None
    shown: Evidence | None
    words: str
    facts: Facts
    context: Context


def explained(verdict: Verdict, facts: Facts, context: Context) -> Verdict:
    """The verdict, each of its alternatives with a sentence."""
    if verdict.cause is None:
        return verdict
    alternatives = tuple(
        replace(a, why_not=why_not(a.cause, verdict.cause, verdict.evidence, facts, context))
        for a in verdict.alternatives
    )
    return replace(verdict, alternatives=alternatives)


def why_not(
    cause: str,
    verdict_cause: str,
    evidence: Sequence[Evidence],
    facts: Facts,
    context: Context,
) -> str:
    """Say in one sentence why a cause is not the answer.

    Args:
        cause: The cause that came second.
        verdict_cause: The answer.
        evidence: All that was weighed, for whatever cause; without the pieces that were refined.
        facts: Of the whole message; a provider that the text names is one of them.
        context: What the caller says.

    Raises:
        KnowledgeError: why_not.toml is wrong.
    """
    loser = _loser(cause, verdict_cause, evidence, facts, context)
    rule = next(rule for rule in load_rules() if _holds(rule, loser))
    sentence = _BRACES.sub(lambda name: _words(name[1], loser), rule.because)
    return sentence[0].upper() + sentence[1:]


@cache
def load_rules() -> tuple[Rule, ...]:
    """Read why_not.toml.

    Raises:
        KnowledgeError: It is wrong, or leaves a cause without a sentence.
    """
    file = files("corpus") / "why_not.toml"
    try:
        head = tomllib.loads(file.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise KnowledgeError(f"{file.name}: {error}") from error
    rules = tuple(_rule(entry) for entry in head["rule"])
    for speaks in SPEAKS:
        last = {c for rule in rules if _is_last(rule, speaks) for c in rule.cause or CAUSE_IDS}
        if last != set(CAUSE_IDS):
            raise KnowledgeError(f"why_not.toml: a cause for which {speaks} speaks has no sentence")
    return rules


def _rule(entry: Mapping[str, Any]) -> Rule:
    lists = {name: tuple(entry[name]) for name in ("cause", "answer", "identity") if name in entry}
    rule = Rule(**{**entry, **lists})
    known = {*CAUSE_IDS, "named"}
    named = set(_BRACES.findall(rule.because)) - {"seen", "shown"}
    if not {*rule.cause, *rule.answer} <= known or rule.speaks not in SPEAKS:
        raise KnowledgeError(f"why_not.toml: unknown condition of: {rule.because}")
    if not named <= {rule.fact} or rule.fact not in {"", *FACTS}:
        raise KnowledgeError(f"why_not.toml: a fact that may be unknown in: {rule.because}")
    if ("{seen}" in rule.because and rule.speaks == "nothing") or (
        "{shown}" in rule.because and not rule.shown
    ):
        raise KnowledgeError(f"why_not.toml: evidence that may be missing in: {rule.because}")
    return rule


def _is_last(rule: Rule, speaks: str) -> bool:
    """Whether a rule holds for its causes whatever else is known."""
    conditions = (rule.answer, rule.shown, rule.fact, rule.identity, rule.word)
    return rule.speaks == speaks and not any(conditions)


def _loser(
    cause: str, answer: str, evidence: Sequence[Evidence], facts: Facts, context: Context
) -> Loser:
    own = sorted((e for e in evidence if e.cause == cause), key=lambda e: e.bare)
    also = [e for e in evidence if cause in e.also]
    telling = (e for e in evidence if e.cause == answer and not e.bare)
    seen = next(iter([*own, *also]), None)
    words = " ".join(e.excerpt for e in evidence)
    return Loser(
        cause, answer, _speaks(own, also), seen, next(telling, None), words, facts, context
    )


def _speaks(own: Sequence[Evidence], also: Sequence[Evidence]) -> str:
    if own:
        return "bare" if own[0].bare else "telling"
    return "also" if also else "nothing"


def _holds(rule: Rule, loser: Loser) -> bool:
    return all(
        (
            not rule.cause or loser.cause in rule.cause,
            not rule.answer or _is_one_of(loser.answer, rule.answer),
            rule.speaks == loser.speaks,
            not rule.shown or loser.shown is not None,
            not rule.fact or loser.facts.get(rule.fact) is not None,
            not rule.identity or loser.context.identity in rule.identity,
            rule.word.casefold() in loser.words.casefold(),
        )
    )


def _is_one_of(answer: str, wanted: Sequence[str]) -> bool:
    return answer in wanted or ("named" in wanted and answer in NAMED_CAUSES)


def _words(name: str, loser: Loser) -> str:
    if name == "seen":
        return _quoted(loser.seen)
    return _quoted(loser.shown) if name == "shown" else str(loser.facts[name])


def _quoted(piece: Evidence | None) -> str:
    """The code of a piece of evidence, or the words that it rests on."""
    if piece is None:
        return "nothing"
    kind, _, name = piece.origin.partition(":")
    if kind == "code":
        return f"the code {name.partition(':')[2]}"
    words = " ".join(piece.excerpt.split())
    if not words:
        return "what is known beside the text"
    return f'"{words}"' if len(words) <= QUOTED_CHARS else f'"{words[:QUOTED_CHARS].rstrip()} …"'
