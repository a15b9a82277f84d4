"""FAISS against numpy."""

from pathlib import Path

import numpy as np
import pytest

from index.errors import CorpusDamaged
from index.protocols import Vectors
from index.vectors import FlatVectors, load_vectors, set_threads


def unit(rows: int, dimension: int = 32, seed: int = 0) -> Vectors:
    matrix = np.random.default_rng(seed).normal(size=(rows, dimension)).astype(np.float32)
    return np.asarray(matrix / np.linalg.norm(matrix, axis=1, keepdims=True), dtype=np.float32)


def oracle(ids: list[int], matrix: Vectors, query: Vectors, k: int) -> list[int]:
    return [ids[i] for i in np.argsort(-(matrix @ query), kind="stable")[:k]]


def test_search_finds_what_numpy_finds(tmp_path: Path) -> None:
    set_threads(1)
    matrix = unit(500)
    ids = list(range(10, 1510, 3))
    index = FlatVectors(32)
    index.add(ids[:200], matrix[:200])
    index.add(ids[200:], matrix[200:])
    gone = [*ids[50:150:7], ids[-1]]
    index.remove([*gone, 999_999])
    kept = [i for i in ids if i not in gone]
    rest = matrix[[ids.index(i) for i in kept]]
    index.save(tmp_path / "v")
    for current in (index, load_vectors(tmp_path / "v")):
        assert len(current) == len(kept)
        for query in unit(20, seed=9):
            hits = current.search(query, 10)
            assert [i for i, _ in hits] == oracle(kept, rest, query, 10)
            assert [s for _, s in hits] == pytest.approx(np.sort(rest @ query)[::-1][:10], abs=1e-5)
        wanted = [kept[40], kept[3], kept[40]]
        assert np.array_equal(current.get(wanted), rest[[40, 3, 40]])


def test_fewer_than_k_and_none() -> None:
    index = FlatVectors(4)
    assert index.search(unit(1, 4)[0], 5) == []
    assert index.get([]).shape == (0, 4)
    index.add([7], unit(1, 4))
    assert [i for i, _ in index.search(unit(1, 4)[0], 5)] == [7]
    assert index.search(unit(1, 4)[0], 0) == []


def test_unknown_ids_and_wrong_shapes_are_refused() -> None:
    index = FlatVectors(4)
    with pytest.raises(KeyError, match="3"):
        index.get([3])
    index.add([1, 5], unit(2, 4))
    with pytest.raises(KeyError, match="3"):
        index.get([1, 3])
    with pytest.raises(ValueError, match="ascend after 5"):
        index.add([5], unit(1, 4))
    with pytest.raises(ValueError, match="shape"):
        index.add([6], unit(2, 4))
    with pytest.raises(ValueError, match="3 dimensions"):
        index.search(unit(1, 3)[0], 1)
    with pytest.raises(ValueError, match="not finite"):
        index.add([6], np.full((1, 4), np.nan, dtype=np.float32))


def test_a_file_that_is_no_index_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "vectors.faiss"
    path.write_bytes(b"nothing of the kind" * 10)
    with pytest.raises(CorpusDamaged, match=r"vectors\.faiss"):
        load_vectors(path)


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    index = FlatVectors(32)
    index.add(list(range(20_000)), unit(20_000))
    with pytest.raises(OSError, match="could not be written"):
        index.save(Path("/dev/full"))
    with pytest.raises(OSError, match="could not be written"):
        index.save(tmp_path / "absent" / "v")
