"""What leaves with --prune: what a file no longer gives. What stays: what only seems to be gone."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from index.corpus import Corpus
from index.errors import UsageError
from index.formats.columns import Columns
from index.formats.selection import Selection
from index.ledger import Ledger
from index.loaders import load_paths
from index.report import IndexReport
from index.touched import load_touched
from index.writer import add_documents, remove_documents
from tests.corpora import check
from tests.format_files import zipped

LINES = [f"Le pont numéro {number} de Nantes a été ouvert en {1900 + number}." for number in range(4)]


def put(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def indexed(corpus: Path, encoder: Any, *paths: Path, prune: bool = True, **chosen: Any) -> IndexReport:
    ledger = Ledger()
    documents = load_paths(paths, ledger=ledger, **chosen)
    return add_documents(corpus, documents, encoder, prune=paths if prune else (), ledger=ledger)


def held(corpus: Path) -> set[str]:
    return {document.id for document in Corpus.open(corpus).documents()}


def csv(*numbers: int) -> str:
    return "id,texte\n" + "".join(f"n{number},{LINES[number]}\n" for number in numbers)


def jsonl(*numbers: int) -> str:
    return "".join(json.dumps({"id": f"n{number}", "text": LINES[number]}) + "\n" for number in numbers)


def feed(*numbers: int) -> str:
    items = (f"<item><guid>n{n}</guid><description>{LINES[n]}</description></item>" for n in numbers)
    return f"<rss><channel>{''.join(items)}</channel></rss>"


def archive(*numbers: int) -> bytes:
    inner = {f"n{number}.txt": LINES[number] for number in numbers[1:]}
    return zipped({f"n{numbers[0]}.txt": LINES[numbers[0]], **({"in.zip": zipped(inner)} if inner else {})})


FILES = {"e.csv": csv, "e.jsonl": jsonl, "e.xml": feed, "e.zip": archive}


@pytest.mark.parametrize(("name", "make"), FILES.items())
def test_what_a_file_no_longer_gives_leaves_and_only_with_prune(
    tmp_path: Path, toy_encoder: Any, name: str, make: Any
) -> None:
    corpus, path = tmp_path / "corpus", tmp_path / "t" / name
    put(tmp_path / "t" / "autre.txt", "Un texte sur la mer.")
    put(path, make(0, 1, 2))
    assert indexed(corpus, toy_encoder, path.parent).added == 4
    put(path, make(0, 2))
    assert indexed(corpus, toy_encoder, path.parent, prune=False).removed == 0
    report = indexed(corpus, toy_encoder, path.parent)
    assert (report.removed, report.documents, report.skipped) == (1, 3, [])
    assert not any("n1" in each for each in held(corpus))
    # Outer file of the archive, then all that is left in it.
    put(path, make(0))
    assert indexed(corpus, toy_encoder, path).removed == 1
    check(corpus, toy_encoder)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("e.csv", csv(0) + "n1,trop,de,champs\n"),
        ("e.csv", ""),
        ("e.csv", "a,b\n1,2\n"),
        ("e.jsonl", jsonl(0) + '{"id": "n1", "te'),
        ("e.jsonl", ""),
        ("e.xml", feed(0).removesuffix("</channel></rss>")),
        ("e.zip", archive(0)[:-9]),
    ],
)
def test_what_was_not_read_to_its_end_without_a_problem_loses_nothing(
    tmp_path: Path, toy_encoder: Any, name: str, content: str | bytes
) -> None:
    path = put(tmp_path / name, FILES[name](0, 1, 2))
    indexed(tmp_path / "c", toy_encoder, path)
    put(path, content)
    report = indexed(tmp_path / "c", toy_encoder, path)
    assert (report.removed, report.documents, len(report.skipped)) == (0, 3, 1)


def test_what_is_not_meant_this_time_or_is_in_another_file_too_stays(
    tmp_path: Path, toy_encoder: Any
) -> None:
    corpus, tree = tmp_path / "c", tmp_path / "t"
    put(tree / "z.zip", zipped({"a.txt": LINES[0], "b.md": LINES[1]}))
    put(tree / "1.jsonl", jsonl(2))
    put(tree / "2.jsonl", jsonl(2, 3))
    assert indexed(corpus, toy_encoder, tree).documents == 4
    put(tree / "2.jsonl", jsonl(3))
    report = indexed(corpus, toy_encoder, tree, selection=Selection(exclude=("*.md",)))
    assert (report.removed, held(corpus)) == (0, {"z.zip/a.txt", "z.zip/b.md", "n2", "n3"})


def test_a_watch_removes_what_a_touched_file_no_longer_gives(tmp_path: Path, toy_encoder: Any) -> None:
    corpus, tree = tmp_path / "c", tmp_path / "t"

    def update(changed: set[Path] | None) -> IndexReport:
        ledger, given = Ledger(), {"selection": Selection(), "columns": Columns()}
        documents = load_touched([tree], changed, corpus, ledger=ledger, **given)  # type: ignore[arg-type]
        return add_documents(corpus, documents, toy_encoder, prune=[tree], ledger=ledger)

    path = put(tree / "e.csv", csv(0, 1))
    put(tree / "f.csv", csv(2, 3))
    assert update(None).added == 4
    put(path, csv(1))
    assert update({path}).removed == 1
    assert held(corpus) == {"n1", "n2", "n3"}


def test_a_folder_without_any_file_may_be_a_disk_that_is_not_there(tmp_path: Path, toy_encoder: Any) -> None:
    disk, other, corpus = tmp_path / "disk", tmp_path / "autre", tmp_path / "disk" / "corpus"
    files = [put(disk / "sud" / "a.txt", LINES[0]), put(disk / "b.txt", LINES[1])]
    gone = put(other / "c.txt", LINES[2])
    put(other / "d.txt", LINES[3])
    selection = Selection(exclude=("corpus",))
    indexed(corpus, toy_encoder, disk, other, selection=selection)
    for file in [*files, gone]:
        file.unlink()
    put(disk / ".monté", "")
    report = indexed(corpus, toy_encoder, disk, other, selection=selection)
    assert (report.removed, report.unpruned, report.documents) == (1, 2, 3)
    assert f"repondeur remove --below {disk}" in report.skipped[0].reason
    put(disk / "e.txt", LINES[2])
    assert indexed(corpus, toy_encoder, disk, selection=selection).removed == 2


def test_the_command_says_what_it_kept_and_how_it_is_removed(
    tmp_path: Path, toy_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ui.cli import main

    monkeypatch.setattr("index.encoder.load_encoder", lambda _: toy_encoder)

    def run(*command: str) -> Any:
        return CliRunner().invoke(main, [*command, "--corpus", str(tmp_path / "c"), "--json"])

    put(tmp_path / "t" / "e.csv", csv(0, 1))
    put(tmp_path / "un.txt", LINES[2])
    run("index", str(tmp_path / "t"), str(tmp_path / "un.txt"))
    put(tmp_path / "t" / "e.csv", csv(1))
    assert json.loads(run("index", str(tmp_path / "t"), "--prune").stdout)["removed"] == 1
    (tmp_path / "t" / "e.csv").unlink()
    result = run("index", str(tmp_path / "t"), "--prune")
    assert (result.exit_code, json.loads(result.stdout)["unpruned"]) == (1, 1)
    assert "no file is left in it" in result.stderr
    monkeypatch.setattr("index.writer.LazyEncoder", lambda _: toy_encoder)
    result = run("remove", "--below", str(tmp_path / "t"))
    assert (result.exit_code, json.loads(result.stdout)["removed"]) == (0, 1)
    assert run("index", str(tmp_path / "t"), "--prune").exit_code == 0
    assert (held(tmp_path / "c"), run("remove").exit_code) == ({"un.txt"}, 2)


def test_below_a_path_there_or_not_all_or_nothing(tmp_path: Path, toy_encoder: Any) -> None:
    corpus = tmp_path / "c"
    for name in ("a/1.txt", "a/2.txt", "ab/3.txt"):
        put(tmp_path / "t" / name, LINES[int(name[-5])])
    indexed(corpus, toy_encoder, tmp_path / "t")
    with pytest.raises(UsageError, match=r"came from .*rien or below"):
        remove_documents(corpus, ["ab/3.txt"], toy_encoder, below=[tmp_path / "t" / "a", tmp_path / "rien"])
    assert len(held(corpus)) == 3
    (tmp_path / "t" / "a").rename(tmp_path / "ailleurs")
    spelt = Path(os.path.relpath(tmp_path / "t" / "a"))
    assert remove_documents(corpus, [], toy_encoder, below=[spelt, tmp_path / "t" / "a"]).removed == 2
    assert held(corpus) == {"ab/3.txt"}
