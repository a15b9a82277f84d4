"""The encoder of a corpus, known by its card and loaded only if something must be encoded."""

from collections.abc import Sequence
from functools import cached_property

from index.errors import EncoderMismatch
from index.manifest import EncoderCard
from index.protocols import Encoder, Vectors

__all__ = ["LazyEncoder"]


class LazyEncoder:
    """Stand for the encoder that made a corpus; fill the Encoder protocol."""

    def __init__(self, card: EncoderCard) -> None:
        self.name = card.name
        self.fingerprint = card.fingerprint
        self.dimension = card.dimension
        self.prompts = card.prompts

    @cached_property
    def _encoder(self) -> Encoder:
        """Return the real encoder, or refuse one that has changed under its name."""
        from index.encoder import load_encoder

        encoder: Encoder = load_encoder(self.name)
        if encoder.fingerprint != self.fingerprint:
            raise EncoderMismatch(
                f"the encoder {self.name!r} is no longer the one that made the corpus (fingerprint "
                f"{self.fingerprint[:12]}, now {encoder.fingerprint[:12]}): run `repondeur index --rebuild`"
            )
        return encoder

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Return one L2-normalised row per question, (n, dimension) float32."""
        return self._encoder.encode_query(texts)

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Return one L2-normalised row per passage, (n, dimension) float32."""
        return self._encoder.encode_document(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, prompts and special tokens left out."""
        return self._encoder.count_tokens(texts)
