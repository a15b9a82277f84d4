"""The encoders: the bundled one, and any sentence-transformers model by hub name or folder."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from index.model import runtime
from index.protocols import Encoder, Vectors

__all__ = ["BUNDLED", "BundledEncoder", "load_encoder"]

BUNDLED = "bundled"


def load_encoder(name: str = BUNDLED, *, threads: int | None = None) -> Encoder:
    """Return the bundled encoder, or a sentence-transformers model by hub name or folder.

    `threads` None: as many as the cores this process may use, up to 4; one for a sentence-transformers model.
    """
    if name == BUNDLED:
        return BundledEncoder(threads=threads)
    from index.foreign_encoder import ForeignEncoder

    return ForeignEncoder.load(name, threads=threads or 1)


class BundledEncoder:
    """Run the encoder in index/model: 384 dimensions, E5 prompts, int8 on ONNX Runtime.

    Safe to call from several threads at once.
    """

    name = BUNDLED

    def __init__(self, *, threads: int | None = None) -> None:
        self._calls = runtime.SideBySide(threads)
        self._about = runtime.checked(runtime.FOLDER)
        self._words = runtime.shared_words()
        self._session = runtime.session(runtime.FOLDER / "encoder.onnx")
        self.fingerprint = runtime.fingerprint(runtime.FOLDER)
        self.dimension = int(self._about["hidden"])
        self.max_tokens = int(self._about["max_tokens"])
        self.prompts: dict[str, str] = dict(self._about["prompts"])

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Return one L2-normalised row per question, (n, 384) float32."""
        return self.encode(texts, prompt=self.prompts["query"])

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Return one L2-normalised row per passage, (n, 384) float32."""
        return self.encode(texts, prompt=self.prompts["document"])

    def encode(self, texts: Sequence[str], *, prompt: str = "") -> Vectors:
        """Return one L2-normalised row per text, cut to 512 tokens, the model's limit."""
        rows = [self._cut(e.ids) for e in self._words.tokenizer.encode_batch([prompt + t for t in texts])]
        # One text a call: activations are quantised per call, so a vector must not depend on its neighbours;
        # and on a CPU a batch is no faster than its texts, while its padding is work too.
        vectors = self._calls.map(lambda row: self._session.run(None, self._words.batch([row]))[0], rows)
        return np.concatenate(vectors) if vectors else np.zeros((0, self.dimension), np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, prompts and special tokens left out."""
        encoded = self._words.tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [len(e.ids) for e in encoded]

    def _cut(self, ids: list[int]) -> list[int]:
        return ids if len(ids) <= self.max_tokens else [*ids[: self.max_tokens - 1], runtime.END]

    def as_sentence_transformer(self) -> Any:
        """Return the same model as a `sentence_transformers.SentenceTransformer` (imports torch)."""
        from index.sentence_transformer import wrap

        return wrap(self)
