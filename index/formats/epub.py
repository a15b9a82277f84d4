"""EPUB books: the chapters in reading order."""

import posixpath
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

from index.formats.dates import day_of
from index.formats.items import Article, Item, Problem, Unreadable
from index.formats.limits import Given
from index.formats.naming import standard, web_address
from index.formats.visible import visible_text
from index.formats.webpage import page_text, page_tree
from index.formats.xmltree import open_package, parse_xml, part_of, text_at
from index.titles import title_of_text

__all__ = ["read"]

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
# Fonts may be obfuscated in a book anyone may read.
_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_PAGES = frozenset({"application/xhtml+xml", "text/html"})


def read(given: Given) -> Iterator[Item]:
    """Yield the book, and a problem for each chapter that cannot be read."""
    with open_package(given) as package:
        _check_open(package, given)
        container = parse_xml(part_of(package, _CONTAINER, given.limits.file), f"its {_CONTAINER}")
        path = next((each.get("full-path") or "" for each in container.iter("{*}rootfile")), "")
        book = parse_xml(part_of(package, path, given.limits.file), f"its {path or 'package file'}")
        chapters = []
        for name in _spine(book, posixpath.dirname(path)):
            try:
                page = page_text(part_of(package, name, given.limits.file))
                chapters.append(visible_text(page_tree(page, given.limits)))
            except Unreadable as error:
                if not str(error).startswith("empty"):
                    yield Problem(f"/{name}", str(error))
    text = "\n\n".join(chapter for chapter in chapters if chapter)
    if not text:
        raise Unreadable("no text in its chapters")
    title = text_at(book, "title") or title_of_text(text, given.stem)
    url = next(
        (
            web_address(each.text or "")
            for name in ("source", "identifier")
            for each in book.iter("{*}" + name)
        ),
        "",
    )
    meta = {"author": text_at(book, "creator"), "language": text_at(book, "language")}
    yield Article(text + "\n", title, day_of(text_at(book, "date")), url, meta=standard(meta))


def _check_open(package: ZipFile, given: Given) -> None:
    """Refuse a book whose chapters only a bought reader may open."""
    if _ENCRYPTION in package.namelist():
        encryption = parse_xml(part_of(package, _ENCRYPTION, given.limits.file), f"its {_ENCRYPTION}")
        methods = [each.get("Algorithm") or "" for each in encryption.iter("{*}EncryptionMethod")]
        if any(method not in _FONTS for method in methods):
            raise Unreadable("protected by DRM: only its shop's reader can open it")


def _spine(book: Any, folder: str) -> Iterator[str]:
    """Yield the names of the chapters in reading order, without tables of contents."""
    items = {each.get("id"): each for each in book.iter("{*}item")}
    for reference in book.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or (item.get("media-type") or "") not in _PAGES:
            continue
        if "nav" not in (item.get("properties") or "").split():
            yield posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))
