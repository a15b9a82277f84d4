"""Files to documents: text as it stands, and a reason for each file that gives none."""

import gzip
import json
import os
from pathlib import Path

import pytest

from index.decoding import decode
from index.document import Document
from index.errors import FileError
from index.jsonlines import LONGEST_LINE
from index.loaders import Skipped, load_paths
from index.titles import title_of_name, title_of_text

FRENCH = (
    "Été comme hiver, les élections présidentielles ont été gagnées par la gauche, a dit le préfet à Nîmes."
)


def one(path: Path) -> Document | Skipped:
    (item,) = load_paths([path])
    return item


def document(path: Path) -> Document:
    item = one(path)
    assert isinstance(item, Document), item
    return item


def reason(path: Path) -> str:
    item = one(path)
    assert isinstance(item, Skipped), item
    assert item.path == str(path)
    return item.reason


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def test_a_text_is_kept_as_it_is_but_for_line_ends_and_byte_order_mark(tmp_path: Path) -> None:
    text = "«\u00a0L’été\u202f»,  e\u0301t l'hiver…\n\n\tFin\u2028suite \n"
    path = write(tmp_path / "a.txt", "\ufeff" + text.replace("\n", "\r\n"))
    assert document(path).text == text
    assert (document(path).id, document(path).source) == ("a.txt", "a.txt")
    assert document(path).meta == {"path": str(path)}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_byte_order_mark_names_the_encoding(tmp_path: Path, encoding: str) -> None:
    assert document(write(tmp_path / "a.txt", FRENCH.encode(encoding))).text == FRENCH


@pytest.mark.parametrize("encoding", ["cp1252", "iso8859_15"])
def test_another_encoding_is_read_where_it_is_certain_and_noted(tmp_path: Path, encoding: str) -> None:
    found = document(write(tmp_path / "a.txt", (FRENCH * 3).encode(encoding)))
    assert found.text == FRENCH * 3
    assert found.meta["encoding"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"abc\0def", "binary: NUL byte at offset 3"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "a PNG picture by its first bytes"),
        (b"\x01\x02\x03" * 50, "binary: 150 control characters"),
        (b"\xff\xfe\x00\xd8\x00\x00", "marked as utf-16"),
        (b"caf\xe9", "not UTF-8 (byte 0xE9 at offset 3)"),
        (bytes(range(128, 256)) * 3, "not UTF-8"),
        (b"\xed\xa0\x80", "not UTF-8"),
    ],
)
def test_what_is_no_text_is_skipped_with_the_reason(tmp_path: Path, content: bytes, expected: str) -> None:
    assert expected in reason(write(tmp_path / "a.txt", content))


def test_markdown_gives_the_text_a_reader_sees(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.md",
        "---\r\ntitle: 'Un titre: beau'\ndate: 2020-01-02\nurl: https://example.fr/a\nauteur: X\n---\n"
        '# En-tête\n\nBonjour **le** [monde](http://x "y"),\nsuite `code`.\n\n- un\n- *deux*\n\n'
        "| a | b |\n|---|---|\n| c | d |\n\n```\nx = 1\n```\n<b>gras</b>\n",
    )
    found = document(path)
    assert (
        found.text
        == "En-tête\n\nBonjour le monde,\nsuite code.\n\nun\n\ndeux\n\na\n\nb\n\nc\n\nd\n\nx = 1\n\ngras\n"
    )
    assert (found.title, found.date, found.source) == ("Un titre: beau", "2020-01-02", "https://example.fr/a")
    assert found.meta == {"author": "X", "path": str(path)}


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("# Le *vrai* titre\n\ntexte", "Le vrai titre"),
        ("texte\n\n## Plus bas\n", "Plus bas"),
        ("texte seul", "Mon article"),
        ("---\ntitle: [a, b]\n---\ntexte", "Mon article"),
        # Front matter that is none is text: nothing is lost, and no object is built from it.
        ("---\n: : {\n---\ntexte", ": : {"),
        ("---\n!!python/object/apply:os.system [true]\n---\ntexte", "!!python/object/apply:os.system [true]"),
    ],
)
def test_the_title_of_markdown(tmp_path: Path, content: str, title: str) -> None:
    assert document(write(tmp_path / "mon-article.md", content)).title == title


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Microsoft recule\n\nLe groupe a annoncé ceci. Puis cela.", "Microsoft recule"),
        ("\n\nQue faire ?\n\nLe groupe a annoncé ceci et cela.", "Que faire ?"),
        ("Il a parlé.\n\nPuis il est parti, tard dans la nuit.", "Mon texte"),
        ('"Une citation', "Mon texte"),
        ("Ligne un du texte\nligne deux du texte", "Mon texte"),
        ("mot " * 60 + "\n\nsuite " * 90, "Mon texte"),
        ("Un titre\n\n", "Mon texte"),
    ],
)
def test_the_title_of_a_text(text: str, title: str) -> None:
    assert title_of_text(text, "mon_texte") == title


@pytest.mark.parametrize(
    ("stem", "title"),
    [
        ("000_7f12f659eab9b7eb", ""),
        ("2020-06-12", ""),
        ("deadbeef", ""),
        ("loi-2020", "Loi 2020"),
        ("a", ""),
        ("...", ""),
    ],
)
def test_a_file_name_without_words_is_no_title(stem: str, title: str) -> None:
    assert title_of_name(stem) == title


def test_json_lines_plain_and_compressed(tmp_path: Path) -> None:
    lines = [
        {
            "id": "a",
            "title": " Titre ",
            "date": "2020-01-01",
            "text": "Un\r\ntexte",
            "url": "https://x.fr",
            "rubrique": 3,
        },
        {"id": 7, "text": "Deux"},
        {"text": "Trois", "title": None},
    ]
    content = "\ufeff" + "\n\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    plain = write(tmp_path / "c.jsonl", content)
    packed = write(tmp_path / "c.jsonl.gz", gzip.compress(content.encode()))
    file = {"path": str(plain)}
    expected = [
        Document("a", "Un\ntexte", "Titre", "https://x.fr", "2020-01-01", {"rubrique": "3", **file}),
        Document("7", "Deux", "", "c.jsonl", None, file),
        Document("c.jsonl#5", "Trois", "", "c.jsonl", None, file),
    ]
    assert list(load_paths([plain])) == expected
    assert [item.text for item in load_paths([packed]) if isinstance(item, Document)] == [
        "Un\ntexte",
        "Deux",
        "Trois",
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"{", "not JSON"),
        (b"[1]", "a JSON list"),
        (b"null", "a JSON NoneType"),
        (b'{"id": 1}', 'no "text"'),
        (b'{"text": 3}', '"text" is a int'),
        (b'{"text": ""}', "empty"),
        (b'{"text": "a\\u0000b"}', "NUL"),
        (b'{"text": "a\\ud83d"}', "lone surrogate U+D83D"),
        (b'{"text": "a", "id": "\\ud83d"}', "surrogate in id"),
        (b'{"text": "caf\xe9"}', "not UTF-8"),
        (b"[" * 100_000, "not JSON"),
        (b'{"text": "' + b"x" * LONGEST_LINE + b'"}', "line longer than"),
    ],
)
def test_a_bad_line_is_skipped_by_its_number_and_the_next_is_read(
    tmp_path: Path, line: bytes, expected: str
) -> None:
    path = write(tmp_path / "c.jsonl", b'{"text": "bon"}\n' + line + b'\n{"text": "bon"}')
    first, bad, last = load_paths([path])
    assert isinstance(first, Document)
    assert isinstance(last, Document)
    assert isinstance(bad, Skipped)
    assert bad.path == f"{path}:2"
    assert expected in bad.reason


def test_fifty_megabytes_in_one_line_of_text(tmp_path: Path) -> None:
    assert "too large" in reason(write(tmp_path / "a.txt", b"x" * 50_000_000))


def test_a_broken_archive_gives_what_it_holds_and_its_reason(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"text": f"ligne {i} {os.urandom(40).hex()}"}) + "\n" for i in range(3000))
    path = write(tmp_path / "c.jsonl.gz", gzip.compress(lines.encode())[:-5000])
    items = list(load_paths([path]))
    assert len(items) > 100
    assert isinstance(items[-1], Skipped)
    assert "to its end" in items[-1].reason
    assert "to its end" in reason(write(tmp_path / "d.jsonl.gz", b"not gzip at all"))


def test_a_folder_in_a_stable_order_with_ids_below_it(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", "sous/c.txt", ".cache/x.txt", ".caché.txt", "sous/image.png"):
        write(tmp_path / name, "Un texte.")
    (tmp_path / "boucle").symlink_to(tmp_path)
    (tmp_path / "mort.txt").symlink_to(tmp_path / "rien")
    os.mkfifo(tmp_path / "tube.txt")
    write(tmp_path / os.fsdecode(b"\xff.txt"), "x")
    items = list(load_paths([tmp_path]))
    assert [item.id for item in items if isinstance(item, Document)] == ["a.md", "b.txt", "sous/c.txt"]
    skipped = {Path(item.path).name: item.reason for item in items if isinstance(item, Skipped)}
    assert skipped.keys() == {"boucle", "mort.txt", "tube.txt", "\\udcff.txt", "image.png"}
    assert "link to a folder" in skipped["boucle"]
    assert "link to nothing" in skipped["mort.txt"]
    assert "not a regular file" in skipped["tube.txt"]
    assert "not UTF-8" in skipped["\\udcff.txt"]
    assert "'.png'" in skipped["image.png"]


def test_two_files_of_one_id_are_not_one_document(tmp_path: Path) -> None:
    write(tmp_path / "un" / "a.txt", "Un texte.")
    write(tmp_path / "deux" / "a.txt", "Un autre.")
    first, second = load_paths([tmp_path / "un", tmp_path / "deux"])
    assert isinstance(first, Document)
    assert isinstance(second, Skipped)
    assert str(tmp_path / "un" / "a.txt") in second.reason
    assert [type(item) for item in load_paths([tmp_path / "un" / "a.txt", tmp_path / "un"])] == [
        Document,
        Document,
    ]


def test_a_path_that_is_not_there_is_an_error_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="absent"):
        load_paths([tmp_path, tmp_path / "absent.txt"])


def test_the_seed_article(tmp_path: Path) -> None:
    path = Path(__file__).parent.parent / "seeds" / "000_7f12f659eab9b7eb.txt"
    found = document(path)
    assert found.text == path.read_text(encoding="utf-8")
    assert found.title == ""


@pytest.mark.parametrize("text", ["a\rb\r\nc\n", "\u0085\u2028", "tab\tff\f"])
def test_decoding_never_changes_more_than_line_ends(text: str) -> None:
    assert decode(text.encode("utf-8")) == (text.replace("\r\n", "\n").replace("\r", "\n"), "utf-8")
