"""What one run read, so that what a file no longer gives is told from what could not be read."""

from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["Ledger"]


@dataclass(slots=True)
class Ledger:
    """Hold who gave each id, which files were read to their end without a problem, and what archives hold."""

    owners: dict[str, str] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    held: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def note_file(self, place: str) -> None:
        """Note that a file was read to its end: what it did not give now is not in it."""
        self.whole.add(place)

    def note_archive(self, place: str, names: Iterable[str]) -> None:
        """Note all files an archive holds, whether they are meant or not."""
        self.held[place] = tuple(f"{place}/{name}" for name in names)
