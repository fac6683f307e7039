"""How we decide: pure functions from raw evidence to a diagnosis."""

from classifiers.diagnosis import Diagnosis
from classifiers.formats.har import NotATraceError
from classifiers.formats.http_response import HttpResponse
from classifiers.model.text_model import NotTrainedError
from classifiers.pipeline import Diagnoser
from classifiers.redact import redact_text, redact_trace

__all__ = [
    "Diagnoser",
    "Diagnosis",
    "HttpResponse",
    "NotATraceError",
    "NotTrainedError",
    "redact_text",
    "redact_trace",
]
