"""A corpus that follows its files: what is gone leaves, what was cut short goes on."""

import json
import os
import signal
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.corpus import Corpus
from index.document import Document
from index.errors import FileError
from index.journal import Journal
from index.loaders import load_paths
from index.prune import gone_file
from index.report import IndexReport
from index.verify import verify
from index.writer import add_documents
from tests import crashing
from tests.corpora import SMALL, article, check

ROOT = Path(__file__).parent.parent


def write(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(article(name).text, encoding="utf-8")


def pruned(corpus: Path, encoder: Any, *paths: Path) -> IndexReport:
    return add_documents(corpus, load_paths(paths), encoder, prune=paths)


def held(corpus: Path, encoder: Any) -> set[str]:
    return {document.id for document in check(corpus, encoder).documents()}


@pytest.fixture
def articles(tmp_path: Path, toy_encoder: Any) -> Path:
    """Return a folder of three articles and one beside it, all indexed in the folder `corpus`."""
    write(tmp_path / "articles", "Lyon", "sud/Nice", "sud/Nîmes")
    write(tmp_path / "autres", "Lille")
    add_documents(tmp_path / "corpus", load_paths([tmp_path / "articles", tmp_path / "autres"]), toy_encoder)
    return tmp_path / "articles"


def test_documents_whose_files_are_gone_leave_and_no_others(
    tmp_path: Path, articles: Path, toy_encoder: Any
) -> None:
    corpus = tmp_path / "corpus"
    add_documents(corpus, [article("sans-fichier")], toy_encoder)
    (articles / "sud" / "Nice.txt").unlink()
    (tmp_path / "autres" / "Lille.txt").rename(tmp_path / "autres" / "Arras.txt")
    assert add_documents(corpus, load_paths([articles]), toy_encoder).removed == 0
    write(articles, "Metz")
    report = pruned(corpus, toy_encoder, articles)
    assert (report.removed, report.added, report.unchanged, report.generation) == (1, 1, 2, 3)
    assert held(corpus, toy_encoder) == {"Lyon.txt", "sud/Nîmes.txt", "Lille.txt", "Metz.txt", "sans-fichier"}
    assert pruned(corpus, toy_encoder, articles).generation == 3
    assert pruned(corpus, toy_encoder, articles, tmp_path / "autres").removed == 1


def test_a_path_that_is_not_there_is_an_error_and_removes_nothing(
    tmp_path: Path, articles: Path, toy_encoder: Any
) -> None:
    articles.rename(tmp_path / "débranché")
    with pytest.raises(FileError, match="no such file"):
        pruned(tmp_path / "corpus", toy_encoder, articles)
    with pytest.raises(FileError, match="nothing was removed"):
        add_documents(tmp_path / "corpus", [], toy_encoder, prune=[articles])
    assert len(held(tmp_path / "corpus", toy_encoder)) == 4


def test_a_renamed_file_is_not_embedded_again(tmp_path: Path, articles: Path, toy_encoder: Any) -> None:
    text = article("Lyon", 80).text
    (articles / "long.txt").write_text(f"# Titre\n\n{text}", encoding="utf-8")
    pruned(tmp_path / "corpus", toy_encoder, articles)
    (articles / "long.txt").rename(articles / "sud" / "renommé.txt")
    report = pruned(tmp_path / "corpus", toy_encoder, articles)
    assert (report.removed, report.added, report.encoded) == (1, 1, 0)
    assert "sud/renommé.txt" in held(tmp_path / "corpus", toy_encoder)


def test_however_a_folder_is_spelt_its_documents_are_known(
    tmp_path: Path, articles: Path, toy_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lien").symlink_to(articles)
    (articles / "Lyon.txt").unlink()
    monkeypatch.chdir(articles / "sud")
    assert pruned(tmp_path / "corpus", toy_encoder, Path("../../lien")).removed == 1


def test_articles_of_a_jsonl_leave_with_their_file(tmp_path: Path, toy_encoder: Any) -> None:
    folder, corpus = tmp_path / "exports", tmp_path / "corpus"
    folder.mkdir()
    for day, names in (("lundi", ["Lyon", "Nice"]), ("mardi", ["Nice", "Metz"])):
        lines = [json.dumps({"id": name, "text": article(name).text, "path": "/x"}) for name in names]
        (folder / f"{day}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert pruned(corpus, toy_encoder, folder).skipped == []
    (folder / "lundi.jsonl").unlink()
    assert pruned(corpus, toy_encoder, folder).removed == 1
    assert held(corpus, toy_encoder) == {"Nice", "Metz"}


def test_what_cannot_be_looked_at_is_not_gone(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x", encoding="utf-8")
    (tmp_path / "a.zip").write_text("x", encoding="utf-8")
    (tmp_path / "boucle").symlink_to(tmp_path / "boucle")
    assert gone_file(str(tmp_path / "rien" / "x.txt"))
    assert gone_file(str(tmp_path / "f" / "x.txt"))
    for there in ("f", "boucle", "boucle/x", "a.zip/x.txt", "n" * 300, "nul\0"):
        assert not gone_file(str(tmp_path / there)), there


def test_what_cannot_be_read_any_more_stays_as_it_was(
    tmp_path: Path, articles: Path, toy_encoder: Any
) -> None:
    (articles / "Lyon.txt").write_bytes(b"\0\1\2")
    report = pruned(tmp_path / "corpus", toy_encoder, articles)
    assert (report.removed, len(report.skipped)) == (0, 1)
    assert Corpus.open(tmp_path / "corpus").document("Lyon.txt").text == article("Lyon").text


RESUMED = """
import sys
from pathlib import Path
from index.writer import add_documents
from tests.crashing import SMALL, Encoder, document
articles = (document(number, 0) for number in range(400))
say = lambda done, _: print(done, flush=True)
add_documents(Path(sys.argv[1]), articles, Encoder(), chunking=SMALL, progress=say)
"""


def test_an_index_run_killed_half_way_goes_on_where_it_was(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RESUMED, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as process:
        assert process.stdout is not None
        reached = next(done for line in process.stdout if (done := int(line)) > 600)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not (tmp_path / "CURRENT").exists()
    encoder = crashing.Encoder()
    kept = len(Journal(tmp_path / "journal.bin", encoder.fingerprint, encoder.dimension))
    assert kept >= reached
    documents = [crashing.document(number, 0) for number in range(400)]
    report = add_documents(tmp_path, documents, encoder, chunking=crashing.SMALL)
    assert report.documents == 400
    assert report.reused >= reached
    assert report.encoded == report.passages - report.reused
    assert verify(tmp_path).problems == ()
    assert add_documents(tmp_path, documents, encoder).unchanged == 400


def test_documents_stream_through_few_at_a_time(tmp_path: Path, toy_encoder: Any) -> None:
    alive: weakref.WeakValueDictionary[int, Document] = weakref.WeakValueDictionary()
    most = 0

    def stream() -> Iterator[Document]:
        nonlocal most
        for number in range(1000):
            document = article(f"Ville{number}", 3)
            alive[number] = document
            most = max(most, len(alive))
            yield document

    assert add_documents(tmp_path, stream(), toy_encoder).documents == 1000
    assert most < 150


def test_one_changed_article_costs_one_article(tmp_path: Path, toy_encoder: Any) -> None:
    articles = [article(f"Ville{number}", 6) for number in range(100)]
    add_documents(tmp_path, articles, toy_encoder, chunking=SMALL)
    toy_encoder.encoded.clear()
    articles[30] = Document("Ville30", articles[30].text + " Une phrase de plus.", articles[30].title)
    report = add_documents(tmp_path, articles, toy_encoder)
    assert (report.updated, report.unchanged) == (1, 99)
    assert len(toy_encoder.encoded) == report.encoded <= 3
    check(tmp_path, toy_encoder)
