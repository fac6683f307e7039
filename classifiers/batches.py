"""Many messages at once, with the answers that `Diagnoser.diagnose` gives to each of them.

Job logs repeat themselves but for ids and times. Two texts of one shape (equal but for whole GUIDs
and ISO times, of equal length and in the same places) get one diagnosis, with the ids of each in
its place: no step reads such an id, each copies it. Every new shape takes the way of `diagnose`
itself, with all words of the book looked for in one pass and the model asked once per wording.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import blake2b
from threading import Lock
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from classifiers.columns import (
    ADDED,
    NOTHING,
    Added,
    Columns,
    added,
    context_of,
    one_text,
    state_of,
)
from classifiers.diagnosis import Diagnosis, incident_of
from classifiers.evidence import Failure, Verdict
from classifiers.fact_patterns import NOBODY
from classifiers.formats.har import NotATraceError
from classifiers.model.features import described
from classifiers.model.text_model import TextModel
from classifiers.principal import WORK365_APPLICATIONS
from classifiers.resolution import Subject
from classifiers.signatures.book import Book
from classifiers.signatures.scanner import ScannedBook

if TYPE_CHECKING:
    import pandas as pd

    from classifiers.evidence import Context
    from classifiers.pipeline import Diagnoser

# What the rules over a whole file read beside the answer.
BESIDE = ("trace_id", "tokens_valid_from", "privilege")
MAX_SHAPES = 40_000  # about 1 KB each
MAX_WORDINGS = 20_000
MAX_CONTEXTS = 20_000

_GUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,7})?Z?"
_TOKEN = re.compile(rf"(?<![\w.+-])({_GUID}|{_TIME})(?![\w+-])")
_ANY_GUID = re.compile(_GUID)
_GUID_CHARS = 36
_STATUSES = frozenset(
    str(status)
    for statuses in (range(400, 410), (412, 422, 429), range(500, 505))
    for status in statuses
)
_ENTRA = re.compile(r"[5679][0358]\d{3}")  # AADSTS50055, 65001, 70008, 90072 …
SCHEMA = pa.schema(
    [(name, pa.float64() if name == "triage_confidence" else pa.string()) for name in ADDED]
)
_BESIDE_SCHEMA = pa.schema([(name, pa.string()) for name in BESIDE])

_SUBJECT = ADDED.index("triage_subject")
_INCIDENT = ADDED.index("triage_incident")


@dataclass(frozen=True, slots=True)
class RememberingModel(TextModel):
    """The text model, which scores each wording once."""

    remembered: dict[str, dict[str, float]] = field(default_factory=dict)

    def chances(self, text: str, context: "Context") -> dict[str, float]:
        """How probable each cause is for one redacted, unwrapped message."""
        wording = described(text, context)
        known = self.remembered.get(wording)
        if known is None:
            known = dict(zip(self.causes, self.predict([wording])[0], strict=True))
            _make_room(self.remembered, MAX_WORDINGS)
            self.remembered[wording] = known
        return known


@dataclass(frozen=True, slots=True)
class _Shape:
    """What texts of one shape share, and where their ids are written in.

    `filled` names the cell, its constant parts, and for each gap between them the number of the
    token that stands there; `grouped` is what an incident's id is made of where its subject is
    one of the tokens.
    """

    cells: Added
    filled: tuple[tuple[int, tuple[str, ...], tuple[int, ...]], ...] = ()
    grouped: tuple[Verdict, Subject, Failure, Any] | None = None


class Batches:
    """Diagnoses record batches; remembers shapes, so it is made once."""

    def __init__(self, diagnoser: "Diagnoser") -> None:
        self._diagnoser = _quick(diagnoser)
        self._special = _special(diagnoser)
        self._shapes: dict[bytes, _Shape] = {}
        self._contexts: dict[tuple[str, ...], dict[str, Any]] = {}
        self._lock = Lock()  # the scan has one scratch space

    def annotate(self, batch: pa.RecordBatch, text_column: str | None = None) -> pa.RecordBatch:
        """The columns of `ADDED` and `BESIDE` for a batch, row by row.

        Raises:
            ValueError: No column holds a message.
        """
        with self._lock:
            rows = [self._answer(text, known) for text, known in self.rows(batch, text_column)]
        arrays = zip(*rows, strict=True) if rows else ((),) * (len(ADDED) + len(BESIDE))
        schema = pa.schema([*SCHEMA, *_BESIDE_SCHEMA])
        return pa.RecordBatch.from_arrays(
            [pa.array(values, each.type) for values, each in zip(arrays, schema, strict=True)],
            schema=schema,
        )

    def rows(
        self, batch: pa.RecordBatch, text_column: str | None = None
    ) -> Iterator[tuple[str | None, Mapping[str, Any]]]:
        """Message and context of each row; no message where the row has not failed.

        Raises:
            ValueError: No column holds a message.
        """
        columns = Columns.of(batch.schema.names, text_column)
        if not columns.message:
            raise ValueError("no column holds a message")
        texts = zip(*(_strings(batch, title) for title in columns.message), strict=True)
        names = list(columns.named)
        beside = zip(*(_strings(batch, columns.named[name]) for name in names), strict=True)
        for parts, cells in zip(texts, beside if names else ((),) * len(batch), strict=True):
            text = one_text(parts)
            context = self._contexts.get(cells)
            if context is None:
                context = _context(dict(zip(names, cells, strict=True)))
                _make_room(self._contexts, MAX_CONTEXTS)
                self._contexts[cells] = context
            yield (text if _may_have_failed(text, context) else None), context

    def _answer(self, text: str | None, context: Mapping[str, Any]) -> Added:
        if text is None:
            return _NO_FAILURE
        parts = _TOKEN.split(text)
        tokens = parts[1::2]
        key = _key(parts, tokens, self._special, context)
        shape = self._shapes.get(key)
        if shape is None:
            shape, copies = self._new(text, context, tokens)
            if copies:
                _make_room(self._shapes, MAX_SHAPES)
                self._shapes[key] = shape
            return shape.cells
        return _with(shape, tokens) if shape.filled or shape.grouped else shape.cells

    def _new(
        self, text: str, context: Mapping[str, Any], tokens: Sequence[str]
    ) -> tuple[_Shape, bool]:
        """The shape of a text, and whether it may stand for others."""
        try:
            diagnosis = self._diagnoser.diagnose(text, context)
        except NotATraceError:
            return _Shape(_NO_FAILURE), False
        values = (*added(diagnosis), *_beside(diagnosis))
        if not tokens:
            return _Shape(values), True
        filled = [
            (index, *split)
            for index, value in enumerate(values)
            if isinstance(value, str) and (split := _split(value, tokens)) is not None
        ]
        grouped = _grouped(diagnosis) if any(index == _SUBJECT for index, *_ in filled) else None
        return _Shape(values, tuple(filled), grouped), _is_whole(values, filled, tokens)


def batches_of(diagnoser: "Diagnoser") -> Batches:
    """What a diagnoser keeps for batches; made at the first one."""
    if not diagnoser.batches:
        diagnoser.batches.append(Batches(diagnoser))
    return diagnoser.batches[0]


def diagnosed_batch(diagnoser: "Diagnoser", batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with the columns of `ADDED`, in the place of any that are there already."""
    answers = batches_of(diagnoser).annotate(batch)
    kept = [field for field in batch.schema if field.name not in ADDED]
    arrays = [batch.column(batch.schema.get_field_index(field.name)) for field in kept]
    return pa.RecordBatch.from_arrays(
        [*arrays, *answers.columns[: len(ADDED)]], schema=pa.schema([*kept, *SCHEMA])
    )


def diagnosed_frame(diagnoser: "Diagnoser", frame: "pd.DataFrame") -> "pd.DataFrame":
    """The frame with the columns of `ADDED`, its index kept."""
    titles = [str(title) for title in frame.columns]
    columns = Columns.of(titles)
    texts = {title: _texts(frame, titles.index(title)) for title in columns.needed}
    if not columns.message:
        raise ValueError("no column holds a message")
    answers = batches_of(diagnoser).annotate(pa.RecordBatch.from_pydict(texts))
    found = answers.select(list(ADDED)).to_pandas()
    return frame.assign(**{name: found[name].to_numpy() for name in ADDED})


def _texts(frame: "pd.DataFrame", index: int) -> list[str]:
    cells = frame.iloc[:, index].tolist()
    return [_text(cell) for cell in cells]


def _text(cell: Any) -> str:
    if isinstance(cell, Mapping):
        return context_column(cell)
    return "" if cell is None or cell != cell else str(cell)  # noqa: PLR0124 -- NaN is not itself


def context_column(members: Mapping[str, Any] | None) -> str:
    """A context as it stands in the column `context` of a batch."""
    return json.dumps(members, sort_keys=True) if members else ""


def _quick(diagnoser: "Diagnoser") -> "Diagnoser":
    """The same diagnoser with the book scanned in one pass and a model that remembers."""
    gatherer, model = diagnoser.gatherer, diagnoser.model
    if gatherer is not None:
        gatherer = replace(gatherer, book=ScannedBook.of(gatherer.book))
    if model is not None:
        known = {name: getattr(model, name) for name in TextModel.__dataclass_fields__}
        model = RememberingModel(**known)
    return replace(diagnoser, gatherer=gatherer, model=model, batches=[])


def _special(diagnoser: "Diagnoser") -> frozenset[str]:
    """The ids that our knowledge names: for them nothing else can stand."""
    book = diagnoser.gatherer.book if diagnoser.gatherer else Book((), (), ())
    patterns = " ".join(p.source for entry in book.entries for p in entry.required)
    return frozenset({NOBODY, *WORK365_APPLICATIONS, *_ANY_GUID.findall(patterns.casefold())})


def _context(cells: Mapping[str, str]) -> dict[str, Any]:
    context = {**cells, "state": state_of(cells.get("state", ""))}
    written = cells.get("context")
    if written:
        members = json.loads(written)
        return members if isinstance(members, dict) else {}
    return context_of(context)


def _may_have_failed(text: str, context: Mapping[str, Any]) -> bool:
    job = context.get("job")
    state = job.get("state") if isinstance(job, Mapping) else None
    return state != "Succeeded" and bool(text or state)


def _strings(batch: pa.RecordBatch, title: str) -> list[str]:
    """A column as texts; empty where it is null."""
    column = batch.column(batch.schema.get_field_index(title))
    if pa.types.is_struct(column.type):
        return [context_column(_told(members)) for members in column.to_pylist()]
    if not pa.types.is_string(column.type):
        column = column.cast(pa.string())
    texts: list[str] = column.fill_null("").to_pylist()
    return texts


def _told(members: Mapping[str, Any] | None) -> dict[str, Any]:
    """Members without those that an Arrow struct adds because other rows have them."""
    told = {name: value for name, value in (members or {}).items() if value is not None}
    return {n: _told(v) if isinstance(v, Mapping) else v for n, v in told.items()}


def _key(
    parts: Sequence[str],
    tokens: Sequence[str],
    special: frozenset[str],
    context: Mapping[str, Any],
) -> bytes:
    """What texts of one shape have in common, as a digest."""
    marks = [_mark(token, special) for token in tokens]
    if len(tokens) > 1:  # equal ids stay equal: one user is refused and named again
        folded = [token.casefold() for token in tokens]
        if len(set(folded)) < len(folded):
            marks += (str(folded.index(token)) for token in folded)
    whole = "\x1e".join((*parts[::2], "\x1f", *marks, "\x1f", repr(context)))
    return blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _mark(token: str, special: frozenset[str]) -> str:
    """What a pattern could see of a token, whatever its digits are.

    Whether its start is a number matters: the words before it may announce one.

    >>> _mark("12345678-1a2b-403e-9d1e-2f5a6b7c8d9e", frozenset())
    '36 True --403--'
    """
    if len(token) != _GUID_CHARS or token[8] != "-":
        return f"{len(token)} {token[-1] == 'Z'}"
    if "0000" in token or token.casefold() in special:
        return token
    return f"36 {token[:8].isdigit()} " + "-".join(map(_code_in, token.split("-")))


@lru_cache(maxsize=1 << 17)  # few parts of an id look like a code, and those are few
def _code_in(part: str) -> str:
    """What a loose pattern could take for a status or for a code of Entra at the start of a part.

    >>> [_code_in(part) for part in ("4017", "45ab", "4571", "50173abc", "9d1e")]
    ['401', '', '', '50173abc', '']
    """
    if not part[:3].isdigit():
        return ""
    if _ENTRA.match(part):
        return part
    return part[:3] if part[:3] in _STATUSES else ""


def _split(value: str, tokens: Sequence[str]) -> tuple[tuple[str, ...], tuple[int, ...]] | None:
    """The constant parts of a value and the tokens between them; None where it holds none."""
    parts = _TOKEN.split(value)
    constants, gaps = [parts[0]], []
    for token, after in zip(parts[1::2], parts[2::2], strict=True):
        if token in tokens:
            gaps.append(tokens.index(token))
            constants.append(after)
        else:
            constants[-1] += token + after
    return (tuple(constants), tuple(gaps)) if gaps else None


def _is_whole(
    values: Added,
    filled: Iterable[tuple[int, tuple[str, ...], tuple[int, ...]]],
    tokens: Sequence[str],
) -> bool:
    """Whether nothing of a token is left in the constant parts: cut off, or in another case."""
    constants = {index: " ".join(parts) for index, parts, _ in filled}
    kept = "\n".join(str(constants.get(i, v)) for i, v in enumerate(values)).casefold()
    return not any(token[:8].casefold() in kept for token in tokens)


def _with(shape: _Shape, tokens: Sequence[str]) -> Added:
    """The values of a shape with these tokens."""
    values = list(shape.cells)
    for index, constants, gaps in shape.filled:
        pieces = [constants[0]]
        for gap, constant in zip(gaps, constants[1:], strict=True):
            pieces += (tokens[gap], constant)
        values[index] = "".join(pieces)
    if shape.grouped is not None:
        verdict, subject, failure, provider = shape.grouped
        named = replace(subject, id=values[_SUBJECT].partition(" ")[2])
        values[_INCIDENT] = incident_of(verdict, named, failure, provider)
    return tuple(values)


def _grouped(diagnosis: Diagnosis) -> tuple[Verdict, Subject, Failure, Any] | None:
    if diagnosis.answer is None or diagnosis.failure is None or diagnosis.facts is None:
        return None
    verdict = Verdict(diagnosis.verdict.cause, diagnosis.verdict.variant)
    failure = Failure("", diagnosis.failure.context)
    return verdict, diagnosis.answer.subject, failure, diagnosis.facts.facts.get("provider")


def _beside(diagnosis: Diagnosis) -> Added:
    if diagnosis.facts is None:
        return (None,) * len(BESIDE)
    told = {**diagnosis.facts.facts, **diagnosis.facts.handover}
    trace = told.get("trace_id") or told.get("correlation_id")
    return (trace, told.get("tokens_valid_from"), told.get("privilege"))


def _make_room(remembered: dict[Any, Any], most: int) -> None:
    """Forget the oldest half where there is no room for one more."""
    if len(remembered) >= most:
        for key in list(remembered)[: most // 2]:
            del remembered[key]


_NO_FAILURE: Added = NOTHING + (None,) * len(BESIDE)
