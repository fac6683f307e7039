"""Training as a build: corpus in, arrays and manifest out; the same corpus gives the same bytes.

The solver is liblinear, whose arithmetic does not pass through BLAS and therefore does not
differ between processors.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from classifiers.decide import raw_answer
from classifiers.evidence import Context, Failure
from classifiers.gather import Gatherer
from classifiers.model.features import BUCKETS, described, features
from classifiers.reading import unwrap
from classifiers.redact import redact_text
from classifiers.signatures.book import load_book
from corpus.codebook import load_codes
from corpus.labelled import LabelledMessage, fold
from corpus.terms import CAUSE_IDS

FOLDS = 5
FITTED_KINDS = ("bare", "alone", "abstained")
LEAST = 40  # answers, to fit two numbers on
INVERSE_REGULARISATION = 20.0
SHARPNESS_GRID = tuple(float(factor) for factor in np.geomspace(0.5, 8.0, 60))


@dataclass(frozen=True, slots=True)
class Trained:
    """Weights (BUCKETS, n_causes), idf (BUCKETS,), bias (n_causes,)."""

    weights: NDArray[np.float64]
    idf: NDArray[np.float64]
    bias: NDArray[np.float64]

    def scores(self, counts: csr_matrix) -> NDArray[np.float64]:
        """Scores of n messages, shape (n, n_causes)."""
        scores: NDArray[np.float64] = _weighted(counts, self.idf) @ self.weights + self.bias
        return scores

    def served(self) -> dict[str, NDArray[Any]]:
        """The arrays as they are kept and served, at half the precision."""
        return {
            "weights": self.weights.astype(np.float16),
            "idf": self.idf.astype(np.float16),
            "bias": self.bias.astype(np.float32),
        }


@dataclass(frozen=True, slots=True)
class Training:
    """What was trained on which messages.

    `folds` holds, for each part of the split, the fit that saw no message of its wordings.
    """

    messages: Sequence[LabelledMessage]
    folds: Sequence[Trained]
    manifest: Mapping[str, Any]


def train(messages: Sequence[LabelledMessage], target: Path) -> Training:
    """Train on labelled messages and write weights.npz and manifest.json."""
    messages = labelled(messages)
    counts, labels = vectors(messages), columns(messages)
    folds = held_out_fits(messages, counts, labels)
    held_out = out_of_fold(messages, counts, folds)
    factor = sharpness(held_out, labels)
    manifest: dict[str, Any] = {
        "version": fingerprint(messages)[:12],
        "corpus": fingerprint(messages),
        "messages": len(messages),
        "wordings": len({m.wording for m in messages}),
        "causes": list(CAUSE_IDS),
        "buckets": BUCKETS,
        "sharpness": factor,
        "calibration": calibration(messages, held_out * factor),
        "held_out_right": round(float(np.mean(held_out.argmax(axis=1) == labels)), 4),
    }
    _write(target, fit(counts, labels), manifest)
    return Training(messages, folds, manifest)


def labelled(messages: Sequence[LabelledMessage]) -> list[LabelledMessage]:
    """The messages that hold a failure: the model knows no other."""
    return [m for m in messages if m.label is not None]


def fingerprint(messages: Sequence[LabelledMessage]) -> str:
    """A SHA-256 over what training reads: texts, contexts, labels and wordings."""
    digest = hashlib.sha256(f"{BUCKETS} {INVERSE_REGULARISATION}".encode())
    for m in messages:
        item = [m.text, dict(m.context), m.label, m.wording]
        digest.update(json.dumps(item, sort_keys=True, ensure_ascii=False).encode())
    return digest.hexdigest()


def vectors(messages: Sequence[LabelledMessage]) -> csr_matrix:
    """Hashed counts, shape (n, BUCKETS), of the texts as serving sees them."""
    starts, columns, values = [0], [], []
    for message in messages:
        reading = unwrap(redact_text(message.text)).text
        buckets, counts = features(described(reading, Context.of(message.context)))
        columns.append(buckets)
        values.append(counts)
        starts.append(starts[-1] + len(buckets))
    data = (np.concatenate(values), np.concatenate(columns), np.array(starts))
    return csr_matrix(data, shape=(len(messages), BUCKETS), dtype=np.float64)


def columns(messages: Sequence[LabelledMessage]) -> NDArray[np.int64]:
    """The number of each message's label among the causes, shape (n,)."""
    return np.array([CAUSE_IDS.index(str(m.label)) for m in messages])


def fit(counts: csr_matrix, labels: NDArray[np.int64]) -> Trained:
    """One linear model per cause, each against the rest."""
    idf = _idf(counts)
    weighted = _weighted(counts, idf)
    weights = np.zeros((BUCKETS, len(CAUSE_IDS)))
    bias = np.zeros(len(CAUSE_IDS))
    for column in range(len(CAUSE_IDS)):
        model = LogisticRegression(
            solver="liblinear", C=INVERSE_REGULARISATION, random_state=0, tol=1e-4
        )
        model.fit(weighted, labels == column)
        weights[:, column] = model.coef_[0]
        bias[column] = model.intercept_[0]
    return Trained(weights, idf, bias)


def held_out_fits(
    messages: Sequence[LabelledMessage], counts: csr_matrix, labels: NDArray[np.int64]
) -> list[Trained]:
    """For each part of the split by wording, a fit on all the others."""
    parts = _parts(messages)
    return [fit(counts[parts != part], labels[parts != part]) for part in range(FOLDS)]


def out_of_fold(
    messages: Sequence[LabelledMessage], counts: csr_matrix, folds: Sequence[Trained]
) -> NDArray[np.float64]:
    """Scores of each message by a model that saw no message of its wording, shape (n, n_causes)."""
    parts = _parts(messages)
    scores = np.zeros((len(messages), len(CAUSE_IDS)))
    for part, trained in enumerate(folds):
        scores[parts == part] = trained.scores(counts[parts == part])
    return scores


def sharpness(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """The factor under which held-out scores give the best calibrated chances (least log loss)."""
    best = min(SHARPNESS_GRID, key=lambda factor: _log_loss(scores * factor, labels))
    return round(best, 3)


def calibration(
    messages: Sequence[LabelledMessage], scores: NDArray[np.float64]
) -> dict[str, list[float]]:
    """Slope and intercept of the confidence of each kind of answer but those of telling evidence.

    Telling evidence was written beside these messages, so that they would flatter it; what the
    model says of a held-out wording is honest.

    Args:
        messages: n messages.
        scores: Sharpened held-out scores, shape (n, n_causes).
    """
    gatherer = Gatherer(load_book(), load_codes())
    answers: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for message, chances in zip(messages, _chances(scores), strict=True):
        text, context = redact_text(message.text), Context.of(message.context)
        evidence = gatherer.gather(Failure(text, context))
        by_cause = dict(zip(CAUSE_IDS, chances.tolist(), strict=True))
        cause, raw, kind = raw_answer(evidence, by_cause)
        answers[kind].append((raw, cause in message.acceptable))
    return {kind: _platt(answers[kind]) for kind in FITTED_KINDS if len(answers[kind]) >= LEAST}


def _parts(messages: Sequence[LabelledMessage]) -> NDArray[np.int64]:
    return np.array([fold(m.wording, FOLDS) for m in messages])


def _platt(answers: Sequence[tuple[float, bool]]) -> list[float]:
    """Slope and intercept on the logit: J. Platt, "Probabilistic outputs for SVMs", 1999."""
    raw = np.clip(np.array([confidence for confidence, _ in answers]), 1e-6, 1 - 1e-6)
    logits = np.log(raw / (1 - raw)).reshape(-1, 1)
    model = LogisticRegression(solver="liblinear", C=100.0, random_state=0)
    model.fit(logits, np.array([right for _, right in answers]))
    return [round(float(model.coef_[0][0]), 4), round(float(model.intercept_[0]), 4)]


def _chances(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances: NDArray[np.float64] = odds / odds.sum(axis=1, keepdims=True)
    return chances


def _log_loss(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    shifted = scores - scores.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-logs[np.arange(len(labels)), labels].mean())


def _idf(counts: csr_matrix) -> NDArray[np.float64]:
    having = np.bincount(counts.indices, minlength=BUCKETS)
    idf: NDArray[np.float64] = np.log((1 + counts.shape[0]) / (1 + having)) + 1.0
    return idf


def _weighted(counts: csr_matrix, idf: NDArray[np.float64]) -> csr_matrix:
    """TF-IDF rows of length 1."""
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    values = counts.data * idf[counts.indices]
    norms = np.sqrt(np.bincount(rows, weights=values * values, minlength=counts.shape[0]))
    norms[norms == 0.0] = 1.0
    return csr_matrix((values / norms[rows], counts.indices, counts.indptr), shape=counts.shape)


def _write(target: Path, trained: Trained, manifest: Mapping[str, Any]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    arrays = trained.served()
    np.savez_compressed(
        target / "weights.npz",
        weights=arrays["weights"],
        idf=arrays["idf"],
        bias=arrays["bias"],
    )
    text = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
    (target / "manifest.json").write_text(text, "utf-8")
