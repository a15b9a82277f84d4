"""Words by passage id: BM25 with Tantivy over French analysis.

Tantivy's k1 (1.2) and b (0.75) are fixed in its code; the weights of the fields are what can be tuned here.
"""

import math
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, Protocol

from index.errors import CorpusDamaged, CorpusError
from index.french import exact_analyzer, prepare, stem_analyzer

__all__ = ["FieldWeights", "LexicalIndex", "LexicalReader", "LexicalWriter", "WordEntry"]

_FIELDS = ("stems", "words", "title")
# A question is a sentence or two; beyond this many words it is pasted text, and costs without helping.
_MOST_TERMS = 128
_HEAP = 64_000_000
# What Tantivy says where it cannot make its lock file, without which it does not even read.
_LOCK = "Failed to acquire Lockfile"
_UNREAD = "IoError"


class WordEntry(NamedTuple):
    """Hold what is indexed of a passage."""

    id: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class FieldWeights:
    """Hold what a match counts for in each field: stemmed words, exact words, the document's title."""

    stems: float = 1.0
    words: float = 0.5
    title: float = 0.5


class LexicalIndex(Protocol):
    """Find the passages that share the question's words."""

    def __len__(self) -> int:
        """Return the number of passages."""
        ...

    def search(self, question: str, k: int) -> list[tuple[int, float]]:
        """Return at most k (passage id, score), best first."""
        ...


class LexicalReader:
    """Search an index on disk; safe to share between threads."""

    def __init__(self, folder: Path, weights: FieldWeights | None = None) -> None:
        self._index = _open_to_read(folder)
        self._searcher = self._index.searcher()
        self._weights = weights or FieldWeights()
        self._analyzers = _analyzers()

    def __len__(self) -> int:
        """Return the number of passages."""
        return int(self._searcher.num_docs)

    def search(self, question: str, k: int) -> list[tuple[int, float]]:
        """Return at most k (passage id, BM25 score), best first; empty where no word counts.

        The question is analysed to plain terms: no query syntax gets through.
        """
        query = self._query(question)
        if query is None or k < 1 or not len(self):
            return []
        hits = self._searcher.search(query, k, count=False).hits
        ids = self._searcher.fast_field_values("id", [address for _, address in hits])
        # Equal scores come in the order of segments, an accident of writing: the id decides instead.
        return sorted(
            ((int(i), float(score)) for i, (score, _) in zip(ids, hits, strict=True)),
            key=lambda hit: (-hit[1], hit[0]),
        )

    def ids(self) -> list[int]:
        """Return the ids of all passages, ascending."""
        from tantivy import Query

        if not len(self):
            return []
        hits = self._searcher.search(Query.all_query(), len(self), count=False).hits
        return sorted(map(int, self._searcher.fast_field_values("id", [address for _, address in hits])))

    def terms(self, question: str) -> tuple[str, ...]:
        """Return the stems of a question, in order, as they are looked up."""
        return tuple(self._analyzers["stems"].analyze(prepare(question)))

    def rarities(self, terms: Sequence[str]) -> dict[str, float]:
        """Return the inverse document frequency of each term, as BM25 has it."""
        total = len(self)
        found = {term: self._searcher.doc_freq("stems", term) for term in set(terms)}
        return {term: math.log1p((total - n + 0.5) / (n + 0.5)) for term, n in found.items()}

    def _query(self, question: str) -> Any:
        """Return the terms of the question as one OR query, or None where there is none."""
        from tantivy import Occur, Query

        prepared = prepare(question)
        parts = []
        for field in _FIELDS:
            weight = getattr(self._weights, field)
            terms = list(dict.fromkeys(self._analyzers[field].analyze(prepared)))[:_MOST_TERMS]
            for term in terms if weight > 0 else ():
                query = Query.term_query(self._index.schema, field, term, "freq")
                parts.append((Occur.Should, Query.boost_query(query, weight)))
        return Query.boolean_query(parts) if parts else None


class LexicalWriter:
    """Change an index on disk; one writer at a time, nothing is visible before `finish`."""

    def __init__(self, folder: Path) -> None:
        from tantivy import Index

        self._folder = folder
        with _writing():
            if Index.exists(str(folder)):
                self._index = _open(folder)
            else:
                self._index = Index(_schema(), path=str(folder))
                _register(self._index)
            # One thread, one segment at a time: the same documents give the same index.
            self._writer: Any = self._index.writer(_HEAP, 1)

    def add(self, entries: Iterable[WordEntry]) -> None:
        """Add passages."""
        from tantivy import Document

        for entry in entries:
            document = Document()
            # Not Document(id=…): it infers a signed integer, and the writer thread dies on it.
            document.add_unsigned("id", entry.id)
            body, title = prepare(entry.text), prepare(entry.title)
            document.add_text("stems", body)
            document.add_text("words", body)
            document.add_text("title", title)
            with _writing():
                self._writer.add_document(document)

    def remove(self, ids: Sequence[int]) -> None:
        """Remove passages by id."""
        from tantivy import Query

        # Not delete_documents_by_term: it takes the id for a signed integer and removes nothing.
        if ids:
            query = Query.term_set_query(self._index.schema, "id", list(ids))
            with _writing():
                self._writer.delete_documents_by_query(query)

    def finish(self) -> None:
        """Commit and let merges end; the writer is of no use afterwards."""
        with _writing():
            self._writer.commit()
            self._writer.wait_merging_threads()
        _share(self._folder)

    def abandon(self) -> None:
        """Stop without keeping what was added."""
        with _writing():
            self._writer.rollback()
            self._writer.wait_merging_threads()


def _schema() -> Any:
    """Return the fields of the index."""
    from tantivy import SchemaBuilder

    builder = SchemaBuilder().add_unsigned_field("id", stored=False, indexed=True, fast=True)
    for field in _FIELDS:
        builder = builder.add_text_field(field, tokenizer_name=_tokenizer(field), index_option="freq")
    return builder.build()


def _tokenizer(field: str) -> str:
    """Return the name under which the analysis of a field is registered."""
    return "french_exact" if field == "words" else "french_stem"


def _analyzers() -> dict[str, Any]:
    """Return the analysis of each field, to take questions apart."""
    stems, words = stem_analyzer(), exact_analyzer()
    return {"stems": stems, "words": words, "title": stems}


def _register(index: Any) -> None:
    """Give the index the analyses its fields name."""
    index.register_tokenizer("french_stem", stem_analyzer())
    index.register_tokenizer("french_exact", exact_analyzer())


@contextmanager
def _writing() -> Iterator[None]:
    """Say that the disk refused: ValueError is Tantivy's name for that, whichever call meets it."""
    try:
        yield
    except ValueError as error:
        raise OSError(f"the word index could not be written: {error}") from error


def _share(folder: Path) -> None:
    """Give the lists the rights of any new file: Tantivy keeps them from all but their owner."""
    probe = folder / "rights.lock"
    probe.touch()
    # Not every file system has rights to give.
    with suppress(OSError):
        for path in folder.glob("*.json"):
            path.chmod(probe.stat().st_mode & 0o777)
    probe.unlink()


def _open(folder: Path) -> Any:
    """Return the index in a folder; CorpusDamaged where there is none, CorpusError where none may be read."""
    from tantivy import Index

    try:
        index = Index.open(str(folder))
    except ValueError as error:
        raise _refusal(folder, error) from error
    _register(index)
    return index


def _refusal(folder: Path, error: ValueError) -> CorpusError:
    """Return what Tantivy's refusal to open a folder means, and its remedy."""
    if _LOCK in str(error) or _UNREAD in str(error):
        return CorpusError(f"{folder} cannot be opened ({error}): let this user read it and write in it")
    return CorpusDamaged(f"{folder} is not a word index of this program: index the documents again")


def _open_to_read(folder: Path) -> Any:
    """Return the index in a folder, one where nothing may be written included."""
    try:
        return _open(folder)
    except CorpusError as error:
        if _LOCK not in str(error.__cause__):
            raise
        with _private(folder, error) as place:
            # What is open stays open once the links are gone: a generation never changes.
            return _open(place)


@contextmanager
def _private(folder: Path, refusal: CorpusError) -> Iterator[Path]:
    """Yield a folder of one's own, where a lock file can be made, with links to the files of another."""
    try:
        place = TemporaryDirectory(prefix="repondeur-", ignore_cleanup_errors=True)
    except OSError as error:
        raise CorpusError(f"{refusal}, or name a folder that it can write in by TMPDIR ({error})") from error
    with place as name:
        for path in folder.iterdir():
            if path.suffix != ".lock":
                _link(path.resolve(), Path(name, path.name))
        yield Path(name)


def _link(source: Path, target: Path) -> None:
    """Let a path lead to a file, or hold a copy where links may not be made."""
    try:
        target.symlink_to(source)
    except OSError:
        shutil.copyfile(source, target)
