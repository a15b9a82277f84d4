"""Computed vectors on disk while a run lasts: the embedding is the hour of work a crash must not cost.

The file is a header line and records of one size: 16 bytes of hash, the vector in float32, 8 bytes of
checksum. A record torn by a crash fails its checksum, and what follows it is ignored.
"""

import json
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np

from index.protocols import Vectors

__all__ = ["Journal"]

_HASH = 16
_CHECK = 8


class Journal:
    """Keep vectors by hash in one file that only grows, for one encoder; only under the writer's lock."""

    def __init__(self, path: Path, fingerprint: str, dimension: int) -> None:
        self._path = path
        self._dimension = dimension
        self._header = (
            json.dumps({"fingerprint": fingerprint, "dimension": dimension}).encode("ascii") + b"\n"
        )
        self._places: dict[bytes, int] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("r+b" if self._resumes() else "w+b")
        self._end = self._scan()

    def __len__(self) -> int:
        """Return the number of vectors kept."""
        return len(self._places)

    def find(self, hashes: Sequence[bytes]) -> dict[bytes, Vectors]:
        """Return the vectors kept under these hashes."""
        found: dict[bytes, Vectors] = {}
        for key in hashes:
            if (place := self._places.get(key)) is not None:
                self._file.seek(place + _HASH)
                found[key] = np.frombuffer(self._file.read(4 * self._dimension), dtype="<f4").copy()
        return found

    def append(self, vectors: dict[bytes, Vectors]) -> None:
        """Write vectors at the end; a killed process loses none of them, a power cut the last few."""
        self._file.seek(self._end)
        for key, vector in vectors.items():
            body = key + np.asarray(vector, dtype="<f4").tobytes()
            self._file.write(body + _checksum(body))
            self._places[key] = self._end
            self._end += len(body) + _CHECK
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def delete(self) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)

    def _resumes(self) -> bool:
        """Tell whether the file there was written for the same encoder."""
        try:
            with self._path.open("rb") as handle:
                return handle.readline(4096) == self._header
        except OSError:
            return False

    def _scan(self) -> int:
        """Read the places of whole records, and return where the next one goes."""
        size = _HASH + 4 * self._dimension + _CHECK
        self._file.seek(0)
        if not self._file.readline(4096):
            self._file.write(self._header)
        end = len(self._header)
        self._file.seek(end)
        while (
            len(record := self._file.read(size)) == size and _checksum(record[:-_CHECK]) == record[-_CHECK:]
        ):
            self._places[record[:_HASH]] = end
            end += size
        self._file.seek(end)
        self._file.truncate()
        return end


def _checksum(body: bytes) -> bytes:
    """Return 8 bytes that a torn record will not have."""
    return blake2b(body, digest_size=_CHECK).digest()
