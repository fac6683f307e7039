"""A batch gives every row the answer that `diagnose` gives it."""

import html
import json
import random
import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from samples import NO_ROLES

from classifiers import Diagnoser
from classifiers.batches import MAX_SHAPES, Batches, _quick, context_column
from classifiers.columns import ADDED, NOTHING, added
from classifiers.signatures.book import load_book
from classifiers.signatures.prefilter import fold
from classifiers.signatures.scanner import ScannedBook, _re2
from corpus.labelled import load_messages

GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")

CODES = ("5017", "4030", "4010", "7000", "1234")
STARTS = ("50173abc", "40300000", "7000215a", "401c0de0", "50055403")

Row = tuple[str, dict[str, Any]]


def rows(seed: int, count: int) -> Iterator[Row]:
    """Messages of the corpus with other ids and times; some wrapped, some one of a kind."""
    dice = random.Random(seed)  # noqa: S311 -- repeatable, guards nothing
    messages = [(m.text, dict(m.context)) for m in load_messages()]
    wrapped: tuple[Callable[[str], str], ...] = (
        lambda text: json.dumps({"error": {"message": text}}),
        lambda text: f"<html><body><p>{html.escape(text)}</p></body></html>",
        lambda text: f"2026-11-01 08:00:00 ERROR {text}\n   at Contoso.Jobs.Run() line {len(text)}",
        lambda text: (
            f"{text} for job {dice.randrange(10**6)} of ada{dice.random()}@contoso.example"
        ),
    )
    some = [dice.choice(messages) for _ in range(count // 3)]
    for _ in range(count):
        text, context = dice.choice(some)
        text = _varied(text, dice)
        yield (dice.choice(wrapped)(text) if dice.random() < 0.25 else text), context


def _varied(text: str, dice: random.Random) -> str:
    others: dict[str, str] = {}

    def another(found: "re.Match[str]") -> str:
        fresh = str(uuid.UUID(int=dice.getrandbits(128), version=4))
        if dice.random() < 0.3:
            parts = (dice.choice(CODES) for _ in range(3))
            fresh = f"{dice.choice(STARTS)}-{'-'.join(parts)}-{fresh[-12:]}"
        return others.setdefault(found[0], fresh)

    times = TIME.sub(lambda _: f"2026-{dice.randint(10, 12)}-1{dice.randrange(10)}T09:30:00", text)
    return GUID.sub(another, times)


def batch_of(messages: Sequence[Row]) -> pa.RecordBatch:
    texts = [text for text, _ in messages]
    return pa.RecordBatch.from_pydict(
        {"text": texts, "context": [context_column(context) for _, context in messages]}
    )


def answers_of(batch: pa.RecordBatch) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in ADDED) for row in batch.to_pylist()]


@pytest.mark.parametrize("count", [700, pytest.param(20_000, marks=pytest.mark.soak)])
def test_every_row_of_a_batch_has_the_answer_of_diagnose(diagnoser: Diagnoser, count: int):
    messages = list(rows(365, count))
    quick = _quick(diagnoser)  # the same functions on a book that is scanned in one pass

    answers = answers_of(diagnoser.diagnose_batch(batch_of(messages)))

    for (text, context), answer in zip(messages, answers, strict=True):
        assert answer == added(quick.diagnose(text, context)), text
    for (text, context), answer in list(zip(messages, answers, strict=True))[:60]:
        assert answer == added(diagnoser.diagnose(text, context)), text


def test_the_scan_finds_the_entries_that_looking_word_by_word_finds():
    book = load_book()
    scanned = ScannedBook.of(book)
    texts = [message.text for message in load_messages()][::12]

    for text in texts:
        assert scanned.possible(text) == book.possible(text)


def test_re2_finds_the_same_words_where_there_is_no_hyperscan():
    scanned = ScannedBook.of(load_book())
    scan = _re2([word.encode() for word in sorted(scanned.words)])

    for message in load_messages()[::20]:
        text = fold(message.text).encode()
        assert sorted(scan(text)) == sorted(scanned._scan(text))


def test_equal_ids_are_not_taken_for_different_ones(diagnoser: Diagnoser):
    one, other = str(uuid.UUID(int=11**30, version=4)), str(uuid.UUID(int=12**30, version=4))
    text = "Principal user (Id={}, type=8) is missing prvReadInvoice; caller {}"
    messages: list[Row] = [(text.format(one, other), {}), (text.format(other, other), {})]

    answers = answers_of(diagnoser.diagnose_batch(batch_of(messages)))

    assert [a[4] for a in answers] == [f"person {one}", f"person {other}"]
    assert answers[0][8] != answers[1][8]
    for (message, _), answer in zip(messages, answers, strict=True):
        assert answer == added(diagnoser.diagnose(message))


def test_work_365_itself_is_not_taken_for_another_application(diagnoser: Diagnoser):
    text = "AADSTS65001: The user has not consented to use the application with ID '{}'."
    ids = ("0f8fad5b-d9cb-469f-a165-70867728950e", "5e56ae97-9be1-40d3-938b-99ea52175a30")
    messages: list[Row] = [(text.format(app), {}) for app in ids]

    answers = answers_of(diagnoser.diagnose_batch(batch_of(messages)))

    assert answers == [added(diagnoser.diagnose(message)) for message, _ in messages]


def test_rows_that_succeeded_have_no_cause(diagnoser: Diagnoser):
    batch = pa.RecordBatch.from_pydict(
        {"Message": [NO_ROLES] * 4, "Statusgrund": ["Erfolgreich", "Fehlgeschlagen", "30", "31"]}
    )

    answers = answers_of(diagnoser.diagnose_batch(batch))

    assert [answer[0] for answer in answers] == [
        None,
        "missing_security_role",
        None,
        "missing_security_role",
    ]


def test_an_empty_row_is_no_failure(diagnoser: Diagnoser):
    assert answers_of(diagnoser.diagnose_batch(batch_of([("", {}), (" ", {})]))) == [NOTHING] * 2


def test_a_frame_keeps_its_columns_and_its_index(diagnoser: Diagnoser):
    frame = pd.DataFrame({"Message": [NO_ROLES, None], "n": [1, 2]}, index=["a", "b"])

    done = diagnoser.diagnose_frame(frame)

    assert list(done.columns) == ["Message", "n", *ADDED]
    assert list(done.index) == ["a", "b"]
    assert done.loc["a", "triage_cause"] == "missing_security_role"
    assert pd.isna(done.loc["b", "triage_cause"])


def test_a_batch_without_a_message_column_is_refused(diagnoser: Diagnoser):
    with pytest.raises(ValueError, match="no column"):
        diagnoser.diagnose_batch(pa.RecordBatch.from_pydict({"colour": ["red"]}))


def test_what_is_remembered_is_bounded(diagnoser: Diagnoser, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("classifiers.batches.MAX_SHAPES", 8)
    batches = Batches(diagnoser)

    batches.annotate(batch_of([(f"nothing {n}", {}) for n in range(40)]))

    assert len(batches._shapes) <= 8 < MAX_SHAPES
