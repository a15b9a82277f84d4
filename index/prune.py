"""Documents whose files are gone: found by what is known to be absent, never by what could not be seen."""

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from index.errors import FileError
from index.store import StoreReader

__all__ = ["gone_documents", "gone_file"]


def gone_documents(stored: StoreReader, paths: Sequence[Path]) -> list[str]:
    """Return the ids of documents that came from files at or below these paths and have no file any more.

    Raises FileError where a path itself does not exist: an unplugged disk is not an empty folder.
    """
    for path in paths:
        if not os.path.lexists(path):
            raise FileError(f"no such file or folder: {path}; nothing was removed")
    _real.cache_clear()
    places = [_place(Path(path)) for path in paths]
    gone = cache(gone_file)
    below = cache(lambda file: any(_is_below(_place(Path(file)), place) for place in places))
    return [name for name, file in stored.origins() if gone(file) and below(file)]


def gone_file(file: str) -> bool:
    """Tell whether a file is certainly not there: one that may not be looked at is not gone."""
    path = Path(file)
    try:
        path.lstat()
    except FileNotFoundError:
        return True
    except NotADirectoryError:
        # What was a folder is a file now; but what lies in an archive is there as long as the archive is.
        return not next(each for each in path.parents if each.exists()).suffix
    except (OSError, ValueError):
        return False
    return False


def _is_below(place: Path, folder: Path) -> bool:
    """Tell whether a place is a folder or lies in it."""
    return place == folder or folder in place.parents


def _place(file: Path) -> Path:
    """Return the place of a file however it was spelt; a link to a file is itself, not what it leads to."""
    return _real(file) if file.is_dir() else _real(file.parent) / file.name


@cache
def _real(folder: Path) -> Path:
    """Return a folder without links; looked up once for all files in it."""
    return folder.resolve()
