"""Vectors that need not be computed again: those of the live generation, and of a run that was cut short."""

from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

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

    def forget(self, published: Path) -> None:
        """Let go of the files, and forget what was written down save what an earlier run still waits for.

        That is what neither this run asked for nor the database of the published generation has.
        """
        waiting = self._journal.untouched()
        if waiting:
            with closing(StoreReader(published)) as store:
                arrived = store.embedded(waiting)
            waiting = [key for key in waiting if key not in arrived]
        # The generation is live: a journal that cannot be made smaller is only larger than it need be.
        with suppress(OSError):
            self._journal.keep_only(waiting)
        self.close()
