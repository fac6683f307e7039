"""Tags: what stands in the place of a secret, equal for equal secrets within one upload."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

TAG = re.compile(rb"\[([a-z_]{2,30}(?::[\w.+-]{1,60})?) #(\d{1,9})\]")


@dataclass(slots=True)
class Tags:
    """Numbers secrets by first appearance; lives as long as one call, so nothing is stored."""

    counts: defaultdict[str, int] = field(
        default_factory=lambda: defaultdict(int)
    )  # kind → replaced places
    _given: dict[bytes, bytes] = field(default_factory=dict)  # secret → tag
    _last: defaultdict[bytes, int] = field(
        default_factory=lambda: defaultdict(int)
    )  # label → last number

    def reserve(self, text: bytes) -> None:
        """Do not give a number again that the text already holds."""
        for tag in TAG.finditer(text):
            label, number = tag.groups()
            self._last[label] = max(self._last[label], int(number))

    def replace(self, label: bytes, secret: bytes) -> bytes:
        """Count the secret and return its tag."""
        self.counts[label.partition(b":")[0].decode()] += 1
        if secret not in self._given:
            self._last[label] += 1
            self._given[secret] = b"[%s #%d]" % (label, self._last[label])
        return self._given[secret]

    def known(self) -> dict[bytes, bytes]:
        """Every secret replaced so far, with its tag."""
        return self._given
