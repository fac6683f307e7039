"""A diagnosis as the process that read the trace has written it down."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ReadTrace:
    """Stands for the `Diagnosis` that stayed in the other process."""

    members: Mapping[str, Any]
    id: str | None = None
    created_at: str | None = None
    reference: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The diagnosis as in the contract."""
        given = {"id": self.id, "created_at": self.created_at, "reference": self.reference}
        return {**self.members, **given}
