"""What one generation hands on to the next: vectors of a run cut short, and never an unseen damage."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index import vectorwriter
from index.corpus import Corpus
from index.document import Document
from index.errors import CorpusDamaged
from index.journal import Journal
from index.verify import verify
from index.writer import add_documents, remove_documents
from tests.corpora import SMALL, article, check

OLD, FALSE = "2020-06-12", "1999-01-01"


def cut_short(folder: Path, documents: list[Document], encoder: Any) -> int:
    """Run until all documents were taken, then break off; return how many vectors were computed."""

    def broken() -> Iterator[Document]:
        yield from documents
        raise KeyboardInterrupt

    encoder.encoded.clear()
    with pytest.raises(KeyboardInterrupt):
        add_documents(folder, broken(), encoder)
    return len(encoder.encoded)


def kept(folder: Path, encoder: Any) -> int:
    """Return how many vectors wait in the journal."""
    if not (folder / "journal.bin").exists():
        return 0
    journal = Journal(folder / "journal.bin", encoder.fingerprint, encoder.dimension)
    journal.close()
    return len(journal)


@pytest.mark.parametrize("first", [False, True], ids=["on a corpus", "the first run of all"])
def test_a_small_write_leaves_the_vectors_of_a_run_cut_short(
    tmp_path: Path, toy_encoder: Any, first: bool
) -> None:
    documents = [article(f"Ville{i}") for i in range(400)]
    if not first:
        add_documents(tmp_path, [article("Lyon")], toy_encoder)
    done = cut_short(tmp_path, documents, toy_encoder)
    assert done > 300
    add_documents(tmp_path, [article("Metz")], toy_encoder)
    remove_documents(tmp_path, ["Metz"], toy_encoder)
    assert kept(tmp_path, toy_encoder) == done
    # Part of it arrives: what is in a generation now leaves the journal, and nothing else.
    part = add_documents(tmp_path, documents[:100], toy_encoder)
    assert part.encoded == 0
    assert kept(tmp_path, toy_encoder) == done - part.reused
    report = add_documents(tmp_path, documents, toy_encoder)
    assert (report.reused, part.reused + report.reused + report.encoded) == (
        done - part.reused,
        report.passages - (0 if first else len(check(tmp_path, toy_encoder).passages_of("Lyon"))),
    )
    assert not list(tmp_path.glob("journal.bin*"))
    check(tmp_path, toy_encoder)


def test_a_journal_that_outlived_its_generation_goes_with_the_next(
    tmp_path: Path, toy_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        # As if killed after the switch, before the journal was taken away.
        patch.setattr("index.reuse.KnownVectors.forget", lambda self, _: self.close())
        add_documents(tmp_path, [article("Lyon")], toy_encoder)
    assert kept(tmp_path, toy_encoder) > 0
    (tmp_path / "journal.bin.new").write_bytes(b"half")
    add_documents(tmp_path, [article("Metz")], toy_encoder)
    assert not list(tmp_path.glob("journal.bin*"))


def test_what_a_run_computed_and_dropped_again_is_not_kept(tmp_path: Path, toy_encoder: Any) -> None:
    passing = [article(f"Ville{i}", 30) for i in range(200)]
    shorter = [Document(d.id, "Rien à en dire.", d.title, d.source) for d in passing]
    report = add_documents(tmp_path, [*passing, *shorter], toy_encoder)
    assert report.encoded > report.passages
    assert not (tmp_path / "journal.bin").exists()


@pytest.fixture
def corpus(tmp_path: Path, toy_encoder: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a corpus all of whose files count as too large to be hashed whenever they are opened."""
    add_documents(
        tmp_path / "corpus", [article("Lyon", 40), article("Nice", 40)], toy_encoder, chunking=SMALL
    )
    monkeypatch.setattr("index.corpus._SMALL", 0)
    return tmp_path / "corpus"


def live(corpus: Path) -> Path:
    return corpus / "generations" / (corpus / "CURRENT").read_text(encoding="ascii").strip()


def flip(path: Path, at: float = 0.5) -> None:
    # Written beside and renamed: a second name of the file, in another generation, stays as it is.
    data = bytearray(path.read_bytes())
    data[int(len(data) * at)] ^= 1
    draft = path.with_name("draft")
    draft.write_bytes(data)
    draft.replace(path)


def redate(corpus: Path) -> None:
    with sqlite3.connect(live(corpus) / "corpus.sqlite") as db:
        db.execute("UPDATE documents SET date = ? WHERE id = 'Lyon'", (FALSE,))
    db.close()


def damages(corpus: Path) -> dict[str, str]:
    return {Path(p.detail.split()[0]).name: p.name for p in verify(corpus).problems}


@pytest.mark.parametrize("how", ["add", "remove", "describe", "rebuild"])
@pytest.mark.parametrize("name", ["corpus.sqlite", "vectors.faiss"])
def test_damage_gets_no_new_checksum(corpus: Path, toy_encoder: Any, name: str, how: str) -> None:
    redate(corpus) if name == "corpus.sqlite" else flip(live(corpus) / name)
    assert damages(corpus) == {name: "altered-file"}
    described = Document("Nice", article("Nice", 40).text, "Nouvelles de Nice", "ailleurs.txt", OLD)
    write = {
        "add": lambda: add_documents(corpus, [article("Metz")], toy_encoder),
        "remove": lambda: remove_documents(corpus, ["Nice"], toy_encoder),
        "describe": lambda: add_documents(corpus, [described], toy_encoder),
        "rebuild": lambda: add_documents(corpus, [], toy_encoder, rebuild=True),
    }[how]
    with pytest.raises(CorpusDamaged, match=rf"{name} was altered.*repondeur check"):
        write()
    # Known still, and nothing is left of the attempt.
    assert damages(corpus) == {name: "altered-file"}
    assert live(corpus).name == "000001"


def test_a_rebuild_with_another_encoder_reads_no_old_vectors(
    corpus: Path, toy_encoder: Any, make_encoder: Any
) -> None:
    flip(live(corpus) / "vectors.faiss")
    add_documents(corpus, [], make_encoder("autre", 32), rebuild=True)
    assert verify(corpus).problems == ()


@pytest.mark.parametrize("links", [True, False])
def test_a_damaged_segment_of_words_stays_known(
    corpus: Path, toy_encoder: Any, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    path = max((live(corpus) / "lexical").glob("*.fieldnorm"))
    flip(path)
    if links:
        # Shared, not read to be written anew: the next generation has it, and its old checksum.
        add_documents(corpus, [article("Metz")], toy_encoder)
        assert live(corpus).name == "000002"
    else:

        def refused(*_: object) -> None:
            raise PermissionError("no links here")

        monkeypatch.setattr(os, "link", refused)
        with pytest.raises(CorpusDamaged, match="fieldnorm was altered"):
            add_documents(corpus, [article("Metz")], toy_encoder)
    assert damages(corpus) == {path.name: "altered-file"}


def test_where_there_are_no_links_files_are_copied(
    corpus: Path, toy_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", refused)
    for i in range(10):
        add_documents(corpus, [article(f"Ville{i}")], toy_encoder)
    assert verify(corpus).problems == ()
    assert all(path.stat().st_nlink == 1 for path in live(corpus).rglob("*") if path.is_file())


def test_a_damaged_segment_is_not_merged_into_a_sound_one(corpus: Path, toy_encoder: Any) -> None:
    path = max((live(corpus) / "lexical").glob("*.fieldnorm"))
    # The length of the first passage: nothing that a merge would stumble over.
    flip(path, 0)
    with pytest.raises(CorpusDamaged, match="fieldnorm was altered"):
        for i in range(20):
            add_documents(corpus, [article(f"Ville{i}")], toy_encoder)
    assert live(corpus).name > "000003"
    assert damages(corpus) == {path.name: "altered-file"}


def test_words_made_anew_from_the_texts_need_no_sound_segment(corpus: Path, toy_encoder: Any) -> None:
    flip(max((live(corpus) / "lexical").glob("*.fieldnorm")))
    remove_documents(corpus, ["Nice"], toy_encoder)
    assert verify(corpus).problems == ()


def test_a_damaged_base_is_not_coded_anew(
    tmp_path: Path, toy_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("EXACT_UP_TO", 300), ("_ADDED", 60)):
        monkeypatch.setattr(vectorwriter, name, value)
    documents = [article(f"Ville{i}") for i in range(200)]
    add_documents(tmp_path, documents, toy_encoder, chunking=SMALL)
    assert Corpus.open(tmp_path).manifest.vectors_kind == "pq4"
    monkeypatch.setattr("index.corpus._SMALL", 0)
    flip(live(tmp_path) / "vectors.base.f32")
    add_documents(tmp_path, [article("Metz")], toy_encoder)
    assert damages(tmp_path) == {"vectors.base.f32": "altered-file"}
    with pytest.raises(CorpusDamaged, match=r"base\.f32 was altered"):
        add_documents(tmp_path, [article(f"Autre{i}") for i in range(60)], toy_encoder)
    assert damages(tmp_path) == {"vectors.base.f32": "altered-file"}


def test_what_no_manifest_names_is_not_handed_on(corpus: Path, toy_encoder: Any) -> None:
    (live(corpus) / "lexical" / "étranger.txt").write_text("x", encoding="utf-8")
    add_documents(corpus, [article("Metz")], toy_encoder)
    assert verify(corpus).problems == ()
