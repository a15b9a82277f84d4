"""Which generation is which: a number alone does not tell, and no number ends a corpus."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.archive import export_corpus
from index.corpus import Corpus
from index.document import Document
from index.errors import CorpusDamaged
from index.layout import MANIFEST, Layout
from index.manifest import Manifest
from index.unpacking import import_corpus
from index.verify import verify
from index.writer import add_documents, write_settings
from tests.corpora import article, check


def renumbered(folder: Path, old: int, new: int, *, honest: bool) -> None:
    """Give the live generation another number, in its manifest too or only outside it."""
    layout = Layout(folder)
    layout.generation(old).rename(layout.generation(new))
    layout.current.write_text(f"{new:06d}\n", encoding="ascii")
    if honest:
        path = layout.generation(new) / MANIFEST
        manifest = Manifest.from_json(path.read_text(encoding="utf-8"), path)
        path.write_text(replace(manifest, generation=new).to_json(), encoding="utf-8")


def test_a_corpus_made_again_is_another_though_its_number_is_the_same(
    tmp_path: Path, toy_encoder: Any
) -> None:
    folder = tmp_path / "corpus"
    add_documents(folder, [Document("a", "Le texte d’avant, à oublier.", "A")], toy_encoder)
    reader = Corpus.open(folder, toy_encoder)
    assert reader.reopen() is reader
    shutil.rmtree(folder)
    assert reader.reopen() is reader
    add_documents(folder, [Document("a", "Le texte d’après, qui vaut.", "A")], toy_encoder)
    assert not reader.current()
    new = reader.reopen()
    assert (new.manifest.generation, new.document("a").text) == (1, "Le texte d’après, qui vaut.")
    assert new.reopen() is new


def test_a_copy_of_the_same_generation_is_the_same(tmp_path: Path, toy_encoder: Any) -> None:
    folder = tmp_path / "corpus"
    add_documents(folder, [article("Lyon")], toy_encoder)
    reader = Corpus.open(folder, toy_encoder)
    shutil.copytree(folder, tmp_path / "copie")
    shutil.rmtree(folder)
    (tmp_path / "copie").rename(folder)
    assert reader.reopen() is reader


def test_a_generation_in_the_folder_of_another_is_refused(tmp_path: Path, toy_encoder: Any) -> None:
    folder = tmp_path / "corpus"
    add_documents(folder, [article("Lyon")], toy_encoder)
    add_documents(folder, [article("Nice")], toy_encoder)
    export_corpus(folder, tmp_path / "corpus.tar")
    renumbered(folder, 2, 3, honest=False)
    for call in (
        lambda: Corpus.open(folder),
        lambda: add_documents(folder, [article("Metz")], toy_encoder),
        lambda: write_settings(folder, {"k": 1}),
        lambda: export_corpus(folder, tmp_path / "autre.tar"),
    ):
        with pytest.raises(CorpusDamaged, match=r"000003.* generation 2.*000002"):
            call()
    problems = verify(folder).problems
    assert [problem.name for problem in problems] == ["manifest"]
    assert "write 000001 into" in problems[0].remedy
    assert (folder / "generations" / "000003" / MANIFEST).exists()
    # What the message says to do.
    renumbered(folder, 3, 2, honest=False)
    assert {d.id for d in check(folder, toy_encoder).documents()} == {"Lyon", "Nice"}
    renumbered(folder, 2, 3, honest=False)
    assert import_corpus(folder, tmp_path / "corpus.tar", replace=True).generation == 4
    check(folder, toy_encoder)


def test_the_live_folder_is_never_built_over(tmp_path: Path, toy_encoder: Any) -> None:
    add_documents(tmp_path, [article("Lyon")], toy_encoder)
    layout = Layout(tmp_path)
    building = layout.start_building(1)
    with pytest.raises(CorpusDamaged, match="run the command again"):
        layout.publish(building, 1)
    check(tmp_path, toy_encoder)


def test_the_million_is_a_generation_like_others(tmp_path: Path, toy_encoder: Any) -> None:
    add_documents(tmp_path, [article("Lyon")], toy_encoder)
    renumbered(tmp_path, 1, 999_999, honest=True)
    reader = Corpus.open(tmp_path, toy_encoder)
    for i in range(3):
        assert add_documents(tmp_path, [article(f"Ville{i}")], toy_encoder).generation == 1_000_000 + i
        reader = reader.reopen()
        assert reader.manifest.counts.documents == i + 2
        assert verify(tmp_path).problems == ()
    assert sorted(p.name for p in (tmp_path / "generations").iterdir()) == ["1000001", "1000002"]


@pytest.mark.parametrize("name", ["1", "0000001", "00001", "²00001", "-00001", "0" * 5000])
def test_what_is_no_name_of_a_generation_is_said(tmp_path: Path, toy_encoder: Any, name: str) -> None:
    add_documents(tmp_path, [article("Lyon")], toy_encoder)
    (tmp_path / "CURRENT").write_text(name, encoding="utf-8")
    (tmp_path / "generations" / "²").mkdir()
    with pytest.raises(CorpusDamaged, match="CURRENT"):
        Corpus.open(tmp_path)
    assert next(p.name for p in verify(tmp_path).problems) == "current"


def test_asking_whether_it_is_current_reads_two_small_files(
    tmp_path: Path, toy_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_documents(tmp_path, [article(f"Ville{i}") for i in range(100)], toy_encoder)
    corpus = Corpus.open(tmp_path)
    monkeypatch.setattr(json, "loads", None)
    assert corpus.current()
