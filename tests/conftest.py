"""Fixtures that any test may use."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np
import pytest

from index.protocols import Vectors


class ToyEncoder:
    """Hash words into 64 dimensions: fast, deterministic, and near texts get near vectors."""

    prompts: dict[str, str] = {}  # noqa: RUF012

    def __init__(self, name: str = "toy", dimension: int = 64) -> None:
        self.name = name
        self.dimension = dimension
        self.fingerprint = hashlib.sha256(f"{name}/{dimension}".encode()).hexdigest()
        self.encoded: list[str] = []

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._vector(text) for text in texts]) if texts else self._none()

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        return self.encode_query(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(re.findall(r"\w{1,6}|[^\w\s]", text)) for text in texts]

    def _none(self) -> Vectors:
        return np.zeros((0, self.dimension), dtype=np.float32)

    def _vector(self, text: str) -> Vectors:
        vector = np.zeros(self.dimension, dtype=np.float32)
        for word in re.findall(r"\w+", text.lower()):
            digest = hashlib.blake2b(
                f"{self.name}{word}".encode("utf-8", "surrogatepass"), digest_size=8
            ).digest()
            number = int.from_bytes(digest, "little")
            vector[number % self.dimension] += 1.0 if number >> 32 & 1 else -1.0
        norm = float(np.linalg.norm(vector))
        if norm == 0.0:
            vector[0] = norm = 1.0
        return vector / np.float32(norm)


@pytest.fixture
def toy_encoder() -> ToyEncoder:
    """Return a new toy encoder; `encoded` lists the texts it embedded."""
    return ToyEncoder()


@pytest.fixture
def make_encoder() -> type[ToyEncoder]:
    """Return the class of toy encoders, to make others by name and dimension."""
    return ToyEncoder


@pytest.fixture(scope="module")
def browser():
    """Yield a Chromium for the module: Playwright's loop must not run while other modules make their own."""
    from tests.ui_browser import chromium

    with chromium() as browser:
        yield browser
