"""The files below a path, in a stable order; no link leads out of the folder given."""

import os
from collections.abc import Iterator
from pathlib import Path

from index.formats.registry import ARCHIVES, suffix_of
from index.formats.selection import Selection
from index.report import Skipped

__all__ = ["files_below", "printable"]


def files_below(path: Path, selection: Selection) -> Iterator[tuple[Path, str] | Skipped]:
    """Yield each file meant with its path below the one given (its name for a file given alone).

    Feeds and sitemaps come first in each folder, since a sitemap says where its pages belong. Hidden files
    are not looked at, links to folders not followed, what cannot be read is named.
    """
    if not path.is_dir():
        if _is_meant(path.name, selection):
            yield _named(path, path.name)
        return
    problems: list[OSError] = []
    root = path.resolve()
    for folder, subfolders, names in os.walk(path, onerror=problems.append):
        place = Path(folder).relative_to(path)
        subfolders[:] = sorted(
            name
            for name in subfolders
            if not name.startswith(".") and not selection.leaves((place / name).as_posix())
        )
        for link in (Path(folder, name) for name in subfolders):
            if link.is_symlink():
                yield Skipped(printable(link), "link to a folder: give that folder itself")
        for name in sorted(names, key=lambda name: (not name.lower().endswith(".xml"), name)):
            if not name.startswith(".") and _is_meant((place / name).as_posix(), selection):
                yield _inside(Path(folder, name), (place / name).as_posix(), root)
    for error in problems:
        shown = printable(Path(str(error.filename)))
        yield Skipped(shown, f"folder cannot be read: {error.strerror}")


def _is_meant(name: str, selection: Selection) -> bool:
    """Tell whether a file is looked at; what is in an archive is chosen as what is in a folder is."""
    return selection.takes(name) or (suffix_of(name) in ARCHIVES and not selection.leaves(name))


def printable(path: Path | str) -> str:
    """Return a path as any terminal and JSON can hold it."""
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")


def _inside(path: Path, name: str, root: Path) -> tuple[Path, str] | Skipped:
    """Return a file with its name, or why it is not read: a link may lead out of the folder, or round."""
    if path.is_symlink():
        try:
            target = path.resolve()
        except (OSError, RuntimeError):
            return Skipped(printable(path), "link that leads round in a circle")
        if path.exists() and root not in target.parents:
            return Skipped(printable(path), "link to a file outside this folder: give that file itself")
    return _named(path, name)


def _named(path: Path, name: str) -> tuple[Path, str] | Skipped:
    """Return a file with its name, or why it can have none."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return Skipped(printable(path), "file name is not UTF-8: rename it")
    return path, name
