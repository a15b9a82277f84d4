"""What one file may cost, and the options a reader gets with the bytes."""

from dataclasses import dataclass, field

from index.formats.columns import Columns

__all__ = ["Given", "Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bound what a file may cost: seconds of wall time, bytes, counts.

    `memory` is address space and holds where the system has RLIMIT_AS (not on Windows, not in effect on
    macOS); `output` is bytes of text a file may give, `expanded` what an archive may unfold to, those in it
    included; `depth` is how deep archives may lie in archives.
    """

    seconds: float = 120.0
    memory: int = 1 << 30
    output: int = 256 << 20
    file: int = 128 << 20
    expanded: int = 1 << 30
    members: int = 10_000
    depth: int = 2
    pages: int = 5_000


@dataclass(frozen=True, slots=True)
class Given:
    """Hold what a reader gets: the bytes of a file and what is known of it."""

    data: bytes
    stem: str
    suffix: str
    limits: Limits = field(default_factory=Limits)
    columns: Columns = field(default_factory=Columns)
