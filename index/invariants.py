"""What must hold between the database, the vectors and the words of one generation."""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.copychecks import false_copies
from index.embedding import embedded_hash, embedding_text
from index.errors import CorpusDamaged
from index.folding import text_key
from index.layout import LEXICAL, STORE, VECTORS
from index.lexical import LexicalReader
from index.manifest import Manifest
from index.store import COPY_COUNT, in_groups
from index.vectors import load_vectors

__all__ = ["Problem", "content_problems"]

_NAMED = 5
# A model in half precision gives lengths that are off by less than this; what is damaged, by more.
_LENGTH_OFF = 1e-3
_TABLES = {("table", name) for name in ("documents", "passages", "copies", "anchors")}
_DANGLING = {
    "passages of no document": "SELECT id FROM passages WHERE document NOT IN (SELECT key FROM documents)",
    "copies of no passage": "SELECT passage FROM copies WHERE passage NOT IN (SELECT id FROM passages)",
    "copies in no document": "SELECT document FROM copies WHERE document NOT IN (SELECT key FROM documents)",
    "anchors of no passage": "SELECT passage FROM anchors WHERE passage NOT IN (SELECT id FROM passages)",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Hold one thing that is wrong: its name for programs, what was found, and what to do about it."""

    name: str
    detail: str
    remedy: str = ""


def content_problems(folder: Path, manifest: Manifest) -> Iterator[Problem]:
    """Yield what does not hold inside the files of a generation; few documents are in memory at a time."""
    path = folder / STORE
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
            yield from _store_problems(db, path, manifest)
            ids = [row[0] for row in db.execute("SELECT id FROM passages ORDER BY id")]
    except (sqlite3.Error, ValueError) as error:
        yield Problem("database", f"{path} is damaged: {error}")
        return
    for name, check in (("vectors", _vector_detail), ("words", _word_detail)):
        try:
            detail = check(folder, manifest, ids)
        except CorpusDamaged as error:
            detail = str(error)
        if detail:
            yield Problem(name, detail)


def _store_problems(db: sqlite3.Connection, path: Path, manifest: Manifest) -> Iterator[Problem]:
    """Yield what does not hold in the database."""
    checked = db.execute("PRAGMA quick_check").fetchone()
    if checked != ("ok",):
        yield Problem("database", f"{path} is damaged: {checked[0]}")
        return
    found = {tuple(row) for row in db.execute("SELECT type, name FROM sqlite_master WHERE type <> 'index'")}
    if odd := sorted(name for _, name in found ^ _TABLES if not name.startswith("sqlite_")):
        yield Problem("schema", f"{path} has not the tables of this format: {_some(odd)}")
        return
    yield from _count_problems(db, path, manifest)
    for what, statement in _DANGLING.items():
        dangling = [row[0] for row in db.execute(statement)]
        if dangling:
            yield Problem("links", f"{path} has {what}: {_some(dangling)}")
    yield from _text_problems(db, path)


def _count_problems(db: sqlite3.Connection, path: Path, manifest: Manifest) -> Iterator[Problem]:
    """Compare how much the database holds with what the manifest says."""
    counts = manifest.counts
    for what, statement, expected in (
        ("documents", "SELECT count(*) FROM documents", counts.documents),
        ("passages", "SELECT count(*) FROM passages", counts.passages),
        ("copies", COPY_COUNT, counts.copies),
    ):
        (found,) = db.execute(statement).fetchone()
        if found != expected:
            yield Problem("counts", f"{path} holds {found} {what}, the manifest says {expected}")


def _text_problems(db: sqlite3.Connection, path: Path) -> Iterator[Problem]:
    """Compare every document with its hash, and with the passages and copies that are said to lie in it."""
    altered, torn, unlike = [], [], []
    for key, name, title, text, sha256 in db.execute(
        "SELECT key, id, title, text, sha256 FROM documents ORDER BY key"
    ):
        if hashlib.sha256(text.encode("utf-8")).hexdigest() != sha256:
            altered.append(repr(name))
        torn += _torn_passages(db, key, title, text)
        unlike += [f"{name!r} from {start}" for start in false_copies(db, key, text)]
    if altered:
        yield Problem("document", f"{path}: the SHA-256 of the text does not hold for {_some(altered)}")
    if torn:
        yield Problem("passage", f"{path}: no exact slices of their documents are passages {_some(torn)}")
    if unlike:
        yield Problem("copy", f"{path}: not what they are said to copy are the spans of {_some(unlike)}")


def _torn_passages(db: sqlite3.Connection, key: int, title: str, text: str) -> list[int]:
    """Return the passages of a document that are not the slices, or lack the hashes, written down."""
    torn = []
    place = place_byte = 0
    for number, start, end, first, last, embedded, same in db.execute(
        "SELECT id, start, end, start_byte, end_byte, embedded, same FROM passages "
        "WHERE document = ? ORDER BY start",
        (key,),
    ):
        held = 0 <= start < end <= len(text)
        if held:
            # Counted on from the passage before: from the start each time would be quadratic.
            place_byte += len(text[place:start].encode("utf-8"))
            place = start
            cut = text[start:end]
            held = (
                (first, last) == (place_byte, place_byte + len(cut.encode("utf-8")))
                and embedded == embedded_hash(embedding_text(title, cut))
                and same == text_key(cut)
            )
        if not held:
            torn.append(number)
    return torn


def _vector_detail(folder: Path, manifest: Manifest, ids: Sequence[int]) -> str:
    """Return what is wrong with the vectors: one of length 1 a passage, of the kind the manifest says."""
    path = folder / VECTORS
    vectors = load_vectors(path)
    found, said = (vectors.kind, vectors.dimension), (manifest.vectors_kind, manifest.encoder.dimension)
    if found != said:
        return f"{path} is of kind and dimension {found}, the manifest says {said}"
    if len(vectors) != len(ids):
        return f"{path} holds {len(vectors)} vectors for {len(ids)} passages"
    for group in in_groups(ids, 10_000):
        try:
            rows = vectors.get(group)
        except KeyError as error:
            return f"{path}: {error.args[0]}"
        lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))
        # Said this way round, what is not a number is wrong too.
        wrong = ~(abs(lengths - 1) <= _LENGTH_OFF)
        if wrong.any():
            return f"{path}: no vector of length 1 for passages {_some(np.asarray(group)[wrong].tolist())}"
    return ""


def _word_detail(folder: Path, _: Manifest, ids: Sequence[int]) -> str:
    """Return what is wrong with the word index: every passage once, and no other."""
    path = folder / LEXICAL
    found = LexicalReader(path).ids()
    if found == list(ids):
        return ""
    odd = sorted(set(found) ^ set(ids))
    return f"{path} holds {len(found)} passages for {len(ids)}; they differ in {_some(odd)}"


def _some(values: Sequence[Any]) -> str:
    """Return the first few of many, and how many there are."""
    named = ", ".join(str(value) for value in values[:_NAMED])
    return named if len(values) <= _NAMED else f"{named} and {len(values) - _NAMED} more"
