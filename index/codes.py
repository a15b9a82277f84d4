"""Vectors of a large corpus: codes of a few bits to find candidates, exact vectors to rank them.

Every code is looked at, so that no question falls between clusters; at 96 bytes a vector a million take
milliseconds. What is written once, the base, is shared by the generations that follow. What was added since
lies beside it and is compared exactly; what was removed since is left out by its id. A writer merges both
when they grow.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.errors import CorpusDamaged
from index.exactrows import ExactRows, Ids, blocks, places
from index.protocols import Vectors
from index.vectors import FlatVectors, check_query

__all__ = ["CODES", "EXACT", "GONE", "IDS", "BaseCard", "CodedVectors", "base_file", "base_files"]

CARD, CODES, EXACT, IDS, GONE = "json", "faiss", "f32", "ids.npy", "gone.npy"


@dataclass(frozen=True, slots=True)
class BaseCard:
    """Hold how a base was made and is searched: codes a vector, bits a code, candidates ranked exactly."""

    rows: int
    dimension: int
    codes: int
    bits: int
    candidates: int
    sample: int
    seed: int

    def save(self, path: Path) -> None:
        """Write the card beside the vectors at `path`."""
        base_file(path, CARD).write_text(json.dumps(asdict(self), indent=1), encoding="ascii")

    @classmethod
    def load(cls, path: Path) -> "BaseCard":
        """Read the card beside the vectors at `path`; CorpusDamaged where it is none."""
        card = base_file(path, CARD)
        try:
            values = json.loads(card.read_text(encoding="ascii"))
            return cls(**{name: int(values[name]) for name in cls.__slots__})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CorpusDamaged(
                f"{card} does not describe a vector index of this program: index the documents again"
            ) from error


class Base:
    """Search what was written once: rows in the order of their ids, which ascend."""

    def __init__(self, path: Path) -> None:
        import faiss

        self.card = BaseCard.load(path)
        try:
            self._codes: Any = faiss.read_index(str(base_file(path, CODES)))
            self.ids: Ids = np.load(base_file(path, IDS), allow_pickle=False)
            self.rows = ExactRows(base_file(path, EXACT), self.card.rows, self.card.dimension)
        except (RuntimeError, OSError, ValueError, EOFError) as error:
            raise CorpusDamaged(
                f"{path}: its base is damaged ({error}): index the documents again"
            ) from error
        if not (self._codes.ntotal == self.ids.size == self.card.rows and np.all(np.diff(self.ids) > 0)):
            raise CorpusDamaged(f"{path}: its base does not fit together: index the documents again")

    def search(self, row: Vectors, k: int, gone: Ids) -> list[tuple[int, float]]:
        """Return at most k (passage id, cosine), none of them gone; row of shape (1, d)."""
        wanted = min(max(self.card.candidates, 2 * k), self.card.rows)
        while True:
            _, found = self._codes.search(row, wanted)
            near = np.sort(found[0][found[0] >= 0])
            near = near[~np.isin(self.ids[near], gone)] if gone.size else near
            if 2 * near.size >= min(wanted, self.card.candidates) or wanted == self.card.rows:
                break
            # Most of the nearest left the corpus: whoever is behind them is asked for.
            wanted = min(4 * wanted, self.card.rows)
        scores = self.rows[near] @ row[0]
        best = np.lexsort((near, -scores))[:k]
        return [(int(self.ids[near[n]]), float(scores[n])) for n in best]


class CodedVectors:
    """Search a base, and what was added and removed since; searches may run beside each other."""

    kind = "pq4"

    def __init__(self, base: Base, added: FlatVectors, gone: Ids) -> None:
        self.base, self.added, self.gone = base, added, gone

    @classmethod
    def load(cls, path: Path) -> "CodedVectors":
        """Return the index whose additions lie at `path` and whose base lies beside; or CorpusDamaged."""
        base, added = Base(path), FlatVectors.load(path)
        gone = np.zeros(0, dtype=np.int64)
        place = base_file(path, GONE)
        if place.exists():
            try:
                gone = np.load(place, allow_pickle=False)
            except (OSError, ValueError, EOFError) as error:
                raise CorpusDamaged(f"{place} is damaged: index the documents again") from error
        if added.dimension != base.card.dimension or (
            len(added) and base.ids.size and int(added.ids[0]) <= int(base.ids[-1])
        ):
            raise CorpusDamaged(f"{path} does not belong to its base: index the documents again")
        return cls(base, added, gone)

    def __len__(self) -> int:
        """Return the number of vectors."""
        return len(self.base.rows) - int(self.gone.size) + len(self.added)

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        return self.base.card.dimension

    @property
    def ids(self) -> Ids:
        """Return the passage ids, ascending, shape (n,)."""
        return np.concatenate((np.setdiff1d(self.base.ids, self.gone, assume_unique=True), self.added.ids))

    @property
    def last_id(self) -> int:
        """Return the greatest id there is or was, -1 where there is none."""
        return max(int(self.base.ids[-1]), self.added.last_id)

    @property
    def settings(self) -> dict[str, int]:
        """Return what the manifest records of this index."""
        return {**asdict(self.base.card), "added": len(self.added), "gone": int(self.gone.size)}

    def search(self, query: Vectors, k: int) -> list[tuple[int, float]]:
        """Return at most k (passage id, cosine), best first; query of shape (d,)."""
        row = check_query(query, self.dimension)
        if k < 1:
            return []
        hits = [*self.base.search(row, k, self.gone), *self.added.search(query, k)]
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))[:k]

    def get(self, ids: Sequence[int]) -> Vectors:
        """Return the vectors of these passages, (n, d); KeyError for an unknown id."""
        wanted = np.asarray(ids, dtype=np.int64)
        rows, there = places(self.base.ids, wanted)
        there &= ~np.isin(wanted, self.gone)
        found = np.empty((wanted.size, self.dimension), dtype=np.float32)
        found[~there] = self.added.get(wanted[~there].tolist())
        found[there] = self.base.rows[rows[there]]
        return found

    def live(self) -> Iterator[tuple[Ids, Vectors]]:
        """Yield all (ids, vectors) in blocks, ids ascending."""
        for block in blocks(len(self.base.rows)):
            ids = np.asarray(self.base.ids[block])
            kept = ~np.isin(ids, self.gone)
            yield ids[kept], self.base.rows[block][kept]
        yield from self.added.live()


def base_file(path: Path, part: str) -> Path:
    """Return where a part of the base lies, for the vectors at `path`."""
    return path.with_name(f"{path.stem}.base.{part}")


def base_files(path: Path) -> list[Path]:
    """Return the files of the base beside the vectors at `path`, those that there are."""
    return sorted(path.parent.glob(f"{path.stem}.base.*"))
