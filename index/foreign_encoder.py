"""Any sentence-transformers model in the bundled encoder's place."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.errors import ModelError
from index.protocols import Vectors

E5_PROMPTS = {"query": "query: ", "document": "passage: "}


class ForeignEncoder:
    """Wrap a `SentenceTransformer`: normalised vectors, prompts applied where they belong."""

    def __init__(self, model: Any, name: str) -> None:
        self.name = name
        self.model = model
        self.prompts = {key: text for key, text in model.prompts.items() if text}
        dimension = model.get_embedding_dimension()
        if dimension is None:
            raise ModelError(f"encoder {name!r} does not tell the length of its vectors: it cannot be used")
        self.dimension = int(dimension)
        self.fingerprint = _fingerprint(model, self.prompts)

    @classmethod
    def load(cls, name: str, *, threads: int = 1) -> "ForeignEncoder":
        """Load a model by hub name (from the local cache only) or folder."""
        # Nothing may be downloaded at run time: a name that is not on this machine is an error, not a fetch.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(threads)
        prompts = E5_PROMPTS if _is_e5(name) else None
        try:
            model = SentenceTransformer(name, device="cpu", prompts=prompts, local_files_only=True)
        except Exception as error:  # any of a dozen kinds, none of them ours
            raise ModelError(
                f"encoder {name!r} cannot be loaded ({error}): give a folder that holds a "
                "sentence-transformers model, or a hub name that is already in this machine's cache"
            ) from error
        return cls(model, name)

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Return one L2-normalised row per question."""
        return np.asarray(self._encode(self.model.encode_query, texts), np.float32)

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Return one L2-normalised row per passage."""
        return np.asarray(self._encode(self.model.encode_document, texts), np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, special tokens left out."""
        if not texts:
            return []
        tokenizer = self.model.tokenizer
        if hasattr(tokenizer, "encode_batch"):
            return [len(e.ids) for e in tokenizer.encode_batch(list(texts), add_special_tokens=False)]
        ids = tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)["input_ids"]
        return [len(row) for row in ids]

    @staticmethod
    def _encode(method: Any, texts: Sequence[str]) -> Any:
        return method(list(texts), normalize_embeddings=True, show_progress_bar=False)


def _is_e5(name: str) -> bool:
    """Tell whether a model wants E5's prompts and may not say so: its name does, or its folder's."""
    return "e5" in Path(name).name.lower().replace("_", "-").split("-") or "/e5-" in f"/{name.lower()}"


def _fingerprint(model: Any, prompts: dict[str, str]) -> str:
    """Return a digest of every weight, of the prompts and of the vocabulary's size."""
    digest = hashlib.sha256(repr(sorted(prompts.items())).encode())
    digest.update(repr(getattr(model, "max_seq_length", None)).encode())
    for key, value in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]
