"""The text a reader of a page sees: blocks apart by a blank line, spaces as a browser joins them."""

import re
from typing import Any

from lxml import etree

__all__ = ["visible_text"]

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hr legend main nav ol p pre section summary table ul "
    # Those of trafilatura's trees.
    "ab head item list".split()
)
# Those that hold lines: what stands in them does not part them.
_INLINE = frozenset({"p", "head", "item", "cell", "hi", "ref", "quote"})
_LINES = frozenset({"li", "tr", "row", "option"})
_CELLS = frozenset({"td", "th", "cell"})
_BREAKS = frozenset({"br", "lb"})
_UNSEEN = frozenset(
    "script style noscript template iframe object svg math canvas audio video title textarea select "
    "button".split()
)
_BLANKS = re.compile(r"[ \t\n\r\f\v]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
# Marks in the text being put together; what comes from the page cannot hold them.
_BLOCK, _LINE, _SPACE = "\x0e", "\x0f", "\x10"


def visible_text(root: Any) -> str:
    """Return what is seen of an element of HTML or of trafilatura's own trees.

    No-break spaces stay; cells of a row are apart by a tab. Walks without recursion, however deep the tree.
    """
    parts: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    preformatted = 0
    for event, element in walk:
        name = _local(element)
        if event == "start":
            if name in _UNSEEN or (name == "head" and element.getparent() is not None and _is_html(element)):
                walk.skip_subtree()
                continue
            name = _as_seen(name, element)
            preformatted += name == "pre"
            parts.append(_before(name, element))
            parts.append(_seen(element.text, raw=preformatted > 0))
        else:
            if event == "end":
                name = _as_seen(name, element)
                preformatted -= name == "pre"
                parts.append(_after(name))
            if element is not root:
                parts.append(_seen(element.tail, raw=preformatted > 0))
    return _tidy("".join(parts))


def _local(element: Any) -> str:
    """Return an element's name without its namespace; nothing for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _as_seen(name: str, element: Any) -> str:
    """Return what trafilatura's names for code and quotations mean here: both stand in lines or apart."""
    if name == "code":
        return "pre" if "\n" in "".join(element.itertext()) else name
    apart = name == "quote" and _local(element.getparent()) not in _INLINE
    return "blockquote" if apart else name


def _is_html(element: Any) -> bool:
    """Tell whether this is the head of a page, and not a heading in trafilatura's trees."""
    return _local(element.getparent()) == "html"


def _before(name: str, element: Any) -> str:
    """Return what parts an element from what stands before it."""
    if name in _BLOCKS:
        return _BLOCK
    if name in _CELLS and element.getprevious() is not None:
        return "\t"
    return "\n" if name in _BREAKS else _LINE if name in _LINES else ""


def _after(name: str) -> str:
    """Return what parts an element from what stands after it."""
    return _BLOCK if name in _BLOCKS else _LINE if name in _LINES else ""


def _seen(text: str | None, *, raw: bool) -> str:
    """Return text with blanks joined; in what is preformatted they are marked, to stay."""
    if not text:
        return ""
    plain = _CONTROLS.sub("", text)
    return plain.replace(" ", _SPACE).replace("\t", _SPACE) if raw else _BLANKS.sub(" ", plain)


def _tidy(text: str) -> str:
    """Return text with marks as blank lines, and no white space around line ends."""
    blocks = re.sub(rf"[ \t\n{_LINE}]*{_BLOCK}[ \t\n{_BLOCK}{_LINE}]*", "\n\n", text)
    lines = re.sub(rf"[ \t]*{_LINE}[ \t{_LINE}]*", "\n", blocks)
    lines = re.sub(r" {2,}", " ", lines)
    lines = re.sub(r"[ \t]*\n[ \t]*", "\n", lines)
    lines = re.sub(r" ?\t ?", "\t", lines)
    return re.sub(r"\n{3,}", "\n\n", lines).strip(" \t\n").replace(_SPACE, " ")
