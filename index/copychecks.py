"""What must hold of the copies a corpus notes: each lies in its document and says what it is a copy of."""

import sqlite3
from collections.abc import Sequence
from itertools import groupby

from index.duplicates import Cover, repeats

__all__ = ["false_copies"]

_COPIES = """
SELECT c.start, c.end, p.id, p.document, p.start_byte, p.end_byte FROM copies c
JOIN passages p ON p.id = c.passage JOIN documents d ON d.key = p.document
WHERE c.document = ? ORDER BY c.start, c.end, p.id"""


def false_copies(db: sqlite3.Connection, key: int, text: str) -> list[int]:
    """Return where copies in a document start that lie outside it or say another thing than what they copy.

    A copy has no text of its own: its span of the document must say what the passages kept for it say.
    """
    rows = db.execute(_COPIES, (key,))
    return [
        start
        for (start, end), group in groupby(rows, key=lambda row: (row[0], row[1]))
        if not _holds(text, (start, end), [_cover(db, row[2:]) for row in group])
    ]


def _holds(text: str, span: tuple[int, int], covers: Sequence[Cover]) -> bool:
    """Tell whether a span lies in its text and says what these passages say."""
    if not 0 <= span[0] < span[1] <= len(text):
        return False
    # Most copies are exact, and comparing is far cheaper than working out what is said.
    exact = len(covers) == 1 and covers[0].text == text[slice(*span)]
    return exact or repeats(text, span, covers)


def _cover(db: sqlite3.Connection, row: tuple[int, int, int, int]) -> Cover:
    """Return a passage, its text as it lies at the bytes written down, right or wrong."""
    number, key, first, last = row
    with db.blobopen("documents", "text", key, readonly=True) as blob:
        return Cover(number, key, bytes(blob[first:last]).decode("utf-8", "replace"))
