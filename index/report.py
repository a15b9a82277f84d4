"""What a run of the writer did."""

from dataclasses import dataclass, field
from typing import Any

__all__ = ["IndexReport", "Skipped"]


@dataclass(frozen=True, slots=True)
class Skipped:
    """Hold what was not indexed, and why, in words for the person who runs the command."""

    path: str
    reason: str


@dataclass(slots=True)
class IndexReport:
    """Hold what a run did; `documents` and `passages` are those of the corpus after it.

    `duplicates` counts documents of this run that add nothing, `copies` the passages of the corpus left out
    because another says the same, `unpruned` documents that stay though their files are
    gone, for all files beside them are; `encoded` and `reused` the vectors computed and taken over.
    """

    documents: int = 0
    passages: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    duplicates: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    seconds: float = 0.0
    generation: int = 0
    copies: int = 0
    unpruned: int = 0
    encoded: int = 0
    reused: int = 0

    @property
    def changed(self) -> bool:
        """Tell whether the run made a new generation."""
        return bool(self.added or self.updated or self.removed)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of the command contract."""
        values = {name: getattr(self, name) for name in self.__slots__ if name != "skipped"}
        return {**values, "skipped": [{"path": s.path, "reason": s.reason} for s in self.skipped]}
