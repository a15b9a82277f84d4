"""Write the vectors of a generation, of the kind that their number asks for.

Up to EXACT_UP_TO they are compared one by one. Beyond, candidates are found by codes (index/codes.py): a base
is written once, and what comes and goes afterwards lies beside it, so that one more article costs one more
article. When that has grown, a new base is written of everything. docs/choices.md has the figures.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from index.codes import GONE, CodedVectors, base_file, base_files
from index.coding import write_base
from index.exactrows import Ids, NewRows, blocks, places
from index.protocols import Vectors
from index.vectors import FlatVectors, check_rows, limit_threads, load_vectors

__all__ = ["EXACT_UP_TO", "VectorWriter"]

# One thread compares this many in about 10 ms, a third of what retrieval may take.
EXACT_UP_TO = 100_000
# What is compared exactly beside the base costs 2 ms of each question at most.
_ADDED = 20_000
# A candidate that is gone is passed over: cheap, as long as it is one of ten.
_GONE_SHARE = 0.1


class VectorWriter:
    """Change the vectors at `path`; files that other generations share are replaced, never written into.

    New vectors wait in a file, so that memory does not grow with them. For one writer, whom nobody searches.
    """

    def __init__(self, path: Path, dimension: int) -> None:
        limit_threads()
        self._path, self._dimension = path, dimension
        self._held = load_vectors(path) if path.exists() else FlatVectors(dimension)
        self._new = NewRows(path.with_name(path.name + ".new"), dimension)
        self._new_ids: list[int] = []
        self._last = self._held.last_id
        self._gone: set[int] = set()

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Add vectors (n, d) under new ids, each greater than any before."""
        self._last = check_rows(ids, vectors, self._last, self._dimension)
        self._new.append(vectors)
        self._new_ids += ids

    def get(self, ids: Sequence[int]) -> Vectors:
        """Return the vectors of these passages, (n, d), removed ones too; KeyError for an unknown id."""
        wanted = np.asarray(ids, dtype=np.int64)
        new = wanted > self._held.last_id
        found = np.empty((wanted.size, self._dimension), dtype=np.float32)
        found[~new] = self._held.get(wanted[~new].tolist())
        rows, there = places(np.asarray(self._new_ids, dtype=np.int64), wanted[new])
        if not there.all():
            raise KeyError(f"no vector for passage {int(wanted[new][~there][0])}")
        found[new] = self._new[rows]
        return found

    def remove(self, ids: Sequence[int]) -> None:
        """Drop the vectors of these ids; unknown ones are ignored."""
        self._gone.update(ids)

    def save(self) -> FlatVectors | CodedVectors:
        """Write everything to the files at and beside `path`; return the index as it will be read."""
        gone = np.array(sorted(self._gone), dtype=np.int64)
        ids = np.concatenate((self._held.ids, np.array(self._new_ids, dtype=np.int64)))
        count = int((~np.isin(ids, gone)).sum())
        if count <= EXACT_UP_TO:
            self._save_exact(gone)
        elif not self._save_beside(gone):
            self._save_coded(gone, count)
        self.close()
        return load_vectors(self._path)

    def close(self) -> None:
        """Let go of what waits; the writer is of no use afterwards."""
        self._new.discard()

    def _save_exact(self, gone: Ids) -> None:
        """Write one exact index, and no base."""
        flat = FlatVectors(self._dimension)
        for ids, vectors in self._rows(gone):
            flat.add(ids.tolist(), vectors)
        for path in base_files(self._path):
            path.unlink()
        self._replace(flat)

    def _save_beside(self, gone: Ids) -> bool:
        """Keep the base as it is and write what came and went beside it; False where that is too much."""
        held = self._held
        if not isinstance(held, CodedVectors):
            return False
        left = np.union1d(held.gone, gone[gone <= int(held.base.ids[-1])])
        left = left[places(held.base.ids, left)[1]]
        if len(held.added) + len(self._new) > _ADDED or left.size > _GONE_SHARE * len(held.base.rows):
            return False
        held.added.add(self._new_ids, self._new[0 : len(self._new)])
        held.added.remove(gone[gone > int(held.base.ids[-1])].tolist())
        place = base_file(self._path, GONE)
        place.unlink(missing_ok=True)
        if left.size:
            np.save(place, left, allow_pickle=False)
        self._replace(held.added)
        return True

    def _save_coded(self, gone: Ids, count: int) -> None:
        """Write a new base of everything."""
        for path in base_files(self._path):
            path.unlink()
        write_base(self._path, lambda: self._rows(gone), count, self._dimension)
        self._replace(FlatVectors(self._dimension))

    def _replace(self, index: FlatVectors) -> None:
        """Write the exact index in place of the one there, which other generations may share."""
        draft = self._path.with_name(self._path.name + ".draft")
        index.save(draft)
        draft.replace(self._path)

    def _rows(self, gone: Ids) -> Iterator[tuple[Ids, Vectors]]:
        """Yield (ids, vectors) of all that stays, in blocks, ids ascending."""
        new = np.array(self._new_ids, dtype=np.int64)
        waiting = ((new[block], self._new[block]) for block in blocks(len(self._new)))
        for source in (self._held.live(), waiting):
            for ids, vectors in source:
                kept = ~np.isin(ids, gone)
                yield ids[kept], vectors[kept]
