"""Web pages: the article trafilatura finds, or all that is seen where it finds none."""

import codecs
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from index.decoding import UndecodableError, decode
from index.formats.dates import day_of
from index.formats.items import Article, Item, Unreadable
from index.formats.limits import Given, Limits
from index.formats.naming import standard, web_address
from index.formats.visible import visible_text
from index.titles import title_of_name

__all__ = ["fragment_text", "page_text", "page_tree", "read"]

_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.I
)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_HEAD = 4096
# Bytes of memory a tag and a character may take, in the tree and in the copies trafilatura makes of it.
_PER_TAG, _PER_CHARACTER = 1024, 16
# trafilatura joins every white space to one blank, no-break spaces too; these printable characters stand for
# them meanwhile, whichever of them the page has not.
_NO_BREAK = ("\u00a0", "\u202f", "\u2007")
_STANDINS = "⸺⸻⸎⸏⸐⸑⸒⹁⹂⹃"
_DATES = {"extensive_search": False, "original_date": True, "max_date": "2100-01-01"}


def read(given: Given) -> Iterator[Item]:
    """Yield the article of a page with what its head says of it."""
    tree = page_tree(page_text(given.data), given.limits)
    text, title = _article(tree)
    whole = not text
    text = text or visible_text(tree)
    if not text:
        raise Unreadable("no text in the page: it may be made by scripts; save it as a browser shows it")
    meta, date, url = _metadata(tree)
    if whole:
        meta["extraction"] = "whole page"
    title = title or _title(tree) or title_of_name(given.stem)
    yield Article(text + "\n", title, date, url, meta=standard(meta))


def page_text(data: bytes) -> str:
    """Return the text of a page by its mark, UTF-8, the charset it declares, or where there is no doubt."""
    declared = _CHARSET.search(data[:_HEAD])
    try:
        if declared and not data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            name = declared[1].decode("ascii").lower()
            # The web's rule: Latin-1 means Windows-1252.
            name = "cp1252" if name in {"iso-8859-1", "latin1", "us-ascii", "ascii"} else name
            if not name.startswith(("utf-8", "utf8", "utf-16", "utf16")) and codecs.lookup(name):
                return _checked(data.decode(name))
    except (LookupError, UnicodeError, ValueError):
        pass
    try:
        return decode(data)[0]
    except UndecodableError as error:
        raise Unreadable(str(error)) from error


def page_tree(text: str, limits: Limits) -> Any:
    """Return the tree of a page; Unreadable where there is nothing in it, or far too much."""
    from lxml import etree, html

    # libxml2 may return half a page when it runs out of memory: it must not come to that.
    tags, most = text.count("<"), limits.memory // _PER_TAG
    if tags > most or len(text) > limits.memory // _PER_CHARACTER:
        raise Unreadable(
            f"needs too much memory to read: {tags} tags and {len(text)} characters, {most} and "
            f"{limits.memory // _PER_CHARACTER} at most; split it",
            costly=True,
        )
    # Without it text that lies deeper than 256 elements would be lost, with it 2048.
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True)
    try:
        tree = html.document_fromstring(text.encode("utf-8"), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        if not text.strip() or "empty" in str(error):
            raise Unreadable("empty: no text in it") from error
        if "unknown error" in str(error):
            raise MemoryError from error
        raise Unreadable(f"not readable as HTML: {error}") from error
    if any(entry.type_name == "ERR_NO_MEMORY" for entry in parser.error_log):
        raise MemoryError
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise Unreadable("nested too deeply: a page has a few dozen elements in each other, not 2048")
    return tree


def fragment_text(fragment: str, limits: Limits) -> str:
    """Return what is seen of a piece of HTML, or of plain text."""
    return visible_text(page_tree(f"<div>{fragment}</div>", limits)) if fragment.strip() else ""


def _article(tree: Any) -> tuple[str, str]:
    """Return text and title of the article in a page, or nothing, with its no-break spaces."""
    from trafilatura import bare_extraction

    seen = "".join(tree.itertext())
    free = [each for each in _STANDINS if each not in seen]
    pairs = dict(zip(_NO_BREAK, free, strict=False))
    work = deepcopy(tree)
    for element in work.iter():
        if isinstance(element.tag, str):
            element.text, element.tail = _swapped(element.text, pairs), _swapped(element.tail, pairs)
    found: Any = bare_extraction(
        work, include_comments=False, with_metadata=True, date_extraction_params=_DATES
    )
    if found is None or found.body is None:
        return "", ""
    back = {standin: space for space, standin in pairs.items()}
    return _swapped(visible_text(found.body), back) or "", _swapped(found.title, back) or ""


def _swapped(text: str | None, pairs: dict[str, str]) -> str | None:
    """Return a text with some characters put for others."""
    return text.translate({ord(each): other for each, other in pairs.items()}) if text else text


def _metadata(tree: Any) -> tuple[dict[str, str], str, str]:
    """Return meta, date and canonical address that the head of a page gives."""
    from trafilatura import extract_metadata

    found = extract_metadata(deepcopy(tree), date_config=_DATES)
    language = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    meta = {"author": found.author or "", "language": language, "site": found.sitename or ""}
    links = tree.xpath("//link[contains(concat(' ', normalize-space(@rel), ' '), ' canonical ')]/@href")
    address = next(filter(None, (web_address(link) for link in links)), web_address(found.url or ""))
    return meta, day_of(found.date), address


def _title(tree: Any) -> str:
    """Return the title in the head of a page."""
    return _BLANKS.sub(" ", tree.findtext(".//title") or "").strip()


def _checked(text: str) -> str:
    """Return a text with line ends as LF, or refuse one with NUL in it."""
    if "\0" in text:
        raise Unreadable(f"binary: NUL at offset {text.index(chr(0))}")
    return text.replace("\r\n", "\n").replace("\r", "\n")
