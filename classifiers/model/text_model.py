"""The text model at work: arrays in, chances out. No scikit-learn, no pickle."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.decide import Calibration
from classifiers.evidence import Context
from classifiers.model.features import BUCKETS, described, features


class NotTrainedError(Exception):
    """There is no model artefact, or it does not fit this code; run `triage365 train`."""


@dataclass(frozen=True, slots=True)
class TextModel:
    """A linear model over hashed n-grams.

    `weights` has shape (BUCKETS, n_causes), `idf` (BUCKETS,), `bias` (n_causes,); columns stand in
    the order of `causes`. `sharpness` turns scores into chances; `calibration` is that of the
    whole decision.
    """

    causes: tuple[str, ...]
    weights: NDArray[np.float16]
    idf: NDArray[np.float16]
    bias: NDArray[np.float32]
    sharpness: float
    calibration: Calibration
    version: str

    @classmethod
    def of(cls, manifest: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> "TextModel":
        """Put a manifest and its arrays together."""
        scaling = {kind: (slope, shift) for kind, (slope, shift) in manifest["calibration"].items()}
        return cls(
            causes=tuple(manifest["causes"]),
            weights=arrays["weights"],
            idf=arrays["idf"],
            bias=arrays["bias"],
            sharpness=manifest["sharpness"],
            calibration=Calibration(scaling),
            version=manifest["version"],
        )

    def chances(self, text: str, context: Context) -> dict[str, float]:
        """How probable each cause is for one redacted, unwrapped message; the values sum to 1."""
        return dict(zip(self.causes, self.predict([described(text, context)])[0], strict=True))

    def predict(self, texts: Sequence[str]) -> list[list[float]]:
        """Chances of n described messages: n rows in the order of `causes`, each summing to 1."""
        scores = np.stack([self._scores(text) for text in texts]) * self.sharpness
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances: list[list[float]] = (odds / odds.sum(axis=1, keepdims=True)).tolist()
        return chances

    def _scores(self, text: str) -> NDArray[np.float64]:
        buckets, counts = features(text)
        values = counts.astype(np.float64) * self.idf[buckets]
        norm = float(np.sqrt(values @ values)) or 1.0
        scores: NDArray[np.float64] = (values / norm) @ self.weights[buckets].astype(np.float64)
        return scores + self.bias


def load_model() -> TextModel:
    """Load the artefact beside this module.

    Raises:
        NotTrainedError: It is missing or made for another number of buckets.
    """
    manifest = load_manifest()
    weights_file = files("classifiers") / "model" / "weights.npz"
    if not weights_file.is_file():
        raise NotTrainedError("there is no model artefact; run `triage365 train`")
    with as_file(weights_file) as path, np.load(path, allow_pickle=False) as arrays:
        return TextModel.of(manifest, arrays)


def load_manifest() -> Mapping[str, Any]:
    """What training noted beside the arrays.

    Raises:
        NotTrainedError: It is missing or made for another number of buckets.
    """
    file = files("classifiers") / "model" / "manifest.json"
    if not file.is_file():
        raise NotTrainedError("there is no model artefact; run `triage365 train`")
    manifest: dict[str, Any] = json.loads(file.read_text("utf-8"))
    if manifest["buckets"] != BUCKETS:
        raise NotTrainedError("the model artefact is of another version; run `triage365 train`")
    return manifest
