"""Computed vectors on disk while a run lasts: the embedding is the hour of work a crash must not cost.

The file is a header line and records of one size: 16 bytes of hash, the vector in float32, 8 bytes of
checksum. A record torn by a crash fails its checksum, and what follows it is ignored.
"""

import json
import os
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
        self._draft = path.with_name(path.name + ".new")
        self._dimension = dimension
        self._record = _HASH + 4 * dimension + _CHECK
        self._header = (
            json.dumps({"fingerprint": fingerprint, "dimension": dimension}).encode("ascii") + b"\n"
        )
        self._places: dict[bytes, int] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        self._draft.unlink(missing_ok=True)
        self._file = path.open("r+b" if self._resumes() else "w+b")
        self._end = self._scan()
        self._untouched = set(self._places)

    def __len__(self) -> int:
        """Return the number of vectors kept."""
        return len(self._places)

    def find(self, hashes: Sequence[bytes]) -> dict[bytes, Vectors]:
        """Return the vectors kept under these hashes."""
        found: dict[bytes, Vectors] = {}
        for key in hashes:
            if (place := self._places.get(key)) is not None:
                self._untouched.discard(key)
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

    def untouched(self) -> list[bytes]:
        """Return the hashes that an earlier run left and nobody asked for since."""
        return [key for key in self._places if key in self._untouched]

    def keep_only(self, hashes: Sequence[bytes]) -> None:
        """Keep the records of these hashes, no file where there are none, and close it."""
        if hashes and len(hashes) < len(self._places):
            self._write_draft(hashes)
            self.close()
            self._draft.replace(self._path)
        self.close()
        if not hashes:
            self._path.unlink(missing_ok=True)

    def _write_draft(self, hashes: Sequence[bytes]) -> None:
        """Copy the records of these hashes into a file beside, all of them or none."""
        try:
            with self._draft.open("wb") as draft:
                draft.write(self._header)
                for key in hashes:
                    self._file.seek(self._places[key])
                    draft.write(self._file.read(self._record))
                draft.flush()
                os.fsync(draft.fileno())
        except OSError:
            self._draft.unlink(missing_ok=True)
            raise

    def _resumes(self) -> bool:
        """Tell whether the file there was written for the same encoder."""
        try:
            with self._path.open("rb") as handle:
                return handle.readline(4096) == self._header
        except OSError:
            return False

    def _scan(self) -> int:
        """Read the places of whole records, and return where the next one goes."""
        size = self._record
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
