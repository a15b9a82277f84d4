"""Documents and passages in SQLite: what a reader asks of them."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from index.document import Document, Passage, Source
from index.errors import CorpusDamaged

T = TypeVar("T")

__all__ = [
    "COPY_COUNT",
    "KNOWN",
    "MOST_SOURCES",
    "SCHEMA",
    "Known",
    "StoreReader",
    "StoredPassage",
    "in_groups",
]

# Offsets are characters; *_byte are the same places in the UTF-8 of the text, to read a slice
# of a long document without reading the document.
SCHEMA = """
CREATE TABLE documents (
    key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, text TEXT NOT NULL, title TEXT NOT NULL,
    source TEXT NOT NULL, date TEXT, meta TEXT NOT NULL, sha256 TEXT NOT NULL);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL, start INTEGER NOT NULL,
    end INTEGER NOT NULL, start_byte INTEGER NOT NULL, end_byte INTEGER NOT NULL,
    embedded BLOB NOT NULL, same BLOB NOT NULL);
CREATE INDEX passages_document ON passages (document);
CREATE INDEX passages_embedded ON passages (embedded);
CREATE INDEX passages_same ON passages (same);
CREATE TABLE copies (
    passage INTEGER NOT NULL, document INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    PRIMARY KEY (passage, document, start)) WITHOUT ROWID;
CREATE INDEX copies_document ON copies (document);
CREATE TABLE anchors (
    hash INTEGER NOT NULL, passage INTEGER NOT NULL, PRIMARY KEY (hash, passage)) WITHOUT ROWID;
"""
# A copy of several passages in a row is one.
COPY_COUNT = "SELECT count(*) FROM (SELECT DISTINCT document, start FROM copies)"
KNOWN = "SELECT key, sha256, title, source, date, meta FROM documents WHERE id = ?"
_PASSAGE = """
SELECT p.id, p.document, p.start, p.end, p.start_byte, p.end_byte, d.id, d.title, d.source, d.date, d.sha256
FROM passages p JOIN documents d ON d.key = p.document"""
# Boilerplate stands in thousands of documents; an answer names this many of them, and says how many.
MOST_SOURCES = 50
_ELSEWHERE = """
SELECT id, title, source, date FROM documents
WHERE key IN (SELECT document FROM copies WHERE passage = ? AND document <> ?) ORDER BY key LIMIT ?"""
_HOW_MANY = "SELECT count(DISTINCT document) FROM copies WHERE passage = ? AND document <> ?"
_DOCUMENT = "SELECT id, text, title, source, date, meta FROM documents"


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """Hold a passage with what is known of its document, and the other documents that hold it too.

    `also_in` names them in the order of arrival, at most MOST_SOURCES of the `also_in_total` there are.
    """

    id: int
    passage: Passage
    title: str
    source: str
    date: str | None
    sha256: str
    also_in: tuple[Source, ...] = ()
    also_in_total: int = 0


class Known(NamedTuple):
    """Hold what is compared to see whether a document changed."""

    key: int
    sha256: str
    title: str
    source: str
    date: str | None
    meta: str


class StoreReader:
    """Read the database of a generation; one connection, shared by all threads under a lock.

    One connection rather than one per thread: it stays usable when a writer has deleted the file.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        try:
            # Generations never change: no journal, no file locks.
            self._db = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error as error:
            raise CorpusDamaged(f"{path} cannot be opened ({error}): index the documents again") from error
        self._path = path

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._db.close()

    def passages(self, ids: Sequence[int]) -> list[StoredPassage]:
        """Return these passages in the order asked; KeyError for an unknown id."""
        with self._reading():
            found = {
                row[0]: self._passage(row) for group in in_groups(ids) for row in self._passage_rows(group)
            }
        missing = [number for number in ids if number not in found]
        if missing:
            raise KeyError(f"no passage {missing[0]}")
        return [found[number] for number in ids]

    def document(self, document_id: str) -> Document | None:
        """Return the document of this id, or None."""
        row = self._one(f"{_DOCUMENT} WHERE id = ?", document_id)
        return self._document(row) if row else None

    def known(self, document_id: str) -> Known | None:
        """Return what is compared of this document, or None."""
        row = self._one(KNOWN, document_id)
        return Known(*row) if row else None

    def documents(self) -> Iterator[Document]:
        """Yield every document, in the order of arrival, one in memory at a time."""
        key = 0
        while row := self._one("SELECT key FROM documents WHERE key > ? ORDER BY key LIMIT 1", key):
            key = int(row[0])
            yield self._document(self._one(f"{_DOCUMENT} WHERE key = ?", key))

    def origins(self) -> list[tuple[str, str]]:
        """Return (document id, file it came from) for the documents that came from one."""
        return self._rows(
            "SELECT id, json_extract(meta, '$.path') AS path FROM documents "
            "WHERE path IS NOT NULL ORDER BY key"
        )

    def spans(self, document_id: str) -> list[tuple[int, int, int]]:
        """Return (passage id, start, end) of the passages of a document, in the order of the text."""
        return self._rows(
            "SELECT p.id, start, end FROM passages p JOIN documents d ON d.key = p.document "
            "WHERE d.id = ? ORDER BY start",
            document_id,
        )

    def passage_ids(self) -> list[int]:
        """Return the ids of all passages, ascending."""
        return [row[0] for row in self._rows("SELECT id FROM passages ORDER BY id")]

    def embedded(self, hashes: Sequence[bytes]) -> dict[bytes, int]:
        """Return for each hash of an embedded text a passage that has its vector, where there is one."""
        found: dict[bytes, int] = {}
        for group in in_groups(hashes):
            marks = ",".join("?" * len(group))
            found.update(self._rows(f"SELECT embedded, id FROM passages WHERE embedded IN ({marks})", *group))  # noqa: S608
        return found

    def damage(self) -> str | None:
        """Return what SQLite's own check complains of, or None."""
        try:
            result = self._one("PRAGMA quick_check")
        except CorpusDamaged as error:
            return str(error)
        return None if result == ("ok",) else str(result)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Hold the connection, and say where damage was met."""
        with self._lock:
            try:
                yield
            except sqlite3.ProgrammingError:
                # The call is wrong, after `close` for one; the file is not.
                raise
            except (sqlite3.DatabaseError, ValueError, TypeError) as error:
                raise CorpusDamaged(
                    f"{self._path} is damaged ({error}): index the documents again"
                ) from error

    def _document(self, row: Any) -> Document:
        """Return the document of a row."""
        document_id, text, title, source, date, meta = row
        with self._reading():
            return Document(document_id, text, title, source, date, json.loads(meta))

    def _passage_rows(self, ids: Sequence[int]) -> list[Any]:
        """Return the rows of some passages with their documents."""
        marks = ",".join("?" * len(ids))
        return self._db.execute(
            f"{_PASSAGE} WHERE p.id IN ({marks})",
            tuple(ids),
        ).fetchall()

    def _passage(self, row: Any) -> StoredPassage:
        """Return the passage of a row, its text read from its document."""
        number, key, start, end, start_byte, end_byte, document_id, title, source, date, sha256 = row
        with self._db.blobopen("documents", "text", key, readonly=True) as blob:
            text = bytes(blob[start_byte:end_byte]).decode("utf-8")
        passage = Passage(document_id, start, end, text)
        return StoredPassage(number, passage, title, source, date, sha256, *self._elsewhere(number, key))

    def _elsewhere(self, number: int, key: int) -> tuple[tuple[Source, ...], int]:
        """Return which other documents hold a passage, and how many there are."""
        rows = self._db.execute(_ELSEWHERE, (number, key, MOST_SOURCES)).fetchall()
        total = len(rows)
        if total == MOST_SOURCES:
            (total,) = self._db.execute(_HOW_MANY, (number, key)).fetchone()
        return tuple(Source(*row) for row in rows), total

    def _one(self, statement: str, *values: Any) -> Any:
        """Return the first row of a query, or None."""
        with self._reading():
            return self._db.execute(statement, values).fetchone()

    def _rows(self, statement: str, *values: Any) -> list[Any]:
        """Return all rows of a query."""
        with self._reading():
            return self._db.execute(statement, values).fetchall()


def in_groups(values: Sequence[T], size: int = 500) -> Iterator[Sequence[T]]:
    """Yield the values in groups that fit into one SQL statement."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
