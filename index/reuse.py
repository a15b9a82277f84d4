"""Vectors that need not be computed again: those of the live generation, and of a run that was cut short."""

from collections.abc import Sequence

from index.journal import Journal
from index.protocols import Vectors
from index.store import StoreReader
from index.vectors import VectorIndex
from index.vectorwriter import VectorWriter

__all__ = ["KnownVectors"]


class KnownVectors:
    """Find vectors by the hash of the text that was embedded, all of one encoder."""

    def __init__(self, journal: Journal, live: tuple[StoreReader, VectorIndex | VectorWriter] | None) -> None:
        self._journal = journal
        self._live = live

    def find(self, hashes: Sequence[bytes]) -> dict[bytes, Vectors]:
        """Return the vectors that are known, by hash."""
        found = self._journal.find(hashes)
        rest = [key for key in hashes if key not in found]
        if self._live and rest:
            store, vectors = self._live
            passages = store.embedded(rest)
            found.update(zip(passages, vectors.get(list(passages.values())), strict=True))
        return found

    def keep(self, vectors: dict[bytes, Vectors]) -> None:
        """Write computed vectors down, so that a run cut short need not compute them again."""
        self._journal.append(vectors)

    def close(self) -> None:
        """Let go of the files; what was written down stays for the next run."""
        self._journal.close()
        if self._live:
            self._live[0].close()

    def forget(self) -> None:
        """Let go of the files and remove what was written down: it is in a generation now."""
        self.close()
        self._journal.delete()
