"""Claims on pieces of a text: which bytes are secret, of which kind, found where."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

# `password@host` of a URL looks like an address; the host has to stay.
_YIELDING = frozenset((b"mail_address",))


@dataclass(frozen=True, slots=True)
class Found:
    """A secret in a view: its label (kind, or kind:name) and its place in that view."""

    label: bytes
    start: int
    end: int


@dataclass(slots=True)
class Claim:
    """Bytes of the raw text that go, and what stands for them."""

    start: int
    end: int
    label: bytes
    secret: bytes
    instead: bytes | None = None  # None: a tag


def merged(claims: Iterable[Claim]) -> list[Claim]:
    """Join claims that overlap; the first in the given order names the whole.

    A claim that yields is left out where another one overlaps it.
    """
    ranked = list(enumerate(claims))
    firm = _joined([each for each in ranked if each[1].label not in _YIELDING])
    ends = [claim.end for claim in firm]
    for claim in _joined([each for each in ranked if each[1].label in _YIELDING]):
        index = bisect_right(ends, claim.start)
        if index == len(firm) or claim.end <= firm[index].start:
            firm.insert(index, claim)
            ends.insert(index, claim.end)
    return firm


def _joined(ranked: list[tuple[int, Claim]]) -> list[Claim]:
    ranked.sort(key=lambda each: (each[1].start, -each[1].end))
    joined: list[tuple[int, Claim]] = []
    for rank, claim in ranked:
        if joined and claim.start < joined[-1][1].end:
            joined[-1] = _union(joined[-1], (rank, claim))
        else:
            joined.append((rank, claim))
    return [claim for _, claim in joined]


def _union(left: tuple[int, Claim], right: tuple[int, Claim]) -> tuple[int, Claim]:
    rank, best = min(left, right, key=lambda each: (each[1].instead is not None, each[0]))
    start, end = left[1].start, max(left[1].end, right[1].end)
    instead = best.instead if (start, end) == (best.start, best.end) else None
    return rank, Claim(start, end, best.label, best.secret, instead)
