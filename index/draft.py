"""The generation being built beside the live one: batches in, one finished folder out."""

import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Self

import numpy as np

from index.chunking import ChunkSettings, Span
from index.document import Document
from index.faults import Fault, attempt
from index.journal import Journal
from index.layout import LEXICAL, MANIFEST, STORE, VECTORS, Layout
from index.lexical import LexicalWriter, WordEntry
from index.manifest import Counts, EncoderCard, Manifest
from index.predecessor import Predecessor
from index.protocols import Encoder, Vectors
from index.reuse import KnownVectors
from index.splitter import FrenchTextSplitter
from index.store import StoreReader
from index.storewriter import Known, NewPassage, StoreWriter
from index.vectors import load_vectors
from index.vectorwriter import VectorWriter

__all__ = ["Draft", "Progress"]

Progress = Callable[[int, int | None], None]

# Up to this many passages (a second of work) any removal rewrites the word index; beyond, one of a tenth.
_REWRITE = 10_000
_FLUSH = 512
_ENCODE = 64


class Draft:
    """Take documents in and out of the next generation, then publish it or throw it away."""

    def __init__(
        self,
        layout: Layout,
        live: Manifest | None,
        encoder: Encoder,
        chunking: ChunkSettings,
        *,
        fresh: bool,
        progress: Progress | None = None,
    ) -> None:
        self.number = layout.next_number()
        self.encoded = 0
        self.reused = 0
        self._live, self._layout, self._encoder, self._chunking = live, layout, encoder, chunking
        self._progress = progress
        self._folder = layout.start_building(self.number)
        self._before = Predecessor(
            layout.generation(live.generation if live else 0), live.files if live else {}
        )
        try:
            self._begin(fresh=fresh)
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        self._store = StoreWriter(self._folder / STORE)
        self._words = LexicalWriter(self._folder / LEXICAL)
        self._vectors = VectorWriter(self._folder / VECTORS, encoder.dimension)
        self._known = self._known_vectors(fresh=fresh)
        self._splitter = FrenchTextSplitter(encoder.count_tokens, chunking)
        self._pending: list[NewPassage] = []
        self._gone: set[int] = set()
        self._done = 0

    def known(self, document_id: str) -> Known | None:
        """Return what is stored of this document, or None."""
        return self._store.known(document_id)

    def put(self, documents: Sequence[Document]) -> tuple[int, dict[str, str]]:
        """Store documents of different ids, each in place of the one of its id.

        Returns how many only repeat others, and by id why one could not be stored: what had its id stays.
        """
        repeats, failed = 0, {}
        for document, spans in zip(documents, self._spans([d.text for d in documents]), strict=True):
            stored = spans if isinstance(spans, Fault) else attempt(self._store.put, document, spans)
            if isinstance(stored, Fault):
                failed[document.id] = stored.reason
                continue
            new, dropped = stored
            self._drop(dropped)
            self._pending += new
            repeats += bool(spans) and not new
        if len(self._pending) >= _FLUSH:
            self._flush()
        return repeats, failed

    def describe(self, document: Document) -> None:
        """Store what is said about a document whose text and title stay as they are."""
        self._store.describe(document)

    def remove(self, document_id: str) -> bool:
        """Remove a document; False where there is none of this id."""
        dropped = self._store.remove(document_id)
        if dropped is None:
            return False
        self._drop(dropped)
        return True

    def publish(self, settings: dict[str, float]) -> Manifest:
        """Finish every file, write the manifest and make this the live generation."""
        self._pending += self._store.revive()
        self._flush()
        self._vectors.remove(sorted(self._gone))
        vectors = self._vectors.save()
        counts = Counts(*self._store.counts())
        if self._gone and (counts.passages <= _REWRITE or 10 * len(self._gone) > counts.passages):
            self._rewrite_words()
        self._words.finish()
        self._store.close()
        files = self._before.cards(self._folder)
        card = EncoderCard.of(self._encoder)
        manifest = Manifest(
            self.number, card, self._chunking, counts, files, settings, vectors.kind, vectors.settings
        )
        (self._folder / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
        self._layout.publish(self._folder, self.number)
        self._known.forget(self._layout.generation(self.number) / STORE)
        return manifest

    def abandon(self) -> None:
        """Throw away what was built; the live generation never knew of it."""
        for let_go in (self._known.close, self._words.abandon, self._store.close, self._vectors.close):
            # What failed may be what is let go of; the first error is the one to hear about.
            with suppress(Exception):
                let_go()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        """Return the draft."""
        return self

    def __exit__(self, *_: object) -> None:
        """Throw away what was not published."""
        if self._folder.exists():
            self.abandon()

    def _begin(self, *, fresh: bool) -> None:
        """Take over the files of the live generation; a fresh start only reads from them."""
        if self._live and not fresh:
            self._before.hand_on(self._folder)
            return
        if self._live:
            same = self._live.encoder.fingerprint == self._encoder.fingerprint
            self._before.check_sources(vectors=same)
        (self._folder / LEXICAL).mkdir()

    def _known_vectors(self, *, fresh: bool) -> KnownVectors:
        """Return where vectors of this encoder are found; none is loaded twice."""
        encoder, live = self._encoder, self._live
        journal = Journal(self._layout.journal, encoder.fingerprint, encoder.dimension)
        if live is None or live.encoder.fingerprint != encoder.fingerprint:
            return KnownVectors(journal, None)
        folder = self._layout.generation(live.generation)
        vectors = load_vectors(folder / VECTORS) if fresh else self._vectors
        return KnownVectors(journal, (StoreReader(folder / STORE), vectors))

    def _spans(self, texts: Sequence[str]) -> list[list[Span] | Fault]:
        """Return where each text is cut, all of them at once; one by one where one of them fails."""
        together = attempt(self._splitter.spans, texts)
        if isinstance(together, Fault):
            alone = [attempt(self._splitter.spans, [text]) for text in texts]
            return [each if isinstance(each, Fault) else each[0] for each in alone]
        return list(together)

    def _drop(self, ids: Sequence[int]) -> None:
        """Take passages out; their vectors leave at the end, for others may take them over until then."""
        if ids:
            self._gone.update(ids)
            self._words.remove(ids)
            self._pending = [passage for passage in self._pending if passage.id not in self._gone]

    def _flush(self) -> None:
        """Give the waiting passages their vectors and words."""
        waiting, self._pending = self._pending, []
        vectors = self._known.find([passage.embedded for passage in waiting])
        missing = sorted((p for p in waiting if p.embedded not in vectors), key=lambda p: len(p.text))
        self.reused += len(waiting) - len(missing)
        self._advance(len(waiting) - len(missing))
        for start in range(0, len(missing), _ENCODE):
            # Of like length together: less padding to compute.
            group = missing[start : start + _ENCODE]
            rows = self._encoder.encode_document([passage.embedding_text for passage in group])
            fresh: dict[bytes, Vectors] = {p.embedded: row for p, row in zip(group, rows, strict=True)}
            self._known.keep(fresh)
            vectors.update(fresh)
            self.encoded += len(group)
            self._advance(len(group))
        if waiting:
            self._vectors.add([p.id for p in waiting], np.stack([vectors[p.embedded] for p in waiting]))
            self._words.add(WordEntry(p.id, p.title, p.text) for p in waiting)

    def _rewrite_words(self) -> None:
        """Index the words anew: Tantivy counts removed passages in its statistics until segments merge."""
        self._words.abandon()
        self._before.drop_words()
        shutil.rmtree(self._folder / LEXICAL)
        (self._folder / LEXICAL).mkdir()
        self._words = LexicalWriter(self._folder / LEXICAL)
        self._words.add(WordEntry(p.id, p.title, p.text) for p in self._store.all_passages())

    def _advance(self, count: int) -> None:
        """Report passages done; how many will come is not known while documents stream in."""
        self._done += count
        if self._progress and count:
            self._progress(self._done, None)
