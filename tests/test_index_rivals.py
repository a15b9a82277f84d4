"""Two files with one name: no later run puts the article of one in the place of the other's."""

import json
from pathlib import Path
from typing import Any

import pytest

from index.corpus import Corpus
from index.document import Document
from index.formats.columns import Columns
from index.formats.selection import Selection
from index.loaders import load_paths
from index.report import IndexReport, Skipped
from index.touched import load_touched
from index.writer import add_documents
from tests.format_files import zipped

BREST, LILLE = "Le phare de Brest mesure trente mètres.", "La tour de Lille a été bâtie en 1932."
FEED = "<rss><channel><item><description>{}</description></item></channel></rss>"
FILES = {
    "a.txt": "{}",
    "export.csv": "titre,texte\nA,{}\nB,Une autre ligne : {}\n",
    "lines.jsonl": '{{"text": "{}"}}\n',
    "feed.xml": FEED,
    "z.zip": "{}",
}


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = FILES[path.name].format(text, text)
    packed = zipped({"note.txt": content, "in.zip": zipped({"t.csv": f"texte\n{content}\n"})})
    path.write_bytes(packed if path.suffix == ".zip" else content.encode())
    return path


def texts(corpus: Path) -> dict[str, str]:
    return {each.id: each.text for each in Corpus.open(corpus).documents()}


@pytest.mark.parametrize("name", FILES)
def test_a_second_run_leaves_the_articles_of_a_file_of_that_name(
    tmp_path: Path, toy_encoder: Any, name: str
) -> None:
    corpus = tmp_path / "corpus"

    def index(folder: str) -> IndexReport:
        return add_documents(corpus, load_paths([tmp_path / folder]), toy_encoder)

    first, second = put(tmp_path / "a" / name, BREST), put(tmp_path / "b" / name, LILLE)
    added = index("a").added
    before = texts(corpus)
    report = index("b")
    assert (report.added, report.updated, texts(corpus)) == (0, 0, before)
    assert all(each.path.startswith(str(second)) for each in report.skipped)
    for words in (f"belongs to {first}", "still there", "index the folder above both, or rename one"):
        assert words in report.skipped[0].reason
    first.unlink()
    assert (index("b").updated, index("b").unchanged) == (added, added)


def test_what_two_tables_share_is_named_once_with_how_much_it_is(tmp_path: Path, toy_encoder: Any) -> None:
    for folder in ("a", "b"):
        put(tmp_path / folder / "export.csv", BREST)
        report = add_documents(tmp_path / "c", load_paths([tmp_path / folder]), toy_encoder)
    assert ["'export.csv#2' belongs to" in report.skipped[0].reason, len(report.skipped)] == [True, 2]
    assert "and 1 more articles" in report.skipped[1].reason


def test_an_id_that_a_file_gives_means_the_same_article_in_any_file(tmp_path: Path, toy_encoder: Any) -> None:
    for folder, text in (("a", BREST), ("b", LILLE)):
        path = tmp_path / folder / "lines.jsonl"
        path.parent.mkdir()
        # The end of the file's name, but no name of a file.
        path.write_text(json.dumps({"id": "jsonl", "text": text}), encoding="utf-8")
        report = add_documents(tmp_path / "c", load_paths([path]), toy_encoder)
    assert (report.updated, report.skipped, texts(tmp_path / "c")) == (1, [], {"jsonl": LILLE})


def test_a_name_does_not_take_the_place_of_an_id_that_another_file_gave(
    tmp_path: Path, toy_encoder: Any
) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text(json.dumps({"id": "a.txt", "text": BREST}), encoding="utf-8")
    add_documents(tmp_path / "c", load_paths([path]), toy_encoder)
    report = add_documents(tmp_path / "c", load_paths([put(tmp_path / "b" / "a.txt", LILLE)]), toy_encoder)
    assert (report.updated, len(report.skipped)) == (0, 1)


def test_the_same_file_spelt_otherwise_is_no_other(tmp_path: Path, toy_encoder: Any) -> None:
    put(tmp_path / "a" / "export.csv", BREST)
    (tmp_path / "lien").symlink_to(tmp_path / "a")
    for folder in ("a", "lien", "a/../a"):
        report = add_documents(tmp_path / "c", load_paths([tmp_path / folder]), toy_encoder)
        assert (report.skipped, report.documents) == ([], 2)


def test_a_file_that_may_not_be_looked_at_is_still_there(tmp_path: Path, toy_encoder: Any) -> None:
    # The system refuses to say whether there is such a file, as in a folder that may not be entered.
    hidden = f"/{'n' * 300}/a.txt"
    add_documents(tmp_path / "c", [Document("a.txt", BREST, meta={"path": hidden})], toy_encoder)
    report = add_documents(tmp_path / "c", load_paths([put(tmp_path / "a.txt", LILLE)]), toy_encoder)
    assert (report.updated, len(report.skipped), texts(tmp_path / "c")) == (0, 1, {"a.txt": BREST})


def test_a_watch_of_two_folders_tells_their_files_apart(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        put(tmp_path / folder / "export.csv", BREST)
    paths = [tmp_path / "a", tmp_path / "b"]
    # The corpus in one of them, and files that changed in both, are where each path is read by itself.
    for changed, corpus in (
        (None, tmp_path / "a" / "c"),
        ({path / "export.csv" for path in paths}, tmp_path),
    ):
        read = load_touched(paths, changed, corpus, selection=Selection(), columns=Columns())
        kinds = [type(each) for each in read]
        assert kinds == [Document, Document, Skipped, Skipped]
