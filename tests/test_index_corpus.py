"""The corpus on disk: what is written is what is read, and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest

from index.corpus import Corpus
from index.document import Document
from index.embedding import embedding_text
from index.errors import (
    UsageError,
)
from index.report import Skipped
from index.writer import add_documents, remove_documents, write_settings
from tests.corpora import SMALL, article, check, texts


def test_what_is_added_is_found_by_meaning_and_by_words(tmp_path: Path, toy_encoder: Any) -> None:
    seen: list[tuple[int, int | None]] = []
    documents = [article(name) for name in ("Lyon", "Lille", "Nantes")]
    report = add_documents(
        tmp_path / "c",
        documents,
        toy_encoder,
        chunking=SMALL,
        progress=lambda n, total: seen.append((n, total)),
    )
    values = report.to_dict()
    expected = {"documents": 3, "added": 3, "updated": 0, "unchanged": 0, "removed": 0, "generation": 1}
    assert values.items() >= expected.items()
    assert values["passages"] == values["encoded"] == seen[-1][0] > 6
    corpus = check(tmp_path / "c", toy_encoder)
    words = corpus.passages([corpus.search_words("Lille-2", 1)[0][0]])[0]
    assert words.passage.document_id == "Lille"
    assert "Lille-2" in words.passage.text
    near = corpus.search_vectors(
        toy_encoder.encode_query([embedding_text(words.title, words.passage.text)])[0], 2
    )
    assert near[0][0] == words.id
    assert near[0][1] == pytest.approx(1.0, abs=1e-5)
    assert corpus.document("Lyon") == documents[0]
    assert list(corpus.documents()) == documents
    with pytest.raises(KeyError, match="Nice"):
        corpus.document("Nice")
    with pytest.raises(KeyError, match="999"):
        corpus.passages([1, 999])
    assert [p.id for p in corpus.passages([2, 1, 2])] == [2, 1, 2]
    assert [p.passage.text for p in corpus.passages_of("Lyon")] == texts(corpus)["Lyon"]


def test_nothing_new_changes_nothing(tmp_path: Path, toy_encoder: Any) -> None:
    add_documents(tmp_path, [article("Lyon"), article("Lille")], toy_encoder)
    before = sorted(path.name for path in (tmp_path / "generations").iterdir())
    toy_encoder.encoded.clear()
    report = add_documents(tmp_path, [article("Lille"), article("Lyon")], toy_encoder)
    assert (report.unchanged, report.added, report.updated, report.generation) == (2, 0, 0, 1)
    assert report.documents == 2
    assert not toy_encoder.encoded
    assert sorted(path.name for path in (tmp_path / "generations").iterdir()) == before


def test_a_shorter_text_leaves_no_tail_and_is_not_embedded_again(tmp_path: Path, toy_encoder: Any) -> None:
    add_documents(tmp_path, [article("Lyon", 40), article("Lille", 40)], toy_encoder, chunking=SMALL)
    old = check(tmp_path, toy_encoder)
    cut = old.passages_of("Lyon")[1].passage
    shorter = Document(
        "Lyon", article("Lyon", 40).text[: cut.end], "Nouvelles de Lyon", "Lyon.txt", "2020-06-12"
    )
    toy_encoder.encoded.clear()
    report = add_documents(tmp_path, [shorter], toy_encoder)
    assert (report.updated, report.encoded, report.reused) == (1, 0, 2)
    assert not toy_encoder.encoded
    corpus = check(tmp_path, toy_encoder)
    assert len(corpus.passages_of("Lyon")) == 2
    assert corpus.search_words("Lyon-39", 5)[0][0] not in [p.id for p in old.passages_of("Lyon")]
    assert all("Lyon-39" not in p.passage.text for p in corpus.passages(corpus.passage_ids()))
    # The reader of before still serves what it opened, though its generation is no longer the live one.
    assert not old.current()
    assert len(old.passages_of("Lyon")) > 2
    assert old.reopen().manifest.generation == 2
    assert corpus.reopen() is corpus


def test_only_what_changed_is_embedded(tmp_path: Path, toy_encoder: Any) -> None:
    add_documents(tmp_path, [article("Lyon", 60), article("Lille", 60)], toy_encoder, chunking=SMALL)
    total = check(tmp_path, toy_encoder).manifest.counts.passages
    before = article("Lyon", 60)
    changed = Document(
        before.id, before.text + " Un ajout arrive enfin.", before.title, before.source, before.date
    )
    report = add_documents(tmp_path, [changed], toy_encoder)
    assert 1 <= report.encoded <= 2
    assert report.reused + report.encoded == total // 2 + (0 if report.passages == total else 1)
    check(tmp_path, toy_encoder)


def test_a_new_title_date_or_source_is_an_update(tmp_path: Path, toy_encoder: Any) -> None:
    first = article("Lyon")
    add_documents(tmp_path, [first], toy_encoder)
    dated = Document(first.id, first.text, first.title, "ailleurs.txt", "2021-01-01", {"auteur": "X"})
    report = add_documents(tmp_path, [dated], toy_encoder)
    assert (report.updated, report.encoded, report.generation) == (1, 0, 2)
    assert check(tmp_path, toy_encoder).document("Lyon") == dated
    titled = Document(first.id, first.text, "Tout autre chose", "ailleurs.txt", "2021-01-01", {"auteur": "X"})
    assert add_documents(tmp_path, [titled], toy_encoder).encoded > 0
    corpus = check(tmp_path, toy_encoder)
    assert corpus.passages(corpus.passage_ids())[0].title == "Tout autre chose"
    assert corpus.search_words("autre chose", 1)


def test_the_same_id_twice_in_one_run_is_an_update(tmp_path: Path, toy_encoder: Any) -> None:
    other = Document("Lyon", article("Lille").text, "Titre")
    report = add_documents(tmp_path, [article("Lyon"), other, other], toy_encoder)
    assert (report.added, report.updated, report.unchanged, report.documents) == (1, 1, 1, 1)
    assert check(tmp_path, toy_encoder).document("Lyon") == other


def test_removed_documents_are_gone_everywhere(tmp_path: Path, toy_encoder: Any) -> None:
    add_documents(tmp_path, [article("Lyon"), article("Lille")], toy_encoder, chunking=SMALL)
    report = remove_documents(tmp_path, ["Lyon", "Lyon"])
    assert (report.removed, report.documents, report.generation) == (1, 1, 2)
    corpus = check(tmp_path, toy_encoder)
    assert set(texts(corpus)) == {"Lille"}
    assert all(
        corpus.passages([i])[0].passage.document_id == "Lille"
        for i, _ in corpus.search_words("Lyon budget", 50)
    )
    with pytest.raises(UsageError, match="Lyon"):
        remove_documents(tmp_path, ["Lille", "Lyon"])
    assert Corpus.open(tmp_path).manifest.generation == 2
    assert remove_documents(tmp_path, ["Lille"]).passages == 0
    empty = check(tmp_path, toy_encoder)
    assert empty.search_words("Lille", 5) == []
    assert empty.search_vectors(toy_encoder.encode_query(["Lille"])[0], 5) == []
    add_documents(tmp_path, [article("Nice")], toy_encoder)
    assert set(texts(check(tmp_path, toy_encoder))) == {"Nice"}


def test_what_cannot_be_indexed_is_skipped_with_its_reason(tmp_path: Path, toy_encoder: Any) -> None:
    bad = [
        Document("vide", " \n"),
        Document("nul", "a\0b"),
        Document("seul", "a\ud800b"),
        Document(" ", "texte"),
        Document("titre", "texte", "\udfff"),
        Skipped("x.bin", "format"),
    ]
    report = add_documents(tmp_path, [*bad, article("Lyon")], toy_encoder)
    assert report.documents == 1
    reasons = {item.path: item.reason for item in report.skipped}
    assert len(report.skipped) == 6
    assert "empty" in reasons["vide"]
    assert "NUL" in reasons["nul"]
    assert "U+D800" in reasons["seul"]
    assert "title" in reasons["titre"]
    json.dumps(report.to_dict())
    check(tmp_path, toy_encoder)


def test_two_files_of_one_name_do_not_overwrite_each_other(tmp_path: Path, toy_encoder: Any) -> None:
    one, two = tmp_path / "1" / "a.txt", tmp_path / "2" / "a.txt"
    for file in (one, two):
        file.parent.mkdir()
        file.write_text(file.parent.name, encoding="utf-8")
    documents = [
        Document("a.txt", f"Texte de {f.parent.name}.", "", "a.txt", None, {"path": str(f)})
        for f in (one, two)
    ]
    add_documents(tmp_path / "c", documents[:1], toy_encoder)
    report = add_documents(tmp_path / "c", documents[1:], toy_encoder)
    assert [item.path for item in report.skipped] == [str(two)]
    assert str(one) in report.skipped[0].reason
    # A file that moved is an update.
    one.unlink()
    assert add_documents(tmp_path / "c", documents[1:], toy_encoder).updated == 1


def test_other_chunking_cuts_everything_again_and_stays(tmp_path: Path, toy_encoder: Any) -> None:
    add_documents(tmp_path, [article("Lyon", 40)], toy_encoder)
    few = len(check(tmp_path, toy_encoder))
    add_documents(tmp_path, [article("Lyon", 40)], toy_encoder, chunking=SMALL)
    corpus = check(tmp_path, toy_encoder)
    assert len(corpus) > few
    assert corpus.manifest.chunking == SMALL
    add_documents(tmp_path, [article("Nice")], toy_encoder)
    assert Corpus.open(tmp_path).manifest.chunking == SMALL


def test_settings_make_a_generation_of_the_same_files(tmp_path: Path, toy_encoder: Any) -> None:
    add_documents(tmp_path, [article("Lyon")], toy_encoder)
    manifest = write_settings(tmp_path, {"dense_weight": 0.7, "k": 3})
    assert write_settings(tmp_path, {"k": 3}) == manifest
    corpus = check(tmp_path, toy_encoder)
    assert corpus.manifest.settings == {"dense_weight": 0.7, "k": 3.0}
    files = [tmp_path / "generations" / name / "vectors.faiss" for name in ("000001", "000002")]
    assert files[0].samefile(files[1])
    add_documents(tmp_path, [article("Lille")], toy_encoder)
    assert check(tmp_path, toy_encoder).manifest.settings["dense_weight"] == 0.7


def test_words_removed_from_a_large_index_are_gone_too(
    tmp_path: Path, toy_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.draft._REWRITE", 0)
    add_documents(tmp_path, [article(f"Ville{i}") for i in range(30)], toy_encoder)
    remove_documents(tmp_path, ["Ville7"])
    corpus = check(tmp_path, toy_encoder)
    assert "Ville7" not in texts(corpus)
    found = corpus.passages([i for i, _ in corpus.search_words("Ville7", 50)])
    assert all(item.passage.document_id != "Ville7" for item in found)


def test_long_documents_are_read_by_the_slice(tmp_path: Path, toy_encoder: Any) -> None:
    text = " ".join(f"Ligne é🙂 numéro {i} du très long registre." for i in range(4_000))
    add_documents(tmp_path, [Document("registre", text)], toy_encoder)
    corpus = Corpus.open(tmp_path, toy_encoder)
    for stored in corpus.passages(corpus.passage_ids()[:: len(corpus) // 50]):
        assert text[stored.passage.start : stored.passage.end] == stored.passage.text
