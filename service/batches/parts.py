"""Parts: what is finished of a batch, kept beside the output until all of it is."""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """What is known of one finished part."""

    number: int
    rows: int
    named: int  # rows that have a cause
    faults: Mapping[int, str]  # row of the part, from 0, and why it could not be read


@dataclass(frozen=True, slots=True)
class Parts:
    """The folder of the parts of one output."""

    folder: Path

    @classmethod
    def beside(cls, target: Path) -> "Parts":
        """The folder that belongs to an output file."""
        return cls(target.with_name(target.name + ".parts"))

    def begin(self, plan: Mapping[str, Any], *, resume: bool) -> dict[str, Any]:
        """Make the folder; parts of the same plan stay if the work is resumed.

        Returns:
            The plan that holds: that of the interrupted work where it goes on.
        """
        kept = self._kept(plan) if resume else None
        if kept is not None:
            return kept
        self.remove()
        self.folder.mkdir()
        _write(self.folder / "plan.json", json.dumps(plan).encode())
        return dict(plan)

    def finish(self, part: Part, content: bytes, sightings: bytes | None) -> None:
        """Keep a part; what tells of it is written last, so a part is whole or not there."""
        if sightings is not None:
            _write(self.sightings(part.number), sightings)
        _write(self.content(part.number), content)
        _write(self._told(part.number), json.dumps(asdict(part)).encode())

    def find(self, number: int) -> Part | None:
        """A part that is finished."""
        try:
            told = json.loads(self._told(number).read_bytes())
        except FileNotFoundError:
            return None
        faults = {int(row): fault for row, fault in told["faults"].items()}
        return Part(number, told["rows"], told["named"], faults)

    def content(self, number: int) -> Path:
        """The file of a part."""
        return self.folder / f"{number:06d}"

    def sightings(self, number: int) -> Path:
        """The file of what the rules over the whole file read of a part."""
        return self.folder / f"{number:06d}.sightings"

    def remove(self) -> None:
        """Remove the folder and everything in it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _told(self, number: int) -> Path:
        return self.folder / f"{number:06d}.json"

    def _kept(self, plan: Mapping[str, Any]) -> dict[str, Any] | None:
        try:
            found = json.loads((self.folder / "plan.json").read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        same = {name: value for name, value in found.items() if name != "now"}
        wanted = {name: value for name, value in plan.items() if name != "now"}
        return dict(found) if same == wanted else None


def fingerprint(source: Path) -> str:
    """What tells whether a file is still the same: its length, time of change, start and end."""
    state = source.stat()
    digest = hashlib.sha256(f"{state.st_size} {state.st_mtime_ns}".encode())
    with source.open("rb") as file:
        digest.update(file.read(1 << 16))
        file.seek(max(0, state.st_size - (1 << 16)))
        digest.update(file.read())
    return digest.hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Write a file that is there wholly or not at all, whatever happens meanwhile."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
