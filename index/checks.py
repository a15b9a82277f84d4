"""What no document may contain, said as reasons a reader of the report understands."""

import re
from collections.abc import Mapping

from index.document import Document

__all__ = ["LARGEST_TEXT", "document_problem", "text_problem"]

# Characters. Beyond it a “document” is a dump: it would be one hit for everything. Indexing a text of this
# size stays below 2 GB of memory, whatever is in it.
LARGEST_TEXT = 8_000_000
_LONGEST_ID = 1000
_MOST_NAMES = 1000
_LONGEST_NAME = 1000
# These go out with every passage of an answer: a title of megabytes would make each answer as large.
_LONGEST = {"title": 1000, "source": 10_000, "date": 1000}
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
    for name, most in _LONGEST.items():
        if len(named[name]) > most:
            return f"{name} of {len(named[name])} characters: give {most} at most"
    if reason := _names_problem(document.meta):
        return reason
    for name, value in [*named.items(), *document.meta.items()]:
        if _is_damaged(value):
            return f"NUL or lone surrogate in {_shown(name)}"
    return text_problem(document.text)


def _names_problem(meta: Mapping[str, str]) -> str | None:
    """Return why what is said beside a text has names that cannot be kept, or None."""
    if len(meta) > _MOST_NAMES:
        return f"{len(meta)} values beside the text, {_MOST_NAMES} at most: leave some out"
    for name in meta:
        if len(name) > _LONGEST_NAME:
            return f"{_shown(name)} is a name of {len(name)} characters: give {_LONGEST_NAME} at most"
        if _is_damaged(name):
            return f"NUL or lone surrogate in the name {_shown(name)}"
    return None


def _is_damaged(text: str) -> bool:
    """Tell whether a text holds what no stored one may."""
    return "\0" in text or _lone_surrogate(text) is not None


def _shown(name: str) -> str:
    """Return a name as the report can hold it, whatever is in it."""
    return name if name.isidentifier() and len(name) <= 60 else ascii(name[:60])


def _lone_surrogate(text: str) -> re.Match[str] | None:
    """Return the first lone surrogate; encoding, which is fast, tells whether to look for one."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return _SURROGATE.search(text)
    return None
