"""How fast `triage365 bulk` is, beside a copy of the file and beside the loop one would write.

Usage: python bench/bulk.py [--rows 1000000] [--rounds 3] [--sample 2000] [--spark]

Makes a table like a System Jobs export (nine columns; 400 wordings with varying ids, Zipf
distributed; 10 % wrapped in JSON or HTML, 5 % one-off wordings, 5 % traces of 2 to 4 KB) and
prints, pair by pair: polars' scan_csv → sink_csv of the file, `triage365 bulk` of the file, their
ratio, and the peak memory (sum of PSS). Needs `pip install triage365[bench]`.
"""

import argparse
import csv
import html
import json
import random
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

import polars as pl
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union

from classifiers.signatures.book import load_book
from corpus.labelled import load_messages

TITLES = (
    "System Job", "System Job Name", "System Job Type", "Status Reason", "Owner", "Regarding",
    "Completed On", "Error Code", "Message",
)  # fmt: skip
WORDINGS, EXPONENT = 400, 1.05
WRAPPED, ONE_OFF, TRACES = 0.10, 0.05, 0.05
BATCH = 1_000

SENTENCES = (
    (
        "Principal user (Id={guid}, type=8, roleCount={few}) is missing prv{verb}{table} privilege "
        "(Id={guid}) on OTC={otc} for entity '{entity}'."
    ),
    (
        "SecLib::AccessCheckEx failed. Returned hr = -2147187962, ObjectID: {guid}, "
        "OwnerId: {guid}, OwnerIdType: 8 and CallingUser: {guid}. "
        "ObjectTypeCode: {otc}, entity {entity}, {verb}Access"
    ),
    (
        "AADSTS7000215: Invalid client secret provided for {table} connector. Trace ID: {guid} "
        "Correlation ID: {guid} Timestamp: {time}"
    ),
    (
        "AADSTS50173: The provided grant for {entity} has expired due to it being revoked. "
        "Trace ID: {guid} Correlation ID: {guid} Timestamp: {time}"
    ),
    "The user with id {guid} has not been assigned any roles while {verb} of {entity}.",
    (
        "The remote server returned an error: (401) Unauthorized while {verb} {table}. "
        "Request {guid} at {time}"
    ),
    "The workflow {verb}{table} was stopped because its owner {guid} is disabled.",
    "Timeout expired while {verb} {entity}. The operation {guid} took longer than expected.",
    "A record of {entity} with the value {table} could not be found for {verb}. Activity {guid}",
    "Plug-in Contoso.{table}.{verb} ended with an unexpected failure at {time}, request {guid}.",
)
TABLES = (
    "Invoice", "Account", "Contact", "Order", "Quote", "Product", "Subscription", "License",
)  # fmt: skip
VERBS = ("Read", "Write", "Create", "Delete", "Append")
FRAME = (
    "   at Contoso.Jobs.{table}.{verb}Step.Execute(Context context) in Step{few}.cs:line {few}\n"
)


def main() -> None:
    """Print every figure."""
    options = _options()
    with TemporaryDirectory() as name:
        source = Path(name) / "jobs.csv"
        _write(source, options.rows)
        size = source.stat().st_size / 1e6
        print(f"{options.rows:,} rows, {size:,.0f} MB", flush=True)
        for _ in range(options.rounds):
            _pair(source, options.rows)
        _beside_the_loop(source, options)
        if options.spark:
            _spark(source)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sample", type=int, default=2_000, help="rows for the loop")
    parser.add_argument("--spark", action="store_true")
    return parser.parse_args()


def _write(path: Path, count: int) -> None:
    dice = random.Random(365)  # noqa: S311 -- repeatable, guards nothing
    wordings = list(_wordings(dice))
    weights = [1 / rank**EXPONENT for rank in range(1, WORDINGS + 1)]
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(TITLES)
        for start in range(0, count, BATCH):
            chosen = dice.choices(wordings, weights, k=min(BATCH, count - start))
            writer.writerows(_row(wording, dice) for wording in chosen)


def _wordings(dice: random.Random) -> Iterator[str]:
    every = [(s, t, v) for s in SENTENCES for t in TABLES for v in VERBS]
    for sentence, table, verb in dice.sample(every, WORDINGS):
        entity = f"new_{table.lower()}"
        known = {"table": table, "verb": verb, "entity": entity, "otc": str(dice.randrange(99))}
        yield _fill(sentence, known)


def _fill(text: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        text = text.replace("{" + name + "}", word)
    return text


def _row(wording: str, dice: random.Random) -> tuple[object, ...]:
    chance = dice.random()
    text = wording
    if chance < ONE_OFF:
        words = (f"{dice.getrandbits(24):06x}"[: dice.randrange(3, 7)] for _ in range(12))
        text = f"{' '.join(words)} {wording[: dice.randrange(20, 60)]}"
    elif chance < ONE_OFF + TRACES:
        frames = (
            _fill(FRAME, {"table": t, "verb": v, "few": str(n)})
            for n in range(3)
            for t in TABLES
            for v in VERBS[:2]
        )
        text += "\n" + "".join(frames)[: 2_000 + 100 * (len(wording) % 20)]
    while "{guid}" in text:
        text = text.replace("{guid}", str(uuid.UUID(int=dice.getrandbits(128), version=4)), 1)
    text = text.replace("{few}", str(dice.randrange(1, 4)))
    text = text.replace("{time}", f"2026-11-{dice.randint(10, 28)}T0{dice.randint(0, 9)}:15:00Z")
    if chance > 1 - WRAPPED / 2:
        text = json.dumps({"error": {"message": text}})
    elif chance > 1 - WRAPPED:
        text = f"<html><body><p>{html.escape(text)}</p></body></html>"
    number = dice.randrange(10**6)
    return (
        uuid.UUID(int=dice.getrandbits(128)), f"Job {number % 40}", "Workflow", "Failed",
        f"Owner {number % 25}", f"INV-{number:06}", f"11/{1 + number % 28}/2026 8:00 AM",
        -2147220891, text,
    )  # fmt: skip


def _pair(source: Path, rows: int) -> None:
    copy = _seconds(lambda: pl.scan_csv(source, infer_schema=False).sink_csv(_out(source, "copy")))
    command = [sys.executable, "-m", "service.cli", "bulk", str(source), str(_out(source, "out"))]
    start = perf_counter()
    running = subprocess.Popen(command)  # noqa: S603 -- our own command
    peak = 0.0
    while running.poll() is None:
        peak = max(peak, _pss(running.pid))
        sleep(0.2)
    ours = perf_counter() - start
    print(
        f"polars {copy:6.2f} s   triage365 bulk {ours:7.2f} s = {rows / ours:9,.0f} rows/s   "
        f"ratio {ours / copy:6.1f}   peak {peak:,.0f} MB",
        flush=True,
    )


def _beside_the_loop(source: Path, options: argparse.Namespace) -> None:
    """The loop that one would write, on a sample, beside ours on the whole file."""
    with source.open(newline="") as file:
        rows = csv.DictReader(file)
        texts = [row["Message"] for row, _ in zip(rows, range(options.sample), strict=False)]
    patterns = [signature.pattern.compiled for signature in load_book().signatures]
    labelled = load_messages()
    model = make_pipeline(
        make_union(
            TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=2),
            TfidfVectorizer(ngram_range=(1, 2), min_df=2),
        ),
        LogisticRegression(max_iter=200),
    )
    model.fit([m.text for m in labelled], [str(m.label) for m in labelled])

    def loop() -> None:
        unknown = [text for text in texts if not any(p.search(text) for p in patterns)]
        for start in range(0, len(unknown), BATCH):
            model.predict_proba(unknown[start : start + BATCH])

    theirs = options.sample / _seconds(loop)
    command = [sys.executable, "-m", "service.cli", "bulk", str(source), str(_out(source, "out"))]
    ours = options.rows / _seconds(lambda: subprocess.run(command, check=True))  # noqa: S603
    print(f"loop {theirs:,.0f} rows/s   triage365 bulk {ours:,.0f} rows/s   {ours / theirs:.1f} x")


def _spark(source: Path) -> None:
    from service.batches.spark import annotate, copy  # noqa: PLC0415 -- only where it is asked for

    bare = _seconds(lambda: copy(source, _out(source, "spark-copy")))
    whole = _seconds(lambda: annotate(source, _out(source, "spark"), None))
    print(f"spark read and write {bare:.1f} s   with triage365 {whole:.1f} s")


def _out(source: Path, name: str) -> Path:
    return source.with_name(f"{name}.csv")


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _pss(pid: int) -> float:
    """Megabytes of a process and its children; shared pages are counted once."""
    total = 0.0
    for each in [pid, *_children(pid)]:
        try:
            lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue  # it has ended
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
    return total


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            direct = [int(child) for child in task.read_text().split()]
        except OSError:
            continue
        found += [*direct, *(deeper for child in direct for deeper in _children(child))]
    return found


if __name__ == "__main__":
    main()
