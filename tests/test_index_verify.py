"""The full check: a sound corpus passes, each kind of damage is named with its remedy."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
from click.testing import CliRunner

from index import vectorwriter
from index.corpus import Corpus
from index.document import Document
from index.errors import CorpusDamaged, CorpusMissing
from index.layout import STORE, VECTORS
from index.locking import writing
from index.manifest import FileCard, Manifest
from index.vectors import FlatVectors, load_vectors
from index.verify import Verdict, verify
from index.writer import add_documents, remove_documents
from tests.corpora import SMALL, article
from ui.cli import main


@pytest.fixture
def corpus(tmp_path: Path, toy_encoder: Any) -> Path:
    """Return a corpus of two generations, with copies in it and accents before its passages."""
    folder = tmp_path / "corpus"
    first = article("Orléans", 40)
    copies = [Document(name, first.text, f"Reprise {name}") for name in ("un", "deux")]
    add_documents(folder, [first, *copies, article("Lyon", 30)], toy_encoder, chunking=SMALL)
    remove_documents(folder, ["deux"], toy_encoder)
    return folder


def names(folder: Path) -> list[str]:
    verdict = verify(folder)
    assert all(problem.detail and problem.remedy for problem in verdict.problems), verdict
    return [problem.name for problem in verdict.problems]


def signed(folder: Path, **changes: Any) -> None:
    """Write down the files of generation 2 as they are now: damage that no checksum shows."""
    path = folder / "generations" / "000002" / "manifest.json"
    manifest = Manifest.from_json(path.read_text(encoding="utf-8"), path)
    cards = {name: FileCard.of(path.parent / name) for name in manifest.files}
    values = {name: getattr(manifest, name) for name in Manifest.__slots__}
    path.write_text(Manifest(**values | {"files": cards} | changes).to_json(), encoding="utf-8")


def test_a_sound_corpus_passes(corpus: Path) -> None:
    verdict = verify(corpus)
    assert verdict == Verdict(
        2, 3, verdict.passages, verdict.files, verdict.bytes, verdict.seconds, problems=()
    )
    assert verdict.passages > 8
    assert verdict.files > 3


def test_no_corpus_is_an_error_not_a_verdict(tmp_path: Path) -> None:
    with pytest.raises(CorpusMissing):
        verify(tmp_path)


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        ("CURRENT=999", "current"),
        ("CURRENT=000009", "manifest"),
        ("CURRENT!", "current"),
        ("manifest.json~", "manifest"),
        ("manifest.json!", "manifest"),
        ("corpus.sqlite~", "altered-file"),
        ("vectors.faiss<", "altered-file"),
        ("corpus.sqlite!", "missing-file"),
        ("lexical/meta.json~", "altered-file"),
        ("foreign.txt+", "unknown-file"),
    ],
)
def test_damage_to_a_file_is_named(corpus: Path, damage: str, expected: str) -> None:
    generation = corpus / "generations" / "000002"
    path = (corpus if damage.startswith("CURRENT") else generation) / damage.rstrip("~!<+").split("=")[0]
    if "=" in damage:
        path.write_text(damage.split("=")[1], encoding="utf-8")
    elif damage.endswith("!"):
        path.unlink()
    elif damage.endswith("+"):
        path.write_text("x", encoding="utf-8")
    else:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data[:-1] if damage.endswith("<") else data)
    assert names(corpus) == [expected]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE documents SET text = replace(text, 'budget', 'gadget') WHERE id = 'Lyon'", "document"),
        ("UPDATE passages SET start = start + 1 WHERE id = 2", "passage"),
        ("UPDATE passages SET end_byte = end_byte - 1 WHERE id = 2", "passage"),
        ("UPDATE passages SET same = x'00' WHERE id = 2", "passage"),
        ("UPDATE documents SET title = 'Autre' WHERE id = 'Lyon'", "passage"),
        ("DELETE FROM passages WHERE id = 2", "counts"),
        ("DELETE FROM documents WHERE id = 'un'", "counts"),
        ("UPDATE copies SET passage = 999 WHERE passage = 2", "links"),
        ("DELETE FROM copies WHERE start = (SELECT max(start) FROM copies)", "counts"),
        ("UPDATE copies SET end = 100000 WHERE passage = 2", "copy"),
        ("UPDATE copies SET start = -1 WHERE passage = 2", "copy"),
        ("UPDATE copies SET end = end - 30 WHERE passage = 2", "copy"),
        ("UPDATE copies SET passage = 1 WHERE passage = 2", "copy"),
        ("INSERT INTO copies VALUES (2, 1, 0, 9)", "copy"),
        ("INSERT INTO anchors VALUES (1, 999)", "links"),
        ("DROP TABLE anchors", "schema"),
        ("CREATE TRIGGER t AFTER INSERT ON copies BEGIN SELECT 1; END", "schema"),
    ],
)
def test_what_no_checksum_shows_is_found_in_the_database(corpus: Path, statement: str, expected: str) -> None:
    with sqlite3.connect(corpus / "generations" / "000002" / STORE) as db:
        assert db.execute(statement).rowcount
    db.close()
    signed(corpus)
    assert expected in names(corpus)


def test_what_the_manifest_says_otherwise_is_found(corpus: Path) -> None:
    path = corpus / "generations" / "000002" / "manifest.json"
    manifest = Manifest.from_json(path.read_text(encoding="utf-8"), path)
    assert manifest.counts.copies > 1
    for counted in ("documents", "passages", "copies"):
        signed(corpus, counts=replace(manifest.counts, **{counted: 1}))
        assert names(corpus) == ["counts"], counted
    for changes in ({"vectors_kind": "pq4"}, {"encoder": replace(manifest.encoder, dimension=63)}):
        signed(corpus, **{"counts": manifest.counts, "encoder": manifest.encoder, **changes})
        assert names(corpus) == ["vectors"]
    signed(corpus, vectors_kind="pq4")
    with pytest.raises(CorpusDamaged, match="is of the kind 'flat'"):
        Corpus.open(corpus)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 0.1, -9.0])
def test_a_vector_that_is_not_of_length_1_is_found(corpus: Path, number: float) -> None:
    path = corpus / "generations" / "000002" / VECTORS
    index = faiss.read_index(str(path))
    stored = faiss.downcast_index(index.index)
    data = faiss.rev_swig_ptr(stored.get_xb(), stored.ntotal * stored.d)
    assert data[7] not in (0.1, -9.0)
    data[7] = number
    faiss.write_index(index, str(path))
    signed(corpus)
    assert names(corpus) == ["vectors"]


def test_vectors_in_half_precision_are_sound(corpus: Path) -> None:
    path = corpus / "generations" / "000002" / VECTORS
    vectors = load_vectors(path)
    assert isinstance(vectors, FlatVectors)
    halved = FlatVectors(vectors.dimension)
    halved.add(vectors.ids.tolist(), vectors.get(vectors.ids.tolist()).astype(np.float16).astype(np.float32))
    halved.save(path)
    signed(corpus)
    assert names(corpus) == []


def test_a_vector_too_few_is_found(corpus: Path) -> None:
    path = corpus / "generations" / "000002" / VECTORS
    vectors = load_vectors(path)
    assert isinstance(vectors, FlatVectors)
    vectors.remove([1])
    vectors.save(path)
    signed(corpus)
    assert names(corpus) == ["vectors"]


def test_the_vectors_of_a_large_corpus_are_checked(
    tmp_path: Path, toy_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectorwriter, "EXACT_UP_TO", 16)
    add_documents(tmp_path, [article("Lyon", 90)], toy_encoder, chunking=SMALL)
    add_documents(tmp_path, [article("Metz", 3)], toy_encoder)
    assert names(tmp_path) == []
    exact = tmp_path / "generations" / "000002" / "vectors.base.f32"
    rows = np.fromfile(exact, dtype="<f4")
    rows[:64] *= 2
    exact.unlink()
    rows.tofile(exact)
    signed(tmp_path)
    assert names(tmp_path) == ["vectors"]


def test_a_passage_without_words_is_found(corpus: Path, toy_encoder: Any, tmp_path: Path) -> None:
    other = tmp_path / "other"
    add_documents(other, [article("Nice", 4)], toy_encoder)
    lexical = corpus / "generations" / "000002" / "lexical"
    shutil.rmtree(lexical)
    shutil.copytree(other / "generations" / "000001" / "lexical", lexical)
    path = lexical.parent / "manifest.json"
    manifest = Manifest.from_json(path.read_text(encoding="utf-8"), path)
    kept = {name: card for name, card in manifest.files.items() if not name.startswith("lexical/")}
    new = {f"lexical/{each.name}": FileCard.of(each) for each in lexical.iterdir() if each.suffix != ".lock"}
    values = {name: getattr(manifest, name) for name in Manifest.__slots__}
    path.write_text(Manifest(**values | {"files": kept | new}).to_json(), encoding="utf-8")
    assert names(corpus) == ["words"]


@pytest.mark.parametrize("version", [0, 2, 99])
def test_another_format_is_named(corpus: Path, version: int) -> None:
    signed(corpus, format_version=version)
    assert names(corpus) == ["format"]


def test_other_word_rules_are_named(corpus: Path) -> None:
    signed(corpus, analysis="autres règles")
    assert names(corpus) == ["word-rules"]


def test_the_way_back_is_offered_where_there_is_one(corpus: Path, toy_encoder: Any) -> None:
    path = corpus / "generations" / "000002" / STORE
    path.write_bytes(b"x")
    remedy = verify(corpus).problems[0].remedy
    assert "write 000001 into" in remedy
    (corpus / "CURRENT").write_text("000001\n", encoding="utf-8")
    assert names(corpus) == ["leftover"]
    add_documents(corpus, [article("Metz")], toy_encoder)
    assert names(corpus) == []
    for generation in (corpus / "generations").iterdir():
        (generation / STORE).write_bytes(b"x")
    assert "000001" not in verify(corpus).problems[0].remedy


def test_a_dead_writers_leftovers_are_named_and_a_living_ones_are_not(corpus: Path, toy_encoder: Any) -> None:
    code = (
        "import os, sys; from pathlib import Path; from index.locking import writing\n"
        "with writing(Path(sys.argv[1])) as (layout, live):\n"
        "    layout.start_building(3); print('ready', flush=True); sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(corpus)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()
    assert names(corpus) == []
    process.send_signal(signal.SIGKILL)
    process.wait()
    (corpus / "CURRENT.new").write_text("00", encoding="utf-8")
    assert names(corpus) == ["leftover", "leftover"]
    add_documents(corpus, [article("Metz")], toy_encoder)
    assert names(corpus) == []


def test_a_check_does_not_keep_writers_out(corpus: Path) -> None:
    with writing(corpus):
        assert names(corpus) == []


def test_the_command_exits_with_0_or_1_and_tells_all_in_json(corpus: Path) -> None:
    def run(*more: str) -> Any:
        return CliRunner().invoke(main, ["check", "--corpus", str(corpus), *more])

    assert run().exit_code == 0
    assert run().stdout.startswith("sound: generation 2, 3 documents")
    told = json.loads(run("--json").stdout)
    assert (told["sound"], told["problems"], told["documents"]) == (True, [], 3)
    (corpus / "generations" / "000002" / STORE).write_bytes(b"")
    (corpus / "generations" / "000002" / "lexical" / "meta.json").unlink()
    result = run("--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["sound"]) == (1, False)
    assert sorted(each["name"] for each in told["problems"]) == ["altered-file", "missing-file"]
    assert run().stdout.count("remedy: ") == 2
    shutil.rmtree(corpus)
    assert run().exit_code == 2
