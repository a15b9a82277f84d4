"""What a file may cost its reader: rows, lines, reasons, unfolded bytes and memory have an end."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

import index.chunking
from index.checks import LARGEST_TEXT
from index.chunking import Chunker
from index.document import Document
from index.loaders import Columns, Limits, Skipped, load_paths
from tests.format_files import zipped
from tests.hostile_files import peak

ROOT = Path(__file__).parents[1]


def split(items):
    """Return the texts and the reasons among what was read."""
    found = list(items)
    texts = [each.text for each in found if isinstance(each, Document)]
    return texts, [each.reason for each in found if isinstance(each, Skipped)]


ROWS = {
    "one line": "x" * 3000,
    "lines without end": '"a\n' + '","\n' * 1000,
    "many fields": ",".join("x" * 3000),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_row_without_end_gives_up_the_table_and_keeps_what_came_before(tmp_path, monkeypatch, row):
    monkeypatch.setattr("index.formats.table._LONGEST_ROW", 2000)
    (tmp_path / "a.csv").write_text(f"text\n{'m' * 1990}\ndeux\n{row}\nperdu\n", encoding="utf-8")
    texts, reasons = split(load_paths([tmp_path]))
    assert texts == ["m" * 1990, "deux"]
    assert reasons == [
        "a row goes on after 2000 characters: look for a quotation mark that is not closed; "
        "what follows it was not read"
    ]


def run(code, *arguments):
    """Return what a script of its own process prints."""
    made = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    return made.stdout.split()


SPARSE = """
import resource, sys
from index.loaders import load_paths
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
print(*(type(each).__name__ for each in load_paths([sys.argv[1]])))
"""


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.txt"])
def test_three_sparse_gigabytes_do_not_fill_the_memory(tmp_path, name):
    with (tmp_path / name).open("wb") as file:
        file.write(b'title,text\nUn,"deux"\n' if name == "a.csv" else b'{"text": "deux"}\n')
        file.truncate(3 << 30)
    came = run(SPARSE, tmp_path / name)
    assert came == (["Skipped"] if name == "a.txt" else ["Document", "Skipped", "Skipped"][: len(came)])


def test_a_hundred_thousand_bad_lines_are_a_thousand_reasons_and_a_count(tmp_path):
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b"[\n" * 100_000 + b'{"text": "bon"}\n7\n'))
    items = list(load_paths([tmp_path]))
    (good,) = [each for each in items if isinstance(each, Document)]
    assert good.text == "bon"
    assert len(items) == 1003
    path = str(tmp_path / "a.jsonl.gz")
    assert [each.path for each in (items[0], *items[-2:])] == [f"{path}:1", path, f"{path}:100002"]
    assert items[-2].reason.startswith("and 99000 more parts of it were skipped")


def test_why_a_file_was_given_up_is_said_after_a_thousand_reasons_too(tmp_path):
    packed = gzip.compress(b"[\n" * 2000 + b"[]" * 50_000)[:-20]
    (tmp_path / "a.zip").write_bytes(zipped({"a.jsonl.gz": packed, "b.txt": "bon"}))
    texts, reasons = split(load_paths([tmp_path]))
    assert texts == ["bon"]
    assert len(reasons) == 1002 and "to its end" in reasons[-1]


@pytest.mark.parametrize("where", ["here", "in an archive"])
def test_gzip_that_unfolds_without_end_is_given_up(tmp_path, where):
    packed = gzip.compress(b'{"text": "bon"}\n' + b"\n" * 20_000_000)
    limits = Limits(expanded=4_000_000)
    if where == "here":
        (tmp_path / "a.jsonl.gz").write_bytes(packed)
    else:
        (tmp_path / "a.zip").write_bytes(zipped({"a.jsonl.gz": packed}))
    texts, reasons = split(load_paths([tmp_path], limits=limits))
    assert texts == ["bon"]
    assert reasons == ["cannot be read to its end: unfolds to more than 4000000 bytes: a bomb, or split it"]


def test_gzip_of_text_may_unfold_to_more_than_an_archive_may(tmp_path):
    lines = "".join(json.dumps({"text": f"Texte {i}."}) + "\n" for i in range(3000))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    texts, reasons = split(load_paths([tmp_path], limits=Limits(expanded=1000)))
    assert (len(texts), reasons) == (3000, [])


def test_a_named_column_is_found_behind_thousands_of_others(tmp_path):
    lines = [{f"n{line}-{i}": "x" for i in range(500)} for line in range(4)]
    (tmp_path / "a.jsonl").write_text(
        "\n".join(map(json.dumps, [*lines, {"corps": "bon"}])), encoding="utf-8"
    )
    texts, reasons = split(load_paths([tmp_path / "a.jsonl"], columns=Columns(text="corps")))
    assert (texts, len(reasons)) == (["bon"], 4)


def test_a_value_nested_to_the_edge_of_the_stack_costs_its_line_alone(tmp_path):
    lines = [
        f'{{"text": "t", "n": {opening * depth}1{closing * depth}}}'
        for depth in range(800, 1000)
        for opening, closing in (("[", "]"), ('{"a":', "}"))
    ]
    (tmp_path / "a.jsonl").write_text("\n".join([*lines, '{"text": "bon"}']), encoding="utf-8")
    texts, reasons = split(load_paths([tmp_path]))
    assert texts[-1] == "bon" and len(texts) + len(reasons) == len(lines) + 1
    assert reasons and all("not JSON" in each for each in reasons)


def test_a_sitemap_of_too_many_pages_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr("index.formats.run._MOST_MEMBERS", 3)
    places = "".join(f"<url><loc>https://x.fr/{i}</loc></url>" for i in range(5))
    (tmp_path / "a.xml").write_text(f"<urlset>{places}</urlset>", encoding="utf-8")
    texts, reasons = split(load_paths([tmp_path]))
    assert texts == [] and reasons[0] == "names more than 3 pages: split it"
    assert len(reasons) == 4


def test_an_encoder_counts_bounded_pieces_of_a_text(monkeypatch):
    calls = []

    def count(texts):
        calls.append(sum(map(len, texts)))
        return [len(each.split()) for each in texts]

    monkeypatch.setattr(index.chunking, "_TOGETHER", 5000)
    text = "Un mot. " * 20 + "mot " * 20_000 + "Le mot de la fin est là. " * 2000
    (spans,) = Chunker(count).spans([text])
    assert spans[0][0] == 0 and len(spans) > 50
    # A sentence too long for any passage is not counted whole.
    assert max(calls) < 5000 + 200 * 64


def test_a_text_is_looked_through_for_quotations_once(monkeypatch):
    real, calls = index.chunking.quote_depths, []
    monkeypatch.setattr(index.chunking, "quote_depths", lambda text, at: calls.append(text) or real(text, at))
    stretch = "Ce passage assez long revient de temps en temps dans le texte, toujours avec les mêmes mots : "
    stretch += "personne ne sait vraiment pourquoi il le fait ni ce qu'il veut dire par là. "
    text = "".join(f"{stretch}La phrase numéro {i} dit {i * 7919} autres choses. " for i in range(50))
    assert len(Chunker(lambda texts: [len(each.split()) for each in texts]).spans([text])[0]) > 2
    assert calls == [text]


COSTLY = """
import sys
from index.chunking import Chunker
from index.encoder import load_encoder
from tests.hostile_files import peak
made = {
    "solid": lambda size: "é" * size,
    "words": lambda size: "mot " * (size // 4),
    "numbers": lambda size: "".join(f"{i * 7919 % 10**9}\\n" for i in range(size // 9)),
}[sys.argv[1]]
chunker = Chunker(load_encoder().count_tokens)
for size in sys.argv[2:]:
    chunker.spans([made(int(size))])
    print(peak())
"""


@pytest.mark.skipif(not peak(), reason="the most memory a process had is read from /proc")
@pytest.mark.parametrize("kind", ["solid", "words", "numbers"])
def test_the_largest_text_is_cut_in_less_than_two_gigabytes(kind):
    # A sixteenth of it, for time; what does not grow with the text is in the first of the two.
    small, large = LARGEST_TEXT // 64, LARGEST_TEXT // 16
    first, second = map(int, run(COSTLY, kind, small, large))
    assert first + (second - first) / (large - small) * LARGEST_TEXT < 2 << 30
