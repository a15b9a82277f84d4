"""What no document may contain, said as reasons a reader of the report understands."""

import re

from index.document import Document

__all__ = ["LARGEST_TEXT", "document_problem", "text_problem"]

# Characters. Beyond it a “document” is a dump: it would be one hit for everything.
LARGEST_TEXT = 32_000_000
_LONGEST_ID = 1000
_SURROGATE = re.compile("[\ud800-\udfff]")


def text_problem(text: str) -> str | None:
    """Return why a text cannot be indexed, or None."""
    if not text.strip():
        return "empty: no text in it"
    if len(text) > LARGEST_TEXT:
        return f"too large: {len(text)} characters, {LARGEST_TEXT} at most; split it"
    if "\0" in text:
        return f"NUL character at offset {text.index(chr(0))}: not a text, or damaged"
    if lone := _lone_surrogate(text):
        return f"lone surrogate U+{ord(lone[0]):04X} at offset {lone.start()}: damaged text"
    return None


def document_problem(document: Document) -> str | None:
    """Return why a document cannot be indexed, or None."""
    if not document.id.strip() or len(document.id) > _LONGEST_ID:
        return f"id of {len(document.id)} characters: give 1 to {_LONGEST_ID}"
    named = {
        "id": document.id,
        "title": document.title,
        "source": document.source,
        "date": document.date or "",
    }
    for name, value in [*named.items(), *document.meta.items()]:
        if "\0" in value or _lone_surrogate(value):
            return f"NUL or lone surrogate in {name}"
    return text_problem(document.text)


def _lone_surrogate(text: str) -> re.Match[str] | None:
    """Return the first lone surrogate; encoding, which is fast, tells whether to look for one."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return _SURROGATE.search(text)
    return None
