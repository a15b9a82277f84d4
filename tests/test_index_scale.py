"""A corpus that grows past exact search and shrinks back, held against numpy at every step.

The sizes at which it changes are made small here; the change itself, and what is searched after it, is the
product's own.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import coding, vectorwriter
from index.codes import CodedVectors, base_file, base_files
from index.corpus import Corpus
from index.document import Document
from index.errors import CorpusDamaged
from index.exactrows import NewRows
from index.protocols import Vectors
from index.vectors import FlatVectors, load_vectors, set_threads
from index.vectorwriter import VectorWriter
from index.verify import verify
from index.writer import add_documents, remove_documents

DIMENSION = 32


@pytest.fixture
def small_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    set_threads(1)
    monkeypatch.setattr(coding, "CANDIDATES", 100)
    monkeypatch.setattr(vectorwriter, "EXACT_UP_TO", 2000)
    monkeypatch.setattr(vectorwriter, "_ADDED", 100)


def near(rows: int, seed: int = 0) -> Vectors:
    """Return unit vectors around a few hundred centres, as passages lie around topics."""
    chance = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(size=(200, DIMENSION))
    matrix = centres[chance.integers(0, 200, rows)] + 0.6 * chance.normal(size=(rows, DIMENSION))
    return np.asarray(matrix / np.linalg.norm(matrix, axis=1, keepdims=True), dtype=np.float32)


def recall(index: Any, rows: dict[int, Vectors], k: int = 10) -> float:
    """Return the share of numpy's nearest that a search finds, and hold its scores to numpy's."""
    ids, matrix = np.array(list(rows)), np.stack(list(rows.values()))
    found = 0
    for query in near(30, seed=7):
        cosines = matrix @ query
        hits = index.search(query, k)
        by_id = dict(zip(ids.tolist(), cosines.tolist(), strict=True))
        assert [score for _, score in hits] == pytest.approx([by_id[i] for i, _ in hits], abs=1e-5)
        assert hits == sorted(hits, key=lambda hit: (-hit[1], hit[0]))
        found += len({i for i, _ in hits} & set(ids[np.argsort(-cosines)[:k]].tolist()))
    return found / (30 * k)


def change(path: Path, rows: dict[int, Vectors], new: int = 0, gone: tuple[int, ...] = ()) -> Any:
    """Add and remove as a run does, in the files and in a dictionary."""
    writer = VectorWriter(path, DIMENSION)
    first = max(rows, default=0) + 3
    vectors = near(new, seed=first)
    ids = list(range(first, first + 2 * new, 2))
    for start in range(0, new, 700):
        writer.add(ids[start : start + 700], vectors[start : start + 700])
    rows.update(zip(ids, vectors, strict=True))
    some = [*ids[:2], *list(rows)[:3]]
    assert np.array_equal(writer.get(some), np.stack([rows[number] for number in some]))
    writer.remove([*gone, 10**9])
    for number in gone:
        del rows[number]
    index = writer.save()
    assert len(index) == len(rows)
    assert index.ids.tolist() == sorted(rows)
    wanted = list(rows)[::-7]
    assert np.array_equal(index.get(wanted), np.stack([rows[number] for number in wanted]))
    for number in gone[:3]:
        with pytest.raises(KeyError, match=str(number)):
            index.get([number])
    assert not path.with_name(path.name + ".new").exists()
    return index


def test_growing_and_shrinking_finds_what_numpy_finds(tmp_path: Path, small_bounds: None) -> None:
    path = tmp_path / "vectors.faiss"
    rows: dict[int, Vectors] = {}
    index = change(path, rows, 1999)
    assert index.kind == "flat"
    assert recall(index, rows) == 1
    index = change(path, rows, 2001)
    assert (index.kind, index.settings["rows"], index.settings["added"]) == ("pq4", 4000, 0)
    assert recall(index, rows) >= 0.99
    written = base_file(path, "f32").stat().st_mtime_ns
    # A few come and go: beside the base, which is not touched; and again, on top of that.
    for step in range(2):
        ids = list(rows)
        index = change(path, rows, 40, (*ids[1:100:5], ids[-1]))
        assert (index.settings["added"], index.settings["gone"]) == ((40, 21), (79, 41))[step]
        assert recall(index, rows) >= 0.99
        assert base_file(path, "f32").stat().st_mtime_ns == written
    # More than fits beside: one base of everything.
    index = change(path, rows, 60)
    assert (index.settings["rows"], index.settings["added"], index.settings["gone"]) == (len(rows), 0, 0)
    assert recall(index, rows) >= 0.99
    # Everything near one question leaves: those behind are found all the same.
    query = near(1, seed=7)[0]
    nearest = sorted(rows, key=lambda number: -float(rows[number] @ query))[:400]
    index = change(path, rows, 0, tuple(nearest))
    assert index.settings["gone"] == 400
    assert recall(index, rows) >= 0.99
    # Fewer than the bound: exact again, and no file of the base is left.
    index = change(path, rows, 0, tuple(list(rows)[: len(rows) - 1500]))
    assert (index.kind, base_files(path)) == ("flat", [])
    assert recall(index, rows) == 1


def test_the_same_vectors_give_the_same_files(tmp_path: Path, small_bounds: None) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        change(tmp_path / name / "vectors.faiss", {}, 2500)
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_parts_that_do_not_belong_together_are_refused(tmp_path: Path, small_bounds: None) -> None:
    path = tmp_path / "vectors.faiss"
    change(path, {}, 2500)
    parts = {part: base_file(path, part) for part in ("json", "faiss", "f32", "ids.npy")}
    whole = {part: place.read_bytes() for part, place in parts.items()}
    broken = {
        "json": [b"", b"{}", whole["json"].replace(b"2500", b"2499")],
        "faiss": [b"", whole["faiss"][:1000]],
        "f32": [b"", whole["f32"][:-4]],
        "ids.npy": [b"", whole["ids.npy"][:-8]],
    }
    for part, contents in broken.items():
        for content in contents:
            parts[part].write_bytes(content)
            with pytest.raises(CorpusDamaged, match="index the documents again"):
                load_vectors(path)
        parts[part].write_bytes(whole[part])
    assert isinstance(load_vectors(path), CodedVectors)
    with pytest.raises(ValueError, match="3 dimensions"):
        load_vectors(path).search(np.ones(3, dtype=np.float32), 1)


def test_rows_on_disk_come_back_in_the_order_asked(tmp_path: Path) -> None:
    rows = NewRows(tmp_path / "rows", DIMENSION)
    matrix = near(50)
    rows.append(matrix[:20])
    rows.append(matrix[20:])
    assert np.array_equal(rows[np.array([40, 3, 40])], matrix[[40, 3, 40]])
    assert np.array_equal(rows[10:99], matrix[10:])
    assert rows[np.array([], dtype=np.int64)].shape == (0, DIMENSION)
    rows.discard()
    assert not (tmp_path / "rows").exists()


def news(first: int, count: int) -> list[Document]:
    return [
        Document(f"d{n}", f"La commune {n} vote le budget {n * 7} du quartier {n % 90}.", f"Vote {n}")
        for n in range(first, first + count)
    ]


def test_a_corpus_changes_its_kind_and_stays_whole(
    tmp_path: Path, toy_encoder: Any, small_bounds: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectorwriter, "EXACT_UP_TO", 700)
    folder = tmp_path / "corpus"
    add_documents(folder, news(0, 650), toy_encoder)
    assert Corpus.open(folder).manifest.vectors_kind == "flat"
    add_documents(folder, news(650, 150), toy_encoder)
    with Corpus.open(folder, toy_encoder) as before:
        manifest = json.loads((folder / "generations" / "000002" / "manifest.json").read_text())
        assert (manifest["vectors_kind"], manifest["vectors"]["rows"]) == ("pq4", 800)
        assert {f"vectors.base.{part}" for part in ("faiss", "f32", "ids.npy", "json")} <= set(
            manifest["files"]
        )
        assert verify(folder).problems == ()
        add_documents(
            folder, [*news(900, 5), Document("d3", "Tout autre chose, enfin.", "Vote 3")], toy_encoder
        )
        remove_documents(folder, ["d10", "d11"], toy_encoder)
        after = before.reopen()
        assert verify(folder).problems == ()
        # Nothing is written again that did not change, and no other generation's files are written into.
        live = folder / "generations" / "000004"
        assert (live / "vectors.base.f32").samefile(folder / "generations" / "000003" / "vectors.base.f32")
        for corpus in (before, after):
            ids = corpus.passage_ids()
            matrix = toy_encoder.encode_query([f"{p.title}\n{p.passage.text}" for p in corpus.passages(ids)])
            assert np.allclose(corpus.vectors(ids), matrix, atol=1e-6)
            for row in (5, 77, len(ids) - 1):
                hits = corpus.search_vectors(matrix[row], 5)
                assert hits[0][1] == pytest.approx(float(np.max(matrix @ matrix[row])), abs=1e-5)
        after.close()
    remove_documents(folder, [f"d{n}" for n in range(20, 180)], toy_encoder)
    with Corpus.open(folder, toy_encoder) as shrunk:
        assert (shrunk.manifest.vectors_kind, len(shrunk)) == ("flat", 643)
        assert isinstance(shrunk._vectors, FlatVectors)
    assert verify(folder).problems == ()
