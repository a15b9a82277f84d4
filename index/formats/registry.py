"""Which module reads which suffix; none is imported before a file needs it."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import PurePosixPath

from index.formats.items import Item
from index.formats.limits import Given

__all__ = ["ARCHIVES", "SUFFIXES", "TABLES", "is_read", "read", "suffix_of"]

_MODULES = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "webpage",
    ".htm": "webpage",
    ".xhtml": "webpage",
    ".pdf": "pdf",
    ".docx": "docx",
    ".odt": "odt",
    ".epub": "epub",
    ".csv": "table",
    ".tsv": "table",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
    ".xml": "feed",
    ".rss": "feed",
    ".atom": "feed",
    ".zip": "archive",
}
SUFFIXES = tuple(_MODULES)
TABLES = frozenset({".csv", ".tsv", ".jsonl", ".jsonl.gz"})
ARCHIVES = frozenset({".zip"})


def suffix_of(name: str) -> str:
    """Return the suffix that says what a file is, in lower case; two of them before .gz."""
    path = PurePosixPath(name)
    return "".join(path.suffixes[-2:]).lower() if path.suffix.lower() == ".gz" else path.suffix.lower()


def is_read(suffix: str) -> str | None:
    """Return why files of a suffix are not read, or None."""
    if suffix in _MODULES:
        return None
    return f"format {suffix or 'without suffix'!r} is not read: give {', '.join(SUFFIXES)}"


def read(given: Given) -> Iterator[Item]:
    """Yield what a file of a known suffix gives; Unreadable where that is nothing, or no more."""
    items: Iterator[Item] = import_module(f"index.formats.{_MODULES[given.suffix]}").read(given)
    return items
