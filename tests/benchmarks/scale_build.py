"""Write the corpus that `scale` measures, stage by stage, so that a build cut short goes on."""

import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from index.chunking import ChunkSettings
from index.layout import LEXICAL, MANIFEST, STORE, VECTORS, Layout, files_of, link_or_copy
from index.lexical import WordEntry
from index.manifest import Counts, EncoderCard, FileCard, Manifest
from index.vectorwriter import VectorWriter
from tests.benchmarks.scale_corpus import Articles, BulkStore, BulkWords, LookedUp

__all__ = ["build"]

_TOGETHER = 200
_BLOCK = 10_000


def build(articles: Path, work: Path, passages: int, encoder: LookedUp) -> Path:
    """Return a corpus of so many passages, built now or before."""
    corpus, texts, vectors = work / "corpus", work / "texts", work / "vectors"
    if (corpus / "CURRENT").exists():
        return corpus
    _stage(texts, lambda: _write_texts(articles, texts, passages))
    _stage(vectors, lambda: _write_vectors(texts / STORE, vectors, encoder))
    layout = Layout(corpus)
    building = layout.start_building(1)
    for part in (texts, vectors):
        for name, path in files_of(part).items():
            if not name.startswith("done"):
                (building / name).parent.mkdir(exist_ok=True)
                link_or_copy(path, building / name)
    vectors_kind, settings = _kind(building / VECTORS)
    files = {name: FileCard.of(path) for name, path in files_of(building).items()}
    with sqlite3.connect(building / STORE) as db:
        documents, count = db.execute(
            "SELECT (SELECT count(*) FROM documents), count(*) FROM passages"
        ).fetchone()
    manifest = Manifest(
        1,
        EncoderCard.of(encoder),
        ChunkSettings(),
        Counts(documents, count),
        files,
        {},
        vectors_kind,
        settings,
    )
    (building / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    layout.publish(building, 1)
    return corpus


def _stage(folder: Path, write) -> None:
    """Do a stage from its beginning, unless it was done."""
    if (folder / "done").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    began = time.perf_counter()
    write()
    (folder / "done").write_text(f"{time.perf_counter() - began:.0f} s\n", encoding="ascii")


def _write_texts(articles: Path, folder: Path, passages: int) -> None:
    """Write the database and the word index."""
    (folder / LEXICAL).mkdir()
    store, words = BulkStore(folder / STORE), BulkWords(folder / LEXICAL)
    made = Articles(articles).passages_of(passages)
    written = 0
    while group := list(islice(made, _TOGETHER)):
        new = store.fill(group)
        words.add(WordEntry(each.id, each.title, each.text) for each in new)
        if (written + len(new)) // 50_000 > written // 50_000:
            print(f"{written + len(new)} passages", file=sys.stderr, flush=True)
        written += len(new)
    words.finish()
    store.close()


def _write_vectors(store: Path, folder: Path, encoder: LookedUp) -> None:
    """Write the vectors of every passage, with the product's own writer."""
    writer = VectorWriter(folder / VECTORS, encoder.dimension)
    rows = _hashes(store)
    while group := list(islice(rows, _BLOCK)):
        ids, hashes = zip(*group, strict=True)
        writer.add(list(ids), encoder.of_hashes(hashes))
    writer.save()


def _hashes(store: Path) -> Iterator[tuple[int, bytes]]:
    """Yield (passage id, hash of its embedded text), by id."""
    with sqlite3.connect(store) as db:
        yield from db.execute("SELECT id, embedded FROM passages ORDER BY id")


def _kind(path: Path) -> tuple[str, dict[str, int]]:
    """Return what the manifest records of the vectors."""
    from index.vectors import load_vectors

    index = load_vectors(path)
    return index.kind, index.settings
