"""Vectors by passage id: exact search with FAISS, behind a protocol that other kinds can fill."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from index.errors import CorpusDamaged
from index.exactrows import Ids, blocks, places
from index.protocols import Vectors

if TYPE_CHECKING:
    from index.codes import CodedVectors

__all__ = ["FlatVectors", "VectorIndex", "check_query", "check_rows", "load_vectors", "set_threads"]


class VectorIndex(Protocol):
    """Find the passages nearest to a question, by inner product of unit vectors."""

    def __len__(self) -> int:
        """Return the number of vectors."""
        ...

    def search(self, query: Vectors, k: int) -> list[tuple[int, float]]:
        """Return at most k (passage id, cosine), best first; query of shape (d,)."""
        ...

    def get(self, ids: Sequence[int]) -> Vectors:
        """Return the vectors of these passages, (n, d); KeyError for an unknown id."""
        ...


class FlatVectors:
    """Hold every vector as it is and compare the question with all of them.

    Ids are given in ascending order and never again, so a row is found by bisection. Searches may run
    beside each other; `add` and `remove` belong to one writer that nobody searches.
    """

    kind = "flat"

    def __init__(self, dimension: int) -> None:
        import faiss

        self._index: Any = faiss.IndexIDMap(faiss.IndexFlatIP(dimension))
        self._ids: Ids = np.zeros(0, dtype=np.int64)

    @classmethod
    def load(cls, path: Path) -> FlatVectors:
        """Return the index of a file; CorpusDamaged where it is not one."""
        import faiss

        try:
            index: Any = faiss.read_index(str(path))
            ids = faiss.vector_to_array(index.id_map).astype(np.int64)
        except (RuntimeError, AttributeError) as error:
            raise CorpusDamaged(
                f"{path} is not a vector index of this program: index the documents again"
            ) from error
        if ids.size and not bool(np.all(np.diff(ids) > 0)):
            raise CorpusDamaged(f"{path}: passage ids are not ascending: index the documents again")
        vectors = cls.__new__(cls)
        vectors._index, vectors._ids = index, ids
        return vectors

    def __len__(self) -> int:
        """Return the number of vectors."""
        return int(self._ids.size)

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        return int(self._index.d)

    @property
    def ids(self) -> Ids:
        """Return the passage ids, ascending, shape (n,)."""
        return self._ids

    @property
    def last_id(self) -> int:
        """Return the greatest id there is, -1 where there is none."""
        return int(self._ids[-1]) if self._ids.size else -1

    @property
    def settings(self) -> dict[str, int]:
        """Return what the manifest records beside the kind: here, nothing."""
        return {}

    def search(self, query: Vectors, k: int) -> list[tuple[int, float]]:
        """Return at most k (passage id, cosine), best first; query of shape (d,)."""
        row = check_query(query, self.dimension)
        if k < 1 or not len(self):
            return []
        scores, ids = self._index.search(row, min(k, len(self)))
        return [(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]

    def get(self, ids: Sequence[int]) -> Vectors:
        """Return the vectors of these passages, (n, d); KeyError for an unknown id."""
        wanted = np.asarray(ids, dtype=np.int64)
        rows, known = places(self._ids, wanted)
        if not known.all():
            raise KeyError(f"no vector for passage {int(wanted[~known][0])}")
        if not wanted.size:
            return np.zeros((0, self.dimension), dtype=np.float32)
        found: Vectors = self._index.index.reconstruct_batch(rows)
        return found

    def live(self) -> Iterator[tuple[Ids, Vectors]]:
        """Yield all (ids, vectors) in blocks, ids ascending."""
        for block in blocks(len(self)):
            yield self._ids[block], self.get(self._ids[block].tolist())

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Add vectors (n, d) under new ids, each greater than any before."""
        check_rows(ids, vectors, self.last_id, self.dimension)
        if len(ids):
            new = np.asarray(ids, dtype=np.int64)
            self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), new)
            self._ids = np.concatenate((self._ids, new))

    def remove(self, ids: Sequence[int]) -> None:
        """Drop the vectors of these ids; unknown ones are ignored."""
        if len(ids):
            self._index.remove_ids(np.asarray(ids, dtype=np.int64))
            self._ids = np.setdiff1d(self._ids, np.asarray(ids, dtype=np.int64), assume_unique=True)

    def save(self, path: Path) -> None:
        """Write the index to a file."""
        write_index(self._index, path)


def load_vectors(path: Path) -> FlatVectors | CodedVectors:
    """Return the vector index of a generation, whatever its kind; CorpusDamaged where there is none."""
    from index.codes import CodedVectors, base_files

    limit_threads()
    return CodedVectors.load(path) if base_files(path) else FlatVectors.load(path)


def check_query(query: Vectors, dimension: int) -> Vectors:
    """Return a question's vector as FAISS takes it, (1, d); ValueError for another length."""
    row = np.ascontiguousarray(query, dtype=np.float32).reshape(1, -1)
    if row.shape[1] != dimension:
        raise ValueError(f"the query has {row.shape[1]} dimensions, the index {dimension}")
    return row


def check_rows(ids: Sequence[int], vectors: Vectors, last: int, dimension: int) -> int:
    """Refuse vectors (n, d) that cannot follow the id `last`; return the last of the new ids."""
    new = np.asarray(ids, dtype=np.int64)
    if vectors.shape != (new.size, dimension):
        raise ValueError(f"vectors of shape {vectors.shape} for {new.size} ids of {dimension} dimensions")
    if not np.isfinite(vectors).all():
        raise ValueError("the encoder gave a vector that is not finite")
    if new.size and not (new[0] > last and bool(np.all(np.diff(new) > 0))):
        raise ValueError(f"ids must ascend after {last}")
    return int(new[-1]) if new.size else last


def write_index(index: Any, path: Path) -> None:
    """Write what FAISS built to a file; OSError where the disk refuses."""
    try:
        _write(index, path)
    except OSError as error:
        raise OSError(f"the vectors could not be written: {error}") from error


def _write(index: Any, path: Path) -> None:
    """Write through Python: FAISS' own files do not say when their last bytes find no room."""
    import faiss

    library: Any = faiss  # its stubs lack the writer
    refused: list[OSError] = []
    with path.open("wb") as file:

        def write(data: bytes) -> None:
            try:
                if not refused:
                    file.write(data)
            except OSError as error:
                # It would not come through FAISS as what it is.
                refused.append(error)

        faiss.write_index(index, library.PyCallbackIOWriter(write))
    if refused:
        raise refused[0]


def limit_threads() -> None:
    """Let FAISS use one thread where OMP_NUM_THREADS does not say how many: questions come side by side."""
    if not os.environ.get("OMP_NUM_THREADS"):
        set_threads(1)


def set_threads(threads: int) -> None:
    """Fix the number of threads FAISS uses in this process; more than the free cores makes it slow."""
    import faiss

    faiss.omp_set_num_threads(threads)
