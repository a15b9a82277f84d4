"""The word-vector table: 4-bit blocks as published, Latin-script rows only, expanded row by row."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BLOCK = 32


@dataclass(frozen=True, slots=True)
class WordTable:
    """Hold `nibbles` (rows, hidden / 2) uint8 and `scales` (rows, hidden / 32) float16, memory-mapped."""

    nibbles: NDArray[np.uint8]
    scales: NDArray[np.float16]

    @classmethod
    def load(cls, folder: Path) -> "WordTable":
        """Map the two arrays in `folder`; nothing is read until a row is needed."""
        nibbles = np.load(folder / "words.nibbles.npy", mmap_mode="r", allow_pickle=False)
        scales = np.load(folder / "words.scales.npy", mmap_mode="r", allow_pickle=False)
        return cls(nibbles, scales)

    def rows(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of `ids` (any shape) as float32, shape ids.shape + (hidden,)."""
        unique, inverse = np.unique(ids, return_inverse=True)
        packed = self.nibbles[unique].reshape(len(unique), -1, BLOCK // 2)
        blocks = np.concatenate([packed & 15, packed >> 4], axis=2).astype(np.float32) - 8.0
        dense = (blocks * self.scales[unique].astype(np.float32)[:, :, None]).reshape(len(unique), -1)
        return dense[inverse.reshape(ids.shape)]
