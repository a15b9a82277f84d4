"""OpenDocument texts: paragraphs and headings in reading order, notes after them."""

import re
from collections.abc import Iterator
from typing import Any

from index.formats.dates import day_of
from index.formats.items import Article, Item, Unreadable
from index.formats.limits import Given
from index.formats.naming import standard
from index.formats.xmltree import open_package, parse_xml, part_of, text_at
from index.titles import title_of_text

__all__ = ["read"]

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_UNSEEN = frozenset({"tracked-changes", "annotation", "forms", "sequence-decls", "note-citation"})
_BLANKS = re.compile(r"[ \t\r\n]+")


def read(given: Given) -> Iterator[Item]:
    """Yield the article."""
    with open_package(given) as package:
        names = set(package.namelist())
        if "META-INF/manifest.xml" in names:
            manifest = parse_xml(part_of(package, "META-INF/manifest.xml", given.limits.file), "its manifest")
            if next(manifest.iter("{*}encryption-data"), None) is not None:
                raise Unreadable("password-protected: save it without a password")
        content = parse_xml(part_of(package, "content.xml", given.limits.file), "its content.xml")
        about = None
        if "meta.xml" in names:
            about = parse_xml(part_of(package, "meta.xml", given.limits.file), "its meta.xml")
    body = next(content.iter("{*}text"), None)
    if body is None or not body.tag.startswith("{urn:oasis:names:tc:opendocument:xmlns:office"):
        raise Unreadable("not an OpenDocument text: no text in its content.xml")
    blocks, heading = _blocks(body)
    text = "\n\n".join(blocks)
    if not text.strip():
        raise Unreadable("empty: no text in it")
    yield _article(about, text, heading, given.stem)


def _article(about: Any, text: str, heading: str, stem: str) -> Article:
    """Return the article with what the properties of the document say."""

    def named(*names: str) -> str:
        return next((found for name in names if about is not None and (found := text_at(about, name))), "")

    title = named("title") or heading or title_of_text(text, stem)
    meta = {"author": named("initial-creator", "creator"), "language": named("language")}
    return Article(text + "\n", title, day_of(named("creation-date", "date")), meta=standard(meta))


def _blocks(body: Any) -> tuple[list[str], str]:
    """Return the paragraphs, those of notes last, and the first heading."""
    from lxml import etree

    walk = etree.iterwalk(body, events=("start", "end"))
    blocks: list[str] = []
    notes: list[str] = []
    waiting: list[list[str]] = []
    heading, in_note = "", 0
    for event, element in walk:
        name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
        if event == "start":
            if name in _UNSEEN or not name:
                walk.skip_subtree()
                continue
            in_note += name == "note"
            if element.tag in {f"{_TEXT}p", f"{_TEXT}h"}:
                waiting.append([])
            if waiting:
                waiting[-1].append(_text(element, name))
            continue
        in_note -= name == "note"
        if element.tag in {f"{_TEXT}p", f"{_TEXT}h"} and waiting:
            block = "".join(waiting.pop()).strip(" \t\n")
            if block:
                (notes if in_note else blocks).append(block)
            if name == "h" and not heading:
                heading = " ".join(block.split("\n"))
        if waiting and element is not body:
            waiting[-1].append(_BLANKS.sub(" ", element.tail or ""))
    return blocks + notes, heading


def _text(element: Any, name: str) -> str:
    """Return what an element puts into its paragraph: its text, or the white space it stands for."""
    if element.tag.startswith(_TEXT) and name in {"s", "tab", "line-break"}:
        count = element.get(f"{_TEXT}c", "1")
        # A count is what the file says: never more blanks than anyone types.
        return (
            " " * min(int(count), 80)
            if name == "s" and count.isdecimal()
            else "\t"
            if name == "tab"
            else "\n"
        )
    return _BLANKS.sub(" ", element.text or "")
