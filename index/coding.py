"""Write the base of a large corpus: exact vectors, and the codes that find candidates among them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from index.codes import CODES, EXACT, IDS, BaseCard, base_file
from index.exactrows import Ids
from index.protocols import Vectors
from index.vectors import write_index

__all__ = ["CANDIDATES", "write_base"]

# Measured at 100,000 and 1,000,000 vectors: docs/choices.md. Two dimensions share a code of 4 bits.
_DIMENSIONS_PER_CODE = 2
_BITS = 4
CANDIDATES = 1000
_SAMPLE = 20_000
_SEED = 20

Rows = Callable[[], Iterator[tuple[Ids, Vectors]]]


def write_base(path: Path, rows: Rows, count: int, dimension: int) -> None:
    """Write the base of `count` vectors beside `path`; the same rows give the same codes.

    Raises OSError where the disk refuses.
    """
    codes = _learned(rows(), count, dimension)
    ids: list[Ids] = []
    with base_file(path, EXACT).open("wb") as exact:
        for numbers, vectors in rows():
            codes.add(np.ascontiguousarray(vectors, dtype=np.float32))
            exact.write(np.ascontiguousarray(vectors, dtype="<f4").tobytes())
            ids.append(numbers)
    np.save(base_file(path, IDS), np.concatenate(ids), allow_pickle=False)
    write_index(codes, base_file(path, CODES))
    BaseCard(
        rows=count, dimension=dimension, codes=codes.pq.M, bits=_BITS, candidates=CANDIDATES, sample=_SAMPLE,
        seed=_SEED,
    ).save(path)  # fmt: skip


def _learned(rows: Iterator[tuple[Ids, Vectors]], count: int, dimension: int) -> Any:
    """Return empty codes, learned on a sample drawn evenly from all rows, always the same."""
    import faiss

    drawn = np.sort(np.random.default_rng(_SEED).choice(count, min(count, _SAMPLE), replace=False))
    parts, first = [], 0
    for ids, vectors in rows:
        parts.append(vectors[drawn[(drawn >= first) & (drawn < first + ids.size)] - first])
        first += ids.size
    # An odd dimension takes one code for each number: slower, and as good.
    width = dimension // _DIMENSIONS_PER_CODE if dimension % _DIMENSIONS_PER_CODE == 0 else dimension
    codes: Any = faiss.IndexPQFastScan(dimension, width, _BITS, faiss.METRIC_INNER_PRODUCT)
    codes.pq.cp.seed = _SEED
    codes.train(np.ascontiguousarray(np.concatenate(parts), dtype=np.float32))
    return codes
