"""Small files of every format, made here, with the typography French articles have."""

import io
import zipfile
from collections.abc import Mapping, Sequence

__all__ = ["ARTICLE", "HEADING", "PARAGRAPHS", "docx", "epub", "html", "odt", "pdf", "zipped"]

HEADING = "Nîmes\u00a0: l’été des «\u00a0gilets\u00a0»"
PARAGRAPHS = (
    "«\u00a0L’œuvre est finie\u202f!\u00a0», a dit le préfet à Nîmes\u00a0: 10\u202f000 personnes ont "
    "manifesté contre la loi de programmation, qui coûtera 12\u00a0% du budget.",
    "Là-bas, Mme\u00a0Dupont — élue en 2019 — n’a pas répondu\u2026 Peut-être dira-t-elle pourquoi, à Noël, "
    "dans son bureau de l’hôtel de ville où le conseil se réunit d’ordinaire.",
)
ARTICLE = "\n\n".join(PARAGRAPHS)


def html(
    paragraphs: Sequence[str] = PARAGRAPHS, title: str = HEADING, head: str = "", lang: str = "fr"
) -> bytes:
    """Return a page with an article between a menu and a foot."""
    body = "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        '<body><nav><a href="/">Accueil</a> <a href="/sport">Sport</a></nav>'
        f"<article><h1>{title}</h1>{body}</article><footer>Mentions légales</footer></body></html>"
    ).encode()


def zipped(files: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP archive of these files, in this order."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files.items():
            stored = zipfile.ZIP_STORED if name == "mimetype" else method
            archive.writestr(zipfile.ZipInfo(name, (2020, 6, 12, 0, 0, 0)), content, stored)
    return target.getvalue()


def docx(paragraphs: Sequence[str] = PARAGRAPHS, title: str = HEADING) -> bytes:
    """Return a Word document with a heading, paragraphs and a table."""
    from datetime import datetime

    from docx import Document

    document = Document()
    core = document.core_properties
    core.title, core.author, core.language, core.created = (
        title,
        "Jeanne Dupont",
        "fr-FR",
        datetime(2020, 6, 12),
    )
    document.add_heading(title, 1)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Coût", "12\u00a0%"
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def odt(paragraphs: Sequence[str] = PARAGRAPHS, title: str = HEADING, content: str | None = None) -> bytes:
    """Return an OpenDocument text."""
    names = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    )
    body = "".join(f"<text:p>{paragraph}</text:p>" for paragraph in paragraphs)
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": content
            or f"<office:document-content {names}><office:body><office:text>"
            f"<text:h>{title}</text:h>{body}</office:text></office:body></office:document-content>",
            "meta.xml": f"<office:document-meta {names}><office:meta><dc:title>{title}</dc:title>"
            "<meta:initial-creator>Jeanne Dupont</meta:initial-creator><dc:language>fr-FR</dc:language>"
            "<meta:creation-date>2020-06-12T08:00:00</meta:creation-date></office:meta></office:document-meta>",
            "META-INF/manifest.xml": "<manifest:manifest "
            'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        }
    )


def epub(
    chapters: Mapping[str, bytes | str] | None = None, extra: Mapping[str, bytes | str] | None = None
) -> bytes:
    """Return a book with a table of contents and these chapters, by name."""
    given = chapters or {
        f"c{number}.xhtml": '<?xml version="1.0" encoding="utf-8"?>'
        f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>{number}</title></head>'
        f"<body><h1>Chapitre {number}</h1><p>{paragraph}</p></body></html>"
        for number, paragraph in enumerate(PARAGRAPHS, 1)
    }
    items = "".join(
        f'<item id="i{place}" href="{name}" media-type="application/xhtml+xml"/>'
        for place, name in enumerate(given)
    )
    spine = "".join(f'<itemref idref="i{place}"/>' for place in range(len(given)))
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
            '<rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
            "OEBPS/book.opf": '<package xmlns="http://www.idpf.org/2007/opf" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
            f"<dc:title>{HEADING}</dc:title><dc:creator>Jeanne Dupont</dc:creator>"
            "<dc:language>fr</dc:language>"
            "<dc:date>2020-06-12</dc:date><dc:source>https://exemple.fr/livre</dc:source></metadata><manifest>"
            '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
            f'{items}</manifest><spine><itemref idref="nav"/>{spine}</spine></package>',
            "OEBPS/nav.xhtml": "<html><body><nav>Table des matières</nav></body></html>",
            **{f"OEBPS/{name}": content for name, content in given.items()},
            **(extra or {}),
        }
    )


def pdf(pages: Sequence[Sequence[str]], info: Mapping[str, str] | None = None, tail: str = "") -> bytes:
    """Return a PDF of these lines; U+FB01 to U+FB03 are drawn as the ligatures they are."""
    glyphs = {"\ufb01": "\\001", "\ufb02": "\\002", "\ufb03": "\\003"}
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R /Lang (fr-FR) >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /FirstChar 0 /LastChar 255 /Encoding "
        "<< /Type /Encoding /BaseEncoding /WinAnsiEncoding /Differences [1 /fi /fl /ffi] >> >>",
    ]
    for number, lines in enumerate(pages):
        shown = []
        for line in lines:
            escaped = "".join(
                glyphs.get(each) or f"\\{each.encode('cp1252')[0]:03o}" if each not in "\ufb00" else ""
                for each in line
            )
            shown.append(f"({escaped}) Tj T*")
        stream = "BT /F1 11 Tf 14 TL 50 780 Td " + "\n".join(shown) + " ET"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        ]
    properties = "".join(
        f"/{name} <feff{value.encode('utf-16-be').hex()}> " for name, value in (info or {}).items()
    )
    objects.append(f"<< {properties} >>")
    data, places = "%PDF-1.5\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{each}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R {tail}>>"
    start = len(data)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n{trailer}\n"
    data += f"startxref\n{start}\n%%EOF\n"
    return data.encode("latin-1")
