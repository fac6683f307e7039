"""How a diagnosis is answered: kept or not, counted, the same bytes for all."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any
from uuid import uuid4

from fastapi import Depends, Query
from fastapi.responses import Response

from classifiers import Diagnosis, redact_text
from service.auth import Caller
from service.dependencies import CallerDep, ClockDep, MetricsDep, StoreDep
from service.errors import KeyReusedError
from service.metrics import Metrics
from service.once import OnceDep, replied
from service.store.replies import Once, Reply
from service.store.store import Store, add_diagnoses, diagnosis_row
from service.traces.answer import ReadTrace

Keep = Annotated[bool, Query(alias="store", description="false: classify and keep nothing")]


@dataclass(frozen=True, slots=True)
class Stamped:
    """An answer with its id and its time."""

    answer: dict[str, Any]
    at: datetime

    @property
    def location(self) -> str:
        """Where it can be fetched again."""
        return f"/v1/diagnoses/{self.answer['id']}"


@dataclass(frozen=True, slots=True)
class Answering:
    """What it takes to answer one request."""

    store: Store
    caller: Caller
    now: datetime
    once: Once | None
    metrics: Metrics
    keep: bool = True

    def answer(self, diagnosis: Diagnosis | ReadTrace, reference: str | None = None) -> Response:
        """Answer with a diagnosis; it is on disk before it is answered, if it is kept."""
        diagnosis = replace(diagnosis, reference=clean_reference(reference))
        if not self.keep:
            answer = diagnosis.to_dict()
            self.metrics.count_diagnosis(answer)
            return Response(rendered(answer), media_type="application/json")
        stamped = self.stamp(diagnosis)
        return self.kept(stamped, stamped.answer)

    def stamp(self, diagnosis: Diagnosis | ReadTrace) -> Stamped:
        """Give a diagnosis its id and its time."""
        stamped = replace(diagnosis, id=str(uuid4()), created_at=self.now.isoformat())
        return Stamped(stamped.to_dict(), self.now)

    def kept(
        self, stamped: Stamped, shown: Mapping[str, Any], chain: tuple[str, str] | None = None
    ) -> Response:
        """Keep a diagnosis, then answer 201 with what is shown of it."""
        row = diagnosis_row(
            stamped.answer, created_at=self.now, workspace=self.caller.workspace, chain=chain
        )
        reply = Reply(201, rendered(shown), stamped.location, str(stamped.answer["id"]))
        given = self.store.add_once(
            lambda connection: add_diagnoses(connection, [row]), self.once, reply, now=self.now
        )
        if given is reply:
            self.metrics.count_diagnosis(stamped.answer)
        return first_or_refused(given, self.once)


def first_or_refused(reply: Reply, once: Once | None) -> Response:
    """The reply; another process may have been first with the same key.

    Raises:
        KeyReusedError: It was first with another body.
    """
    if once and reply.fingerprint is not None and reply.fingerprint != once.fingerprint:
        raise KeyReusedError
    return replied(reply, again=reply.fingerprint is not None)


def clean_reference(reference: str | None) -> str | None:
    """A reference as it is stored and searched for."""
    return redact_text(reference) if reference else reference


def rendered(answer: Mapping[str, Any]) -> str:
    """An answer as JSON."""
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


def _keeping(
    store: StoreDep, caller: CallerDep, clock: ClockDep, once: OnceDep, metrics: MetricsDep
) -> Answering:
    return Answering(store=store, caller=caller, now=clock(), once=once, metrics=metrics)


KeepingDep = Annotated[Answering, Depends(_keeping)]


def _answering(keeping: KeepingDep, keep: Keep = True) -> Answering:
    return keeping if keep else replace(keeping, keep=False)


AnsweringDep = Annotated[Answering, Depends(_answering)]
