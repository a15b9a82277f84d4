"""Only the files that were touched, read as the whole of their folders would be: same ids, same rules."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from index.document import Document
from index.formats.columns import Columns
from index.formats.selection import Selection
from index.ledger import Ledger
from index.loaders import load_paths
from index.report import Skipped

__all__ = ["Touched", "load_touched"]


_ALL = Selection()


@dataclass(frozen=True, slots=True)
class Touched(Selection):
    """Mean the files of `base` that are among `names`, or below one (None: all), and not those of a corpus.

    Names, and the folder `own` of the corpus, are paths below the folder given.
    """

    base: Selection = _ALL
    names: frozenset[str] | None = None
    own: str = ""

    def takes(self, name: str) -> bool:
        """Tell whether a file is meant."""
        return self.base.takes(name) and self._is_near(name) and not self._is_own(name)

    def leaves(self, name: str) -> bool:
        """Tell whether a file or folder is left out: nothing touched is, or lies in, it."""
        leads = self.names is not None and any(each.startswith(f"{name}/") for each in self.names)
        return self.base.leaves(name) or self._is_own(name) or not (leads or self._is_near(name))

    def _is_near(self, name: str) -> bool:
        """Tell whether this or what it lies in was touched: a folder moved here, an archive."""
        parts = name.split("/")
        near = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
        return self.names is None or any(each in self.names for each in near)

    def _is_own(self, name: str) -> bool:
        """Tell whether this is the corpus or lies in it."""
        return bool(self.own) and (name == self.own or name.startswith(f"{self.own}/"))


def load_touched(
    paths: Sequence[Path],
    changed: set[Path] | None,
    corpus: Path,
    *,
    selection: Selection,
    columns: Columns,
    note: Callable[[str], None] | None = None,
    ledger: Ledger | None = None,
) -> Iterator[Document | Skipped]:
    """Yield the documents below these paths of the files that changed, of all where that is None.

    The files of the corpus itself are none of them. A sitemap tells addresses and days of the pages beside
    it: where there may be one, all is read again. `ledger` gets what was read. Raises FileError at once where
    a path does not exist.
    """
    # One for all paths: the same name below two of them is the name of two articles.
    ledger = ledger or Ledger()
    owns = [_below(path, corpus.resolve()) for path in paths]
    if changed is None and not any(owns):
        return load_paths(paths, selection=selection, columns=columns, note=note, ledger=ledger)
    found: list[Iterator[Document | Skipped]] = []
    for path, own in zip(paths, owns, strict=True):
        names = None if changed is None else frozenset(filter(None, (_below(path, each) for each in changed)))
        if names == frozenset():
            continue
        if names and ("." in names or _has_sitemap(path)):
            names = None
        chosen = Touched(base=selection, names=names, own=own)
        found.append(load_paths([path], selection=chosen, columns=columns, note=note, ledger=ledger))
    return chain.from_iterable(found)


def _below(root: Path, place: Path) -> str:
    """Return the path of a place below a folder, `.` for the folder, nothing where it does not lie there."""
    folder = root.resolve()
    return place.relative_to(folder).as_posix() if place.is_relative_to(folder) else ""


def _has_sitemap(root: Path) -> bool:
    """Tell whether there is a file here that may be a sitemap."""
    return any(name.lower().endswith(".xml") for _, _, names in os.walk(root) for name in names)
