"""What the disk refuses, and damage that only a read meets: each said with its own name and remedy."""

import os
import resource
from pathlib import Path
from typing import Any

import pytest

import index.lexical
from index.corpus import Corpus
from index.errors import CorpusDamaged, CorpusError
from index.lexical import LexicalReader, LexicalWriter, WordEntry
from index.store import StoreReader
from index.writer import add_documents
from tests.corpora import article
from tests.crashing import forked


def locked_away(lexical: Path) -> None:
    """Let no lock file be made in a folder, for root neither: what a folder without write permission does."""
    (lexical / ".tantivy-meta.lock").unlink(missing_ok=True)
    (lexical / ".tantivy-meta.lock").mkdir()


def test_a_corpus_where_nothing_may_be_written_is_served(
    tmp_path: Path, toy_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus, temporary = tmp_path / "corpus", tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    add_documents(corpus, [article("Lyon"), article("Lille")], toy_encoder)
    locked_away(corpus / "generations" / "000001" / "lexical")
    before = sorted(corpus.rglob("*"))
    with Corpus.open(corpus, toy_encoder) as opened:
        (found,) = opened.search_words("Lyon-3", 1)
        assert opened.passages([found[0]])[0].passage.document_id == "Lyon"
    assert sorted(corpus.rglob("*")) == before
    assert list(temporary.iterdir()) == []


def test_where_no_lock_can_be_made_at_all_the_message_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    LexicalWriter(tmp_path).finish()
    locked_away(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nulle-part"))
    with pytest.raises(CorpusError, match=r"let this user .*write.*TMPDIR") as caught:
        LexicalReader(tmp_path)
    assert not isinstance(caught.value, CorpusDamaged)
    with pytest.raises(CorpusError, match="let this user read it and write in it"):
        LexicalWriter(tmp_path)


def test_others_may_read_what_the_rights_of_new_files_let_them(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        writer = LexicalWriter(tmp_path)
        writer.add([WordEntry(1, "", "une loi")])
        writer.finish()
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o644}


def test_a_disk_that_fills_while_words_are_added_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The least Tantivy works with: it writes sooner.
    monkeypatch.setattr(index.lexical, "_HEAP", 15_000_000)

    def fill() -> None:
        writer = LexicalWriter(tmp_path)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        with pytest.raises(OSError, match="word index could not be written"):
            for i in range(100_000):
                text = " ".join(f"m{i}x{j}" for j in range(100))
                writer.add([WordEntry(i, "", text)])
        with pytest.raises(OSError, match="word index could not be written"):
            writer.finish()

    assert forked(fill) == 0


def test_damage_met_while_passages_are_read_is_named(tmp_path: Path, toy_encoder: Any) -> None:
    add_documents(tmp_path, [article("Lyon", 400)], toy_encoder)
    path = tmp_path / "generations" / "000001" / "corpus.sqlite"
    data = path.read_bytes()
    place = data.index(b"selon Lyon-3")
    damages = (
        data[:place] + b"\xff\xfe" + data[place + 2 :],
        data[: 4096 * 2] + b"\xff" * (len(data) - 4096 * 2),
    )
    for damaged in damages:
        path.write_bytes(damaged)
        store = StoreReader(path)
        with pytest.raises(CorpusDamaged, match=r"corpus\.sqlite is damaged .*index the documents again"):
            store.passages(list(range(1, 10)))
        store.close()


def test_a_passage_that_is_not_there_and_a_closed_store_are_no_damage(
    tmp_path: Path, toy_encoder: Any
) -> None:
    add_documents(tmp_path, [article("Lyon")], toy_encoder)
    store = StoreReader(tmp_path / "generations" / "000001" / "corpus.sqlite")
    with pytest.raises(KeyError, match="999"):
        store.passages([1, 999])
    store.close()
    with pytest.raises(Exception, match="closed database") as caught:
        store.passages([1])
    assert not isinstance(caught.value, CorpusError)


def test_damaged_meta_is_named(tmp_path: Path, toy_encoder: Any) -> None:
    add_documents(tmp_path, [article("Lyon")], toy_encoder)
    path = tmp_path / "generations" / "000001" / "corpus.sqlite"
    path.write_bytes(path.read_bytes().replace(b'{"lang"', b'["lang"'))
    with pytest.raises(CorpusDamaged, match=r"corpus\.sqlite is damaged"):
        StoreReader(path).document("Lyon")
