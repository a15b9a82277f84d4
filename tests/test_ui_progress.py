"""How far a run is: totals that can be known cheaply, a rate, and no total where it would be a guess."""

import gzip

import pytest

from index.counting import count_articles
from index.formats.selection import Selection
from ui.progress import Advance, Progress


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "nord").mkdir()
    for name in ("a.txt", "b.md", "nord/c.html", "nord/d.pdf", "nord/inconnu.xyz", ".caché.txt"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / "lignes.jsonl").write_text("{}\n{}\n{}", encoding="utf-8")
    (tmp_path / "lignes.jsonl.gz").write_bytes(gzip.compress(b"{}\n" * 5))
    return tmp_path


def test_articles_are_counted_where_files_tell(folder):
    assert count_articles([folder], Selection()) == 5 + 3 + 5
    assert count_articles([folder / "a.txt", folder / "lignes.jsonl"], Selection()) == 4
    assert count_articles([folder], Selection(exclude=("nord", "*.gz"))) == 5


@pytest.mark.parametrize("name", ["t.csv", "z.zip", "f.xml", "abîmé.jsonl.gz"])
def test_no_total_is_given_where_it_would_cost_to_know(folder, name):
    (folder / name).write_bytes(b"\x1f\x8b\x08\0nonsense")
    assert count_articles([folder], Selection()) is None


def test_a_gzip_that_unfolds_to_too_much_gives_no_total(tmp_path, monkeypatch):
    monkeypatch.setattr("index.counting._LARGEST", 1 << 20)
    (tmp_path / "bombe.jsonl.gz").write_bytes(gzip.compress(b"{}\n" * 3_000_000))
    assert count_articles([tmp_path], Selection()) is None


def test_a_log_shows_articles_of_how_many_and_the_rate(monkeypatch, capsys):
    now = [100.0]
    monkeypatch.setattr("ui.progress.time.monotonic", lambda: now[0])
    with Progress("articles") as progress:
        advance = Advance(progress, 40)
        for number, _ in enumerate(advance.reading(range(40))):
            now[0] += 1.0
            advance(number * 3, None)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    assert lines[1] == "repondeur: 12 of 40 articles, 36 passages, 2.8 a second"


def test_a_total_that_was_too_small_is_not_shown(monkeypatch, capsys):
    now = [100.0]
    monkeypatch.setattr("ui.progress.time.monotonic", lambda: now[0])
    with Progress("articles") as progress:
        for _ in Advance(progress, 2).reading(range(30)):
            now[0] += 2.0
    assert capsys.readouterr().err.splitlines()[-1] == "repondeur: 25 articles"
