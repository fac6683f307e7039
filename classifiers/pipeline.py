"""The way of one failure, one line per step: parse → redact → gather → decide → resolve."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from classifiers.captures import capture_of, timeline
from classifiers.decide import UNCALIBRATED, decide
from classifiers.diagnosis import Diagnosis, TraceReport, Versions, incident_of
from classifiers.evidence import Context, Failure, Job, Verdict
from classifiers.explain import explained
from classifiers.facts import Found, find_facts
from classifiers.formats import har, http_response, printed
from classifiers.formats.http_response import HttpResponse
from classifiers.gather import Gatherer
from classifiers.model.text_model import TextModel, load_model
from classifiers.reading import unwrap
from classifiers.redact import Redaction, Tags, receipt, redact
from classifiers.resolve import nothing_failed, rerun, resolve
from classifiers.signatures.book import load_book
from classifiers.states import has_not_failed, silence
from classifiers.traces import failures_of
from classifiers.variant import sharpen
from classifiers.versions import app_version, signatures_version
from corpus.catalogue import Knowledge
from corpus.codebook import load_codes
from corpus.pages import load_knowledge

if TYPE_CHECKING:  # heavy: one message needs neither
    import pandas as pd
    import pyarrow as pa

    from classifiers.batches import Batches


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Diagnoser:
    """Everything that is needed to diagnose; made once, used from any thread.

    `gatherer` and `model` are the two parts that speak for a cause; one of them may be left out
    to measure the other.
    """

    gatherer: Gatherer | None
    model: TextModel | None
    knowledge: Knowledge
    transient: frozenset[str]  # codes after which a failure heals by itself
    versions: Versions
    clock: "Callable[[], datetime]" = _utc_now  # asked only whether a job is due
    batches: "list[Batches]" = field(default_factory=list, compare=False, repr=False)

    @classmethod
    def load(cls, only: str | None = None) -> "Diagnoser":
        """Load signatures, codes and model; `only` takes `signatures` or `model`.

        Raises:
            NotTrainedError: There is no model artefact.
            KnowledgeError: A data file is wrong.
        """
        codes = load_codes()
        gatherer = Gatherer(load_book(), codes) if only != "model" else None
        model = load_model() if only != "signatures" else None
        versions = Versions(
            app=app_version(),
            signatures=signatures_version(),
            model=model.version if model else "",
        )
        return cls(gatherer, model, load_knowledge(), codes.transient, versions)

    def diagnose(self, text: str, context: Mapping[str, Any] | None = None) -> Diagnosis:
        """Diagnose one message, printed HTTP response or HAR; the kind is recognised.

        Raises:
            NotATraceError: The text looks like a HAR and cannot be read as one.
        """
        known = Context.of(context)
        if har.recognises(text):
            return self.diagnose_trace(text.encode("utf-8", "replace"), context)
        response = printed.parse(text)
        if response is not None:
            return self.diagnose_response(response, context)
        return self._diagnosed(Failure(_clean(text), known))

    def diagnose_response(
        self, response: HttpResponse, context: Mapping[str, Any] | None = None
    ) -> Diagnosis:
        """Diagnose one HTTP response."""
        failure = http_response.failure_of(response, Context.of(context))
        return self._diagnosed(replace(failure, text=_clean(failure.text)))

    def diagnose_trace(
        self, raw: bytes | memoryview, context: Mapping[str, Any] | None = None
    ) -> Diagnosis:
        """Diagnose a HAR: its root failure, with the timeline that shows why.

        Raises:
            NotATraceError: The bytes are no HAR.
        """
        trace = har.read(raw)
        found = failures_of(trace, Context.of(context))
        failures, redactions = _redacted_together(found)
        judged = _judged_once(failures, self.judge)
        root = min(judged, key=lambda pair: _rank(pair[1]), default=None)
        capture = capture_of(trace, found)
        report = TraceReport(
            exporter=capture.exporter,
            sanitised=capture.sanitised,
            entries=len(trace.entries),
            failures=tuple(f.entry for f in found if f.entry is not None),
            root=root[0].entry if root else None,
            timeline=tuple(timeline(trace, found)),
            missing=capture.missing,
            capture=capture.words,
        )
        if root is None:
            return Diagnosis(
                "trace",
                Verdict(None),
                self.versions,
                trace=report,
                nothing=nothing_failed(Context()),
            )
        diagnosis = self._resolved(*root)
        return replace(diagnosis, input="trace", trace=report, redactions=redactions)

    def diagnose_batch(self, batch: "pa.RecordBatch") -> "pa.RecordBatch":
        """The batch with the `triage_` columns; its columns are recognised by their titles.

        Raises:
            ValueError: No column holds a message.
        """
        from classifiers.batches import diagnosed_batch  # noqa: PLC0415 -- imports pyarrow

        return diagnosed_batch(self, batch)

    def diagnose_frame(self, frame: "pd.DataFrame") -> "pd.DataFrame":
        """The frame with the `triage_` columns; its columns are recognised by their titles.

        Raises:
            ValueError: No column holds a message.
        """
        from classifiers.batches import diagnosed_frame  # noqa: PLC0415 -- imports pandas

        return diagnosed_frame(self, frame)

    def judge(self, failure: Failure) -> Verdict:
        """Gather evidence about a redacted failure and decide."""
        evidence = self.gatherer.gather(failure) if self.gatherer else []
        now = self.clock()
        if has_not_failed(failure, evidence, now):
            return Verdict(None)
        evidence += silence(failure, now)
        if not failure.text.strip():
            return decide(evidence, {})
        chances = (
            self.model.chances(unwrap(failure.text).text, failure.context) if self.model else {}
        )
        return decide(evidence, chances, self.model.calibration if self.model else UNCALIBRATED)

    def _diagnosed(self, failure: Failure) -> Diagnosis:
        redacted = _redacted(failure)
        return self._resolved(redacted, self.judge(redacted))

    def _resolved(self, failure: Failure, verdict: Verdict) -> Diagnosis:
        diagnosis = Diagnosis(
            failure.input, verdict, self.versions, failure, redactions=failure.redactions
        )
        if verdict.cause is None:
            return replace(diagnosis, nothing=nothing_failed(failure.context))
        facts = self._facts(failure, verdict)
        knowledge, job = self.knowledge, failure.context.job or Job()
        verdict = sharpen(verdict, facts.facts, failure.context, knowledge=knowledge)
        verdict = explained(verdict, facts.facts, failure.context)
        answer = resolve(
            verdict, facts.facts, failure.context, knowledge=knowledge, transient=self.transient
        )
        return replace(
            diagnosis,
            verdict=verdict,
            facts=facts,
            answer=answer,
            incident=incident_of(verdict, answer.subject, failure, facts.facts.get("provider")),
            rerun=rerun(job.type, verdict.cause, knowledge, state=job.state),
        )

    def _facts(self, failure: Failure, verdict: Verdict) -> Found:
        reading = unwrap(failure.text).text
        provider = self.gatherer.provider(reading, failure.context) if self.gatherer else None
        return find_facts(reading, verdict.evidence, failure.context, provider=provider)


def _redacted(failure: Failure, tags: Tags | None = None) -> Failure:
    """After this line no secret exists anywhere; failures of one upload share their tags."""
    tags = Tags() if tags is None else tags
    redacted = redact(failure.text, tags)
    return replace(
        failure,
        text=redacted.text,
        redactions=redacted.redactions,
        context=_without_secrets(failure.context, tags),
    )


Beside = TypeVar("Beside", Context, Job)


def _without_secrets(beside: Beside, tags: Tags) -> Beside:
    """What the caller says beside the text may hold secrets too."""
    members = {f.name: getattr(beside, f.name) for f in fields(beside)}
    for name, value in members.items():
        if isinstance(value, str):
            members[name] = redact(value, tags).text
        elif isinstance(value, Job):
            members[name] = _without_secrets(value, tags)
    return replace(beside, **members)


def _redacted_together(failures: Sequence[Failure]) -> tuple[list[Failure], tuple[Redaction, ...]]:
    """Redact the failures of one upload; a secret known from one is taken out of all."""
    tags = Tags()
    first = [_redacted(failure, tags) for failure in failures]
    again = [_redacted(failure, tags) for failure in first] if tags.known() else first
    return again, receipt(tags)


def _judged_once(
    failures: Sequence[Failure], judge: Callable[[Failure], Verdict]
) -> list[tuple[Failure, Verdict]]:
    """Judge every failure; what was said before is not judged again."""
    verdicts: dict[tuple[str, Context], Verdict] = {}
    judged = []
    for failure in failures:
        known = replace(failure.context, url=None)
        key = (failure.text, known)
        if key not in verdicts:
            verdicts[key] = judge(failure)
        judged.append((failure, verdicts[key]))
    return judged


def _clean(text: str) -> str:
    """Without what databases and encoders refuse: NUL and lone surrogates."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\x00", "\ufffd")


def _rank(verdict: Verdict) -> int:
    """The root of a trace: what names a cause, before what refuses, before what merely fails."""
    told = any(not piece.bare for piece in verdict.evidence)
    order = {"not_permissions": 3, "undetermined_permissions": 1 if told else 2}
    return order.get(verdict.cause or "", 0)
