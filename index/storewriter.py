"""Documents and passages in SQLite: what a writer does to the database of the generation it builds."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from index.chunking import Span
from index.document import Document
from index.duplicates import Cover, anchors, covering, says_the_same
from index.embedding import embedded_hash, embedding_text
from index.folding import text_key
from index.store import COPY_COUNT, KNOWN, SCHEMA, Known

__all__ = ["Known", "NewPassage", "StoreWriter"]

# What shares an anchor with many passages is boilerplate: more of them would not decide anything.
_PER_ANCHOR = 8
_MOST_CANDIDATES = 12


class NewPassage(NamedTuple):
    """Hold a passage that needs a vector and words."""

    id: int
    title: str
    text: str
    embedded: bytes

    @property
    def embedding_text(self) -> str:
        """Return what the encoder gets."""
        return embedding_text(self.title, self.text)


class StoreWriter:
    """Change the database of a generation nobody reads yet."""

    def __init__(self, path: Path) -> None:
        fresh = not path.exists()
        self._db = sqlite3.connect(path)
        # A crash throws the whole file away, so that SQLite needs no journal on disk.
        self._db.executescript(
            "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;"
        )
        if fresh:
            self._db.executescript(SCHEMA)
        self._orphans: dict[int, set[Span]] = {}

    def close(self) -> None:
        """Keep what was done and close."""
        self._db.commit()
        self._db.close()

    def known(self, document_id: str) -> Known | None:
        """Return what is stored of this document, or None."""
        row = self._db.execute(KNOWN, (document_id,)).fetchone()
        return Known(*row) if row else None

    def counts(self) -> tuple[int, int, int]:
        """Return the numbers of documents, passages and copies left out."""
        statement = (
            f"SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM passages), ({COPY_COUNT})"  # noqa: S608
        )
        documents, passages, copies = self._db.execute(statement).fetchone()
        return documents, passages, copies

    def put(self, document: Document, spans: Sequence[Span]) -> tuple[list[NewPassage], list[int]]:
        """Store a document in place of the one of its id; return new passages and the ids of dropped ones.

        Where that fails, the one that was there stays as it was.
        """
        known = self.known(document.id)
        with self._whole():
            dropped = self._drop_passages(known.key) if known else []
            key = self._store(document, known)
            new = self._place_all(key, document, spans)
        self._orphans.pop(key, None)
        return new, dropped

    def describe(self, document: Document) -> None:
        """Store title, source, date and meta of a document whose passages stay as they are."""
        self._store(document, self.known(document.id))

    def remove(self, document_id: str) -> list[int] | None:
        """Remove a document; return the ids of its passages, or None where there is no such document."""
        known = self.known(document_id)
        if known is None:
            return None
        dropped = self._drop_passages(known.key)
        self._db.execute("DELETE FROM documents WHERE key = ?", (known.key,))
        self._orphans.pop(known.key, None)
        return dropped

    def revive(self) -> list[NewPassage]:
        """Place again the copies whose original went away: nothing is lost with another's document."""
        revived: list[NewPassage] = []
        for key in sorted(self._orphans):
            row = self._db.execute("SELECT id, text, title FROM documents WHERE key = ?", (key,)).fetchone()
            if row:
                document = Document(*row)
                revived += self._place_all(key, document, sorted(self._orphans[key]))
        self._orphans.clear()
        return revived

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """Do all of it or nothing; orphans noted on the way find their original where it was."""
        if not self._db.in_transaction:
            # Else each release would commit, and write pages that the next document changes again.
            self._db.execute("BEGIN")
        self._db.execute("SAVEPOINT document")
        try:
            yield
        except BaseException:
            # A full disk has ended the transaction already.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK TO document")
                self._db.execute("RELEASE document")
            raise
        self._db.execute("RELEASE document")

    def _store(self, document: Document, known: Known | None) -> int:
        """Write the row of a document and return its key."""
        meta = meta_json(document)
        values = (
            document.text,
            document.title,
            document.source,
            document.date,
            meta,
            document.sha256,
            document.id,
        )
        if known:
            self._db.execute(
                "UPDATE documents SET text=?, title=?, source=?, date=?, meta=?, sha256=? WHERE id=?", values
            )
            return known.key
        cursor = self._db.execute(
            "INSERT INTO documents (text, title, source, date, meta, sha256, id) VALUES (?,?,?,?,?,?,?)",
            values,
        )
        return int(cursor.lastrowid or 0)

    def all_passages(self) -> Iterator[NewPassage]:
        """Yield every passage, by ascending id."""
        rows = self._db.execute(
            "SELECT p.id, title, embedded FROM passages p JOIN documents d ON d.key = document ORDER BY p.id"
        )
        for number, title, embedded in rows:
            yield NewPassage(number, title, self._covers([number])[0].text, embedded)

    def _place_all(self, key: int, document: Document, spans: Sequence[Span]) -> list[NewPassage]:
        """Place spans, in order, and return those that became passages."""
        placed: list[NewPassage] = []
        place = place_byte = 0
        for span in spans:
            # Counted on from the span before: from the start each time would be quadratic in long texts.
            place_byte += len(document.text[place : span[0]].encode("utf-8"))
            place = span[0]
            new = self._place(key, document, span, place_byte)
            if new:
                placed.append(new)
        return placed

    def _place(self, key: int, document: Document, span: Span, first: int) -> NewPassage | None:
        """Store a span, `first` its first byte, as a passage and return it; or as a copy and return None."""
        start, end = span
        text = document.text[start:end]
        same = text_key(text)
        marks = anchors(text)
        originals = self._originals(document.text, span, same, marks)
        if originals:
            rows = [(passage, key, start, end) for passage in originals]
            self._db.executemany("INSERT OR IGNORE INTO copies VALUES (?,?,?,?)", rows)
            return None
        embedded = embedded_hash(embedding_text(document.title, text))
        values = (key, start, end, first, first + len(text.encode("utf-8")), embedded, same)
        cursor = self._db.execute(
            "INSERT INTO passages (document, start, end, start_byte, end_byte, embedded, same) "
            "VALUES (?,?,?,?,?,?,?)",
            values,
        )
        number = int(cursor.lastrowid or 0)
        self._add_anchors(number, marks)
        return NewPassage(number, document.title, text, embedded)

    def _originals(self, text: str, span: Span, same: bytes, marks: list[int]) -> list[int]:
        """Return the passages that say what this span of a text says, or none."""
        exact = self._covers(
            [row[0] for row in self._db.execute("SELECT id FROM passages WHERE same = ? LIMIT 8", (same,))]
        )
        equal = [cover.passage for cover in exact if says_the_same(text[slice(*span)], cover.text)]
        if equal:
            return equal[:1]
        votes = Counter(passage for mark in marks for passage in self._with_anchor(mark))
        candidates = [passage for passage, _ in votes.most_common(_MOST_CANDIDATES)]
        return covering(text, span, self._covers(self._with_neighbours(candidates))) if candidates else []

    def _with_neighbours(self, ids: Sequence[int]) -> list[int]:
        """Return passages with those beside them: a copy cut elsewhere may lie in two of them."""
        found = dict.fromkeys(ids)
        for number in ids:
            rows = self._db.execute(
                "SELECT id FROM passages WHERE id IN (?, ?) "
                "AND document = (SELECT document FROM passages WHERE id = ?)",
                (number - 1, number + 1, number),
            )
            found.update(dict.fromkeys(row[0] for row in rows))
        return list(found)

    def _covers(self, ids: Sequence[int]) -> list[Cover]:
        """Return passages with their texts."""
        covers = []
        for number in ids:
            key, start, end = self._db.execute(
                "SELECT document, start_byte, end_byte FROM passages WHERE id = ?", (number,)
            ).fetchone()
            with self._db.blobopen("documents", "text", key, readonly=True) as blob:
                covers.append(Cover(number, key, bytes(blob[start:end]).decode("utf-8")))
        return covers

    def _with_anchor(self, mark: int) -> list[int]:
        """Return a few passages that have this anchor."""
        rows = self._db.execute("SELECT passage FROM anchors WHERE hash = ? LIMIT ?", (mark, _PER_ANCHOR))
        return [row[0] for row in rows]

    def _add_anchors(self, number: int, marks: list[int]) -> None:
        """Let a passage be found by its anchors, save those that many have already."""
        rows = [(mark, number) for mark in marks if len(self._with_anchor(mark)) < _PER_ANCHOR]
        self._db.executemany("INSERT INTO anchors VALUES (?,?)", rows)

    def _drop_passages(self, key: int) -> list[int]:
        """Remove the passages of a document; remember the copies of them elsewhere."""
        ids = [
            row[0]
            for row in self._db.execute("SELECT id FROM passages WHERE document = ? ORDER BY id", (key,))
        ]
        for cover in self._covers(ids):
            self._orphan(key, cover.passage)
            pairs = [(mark, cover.passage) for mark in anchors(cover.text)]
            self._db.executemany("DELETE FROM anchors WHERE hash = ? AND passage = ?", pairs)
        self._db.execute("DELETE FROM copies WHERE document = ?", (key,))
        self._db.execute("DELETE FROM passages WHERE document = ?", (key,))
        return ids

    def _orphan(self, key: int, passage: int) -> None:
        """Note and unlink the copies of a passage that goes away."""
        rows = self._db.execute(
            "SELECT document, start, end FROM copies WHERE passage = ?", (passage,)
        ).fetchall()
        for document, start, end in rows:
            if document != key:
                self._orphans.setdefault(document, set()).add((start, end))
            self._db.execute("DELETE FROM copies WHERE document = ? AND start = ?", (document, start))


def meta_json(document: Document) -> str:
    """Return the meta of a document as it is stored and compared."""
    return json.dumps(document.meta, ensure_ascii=False, sort_keys=True)
