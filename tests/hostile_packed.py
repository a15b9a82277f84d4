"""Hostile archives, PDF files and office documents, each with what must be said of it."""

import io
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from tests.format_files import ARTICLE, docx, epub, odt, pdf, zipped

__all__ = ["LAUGHS", "OUTSIDE", "Hostile", "archives", "office", "pdfs"]

_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)
LAUGHS = "<!DOCTYPE x [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)
)
OUTSIDE = "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"


@dataclass(frozen=True)
class Hostile:
    """Hold a file's bytes and what must be said of it (`says`), or why it is rightly taken (`taken`)."""

    data: bytes
    says: str = ""
    taken: str = ""


def archives() -> Iterator[tuple[str, Hostile]]:
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


def pdfs() -> Iterator[tuple[str, Hostile]]:
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


def office() -> Iterator[tuple[str, Hostile]]:
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
        Hostile(_with(word, "word/document.xml", f"{LAUGHS}]><x>&a9;</x>"), "declares XML entities"),
    )
    yield (
        "secret.docx",
        Hostile(_with(word, "word/document.xml", f"{OUTSIDE}<x>&e;</x>"), "declares XML entities"),
    )
    yield "cut.odt", Hostile(odt()[:400], "damaged")
    yield "bare.odt", Hostile(zipped({"mimetype": "x"}), "no content.xml")
    yield "sheet.odt", Hostile(odt(content="<table/>"), "not an OpenDocument text")
    yield "laughs.odt", Hostile(odt(content=f"{LAUGHS}]><x>&a9;</x>"), "declares XML entities")
    yield "secret.odt", Hostile(odt(content=f"{OUTSIDE}<x>&e;</x>"), "declares XML entities")
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
        Hostile(zipped({"META-INF/container.xml": f"{LAUGHS}]><x>&a9;</x>"}), "declares XML entities"),
    )


def _with(data: bytes, name: str, content: bytes | str) -> bytes:
    """Return an archive with one of its files replaced."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return zipped({each: archive.read(each) for each in archive.namelist()} | {name: content})


def _unwritten(word: bytes) -> bytes:
    """Return the body of a Word document without its words."""
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        return re.sub(rb"<w:t[ >].*?</w:t>", b"", archive.read("word/document.xml"))
