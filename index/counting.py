"""How many articles there are to read, where that can be told without reading them."""

import gzip
import zlib
from collections.abc import Iterable
from pathlib import Path

from index.formats.registry import is_read, suffix_of
from index.formats.selection import Selection
from index.report import Skipped
from index.walk import files_below

__all__ = ["count_articles"]

# One file of these is one article; the others may hold any number.
_SINGLE = frozenset(
    {".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".pdf", ".docx", ".odt", ".epub"}
)
# Bytes: counting the lines of this much takes a second or two.
_LARGEST = 256 << 20
_PIECE = 1 << 20


def count_articles(paths: Iterable[Path], selection: Selection) -> int | None:
    """Return how many articles the files below these paths hold, None where it would cost to know.

    A file that will be skipped counts as one: this is for showing how far a run is.
    """
    total = 0
    for path in paths:
        for found in files_below(path, selection):
            count = 1 if isinstance(found, Skipped) else _count(found[0])
            if count is None:
                return None
            total += count
    return total


def _count(path: Path) -> int | None:
    """Return how many articles a file holds, None where it would cost to know."""
    suffix = suffix_of(path.name)
    if suffix in _SINGLE or is_read(suffix):
        return 1
    try:
        if not path.is_file() or not suffix.startswith(".jsonl"):
            return None
        return _lines(path, packed=suffix.endswith(".gz")) if path.stat().st_size <= _LARGEST else None
    except (OSError, EOFError, zlib.error):
        return None


def _lines(path: Path, *, packed: bool) -> int | None:
    """Return how many lines a file has, None once it goes on for too long: a gzip may unfold to anything."""
    lines = read = 0
    last = b"\n"
    with gzip.open(path, "rb") if packed else path.open("rb") as handle:
        while piece := handle.read(_PIECE):
            lines += piece.count(b"\n")
            read += len(piece)
            last = piece[-1:]
            if read > 4 * _LARGEST:
                return None
    return lines + (last != b"\n")
