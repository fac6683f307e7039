"""The same input gets the same answer, byte for byte but id and time, in every process."""

import json
import os
import subprocess
import sys

from samples import MISSING_PRIVILEGE, NO_ROLES, NOT_A_MEMBER, TRACE

PROCESSES = 10
INPUTS = (
    NO_ROLES,
    NOT_A_MEMBER,
    f"HTTP/1.1 403 Forbidden\nx-ms-request-id: 1\n\n{MISSING_PRIVILEGE}",
    f"{NO_ROLES}\n{NOT_A_MEMBER}\nAADSTS50055: expired. 401 Unauthorized, api.stripe.com refused.",
    "Zugriff verweigert. Something was not allowed, and nobody says what.",
    json.dumps(TRACE),
)
ASK = """
import json, sys
from classifiers import Diagnoser

diagnoser = Diagnoser.load()
for text in json.load(sys.stdin):
    answer = diagnoser.diagnose(text, {"identity": "application", "provider": "Stripe"}).to_dict()
    del answer["id"], answer["created_at"]
    print(json.dumps(answer))
"""


def answers(seed: int) -> str:
    """The answers of a process of its own, in which sets and dictionaries hash by this seed."""
    done = subprocess.run(  # noqa: S603 -- our own command
        [sys.executable, "-c", ASK],
        input=json.dumps(INPUTS),
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_ten_processes_give_the_same_bytes():
    first, *others = [answers(seed) for seed in range(PROCESSES)]

    assert len(first.splitlines()) == len(INPUTS)
    assert len({json.loads(line)["cause"] for line in first.splitlines()}) >= 3
    assert [other == first for other in others] == [True] * (PROCESSES - 1)


def test_an_answer_does_not_depend_on_what_was_asked_before(diagnoser):
    def asked(text: str) -> dict[str, object]:
        answer = diagnoser.diagnose(text).to_dict()
        return {name: answer[name] for name in answer if name not in {"id", "created_at"}}

    forwards = [asked(text) for text in INPUTS]
    backwards = [asked(text) for text in reversed(INPUTS)]

    assert forwards == backwards[::-1]
