"""Vectors in a file of float32 rows, memory-mapped: what is not asked for is never read."""

import mmap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.errors import CorpusDamaged
from index.protocols import Vectors

__all__ = ["ExactRows", "Ids", "NewRows", "blocks", "places"]

Ids = NDArray[np.int64]
_LITTLE = np.dtype("<f4")


class ExactRows:
    """Read rows of `dimension` numbers by their place; safe to share between threads."""

    def __init__(self, path: Path, rows: int, dimension: int) -> None:
        if path.stat().st_size != rows * dimension * _LITTLE.itemsize:
            raise CorpusDamaged(
                f"{path} has not {rows} vectors of {dimension} dimensions: index the documents again"
            )
        with path.open("rb") as handle:
            mapped = mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)
        if hasattr(mapped, "madvise"):
            # Rows are asked for one here, one there: what the system would read ahead is not wanted.
            mapped.madvise(mmap.MADV_RANDOM)
        self._rows = np.frombuffer(mapped, dtype=_LITTLE).reshape(rows, dimension)

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self._rows.shape[0])

    def __getitem__(self, rows: Ids | slice) -> Vectors:
        """Return these rows, copied into memory."""
        return np.array(self._rows[rows], dtype=np.float32)


class NewRows:
    """Collect rows in a file while they come in: however many there are, none stays in memory."""

    def __init__(self, path: Path, dimension: int) -> None:
        self._path, self._dimension = path, dimension
        self._file = path.open("w+b")
        self._count = 0

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._count

    def append(self, vectors: Vectors) -> None:
        """Write rows at the end."""
        self._file.seek(0, 2)
        self._file.write(np.ascontiguousarray(vectors, dtype=_LITTLE).tobytes())
        self._count += len(vectors)

    def __getitem__(self, rows: Ids | slice) -> Vectors:
        """Return these rows; a slice without step."""
        if isinstance(rows, slice):
            taken = range(self._count)[rows]
            return self._read(taken.start, len(taken))
        found = [self._read(row, 1) for row in rows.tolist()]
        return np.concatenate(found) if found else self._read(0, 0)

    def discard(self) -> None:
        """Close and remove the file."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def _read(self, first: int, count: int) -> Vectors:
        """Return some consecutive rows."""
        size = self._dimension * _LITTLE.itemsize
        self._file.seek(first * size)
        found = np.frombuffer(self._file.read(count * size), dtype=_LITTLE)
        return found.reshape(count, self._dimension).astype(np.float32)


def places(ids: Ids, wanted: Ids) -> tuple[Ids, NDArray[np.bool_]]:
    """Return where each wanted id stands among ascending ids, and whether it stands there at all."""
    if not ids.size:
        return np.zeros(wanted.size, dtype=np.int64), np.zeros(wanted.size, dtype=bool)
    rows = np.minimum(np.searchsorted(ids, wanted), ids.size - 1)
    return rows, ids[rows] == wanted


def blocks(count: int, size: int = 65_536) -> Iterator[slice]:
    """Yield slices that together cover a number of rows."""
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))
