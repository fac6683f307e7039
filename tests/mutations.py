"""Traces with random damage, the same every time."""

import copy
import json
from collections.abc import Iterator
from random import Random
from typing import Any

ODD = [
    None, True, -1, 0, 403, 1e300, "", "403", "\x00", "\ud800", "é" * 300, "a" * 5_000, [], {},
    [None], [[[[]]]], {"name": None}, {"": {"": ""}}, "http://[::1", "javascript:alert(1)",
    "https://" + "a" * 300, "AADSTS50055", '{"error": {', "HTTP/1.1 403 ", "base64",
]  # fmt: skip
BYTES = [b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"\x00", b"\xff", b"\\u", b"NaN", b"1e9"]


def mutated(trace: dict[str, Any], count: int) -> Iterator[bytes]:
    """Damage a trace in one to five places: first its values, in every third its bytes."""
    random = Random(count)  # noqa: S311 -- no secret
    for number in range(count):
        changed = copy.deepcopy(trace)
        for _ in range(random.randint(1, 5)):
            _replace_one(changed, random)
        raw = json.dumps(changed, ensure_ascii=random.random() < 0.5)
        damaged = raw.encode("utf-8", "surrogatepass")
        yield _damaged(damaged, random) if number % 3 == 0 else damaged


def _replace_one(trace: dict[str, Any], random: Random) -> None:
    place: Any = trace
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return
        key = random.choice(keys)
        if random.random() < 0.15 or not isinstance(place[key], (dict, list)):
            break
        place = place[key]
    match random.randrange(4):
        case 0 if isinstance(place, dict):
            place[random.choice(keys)] = place.pop(key)
        case 1:
            del place[key]
        case _:
            place[key] = copy.deepcopy(random.choice(ODD))


def _damaged(raw: bytes, random: Random) -> bytes:
    start = random.randrange(len(raw))
    end = start + random.choice([0, 0, 1, 2, 40, len(raw)])
    return raw[:start] + random.choice([*BYTES, b""]) + raw[end:]
