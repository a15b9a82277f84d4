"""The bundled encoder as a sentence-transformers model: its evaluators, similarity and pools work with it."""

from typing import Any, ClassVar

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import InputModule

from index.encoder import BundledEncoder


class OnnxEncoder(InputModule):  # type: ignore[misc]
    """Be the one module of the model: texts to ids, ids to pooled, normalised vectors."""

    config_keys: ClassVar[list[str]] = []
    save_in_root = True

    def __init__(self, threads: int | None = None) -> None:
        super().__init__()
        self.threads = threads
        self._load()

    def _load(self) -> None:
        self.encoder = BundledEncoder(threads=self.threads)
        self.tokenizer = self.encoder._words.tokenizer
        self.max_seq_length = self.encoder.max_tokens

    def __getstate__(self) -> dict[str, Any]:
        """Leave the session behind: worker processes of a pool open their own."""
        return {"threads": self.threads, "training": self.training}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Open the bundled model again."""
        self.__init__(state["threads"])  # type: ignore[misc]

    def preprocess(self, inputs: list[str], prompt: str | None = None, **_: Any) -> dict[str, Any]:
        """Return padded token ids and their mask, each (batch, tokens)."""
        rows = [
            self.encoder._cut(e.ids)
            for e in self.tokenizer.encode_batch([(prompt or "") + t for t in inputs])
        ]
        width = max(map(len, rows))
        ids = [[*row, *[1] * (width - len(row))] for row in rows]
        mask = [[1] * len(row) + [0] * (width - len(row)) for row in rows]
        return {"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(mask)}

    def tokenize(self, texts: list[str], **kwargs: Any) -> dict[str, Any]:
        """Return `preprocess`, under its earlier name."""
        return self.preprocess(texts, **kwargs)

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Add `sentence_embedding`, (batch, 384)."""
        lengths = features["attention_mask"].sum(1).tolist()
        rows = [ids[:n].tolist() for ids, n in zip(features["input_ids"], lengths, strict=True)]
        run, words = self.encoder._session.run, self.encoder._words
        vectors = self.encoder._calls.map(lambda row: run(None, words.batch([row]))[0], rows)
        return {**features, "sentence_embedding": torch.from_numpy(np.concatenate(vectors))}

    def get_embedding_dimension(self) -> int:
        """Return 384."""
        return self.encoder.dimension

    def save(self, *_: Any, **__: Any) -> None:
        """Refuse: the files are part of the package already."""
        raise NotImplementedError(
            "the bundled encoder is part of repondeur: build it with as_sentence_transformer()"
        )


def wrap(encoder: BundledEncoder) -> SentenceTransformer:
    """Return the bundled encoder as a `SentenceTransformer` on the CPU, with its prompts."""
    model = SentenceTransformer(modules=[OnnxEncoder()], device="cpu", prompts=encoder.prompts)
    model.similarity_fn_name = "cosine"
    return model
