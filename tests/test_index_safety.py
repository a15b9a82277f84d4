"""Damage, foreign encoders, other formats, two writers, readers during a switch."""

import json
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from index.corpus import Corpus
from index.errors import (
    CorpusDamaged,
    CorpusLocked,
    CorpusMissing,
    EncoderMismatch,
    FileError,
    FormatVersionError,
)
from index.writer import add_documents, remove_documents, write_settings
from tests.corpora import SMALL, article, check


def test_an_encoder_that_did_not_make_the_corpus_is_refused_by_name(
    tmp_path: Path, toy_encoder: Any, make_encoder: Any
) -> None:
    add_documents(tmp_path, [article("Lyon")], toy_encoder)
    other = make_encoder("autre", 32)
    with pytest.raises(EncoderMismatch, match=r"'toy' .*'autre' .*--rebuild"):
        Corpus.open(tmp_path, other)
    with pytest.raises(EncoderMismatch, match="--encoder toy"):
        add_documents(tmp_path, [article("Lille")], other)
    with pytest.raises(EncoderMismatch):
        remove_documents(tmp_path, ["Lyon"], other)
    check(tmp_path, toy_encoder)
    report = add_documents(tmp_path, [article("Lille")], other, rebuild=True)
    assert (report.added, report.documents) == (1, 2)
    assert check(tmp_path, other).manifest.encoder.name == "autre"


def test_only_the_last_two_generations_stay(tmp_path: Path, toy_encoder: Any) -> None:
    for i in range(5):
        add_documents(tmp_path, [article(f"Ville{i}")], toy_encoder)
    assert sorted(p.name for p in (tmp_path / "generations").iterdir()) == ["000004", "000005"]
    check(tmp_path, toy_encoder)


def test_no_corpus_is_said_with_the_command_that_makes_one(tmp_path: Path) -> None:
    for call in (Corpus.open, lambda f: remove_documents(f, ["x"]), lambda f: write_settings(f, {"k": 1})):
        with pytest.raises(CorpusMissing, match="repondeur index"):
            call(tmp_path / "nulle-part")
    assert not (tmp_path / "nulle-part").exists()


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path, toy_encoder: Any) -> None:
    (tmp_path / "f").write_text("x", encoding="utf-8")
    with pytest.raises(FileError, match="cannot hold a corpus"):
        add_documents(tmp_path / "f", [article("Lyon")], toy_encoder)
    with pytest.raises(CorpusMissing):
        Corpus.open(tmp_path / "f")


def test_a_second_writer_is_refused(tmp_path: Path, toy_encoder: Any, make_encoder: Any) -> None:
    def documents() -> object:
        yield article("Lyon")
        with pytest.raises(CorpusLocked, match="another process"):
            add_documents(tmp_path, [article("Lille")], make_encoder())

    assert add_documents(tmp_path, documents(), toy_encoder).documents == 1  # type: ignore[arg-type]


def test_an_error_on_the_way_leaves_the_corpus_as_it_was(tmp_path: Path, toy_encoder: Any) -> None:
    add_documents(tmp_path, [article("Lyon")], toy_encoder)

    def broken() -> object:
        yield from (article(f"Ville{i}") for i in range(200))
        raise RuntimeError("lecture interrompue")

    with pytest.raises(RuntimeError, match="lecture interrompue"):
        add_documents(tmp_path, broken(), toy_encoder)  # type: ignore[arg-type]
    assert [p.name for p in (tmp_path / "generations").iterdir()] == ["000001"]
    assert check(tmp_path, toy_encoder).manifest.counts.documents == 1


def test_a_run_cut_short_does_not_embed_twice(tmp_path: Path, toy_encoder: Any) -> None:
    documents = [article(f"Ville{i}") for i in range(400)]

    def broken() -> object:
        yield from documents
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add_documents(tmp_path, broken(), toy_encoder)  # type: ignore[arg-type]
    done = len(toy_encoder.encoded)
    assert done > 300
    # The tail of a journal torn by a crash is left out, not believed.
    with (tmp_path / "journal.bin").open("r+b") as journal:
        journal.truncate((tmp_path / "journal.bin").stat().st_size - 9)
    data = bytearray((tmp_path / "journal.bin").read_bytes())
    data[-400] ^= 1
    (tmp_path / "journal.bin").write_bytes(data)
    report = add_documents(tmp_path, documents, toy_encoder)
    assert done - 4 < report.reused < done - 1
    assert report.encoded == report.passages - report.reused
    check(tmp_path, toy_encoder)
    assert not (tmp_path / "journal.bin").exists()


@pytest.mark.parametrize(
    "name", ["CURRENT", "manifest.json", "corpus.sqlite", "vectors.faiss", "lexical/meta.json", "lexical"]
)
@pytest.mark.parametrize("how", ["altered", "cut", "missing"])
def test_damage_is_named_and_never_served(tmp_path: Path, toy_encoder: Any, name: str, how: str) -> None:
    add_documents(tmp_path, [article("Lyon", 40)], toy_encoder)
    path = tmp_path / name if name == "CURRENT" else tmp_path / "generations" / "000001" / name
    if how == "missing":
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    else:
        path = max(path.glob("*.idx")) if path.is_dir() else path
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 0x41
        path.write_bytes(data[: len(data) // 2] if how == "cut" else data)
    with pytest.raises(
        (CorpusDamaged, CorpusMissing, FormatVersionError), match=path.name.removesuffix(".json")
    ):
        Corpus.open(tmp_path, toy_encoder)
    if name != "CURRENT":
        with pytest.raises(CorpusDamaged):
            add_documents(tmp_path, [article("Lyon", 40)], toy_encoder)


def test_damage_inside_a_large_file_is_found_by_verify(
    tmp_path: Path, toy_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_documents(tmp_path, [article("Lyon", 40)], toy_encoder)
    monkeypatch.setattr("index.corpus._SMALL", 0)
    path = tmp_path / "generations" / "000001" / "vectors.faiss"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    corpus = Corpus.open(tmp_path, toy_encoder)
    with pytest.raises(CorpusDamaged, match=r"vectors\.faiss was altered"):
        corpus.verify()


@pytest.mark.parametrize(("version", "remedy"), [(99, "update the program"), (0, "into a new folder")])
def test_another_format_is_refused_with_the_remedy(
    tmp_path: Path, toy_encoder: Any, version: int, remedy: str
) -> None:
    add_documents(tmp_path, [article("Lyon")], toy_encoder)
    path = tmp_path / "generations" / "000001" / "manifest.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**values, "format_version": version}), encoding="utf-8")
    for call in (lambda: Corpus.open(tmp_path), lambda: add_documents(tmp_path, [], toy_encoder)):
        with pytest.raises(FormatVersionError, match=remedy):
            call()


def test_many_threads_read_one_corpus(tmp_path: Path, toy_encoder: Any) -> None:
    names = [f"Ville{i}" for i in range(30)]
    add_documents(tmp_path, [article(name) for name in names], toy_encoder, chunking=SMALL)
    corpus = check(tmp_path, toy_encoder)
    wrong: list[str] = []

    def read(name: str) -> None:
        for _ in range(20):
            best = corpus.passages([corpus.search_words(f"{name}-3", 3)[0][0]])[0]
            near = corpus.search_vectors(corpus.vectors([best.id])[0], 1)[0]
            if best.passage.document_id != name or near[1] < 0.9999 or corpus.document(name) != article(name):
                wrong.append(name)

    threads = [threading.Thread(target=read, args=(name,)) for name in names[:8]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_reader_outlives_the_files_it_opened(tmp_path: Path, toy_encoder: Any) -> None:
    add_documents(tmp_path, [article("Lyon")], toy_encoder)
    corpus = Corpus.open(tmp_path, toy_encoder)
    for i in range(3):
        add_documents(tmp_path, [article(f"Ville{i}")], toy_encoder)
    assert not (tmp_path / "generations" / "000001").exists()
    assert corpus.document("Lyon") == article("Lyon")
    assert corpus.passages([corpus.search_words("Lyon", 1)[0][0]])[0].passage.document_id == "Lyon"
    assert not corpus.current()
    shutil.rmtree(tmp_path)
    assert corpus.current()
    assert corpus.reopen() is corpus


def test_a_generation_that_goes_while_it_is_opened_gives_way_to_the_next(
    tmp_path: Path, toy_encoder: Any, make_encoder: Any
) -> None:
    add_documents(tmp_path, [article("Lyon")], toy_encoder)

    class Slow(make_encoder):  # type: ignore[misc]
        """Let a writer pass, twice, between the manifest and the files."""

        def __init__(self) -> None:
            super().__init__()
            self.print, self.left = self.fingerprint, 3

        def __getattribute__(self, name: str) -> Any:
            if name == "fingerprint" and "left" in self.__dict__:
                while self.left:
                    self.left -= 1
                    write_settings(tmp_path, {"left": self.left})
                return self.print
            return super().__getattribute__(name)

    assert Corpus.open(tmp_path, Slow()).manifest.generation > 1


def test_readers_that_come_during_switches_never_fail(
    tmp_path: Path, toy_encoder: Any, make_encoder: Any
) -> None:
    add_documents(tmp_path, [article("Lyon")], toy_encoder)
    failed: list[BaseException] = []
    opened: set[int] = set()
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            try:
                with Corpus.open(tmp_path, make_encoder()) as corpus:
                    opened.add(corpus.manifest.generation)
                    assert corpus.document("Lyon") == article("Lyon")
                    corpus.passages([corpus.search_words("Lyon", 1)[0][0]])
            except BaseException as error:
                failed.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for i in range(12):
        write_settings(tmp_path, {"i": i})
    over.set()
    for reader in readers:
        reader.join()
    assert not failed
    assert len(opened) > 3
