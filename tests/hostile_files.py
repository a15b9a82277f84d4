"""Files nobody should have to read: for each, what is in it and what must be said of it, or why it is taken.

`python -m tests.hostile_files FOLDER` reads what `write` put there and prints, as JSON, what came of each
file and the most memory that this process had. With a CORPUS after it, `repondeur index` reads it: printed
are its exit code, what it said, and the most memory that any of its children had.
"""

import gzip
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.format_files import ARTICLE, PARAGRAPHS, html, pdf, zipped
from tests.hostile_packed import LAUGHS, OUTSIDE, Hostile, archives, office, pdfs

__all__ = ["LIMITS", "hostile", "peak", "write"]

LIMITS = {
    "seconds": 60.0,
    "memory": 640 << 20,
    "output": 24 << 20,
    "file": 32 << 20,
    "expanded": 64 << 20,
    "members": 500,
    "pages": 50,
}
_MATTER = "a: &a [ha, ha]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(f'*{chr(97 + n)}' for _ in range(9))}]\n" for n in range(9)
)


def hostile() -> dict[str, Hostile]:
    """Return the files by name."""
    return {
        name: each
        for part in (archives(), pdfs(), office(), _pages(), _texts(), _tables())
        for name, each in part
    }


def write(folder: Path) -> dict[str, tuple[str, str]]:
    """Write every file and what only a file system can hold; return what is expected of each name."""
    expected = {}
    for name, each in hostile().items():
        (folder / name).write_bytes(each.data)
        expected[name] = (each.says, each.taken)
    (folder / "loop").symlink_to(folder)
    (folder / "self.txt").symlink_to(folder / "self.txt")
    (folder / "one.txt").symlink_to(folder / "two.txt")
    (folder / "two.txt").symlink_to(folder / "one.txt")
    (folder / "dead.txt").symlink_to(folder / "nothing.txt")
    outside = folder.parent / "outside.txt"
    outside.write_text("un secret", encoding="utf-8")
    (folder / "out.txt").symlink_to(outside)
    os.mkfifo(folder / "pipe.txt")
    (folder / os.fsdecode(b"caf\xe9.txt")).write_bytes(b"x")
    longest = "é" * 125 + "x.txt"
    (folder / longest).write_text(ARTICLE, encoding="utf-8")
    return expected | {
        "loop": ("link to a folder", ""),
        "self.txt": ("link", ""),
        "one.txt": ("link", ""),
        "two.txt": ("link", ""),
        "dead.txt": ("link to nothing", ""),
        "out.txt": ("outside this folder", ""),
        "pipe.txt": ("not a regular file", ""),
        "caf\\udce9.txt": ("not UTF-8", ""),
        longest: ("", "255 bytes are a name like any other"),
    }


def _pages() -> Iterator[tuple[str, Hostile]]:
    """Yield web pages and other XML."""
    yield (
        "deep.html",
        Hostile(b"<div>" * 100_000 + ARTICLE.encode() + b"</div>" * 100_000, "nested too deeply"),
    )
    yield "wide.html", Hostile(b"<p>a" * 10_000, taken="many short paragraphs are still a text")
    yield "memory.html", Hostile(b"<br>" * (8 << 20), "memory")
    yield "binary.html", Hostile(bytes(range(256)) * 40, "binary")
    yield "picture.html", Hostile(b"\xff\xd8\xff\xe0" + bytes(300), "a JPEG picture")
    yield "empty.html", Hostile(b"", "empty")
    yield (
        "scripts.html",
        Hostile(b"<html><body><script>ecrire()</script></body></html>", "no text in the page"),
    )
    yield (
        "secret.xhtml",
        Hostile(
            f"{OUTSIDE}<html><body><p>Lire &e; ici</p></body></html>".encode(),
            taken="HTML knows no such entity: nothing of the file it names is read",
        ),
    )
    yield (
        "charset.html",
        Hostile(html().replace(b"utf-8", b"x-none"), taken="UTF-8 whatever the page says it is"),
    )
    yield (
        "laughs.xml",
        Hostile(
            f"{LAUGHS}]><rss><channel><item><title>&a9;</title></item></channel></rss>".encode(),
            "declares XML entities",
        ),
    )
    quadratic = f"<!DOCTYPE x [<!ENTITY a '{'a' * 100_000}'>]><rss>{'&a;' * 20_000}</rss>"
    yield "quadratic.rss", Hostile(quadratic.encode(), "declares XML entities")
    yield (
        "secret.rss",
        Hostile(
            f"{OUTSIDE}<rss><channel><title>&e;</title></channel></rss>".encode(), "declares XML entities"
        ),
    )
    yield "other.xml", Hostile(b"<carte/>", "neither an RSS or Atom feed nor a sitemap")
    yield (
        "cut.xml",
        Hostile(b"<rss><channel><item><title>Un</title><description>Deux", "before the damage were read"),
    )
    yield "nothing.atom", Hostile(b"<feed xmlns='http://www.w3.org/2005/Atom'/>", "without entries")
    places = "".join(
        f"<url><loc>{each}</loc></url>"
        for each in (
            "https://x.fr/../../../etc/passwd",
            "https://x.fr/%2e%2e/outside.txt",
            "file:///etc/passwd",
            "https://[",
            "x" * 5000,
        )
    )
    yield "sitemap.xml", Hostile(f"<urlset>{places}</urlset>".encode(), "no saved page for it")


def _texts() -> Iterator[tuple[str, Hostile]]:
    """Yield texts and Markdown."""
    yield "empty.txt", Hostile(b"", "empty")
    yield "mark.txt", Hostile(b"\xef\xbb\xbf", "empty")
    yield "binary.txt", Hostile(bytes(range(1, 32)) * 40, "binary")
    yield "nul.txt", Hostile(b"abc\0def", "NUL")
    yield "pdf.txt", Hostile(pdf([["a"]]), "a PDF by its first bytes")
    yield "zip.md", Hostile(zipped({"a.txt": "a"}), "a ZIP archive")
    yield "rtf.txt", Hostile(b"{\\rtf1 bonjour}", "an RTF document")
    yield "utf16.txt", Hostile(ARTICLE.encode("utf-16"), taken="its mark says what it is")
    yield "utf16-bare.txt", Hostile(ARTICLE.encode("utf-16-le"), "NUL")
    yield "utf32.txt", Hostile(ARTICLE.encode("utf-32"), taken="its mark says what it is")
    yield "half.txt", Hostile(b"\xff\xfe\x00\xd8\x00\x00", "marked as utf-16")
    yield "unknown.txt", Hostile(bytes(range(128, 256)) * 3, "not UTF-8")
    yield "line.txt", Hostile(b"mot " * 1_990_000, taken="one line of 8 million characters is a text")
    yield "long.txt", Hostile(b"mot " * 2_010_000, "too large: 8040000 characters")
    yield "large.txt", Hostile(b"x" * (33 << 20), "too large: 34603008 bytes")
    yield "laughs.md", Hostile(f"---\n{_MATTER}---\ntexte".encode(), taken="lists of lists are not expanded")
    yield (
        "object.md",
        Hostile(
            b"---\n!!python/object/apply:os.system [touch pwned]\n---\ntexte",
            taken="nothing is built from it",
        ),
    )
    yield "deep.md", Hostile(b"> " * 50_000 + b"a", "nested too deeply")
    yield "program.exe", Hostile(b"MZ", "format '.exe' is not read")
    yield "README", Hostile(b"texte", "format 'without suffix' is not read")


def _tables() -> Iterator[tuple[str, Hostile]]:
    """Yield CSV and JSON lines."""
    good = json.dumps({"id": "bon", "text": ARTICLE})
    yield "surrogate.jsonl", Hostile(b'{"text": "a\\ud83d"}', "lone surrogate")
    yield "nan.jsonl", Hostile(b'{"text": "a", "note": NaN}', "NaN is no JSON value")
    yield "deep.jsonl", Hostile(b"[" * 100_000, "not JSON")
    yield "numbers.jsonl", Hostile(b'{"text": "a", "n": ' + b"9" * 10_000 + b"}", "not JSON")
    yield "nul.jsonl", Hostile(b'{"text": "a\\u0000"}', "NUL")
    yield "list.jsonl", Hostile(f"[1]\n{good}".encode(), "a JSON list")
    yield "cut.jsonl.gz", Hostile(gzip.compress(good.encode())[:-12], "cannot be read to its end")
    yield "bomb.jsonl.gz", Hostile(gzip.compress(b"\0" * (50 << 20), 1) * 9, "a bomb")
    yield "quote.csv", Hostile(b'title,text\nUn,"deux\nTrois,quatre\n', "quotation mark that is not closed")
    yield "columns.csv", Hostile(b"a,b\n1,2\n", "no column that looks like the text among 'a', 'b'")
    yield "twice.csv", Hostile(b"text,text\n1,2\n", "two columns are named 'text'")
    yield "wide.csv", Hostile(b"title,text\n1,2,3,4\n", "4 fields where the header has 2")
    yield "nul.csv", Hostile(b"title,text\n1,a\0b\n", "NUL")
    yield "blank.csv", Hostile(b"\n\n\n", "no header line|empty")
    yield (
        "cp1252.csv",
        Hostile(
            "Titre;Texte\r\nÉté;".encode("cp1252")
            + (PARAGRAPHS[1] + " Il a été élu à l’été.").encode("cp1252"),
            taken="what a French spreadsheet writes",
        ),
    )


def _main(folder: Path) -> dict[str, object]:
    """Return what came of every file, and the most memory this process had, in bytes."""
    from index.document import Document
    from index.loaders import Limits, load_paths

    items = [
        {"path": item.meta["path"], "text": item.text[:2000]}
        if isinstance(item, Document)
        else {"path": item.path, "reason": item.reason}
        for item in load_paths([folder], limits=Limits(**LIMITS))
    ]
    return {"items": items, "peak": peak()}


def _command(folder: Path, corpus: Path) -> dict[str, object]:
    """Index the folder as the command does, with the limits of these tests; return what came of it.

    All but one file: cutting two million words into passages takes minutes, and is not what is tried here.
    """
    import resource
    from unittest import mock

    from click.testing import CliRunner

    from index.loaders import Limits, load_paths
    from tests.conftest import ToyEncoder
    from ui.cli import main

    limited = mock.patch.dict(load_paths.__kwdefaults__ or {}, limits=Limits(**LIMITS))
    with limited, mock.patch("index.encoder.load_encoder", lambda _: ToyEncoder()):
        done = CliRunner().invoke(
            main, ["index", str(folder), "--corpus", str(corpus), "--json", "--exclude", "line.txt"]
        )
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10
    return {"code": done.exit_code, "stdout": done.stdout, "stderr": done.stderr, "children": children}


def peak() -> int:
    """Return the most memory this process had, in bytes, 0 where that is not known."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="utf-8")) if status.exists() else None
    return int(found[1]) << 10 if found else 0


if __name__ == "__main__":
    made = _command(*map(Path, sys.argv[1:])) if sys.argv[2:] else _main(Path(sys.argv[1]))
    sys.stdout.write(json.dumps(made))
