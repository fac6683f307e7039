"""The model card: figures on held-out answers, written by training and never by hand."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from classifiers.evaluate import Answer, bins, evaluate
from classifiers.model.held_out import Held
from classifiers.model.train import FOLDS, Training
from corpus.labelled import LabelledMessage
from corpus.terms import CAUSE_IDS

CARD = "CARD.md"
PICTURES = "../../docs/pictures"  # as the card sees it
FEW = 20  # messages: a share of fewer says little
SHOWN = 8  # of the weakest and of the most confused
MEASURES = (
    "right",
    "strict",
    "right_when_named",
    "six_named_rightly",
    "coverage",
    "macro_f1",
    "calibration_error",
    "high_share",
    "right_when_high",
)
SWEEP = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)

_HEAD = """# Card of the text model

Written by `triage365 train`; do not edit it.

One linear model per cause over hashed words and character n-grams of the masked text, trained on
`corpus/messages` and on nothing else. It answers where no signature and no code speaks, and breaks
ties between them; it never overrules all of them. It knows the message and what the caller says
beside it, nothing of the tenant.
"""

_SPLIT = """Every figure is measured on held-out answers: the corpus is split into {folds} parts by
wording, and each message is judged with a model that saw no message of its wording. Sharpness and
calibration, {numbers} numbers in all, are fitted on these same held-out predictions.

**The figures of the whole and of the signatures are optimistic.** Signatures and codes are written,
not trained: there is no split for them, and they were written beside these very messages. Only the
column of the text model alone says what to expect of wordings that nobody has seen.
"""


def write_card(training: Training, held: Held, target: Path, *, signatures: str) -> None:
    """Write the card beside the artefact; `signatures` is the version of the signature book."""
    sections = (
        [_HEAD],
        _identity(training, signatures),
        _scores(training, held),
        _per_cause(held),
        _calibration(held),
        _confusion(held["whole"]),
        _gaps(training.messages, held),
        _corpus(training.messages),
    )
    text = "\n".join(line for section in sections for line in section)
    (target / CARD).write_text(text.rstrip("\n") + "\n", "utf-8")


def confused_pairs(answers: Sequence[Answer]) -> list[tuple[tuple[str, str], list[Answer]]]:
    """Label and wrong answer with the answers that confuse them, the commonest pair first."""
    pairs: dict[tuple[str, str], list[Answer]] = defaultdict(list)
    for answer in answers:
        if not answer.is_right:
            pairs[str(answer.message.label), str(answer.verdict.cause)].append(answer)
    return sorted(pairs.items(), key=lambda pair: (-len(pair[1]), pair[0]))


def _identity(training: Training, signatures: str) -> Iterator[str]:
    manifest = training.manifest
    yield from _table(
        ("", ""),
        [
            ("version", f"`{manifest['version']}`"),
            ("corpus (SHA-256)", f"`{manifest['corpus']}`"),
            ("messages", manifest["messages"]),
            ("wordings", manifest["wordings"]),
            ("buckets", manifest["buckets"]),
            ("signatures beside it", f"`{signatures}`"),
        ],
    )


def _scores(training: Training, held: Held) -> Iterator[str]:
    numbers = 1 + sum(len(pair) for pair in training.manifest["calibration"].values())
    yield "## How good it is\n"
    yield _SPLIT.format(folds=FOLDS, numbers=numbers)
    measured = {part: evaluate(answers) for part, answers in held.items()}
    rows = [(name, *(_figure(measured[part][name]) for part in held)) for name in MEASURES]
    yield from _table(("measure", *(_TITLES[part] for part in held)), rows)
    yield (
        "The text model alone answers `undetermined_permissions` where it is not sure enough of a "
        "named cause; its likeliest cause is the label in "
        f"{training.manifest['held_out_right']:.1%} of the messages.\n"
    )


_TITLES = {"whole": "whole", "signatures": "signatures alone", "model": "text model alone"}


def _per_cause(held: Held) -> Iterator[str]:
    yield "## Per cause\n"
    yield f"![F1 per cause]({PICTURES}/causes.svg)\n"
    model, whole = (evaluate(held[part])["per_cause"] for part in ("model", "whole"))
    names = ("precision", "recall", "f1")
    rows = [
        (
            f"`{cause}`",
            model[cause]["n"],
            *(_figure(model[cause][name]) for name in names),
            *(_figure(whole[cause][name]) for name in names),
        )
        for cause in CAUSE_IDS
    ]
    heads = [f"{name}, {part}" for part in ("model", "whole") for name in names]
    yield from _table(("cause", "messages", *heads), rows)
    yield "Precision counts an acceptable answer as right; recall asks for an acceptable answer.\n"


def _calibration(held: Held) -> Iterator[str]:
    yield "## Calibration\n"
    yield f"![Reliability diagram]({PICTURES}/reliability.svg)\n"
    for part in ("model", "whole"):
        yield f"Of the {_TITLES[part]}, in ten equal bins of confidence:\n"
        rows = [
            (f"{b.low:.1f} … {b.low + 0.1:.1f}", b.n, _figure(b.confidence), _figure(b.right))
            for b in bins(held[part])
        ]
        yield from _table(("confidence", "messages", "mean confidence", "right"), rows)
    yield "What is left of the whole's answers from a confidence on, and how much of it is right:\n"
    yield from _table(("at least", "answered", "right"), _swept(held["whole"]))


def _swept(answers: Sequence[Answer]) -> Iterator[tuple[object, ...]]:
    for least in SWEEP:
        kept = [a for a in answers if a.confidence >= least]
        right = _right(kept)
        yield f"{least:.2f}", f"{len(kept) / len(answers):.1%}", f"{right:.1%}"


def _confusion(answers: Sequence[Answer]) -> Iterator[str]:
    yield "## Confusion\n"
    yield f"![Confusion matrix]({PICTURES}/confusion.svg)\n"
    yield f"The pairs that the whole confuses most, of {len(answers)} held-out answers:\n"
    rows = [
        (f"`{label}`", f"`{cause}`", len(wrong), f"`{wrong[0].message.wording}`")
        for (label, cause), wrong in confused_pairs(answers)[:SHOWN]
    ]
    yield from _table(("label", "answer", "times", "a wording"), rows)


def _gaps(messages: Sequence[LabelledMessage], held: Held) -> Iterator[str]:
    yield "## What it does not know\n"
    yield f"The systems with {FEW} messages or more in which the text model alone is weakest:\n"
    groups = {part: _by_system(held[part]) for part in ("model", "whole")}
    weakest = sorted((_right(g), s) for s, g in groups["model"].items() if len(g) >= FEW)[:SHOWN]
    rows = [
        (f"`{s}`", len(groups["model"][s]), _figure(right), _figure(_right(groups["whole"][s])))
        for right, s in weakest
    ]
    yield from _table(("system", "messages", "right, model", "right, whole"), rows)
    yield f"- Systems with fewer than {FEW} messages: {_few(messages, lambda m: m.system)}."
    yield f"- Languages with fewer than {FEW} messages: {_few(messages, lambda m: m.language)}."
    silent = [a for a in held["whole"] if not a.verdict.evidence]
    yield (
        f"- No signature and no code speaks in {len(silent) / len(messages):.1%} of the messages; "
        f"there the whole rests on the text model and is right in {_right(silent):.1%}."
    )
    yield "- Texts without a failure: the model is not asked about them and has never seen one.\n"


def _few(messages: Sequence[LabelledMessage], group: Callable[[LabelledMessage], str]) -> str:
    counts = Counter(map(group, messages))
    few = sorted((name, n) for name, n in counts.items() if n < FEW)
    return ", ".join(f"{name} ({n})" for name, n in few) or "none"


def _corpus(messages: Sequence[LabelledMessage]) -> Iterator[str]:
    yield "## The corpus\n"
    groups: Mapping[str, Callable[[LabelledMessage], str]] = {
        "label": lambda m: str(m.label),
        "system": lambda m: m.system,
        "language": lambda m: m.language,
        "kind": lambda m: m.kind,
    }
    for title, group in groups.items():
        wordings: dict[str, set[str]] = defaultdict(set)
        for message in messages:
            wordings[group(message)].add(message.wording)
        counts = Counter(map(group, messages))
        rows = [(f"`{name}`", n, len(wordings[name])) for name, n in _falling(counts)]
        yield from _table((title, "messages", "wordings"), rows)


def _falling(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _by_system(answers: Sequence[Answer]) -> dict[str, list[Answer]]:
    groups: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        groups[answer.message.system].append(answer)
    return groups


def _right(answers: Sequence[Answer]) -> float:
    return sum(a.is_right for a in answers) / len(answers) if answers else 0.0


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"
    yield ""


def _figure(share: Any) -> str:
    return "–" if share is None else f"{share:.3f}"
