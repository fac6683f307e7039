"""How fast secrets are taken out of ordinary job messages and of hostile ones.

Usage: python bench/redaction.py [seconds for each figure, default 2]

The messages are those of the corpus. Status 1 where those without secrets go
slower than the goal.
"""

import json
import sys
from pathlib import Path
from time import perf_counter

from classifiers.redact import redact_text

GOAL_MEGABYTES = 10  # a second
MESSAGES = Path(__file__).parent.parent / "corpus" / "messages"
HOSTILE = {
    "one long line of a": "a" * 1_000_000,
    "percent escapes": "%25" * 300_000,
    "assignments": "password=a&" * 90_000,
    "base64 of nothing": "QUJD" * 250_000,
    "open brackets": "{[" * 500_000,
}


def main() -> int:
    """Print every figure; 1 where the goal is missed."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    texts = [row["text"] for row in _rows() if row["kind"] == "job_log"]
    redact_text("password=EXAMPLE")  # compiles the rules
    clean = [text for text in texts if redact_text(text) == text]
    ordinary = speed(clean, seconds)
    print(f"job messages                 {ordinary:8.1f} MB/s   {len(clean)} messages")
    print(f"the same, some with secrets  {speed(texts, seconds):8.1f} MB/s   {len(texts)} messages")
    for name, text in HOSTILE.items():
        print(f"{name:28} {speed([text], 0):8.1f} MB/s")
    return int(ordinary < GOAL_MEGABYTES)


def speed(texts: list[str], seconds: float) -> float:
    """Redact the texts again and again; megabytes a second in the best round."""
    size = sum(len(text.encode()) for text in texts)
    end = perf_counter() + seconds
    best = float("inf")
    while best == float("inf") or perf_counter() < end:
        start = perf_counter()
        for text in texts:
            redact_text(text)
        best = min(best, perf_counter() - start)
    return size / best / 1_000_000


def _rows() -> list[dict[str, str]]:
    files = sorted(MESSAGES.glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


if __name__ == "__main__":
    sys.exit(main())
