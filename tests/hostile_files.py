"""Files nobody should have to read: for each, what is in it and what must be said of it, or why it is taken.

`python -m tests.hostile_files FOLDER` reads what `write` put there and prints, as JSON, what came of each
file and the most memory that this process had.
"""

import gzip
import io
import json
import os
import re
import struct
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.format_files import ARTICLE, PARAGRAPHS, docx, epub, html, odt, pdf, zipped

__all__ = ["LIMITS", "Hostile", "hostile", "write"]

LIMITS = {
    "seconds": 60.0,
    "memory": 640 << 20,
    "output": 24 << 20,
    "file": 32 << 20,
    "expanded": 64 << 20,
    "members": 500,
    "pages": 50,
}
_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)
_LAUGHS = "<!DOCTYPE x [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)
)
_OUTSIDE = "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
_MATTER = "a: &a [ha, ha]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(f'*{chr(97 + n)}' for _ in range(9))}]\n" for n in range(9)
)


@dataclass(frozen=True)
class Hostile:
    """Hold a file's bytes and what must be said of it (`says`), or why it is rightly taken (`taken`)."""

    data: bytes
    says: str = ""
    taken: str = ""


def hostile() -> dict[str, Hostile]:
    """Return the files by name."""
    return {
        name: each
        for part in (_archives(), _pdfs(), _office(), _pages(), _texts(), _tables())
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


def _archives() -> Iterator[tuple[str, Hostile]]:
    """Yield archives."""
    zeros = zipped({"zeros.txt": b"\0" * (70 << 20)})
    yield "bomb.zip", Hostile(zeros, "bomb.zip: unfolds to 73400320 bytes")
    yield (
        "bombs.zip",
        Hostile(zipped({f"{n}.txt": b"a" * (20 << 20) for n in range(4)}), "unfolds to 83886080"),
    )
    yield "many.zip", Hostile(zipped({f"{n}.txt": "a" for n in range(600)}), "600 files in it, 500 at most")
    inner = zipped({"a.txt": ARTICLE})
    for _ in range(4):
        inner = zipped({"in.zip": inner})
    yield "nested.zip", Hostile(inner, "more than 2 deep")
    yield "nested-bomb.zip", Hostile(zipped({"in.zip": zeros}), "in.zip: unfolds to 73400320")
    yield "dotdot.zip", Hostile(zipped({"../../etc/cron.txt": "a"}), "leads out of the archive")
    yield "absolute.zip", Hostile(zipped({"/etc/cron.txt": "a"}), "leads out of the archive")
    yield "drive.zip", Hostile(zipped({"C:\\x\\cron.txt": "a"}), "leads out of the archive")
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = 0o120777 << 16
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    yield "link.zip", Hostile(target.getvalue(), "a link, not a file")
    fine = zipped({"a.txt": ARTICLE * 20})
    yield "locked.zip", Hostile(_patched(fine, 6, 8, b"\1\0"), "password-protected")
    yield "method.zip", Hostile(_patched(fine, 8, 10, b"\x63\0"), "damaged in the archive")
    yield "short.zip", Hostile(_patched(fine, 22, 24, struct.pack("<I", 10)), "damaged in the archive")
    yield "checksum.zip", Hostile(_patched(fine, 14, 16, b"\0\0\0\0"), "damaged in the archive")
    yield "cut.zip", Hostile(fine[:-30], "not a readable ZIP")
    yield "text.zip", Hostile(b"du texte", "not one by its first bytes")
    yield "nothing.zip", Hostile(zipped({}), "nothing in it")
    yield "empty.zip", Hostile(b"", "empty")
    twice = zipped({"a.txt": ARTICLE, "b.txt": "b"}).replace(b"b.txt", b"a.txt")
    yield "twice.zip", Hostile(twice, "twice in the archive")
    yield "longname.zip", Hostile(zipped({"x" * 300 + ".txt": ARTICLE}), taken="a long name is a name")
    other = zipped({"e__.txt": ARTICLE}).replace(b"e__.txt", b"\x82\xff\xfe.txt")
    yield "names.zip", Hostile(other, taken="a name in the encoding of old DOS is a name")


def _patched(data: bytes, local: int, central: int, value: bytes) -> bytes:
    """Return an archive of one file with a field of both its headers replaced."""
    start = data.index(b"PK\1\2")
    changed = data[:local] + value + data[local + len(value) : start + central] + value
    return changed + data[start + central + len(value) :]


def _pdfs() -> Iterator[tuple[str, Hostile]]:
    """Yield PDF files."""
    from pypdf import PdfReader, PdfWriter

    lines = [["Un texte de trois mots et plus."]]
    fine = pdf(lines)
    yield "garbage.pdf", Hostile(b"%PDF-1.7\n" + bytes(range(256)) * 20, "not a readable PDF")
    yield (
        "cut.pdf",
        Hostile(pdf(lines * 9)[:1500], "cut off or damaged|cannot be found|no page|not a readable"),
    )
    yield "text.pdf", Hostile(b"du texte", "not a PDF by its first bytes")
    yield "pages.pdf", Hostile(pdf([["x"]] * 60), "60 pages, 50 at most")
    yield (
        "count.pdf",
        Hostile(fine.replace(b"/Count 1 ", b"/Count 999999999 "), taken="the count is not believed"),
    )
    yield "scan.pdf", Hostile(pdf([[], []]), "OCR")
    loop = fine.replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]")
    yield "loop.pdf", Hostile(loop, "pages cannot be found|no page|nested|no text")
    yield (
        "arrays.pdf",
        Hostile(
            fine.replace(b"/MediaBox [0 0 595 842]", b"/MediaBox " + b"[" * 20000),
            "pages cannot be found|cannot be read|no page",
        ),
    )
    bomb = PdfWriter()
    bomb.append(PdfReader(io.BytesIO(fine)))
    from pypdf.generic import NameObject, StreamObject

    stream = StreamObject()
    stream.set_data(b"\0" * (80 << 20))
    bomb.pages[0][NameObject("/Contents")] = bomb._add_object(stream.flate_encode())
    yield "bomb.pdf", Hostile(_saved(bomb), "none of its pages can be read")
    for name, user, algorithm in (("password", "secret", "AES-256"), ("password-old", "secret", "RC4-128")):
        locked = PdfWriter()
        locked.append(PdfReader(io.BytesIO(fine)))
        locked.encrypt(user, algorithm=algorithm)
        yield f"{name}.pdf", Hostile(_saved(locked), "password-protected")
    owned = PdfWriter()
    owned.append(PdfReader(io.BytesIO(fine)))
    owned.encrypt("", "owner", algorithm="AES-256")
    yield "owner.pdf", Hostile(_saved(owned), taken="a password to change it, none to read it")


def _saved(writer: object) -> bytes:
    """Return what a writer of PDF writes."""
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _office() -> Iterator[tuple[str, Hostile]]:
    """Yield Word documents, OpenDocument texts and books."""
    word = docx()
    yield "cut.docx", Hostile(word[: len(word) // 2], "damaged")
    yield "other.docx", Hostile(zipped({"a.txt": "a"}), "not a readable Word document")
    yield "picture.docx", Hostile(b"\x89PNG\r\n\x1a\n", "a PNG picture")
    yield "locked.docx", Hostile(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password-protected")
    yield "empty.docx", Hostile(_with(word, "word/document.xml", _unwritten(word)), "empty")
    yield "bomb.docx", Hostile(_with(word, "word/document.xml", b" " * (33 << 20)), "a bomb|well-formed")
    yield (
        "laughs.docx",
        Hostile(_with(word, "word/document.xml", f"{_LAUGHS}]><x>&a9;</x>"), "declares XML entities"),
    )
    yield (
        "secret.docx",
        Hostile(_with(word, "word/document.xml", f"{_OUTSIDE}<x>&e;</x>"), "declares XML entities"),
    )
    yield "cut.odt", Hostile(odt()[:400], "damaged")
    yield "bare.odt", Hostile(zipped({"mimetype": "x"}), "no content.xml")
    yield "sheet.odt", Hostile(odt(content="<table/>"), "not an OpenDocument text")
    yield "laughs.odt", Hostile(odt(content=f"{_LAUGHS}]><x>&a9;</x>"), "declares XML entities")
    yield "secret.odt", Hostile(odt(content=f"{_OUTSIDE}<x>&e;</x>"), "declares XML entities")
    spans = "<text:span>" * 5000 + "a" + "</text:span>" * 5000
    deep = f"<o {_NAMES}><office:text><text:p>{spans}</text:p></office:text></o>"
    yield "deep.odt", Hostile(odt(content=deep), "well-formed|nested")
    locked = {"content.xml": "x", "META-INF/manifest.xml": "<m><encryption-data/></m>"}
    yield "locked.odt", Hostile(zipped(locked), "password-protected")
    spaces = f"<o {_NAMES}><office:text><text:p>a<text:s text:c='999999999'/>b</text:p></office:text></o>"
    yield "spaces.odt", Hostile(odt(content=spaces), taken="a billion blanks are some blanks")
    book = epub()
    yield "cut.epub", Hostile(book[:-40], "damaged")
    yield "bare.epub", Hostile(zipped({"mimetype": "application/epub+zip"}), "no META-INF/container.xml")
    drm = '<e><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></e>'
    yield "drm.epub", Hostile(epub(extra={"META-INF/encryption.xml": drm}), "protected by DRM")
    yield "outside.epub", Hostile(epub({"../../../../etc/passwd": "x"}), "no text|there is no")
    yield "bomb.epub", Hostile(epub({"a.xhtml": b" " * (33 << 20)}), "a bomb")
    yield (
        "laughs.epub",
        Hostile(zipped({"META-INF/container.xml": f"{_LAUGHS}]><x>&a9;</x>"}), "declares XML entities"),
    )


def _with(data: bytes, name: str, content: bytes | str) -> bytes:
    """Return an archive with one of its files replaced."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return zipped({each: archive.read(each) for each in archive.namelist()} | {name: content})


def _unwritten(word: bytes) -> bytes:
    """Return the body of a Word document without its words."""
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        return re.sub(rb"<w:t[ >].*?</w:t>", b"", archive.read("word/document.xml"))


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
            f"{_OUTSIDE}<html><body><p>Lire &e; ici</p></body></html>".encode(),
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
            f"{_LAUGHS}]><rss><channel><item><title>&a9;</title></item></channel></rss>".encode(),
            "declares XML entities",
        ),
    )
    quadratic = f"<!DOCTYPE x [<!ENTITY a '{'a' * 100_000}'>]><rss>{'&a;' * 20_000}</rss>"
    yield "quadratic.rss", Hostile(quadratic.encode(), "declares XML entities")
    yield (
        "secret.rss",
        Hostile(
            f"{_OUTSIDE}<rss><channel><title>&e;</title></channel></rss>".encode(), "declares XML entities"
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
    yield "line.txt", Hostile(b"mot " * (6 << 20), taken="one line of 25 million characters is a text")
    yield "large.txt", Hostile(b"x" * (33 << 20), "too large")
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
    status = Path("/proc/self/status")
    peak = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="utf-8")) if status.exists() else None
    return {"items": items, "peak": int(peak[1]) << 10 if peak else 0}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_main(Path(sys.argv[1]))))
