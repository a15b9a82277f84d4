"""The seams where a model or a store plugs in, each of a few methods."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Turn texts into unit vectors, as sentence-transformers' models do."""

    @property
    def name(self) -> str:
        """Name the encoder as a user would: `bundled`, a hub name or a folder."""
        ...

    @property
    def fingerprint(self) -> str:
        """Identify weights, tokenizer and prompts: equal fingerprints give equal vectors."""
        ...

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        ...

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Return one L2-normalised row per question, (n, dimension) float32."""
        ...

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Return one L2-normalised row per passage, (n, dimension) float32."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, prompts and special tokens left out."""
        ...
