"""Files and folders to documents; what cannot be read comes out as `Skipped`, with its reason.

The text of a document is what its format's reader takes from the file (docs/formats.md): that of a text file
with line ends as LF and without byte-order mark, of the others what a reader of the page sees. Typography and
no-break spaces stay. All offsets refer to this stored text. Formats that need a parser are read in a child
process of bounded cost.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from index.document import Document
from index.errors import FileError
from index.formats.columns import Columns
from index.formats.limits import Limits
from index.formats.registry import SUFFIXES
from index.formats.run import Run
from index.formats.sandbox import Sandbox
from index.formats.selection import Selection
from index.ledger import Ledger
from index.report import Skipped

__all__ = ["SUFFIXES", "Columns", "Limits", "Selection", "Skipped", "load_paths"]

_ALL, _GUESSED, _DEFAULT = Selection(), Columns(), Limits()


def load_paths(
    paths: Iterable[Path | str],
    *,
    selection: Selection = _ALL,
    columns: Columns = _GUESSED,
    limits: Limits = _DEFAULT,
    note: Callable[[str], None] | None = None,
    ledger: Ledger | None = None,
) -> Iterator[Document | Skipped]:
    """Yield a document for each article in these files and folders, or why there is none.

    An id is the path of the file below the folder given (its name for a file given alone), with what says
    which article of it is meant, or the id the file itself gives an article. `note` gets lines for the log,
    `ledger` what was read; the files of all calls that share one have different ids.
    Raises FileError at once where a path does not exist; while reading, where nothing matches `selection`, or
    a table given by its own path has no column of a name in `columns`.
    """
    given = [Path(path) for path in paths]
    for path in given:
        if not os.path.lexists(path):
            raise FileError(f"no such file or folder: {path}")
    return _load_all(given, selection, columns, limits, note or _silent, ledger or Ledger())


def _load_all(
    given: list[Path],
    selection: Selection,
    columns: Columns,
    limits: Limits,
    note: Callable[[str], None],
    ledger: Ledger,
) -> Iterator[Document | Skipped]:
    """Yield what is in each path, in one child process where one is needed."""
    matched = False
    with Sandbox(limits) as sandbox:
        for path in given:
            for item in Run(path, selection, columns, sandbox, ledger, note).items():
                matched = True
                yield item
    if selection.include and not matched:
        patterns = ", ".join(repr(pattern) for pattern in selection.include)
        raise FileError(f"no file matches --include {patterns}")


def _silent(_: str) -> None:
    """Say nothing."""
