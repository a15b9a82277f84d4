"""One document that the program fails on costs itself alone; what befalls the run ends the run."""

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

import index.storewriter
from index.document import Document
from index.errors import CorpusError
from index.loaders import Skipped, load_paths
from index.storewriter import StoreWriter
from index.writer import add_documents
from tests.corpora import SMALL, article, check, texts

POISON = "Poison"


@pytest.fixture
def fails_on_poison(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what makes sentences, or anchors in the middle of storing, fail on one article."""

    def arm(where: str, error: BaseException) -> None:
        module, name = where.rsplit(".", 1)
        real = getattr(__import__(module, fromlist=[name]), name)

        def failing(text: str) -> Any:
            if f"{POISON}-9" in text:
                raise error
            return real(text)

        monkeypatch.setattr(where, failing)

    return arm


@pytest.mark.parametrize("where", ["index.chunking.sentences", "index.storewriter.anchors"])
def test_a_document_that_fails_is_skipped_and_the_others_are_indexed(
    tmp_path: Path, toy_encoder: Any, fails_on_poison: Any, where: str
) -> None:
    fails_on_poison(where, IndexError("string index out of range"))
    documents = [article("Lyon"), article(POISON), article("Lille")]
    report = add_documents(tmp_path, documents, toy_encoder, chunking=SMALL)
    (skipped,) = report.skipped
    assert skipped.path == f"{POISON}.txt"
    assert "IndexError: string index out of range" in skipped.reason
    assert (report.added, report.documents) == (2, 2)
    assert texts(check(tmp_path, toy_encoder)).keys() == {"Lyon", "Lille"}


def test_an_update_that_fails_half_way_leaves_what_was_there(
    tmp_path: Path, toy_encoder: Any, fails_on_poison: Any
) -> None:
    before = Document(POISON, article(POISON, 6).text, "Avant")
    add_documents(tmp_path, [before, article("Lyon")], toy_encoder, chunking=SMALL)
    kept = texts(check(tmp_path, toy_encoder))
    fails_on_poison("index.storewriter.anchors", ValueError("non"))
    report = add_documents(tmp_path, [article(POISON, 20), article("Lille")], toy_encoder)
    assert (report.added, report.updated, len(report.skipped), report.documents) == (1, 0, 1, 3)
    corpus = check(tmp_path, toy_encoder)
    assert corpus.document(POISON) == before
    assert {name: texts(corpus)[name] for name in kept} == kept


def test_where_all_fail_no_generation_is_made(tmp_path: Path, toy_encoder: Any, fails_on_poison: Any) -> None:
    add_documents(tmp_path, [article("Lyon")], toy_encoder)
    fails_on_poison("index.chunking.sentences", IndexError())
    report = add_documents(tmp_path, [article(POISON)], toy_encoder)
    assert (report.generation, report.changed, len(report.skipped)) == (1, False, 1)
    check(tmp_path, toy_encoder)


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (MemoryError(), MemoryError),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (OSError(28, "No space left on device"), CorpusError),
        (sqlite3.OperationalError("database or disk is full"), CorpusError),
    ],
)
def test_what_befalls_the_run_ends_it(
    tmp_path: Path, toy_encoder: Any, fails_on_poison: Any, error: BaseException, raised: type[BaseException]
) -> None:
    fails_on_poison("index.storewriter.anchors", error)
    with pytest.raises(raised):
        add_documents(tmp_path, [article("Lyon"), article(POISON)], toy_encoder, chunking=SMALL)


def test_a_full_database_is_said_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = StoreWriter(tmp_path / "a.sqlite")
    store._db.execute("PRAGMA max_page_count=40")
    monkeypatch.setattr(index.storewriter, "anchors", lambda _: [])
    with pytest.raises(sqlite3.OperationalError, match="disk is full"):
        store.put(Document("a", "mot " * 100_000), [(0, 3)])
    store._db.close()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("\ud800", r"lone surrogate in the name '\\ud800'"),
        ("a\0b", r"NUL or lone surrogate in the name 'a\\x00b'"),
        ("n" * 1001, r"'nnn.*' is a name of 1001 characters: give 1000 at most"),
    ],
)
def test_names_beside_a_text_that_cannot_be_kept_cost_their_article_alone(
    tmp_path: Path, toy_encoder: Any, name: str, said: str
) -> None:
    path = tmp_path / "a.jsonl"
    lines = [{"text": "Un texte.", name: "x"}, {"text": "Un autre texte."}]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="ascii")
    report = add_documents(tmp_path / "corpus", load_paths([path]), toy_encoder)
    assert report.added == 1
    (skipped,) = report.skipped
    assert skipped.path == f"{path}:1"
    assert re.search(said, skipped.reason)
    # And where the caller made the document.
    made = Document("b", "Encore un texte.", meta={name: "x"})
    assert len(add_documents(tmp_path / "corpus", [made], toy_encoder).skipped) == 1


@pytest.mark.parametrize(("name", "most"), [("title", 1000), ("source", 10_000), ("date", 1000)])
def test_what_goes_out_with_every_answer_is_bounded(
    tmp_path: Path, toy_encoder: Any, name: str, most: int
) -> None:
    made = [
        Document("a", "Un texte.", **{name: "x" * most}),
        Document("b", "Deux.", **{name: "x" * (most + 1)}),
    ]
    report = add_documents(tmp_path / "corpus", made, toy_encoder)
    assert report.added == 1
    (skipped,) = report.skipped
    assert skipped.reason == f"{name} of {most + 1} characters: give {most} at most"
    assert len(skipped.path) <= 1001


def test_front_matter_with_a_damaged_name_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text('---\n"\\ud800": x\n---\nUn texte.\n', encoding="utf-8")
    (found,) = load_paths([tmp_path])
    assert isinstance(found, Skipped) and "lone surrogate in the name" in found.reason


def test_a_thousand_values_beside_a_text_are_enough(tmp_path: Path) -> None:
    for count in (999, 1000):
        values = {f"n{i}": "x" for i in range(count)}
        (tmp_path / "a.jsonl").write_text(json.dumps({"text": "Un texte.", **values}), encoding="utf-8")
        (found,) = load_paths([tmp_path])
        # The path is one of them.
        assert isinstance(found, Document) == (count == 999)
