"""CSV, TSV and JSON lines by their columns: named, guessed and said, and every bad row by its line."""

from pathlib import Path

import pytest

from index.document import Document
from index.errors import FileError
from index.loaders import Columns, Skipped, load_paths
from tests.format_files import ARTICLE, zipped


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def ids(items):
    return sorted(item.id for item in items if isinstance(item, Document))


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_table_by_any_separator(tmp_path, separator):
    rows = [["title", "text"], ["Un", '"a, b; c | d\te ""f""\nligne"']]
    path = write(tmp_path / "a.csv", "\r\n".join(separator.join(row) for row in rows))
    (found,) = load_paths([path])
    assert (found.id, found.title, found.source) == ("a.csv#2", "Un", "a.csv")
    assert found.text == 'a, b; c | d\te "f"\nligne'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_in_the_encodings_of_spreadsheets(tmp_path, encoding):
    text = ARTICLE.replace("\u202f", " ").replace("\n", " ")
    path = write(tmp_path / "a.csv", f'Titre;Texte\nÉté;"{text}"\n'.encode(encoding))
    (found,) = load_paths([path])
    assert (found.title, found.text) == ("Été", text)


def test_columns_are_guessed_in_two_languages_and_said(tmp_path):
    said = []
    write(
        tmp_path / "a.csv",
        "Identifiant,Intitulé,Date de publication,Contenu,Lien,Rubrique\n7,T,2020,Texte,u,R\n",
    )
    write(tmp_path / "b.jsonl", '{"guid": 8, "headline": "T", "body": "Texte", "rubrique": "R"}\n')
    write(tmp_path / "c.csv", "id,title,date,text,url\n9,T,2020,Texte,u\n")
    first, second, third = load_paths([tmp_path], note=said.append)
    assert (first.id, first.title, first.date, first.text, first.source) == ("7", "T", "2020", "Texte", "u")
    assert first.meta == {"Rubrique": "R", "path": str(tmp_path / "a.csv")}
    assert (second.id, second.title, second.text) == ("8", "T", "Texte")
    assert second.meta == {"rubrique": "R", "path": str(tmp_path / "b.jsonl")}
    assert third.id == "9"
    assert [line.partition(":")[0] for line in said] == [str(tmp_path / "a.csv"), str(tmp_path / "b.jsonl")]
    assert "text from 'Contenu', title from 'Intitulé', date from 'Date de publication'" in said[0]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_columns_the_caller_names(tmp_path, name):
    content = (
        "text,corps,titre\nnon,oui,T\n" if name == "a.csv" else '{"text":"non","corps":"oui","titre":"T"}'
    )
    path = write(tmp_path / name, content)
    (found,) = load_paths([path], columns=Columns(text="corps"))
    assert (found.text, found.title, found.meta["text"]) == ("oui", "T", "non")


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.zip"])
def test_a_column_that_is_not_there_names_those_that_are(tmp_path, name):
    table = "titre,corps\nT,texte\n"
    content = {
        "a.csv": table,
        "a.jsonl": '{"titre": "T", "corps": "texte"}',
        "a.zip": zipped({"b.csv": table}),
    }
    path = write(tmp_path / name, content[name])
    with pytest.raises(FileError, match=r"no column 'txet' for the text .* 'titre', 'corps'"):
        list(load_paths([path], columns=Columns(text="txet")))
    # One table of many without it does not keep the others out.
    write(tmp_path / "z.csv", "txet\nbon\n")
    *skipped, document = load_paths([tmp_path], columns=Columns(text="txet"))
    assert document.text == "bon"
    assert any("no column 'txet'" in item.reason for item in skipped if isinstance(item, Skipped))


def test_broken_rows_are_named_by_their_line_and_the_others_read(tmp_path):
    path = write(
        tmp_path / "a.csv",
        'title,text\nA,un\nB\nC,"deux"x\nD,\nE,"trois\nlignes"\nF,quatre\n\nG,"fin\nH,cinq\n',
    )
    items = list(load_paths([path]))
    assert ids(items) == ["a.csv#2", "a.csv#6", "a.csv#8"]
    assert {Path(item.path).name: item.reason for item in items if isinstance(item, Skipped)} == {
        "a.csv:3": "1 fields where the header has 2",
        "a.csv:4": "not a row: ',' expected after '\"'",
        "a.csv:5": "empty: no text in it",
        "a.csv:10": "not a row: unexpected end of data; lines 10 to 11 are lost, look for a quotation mark "
        "that is not closed",
    }


def test_a_large_table_streams(tmp_path, monkeypatch):
    monkeypatch.setattr("index.formats.table._SAMPLE", 2000)
    path = write(tmp_path / "a.csv", "text\n" + "un été à Nîmes\n" * 5000)
    assert sum(isinstance(item, Document) for item in load_paths([path])) == 5000
    path = write(tmp_path / "b.csv", ("text\n" + "un été à Nîmes\n" * 5000).encode() + b"caf\xe9\n")
    *rows, last = load_paths([path])
    assert len(rows) > 4000 and last.reason.startswith("not utf-8 to its end")
