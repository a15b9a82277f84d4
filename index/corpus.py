"""A corpus on disk, opened for reading: one whole generation, whatever a writer does meanwhile."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from index.document import Document
from index.errors import CorpusDamaged, CorpusMissing
from index.layout import LEXICAL, MANIFEST, STORE, VECTORS, Layout, files_of
from index.lexical import LexicalReader
from index.manifest import FileCard, Manifest, check_analysis, check_encoder
from index.protocols import Encoder, Vectors
from index.store import StoredPassage, StoreReader, in_groups
from index.vectors import load_vectors

__all__ = ["Corpus", "StoredPassage"]

# Files up to this size are checked in full at every open; larger ones by size, and in full by `verify`.
_SMALL = 4 << 20
_ATTEMPTS = 5


class Corpus:
    """Search one generation and read its documents; safe to share between threads."""

    def __init__(self, layout: Layout, text: str, manifest: Manifest, encoder: Encoder | None) -> None:
        self.manifest = manifest
        # As it was read: no two generations have the same, but a corpus made anew counts from 1 again.
        self._manifest_text = text
        self._layout = layout
        self._encoder = encoder
        self._folder = layout.generation(manifest.generation)
        self._store = StoreReader(self._folder / STORE)
        self._words = LexicalReader(self._folder / LEXICAL)
        self._vectors = load_vectors(self._folder / VECTORS)
        self._check_counts()

    @classmethod
    def open(cls, folder: Path, encoder: Encoder | None = None) -> "Corpus":
        """Open the live generation.

        Raises CorpusMissing, CorpusDamaged, FormatVersionError, and, where an encoder is given that did
        not make the corpus, EncoderMismatch.
        """
        layout = Layout(Path(folder))
        for attempt in range(_ATTEMPTS):
            name = layout.current_name()
            try:
                text = manifest_text(layout, int(name))
                manifest = parse_manifest(layout, int(name), text)
                if encoder is not None:
                    check_encoder(manifest, encoder)
                check_analysis(manifest)
                check_files(layout, manifest, full=False)
                return cls(layout, text, manifest, encoder)
            except (FileNotFoundError, CorpusDamaged):
                # A writer may have moved on twice and removed what we were about to open.
                if layout.current_name() == name or attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def __len__(self) -> int:
        """Return the number of passages."""
        return self.manifest.counts.passages

    def __enter__(self) -> Self:
        """Return the corpus."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the corpus."""
        self.close()

    def close(self) -> None:
        """Release the database; the rest goes with the object."""
        self._store.close()

    def search_vectors(self, query: Vectors, k: int) -> list[tuple[int, float]]:
        """Return at most k (passage id, cosine), best first; query of shape (d,)."""
        return self._vectors.search(query, k)

    def search_words(self, question: str, k: int) -> list[tuple[int, float]]:
        """Return at most k (passage id, BM25 score), best first."""
        return self._words.search(question, k)

    def terms(self, text: str) -> tuple[str, ...]:
        """Return the stems of a question or a text, in order, as `search_words` looks them up."""
        return self._words.terms(text)

    def rarities(self, terms: Sequence[str]) -> dict[str, float]:
        """Return how rare each term is among the passages (the idf of BM25), above 0."""
        return self._words.rarities(terms)

    def vectors(self, ids: Sequence[int]) -> Vectors:
        """Return the stored vectors of these passages, (n, d); KeyError for an unknown id."""
        return self._vectors.get(ids)

    def passages(self, ids: Sequence[int]) -> list[StoredPassage]:
        """Return these passages in the order asked; KeyError for an unknown id."""
        return self._store.passages(ids)

    def passage_ids(self) -> list[int]:
        """Return the ids of all passages, ascending."""
        return self._store.passage_ids()

    def passages_of(self, document_id: str) -> list[StoredPassage]:
        """Return the passages of a document, in the order of its text."""
        return self._store.passages([number for number, _, _ in self._store.spans(document_id)])

    def document(self, document_id: str) -> Document:
        """Return a document; KeyError where there is none of this id."""
        found = self._store.document(document_id)
        if found is None:
            raise KeyError(f"no document {document_id!r}")
        return found

    def documents(self) -> Iterator[Document]:
        """Yield every document, in the order of arrival, one in memory at a time."""
        return self._store.documents()

    def current(self) -> bool:
        """Tell whether this is still the live generation; True as well where that cannot be known."""
        try:
            number = int(self._layout.current_name())
            same = number == self.manifest.generation
            return same and manifest_text(self._layout, number) == self._manifest_text
        except (CorpusMissing, CorpusDamaged):
            return True

    def reopen(self) -> "Corpus":
        """Return the live generation: this object if it is still that one, else a newly opened corpus."""
        return self if self.current() else Corpus.open(self._layout.folder, self._encoder)

    def verify(self) -> None:
        """Check every checksum and the database; CorpusDamaged names the first file that fails."""
        check_files(self._layout, self.manifest, full=True)
        damage = self._store.damage()
        if damage:
            raise CorpusDamaged(f"{self._folder / STORE}: {damage}; index the documents again")
        if self._store.passage_ids() != sorted(self._store.passage_ids()):
            raise CorpusDamaged(
                f"{self._folder / STORE}: passage ids are not in order; index the documents again"
            )
        for group in in_groups(self._store.passage_ids(), 10_000):
            self._vectors.get(group)

    def _check_counts(self) -> None:
        """Refuse a generation whose parts are not of one size."""
        if self._vectors.kind != self.manifest.vectors_kind:
            raise CorpusDamaged(
                f"{self._folder / VECTORS} is of the kind {self._vectors.kind!r}, "
                f"the manifest says {self.manifest.vectors_kind!r}: index the documents again"
            )
        expected = self.manifest.counts.passages
        for part, found in ((VECTORS, len(self._vectors)), (LEXICAL, len(self._words))):
            if found != expected:
                raise CorpusDamaged(
                    f"{self._folder / part} holds {found} passages, "
                    f"the manifest says {expected}: index the documents again"
                )


def read_manifest(layout: Layout, number: int) -> Manifest:
    """Return the manifest of a generation; CorpusDamaged where it is gone or another's."""
    return parse_manifest(layout, number, manifest_text(layout, number))


def parse_manifest(layout: Layout, number: int, text: str) -> Manifest:
    """Return the manifest of a generation whose text was read."""
    path = layout.generation(number) / MANIFEST
    manifest = Manifest.from_json(text, path)
    if manifest.generation != number:
        own = layout.generation(manifest.generation).name
        raise CorpusDamaged(
            f"{path} is the manifest of generation {manifest.generation}: rename its folder to {own} "
            f"and write {own} into {layout.current}, or index the documents again"
        )
    return manifest


def manifest_text(layout: Layout, number: int) -> str:
    """Return the manifest of a generation as it lies on disk; CorpusDamaged where that cannot be read."""
    path = layout.generation(number) / MANIFEST
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if layout.generation(number).is_dir():
            raise CorpusDamaged(f"{path} is missing: restore it or index the documents again") from None
        raise CorpusDamaged(
            f"{layout.current} names generation {number}, which is not in {layout.generations}: "
            "restore it or index the documents again"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusDamaged(f"{path} cannot be read: {error}") from error


def check_files(layout: Layout, manifest: Manifest, *, full: bool) -> None:
    """Compare the files of a generation with its manifest; large ones in full only where asked."""
    folder = layout.generation(manifest.generation)
    present = files_of(folder)
    for name, card in manifest.files.items():
        path = present.get(name)
        if path is None:
            raise CorpusDamaged(f"{folder / name} is missing: restore it or index the documents again")
        size = path.stat().st_size
        if size != card.bytes:
            raise CorpusDamaged(
                f"{path} has {size} bytes, the manifest says {card.bytes}: index the documents again"
            )
        if (full or size <= _SMALL) and FileCard.of(path) != card:
            raise CorpusDamaged(
                f"{path} was altered: its SHA-256 is not the manifest's; index the documents again"
            )
