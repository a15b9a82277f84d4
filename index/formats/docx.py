"""Word documents: paragraphs in reading order, tables, notes; not what is struck out, nor heads and feet."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from index.formats.dates import day_of
from index.formats.items import Article, Item, Unreadable
from index.formats.limits import Given
from index.formats.naming import standard
from index.formats.xmltree import open_package, parse_xml, part_of
from index.titles import title_of_text

__all__ = ["read"]

_NAMESPACE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# Alternatives hold the same text twice; tracked deletions are no longer in the text.
_UNSEEN = frozenset({"Fallback", "del", "moveFrom", "instrText", "delText"})
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "softHyphen": ""}
_NOTES = ("footnotes", "endnotes")


def read(given: Given) -> Iterator[Item]:
    """Yield the article."""
    document = _opened(given)
    blocks = [*_paragraphs(document.element.body), *_notes(document)]
    text = "\n\n".join(blocks)
    if not text.strip():
        raise Unreadable("empty: no text in it")
    core = document.core_properties
    headings = [block for block, style in _styled(document) if style in {"Title", "heading 1", "Heading 1"}]
    title = (core.title or "").strip() or next(iter(headings), "") or title_of_text(text, given.stem)
    meta = {"author": core.author or "", "language": core.language or ""}
    if meta["author"] == "python-docx":
        meta["author"] = ""
    yield Article(text + "\n", title, day_of(_created(core)), meta=standard(meta))


def _opened(given: Given) -> Any:
    """Return the document python-docx reads; Unreadable where there is none."""
    import docx

    with open_package(given) as package:
        for info in package.infolist():
            if info.filename.endswith((".xml", ".rels")) and info.file_size:
                parse_xml(part_of(package, info.filename, given.limits.file), f"its {info.filename}")
    try:
        return docx.Document(BytesIO(given.data))
    except (KeyError, ValueError, AttributeError) as error:
        raise Unreadable(f"not a readable Word document: {error}".split("\n", 1)[0][:240]) from error


def _created(core: Any) -> object:
    """Return when a document was made, or last changed."""
    return core.created or core.modified


def _styled(document: Any) -> Iterator[tuple[str, str]]:
    """Yield the text and the style of the first paragraphs."""
    for paragraph in document.paragraphs[:20]:
        if text := paragraph.text.strip():
            yield text, paragraph.style.name if paragraph.style is not None else ""


def _notes(document: Any) -> Iterator[str]:
    """Yield the foot and end notes, which stand in parts of their own."""
    for relation in document.part.rels.values():
        kind = relation.reltype.rpartition("/")[2]
        if kind in _NOTES and not relation.is_external:
            yield from _paragraphs(parse_xml(relation.target_part.blob, f"its {kind}"))


def _paragraphs(root: Any) -> Iterator[str]:
    """Yield the text of each paragraph with something in it; cells of a table are paragraphs too."""
    from lxml import etree

    walk = etree.iterwalk(root, events=("start", "end"))
    waiting: list[list[str]] = []
    for event, element in walk:
        name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
        if event == "start" and name in _UNSEEN:
            walk.skip_subtree()
        elif name == "p" and element.tag.startswith(_NAMESPACE):
            # A text box lies inside a paragraph and has its own.
            if event == "start":
                waiting.append([])
            elif text := "".join(waiting.pop()).strip(" \t\n"):
                yield text
        elif event == "end" and waiting and element.tag == f"{_NAMESPACE}t":
            waiting[-1].append(element.text or "")
        elif event == "end" and waiting and name in _CHARACTERS and _in_run(element):
            waiting[-1].append(_CHARACTERS[name])


def _in_run(element: Any) -> bool:
    """Tell whether this stands in the text: a `tab` may also be a stop in the settings of a paragraph."""
    return element.getparent() is not None and element.getparent().tag == f"{_NAMESPACE}r"
