"""Floors: what held-out answers to a frozen part of the corpus must reach."""

import hashlib
import json
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.labelled import LabelledMessage
from corpus.terms import KnowledgeError

CEILINGS = frozenset({"calibration_error"})  # the lower, the better


@dataclass(frozen=True, slots=True)
class Floors:
    """Floors by part and measure, and how many messages of each system are frozen with what digest.

    A frozen message stays as it is, so that figures of different days can be compared; messages
    that come later are trained on, and not measured before somebody freezes them.
    """

    parts: Mapping[str, Mapping[str, float]]
    frozen: Mapping[str, str]

    def messages(self, known: Sequence[LabelledMessage]) -> list[LabelledMessage]:
        """The frozen ones among labelled messages.

        Raises:
            KnowledgeError: One of them was changed, or is gone.
        """
        groups = _by_system(known)
        taken: list[LabelledMessage] = []
        for system, seal in self.frozen.items():
            count = int(seal.split()[0])
            group = groups.get(system, [])[:count]
            if _seal(group) != seal:
                raise KnowledgeError(
                    f"frozen messages of {system} were changed; if that was meant, freeze them anew"
                )
            taken += group
        return taken

    def faults(self, measured: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
        """One line for each measure that misses its floor."""
        for part, floors in self.parts.items():
            for measure, floor in floors.items():
                value = measured[part][measure]
                if value is None or (value > floor if measure in CEILINGS else value < floor):
                    yield f"{part}: {measure} is {value}, the floor is {floor}"


def read_floors(path: Path) -> Floors:
    """Read a floors file.

    Raises:
        KnowledgeError: It is no TOML.
        OSError: It cannot be read.
    """
    try:
        head = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise KnowledgeError(f"{path.name}: {error}") from error
    frozen = head.pop("frozen", {})
    return Floors(head, frozen)


def freeze(path: Path, known: Sequence[LabelledMessage]) -> None:
    """Freeze the messages as they are: rewrite the last table of a floors file."""
    kept = path.read_text("utf-8").partition("[frozen]\n")[0]
    seals = (f'{s} = "{_seal(group)}"' for s, group in sorted(_by_system(known).items()))
    path.write_text("\n".join((f"{kept}[frozen]", *seals)) + "\n", "utf-8")


def _by_system(messages: Sequence[LabelledMessage]) -> dict[str, list[LabelledMessage]]:
    groups: dict[str, list[LabelledMessage]] = defaultdict(list)
    for message in sorted(messages, key=lambda m: m.id):
        groups[message.system].append(message)
    return groups


def _seal(messages: Sequence[LabelledMessage]) -> str:
    digest = hashlib.sha256()
    for m in messages:
        members = [m.id, m.text, dict(m.context), m.label, m.acceptable]
        digest.update(json.dumps(members, sort_keys=True, ensure_ascii=False).encode())
    return f"{len(messages)} {digest.hexdigest()[:16]}"
