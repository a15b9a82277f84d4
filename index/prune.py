"""Documents whose files are gone: found by what is known to be absent, never by what could not be seen."""

import os
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from index.errors import FileError
from index.ledger import Ledger
from index.store import StoreReader

__all__ = ["documents_below", "gone_documents", "gone_file", "lost_documents"]


def gone_documents(
    stored: StoreReader, paths: Sequence[Path], corpus: Path
) -> tuple[list[str], dict[Path, int]]:
    """Return the ids of documents that came from files at or below these paths and have no file any more.

    A folder in which no file is left, but for those of the corpus, may be a disk that is not there: its
    documents are not among them, but counted. Raises FileError where a path itself does not exist.
    """
    for path in paths:
        if not os.path.lexists(path):
            raise FileError(f"no such file or folder: {path}; nothing was removed")
    _real.cache_clear()
    places = {_place(path): path for path in paths}
    is_bare = cache(lambda place: Path(place).is_dir() and not _holds_file(place, corpus.resolve()))
    gone = cache(gone_file)
    found: list[str] = []
    kept: Counter[Path] = Counter()
    for name, file in stored.origins():
        above = [place for place in places if gone(file) and _is_below(_place(Path(file)), place)]
        bare = next(filter(is_bare, above), None)
        if bare:
            kept[places[bare]] += 1
        elif above:
            found.append(name)
    return found, kept


def lost_documents(stored: StoreReader, ledger: Ledger) -> list[str]:
    """Return the ids of documents that their file, read to its end, or archive no longer gives."""
    _real.cache_clear()
    whole = {_place(Path(file)) for file in ledger.whole}
    held = {_place(Path(file)): {_place(Path(each)) for each in names} for file, names in ledger.held.items()}

    @cache
    def is_lost(file: str) -> bool:
        place = _place(Path(file))
        way = {place, *place.parents}
        return place in whole or any(each in held and held[each].isdisjoint(way) for each in place.parents)

    return [name for name, file in stored.origins() if name not in ledger.owners and is_lost(file)]


def documents_below(stored: StoreReader, paths: Sequence[Path]) -> list[str]:
    """Return the ids of documents that came from files at or below these paths, there or not."""
    _real.cache_clear()
    places = [_place(Path(path)) for path in paths]
    below = cache(lambda file: any(_is_below(_place(Path(file)), place) for place in places))
    return [name for name, file in stored.origins() if below(file)]


def gone_file(file: str) -> bool:
    """Tell whether a file is certainly not there: one that may not be looked at is not gone."""
    path = Path(file)
    try:
        path.lstat()
    except FileNotFoundError:
        return True
    except NotADirectoryError:
        # What was a folder is a file now; but what lies in an archive is there as long as the archive is.
        return not next(each for each in path.parents if Path(each).exists()).suffix
    except (OSError, ValueError):
        return False
    return False


def _holds_file(folder: Path, corpus: Path) -> bool:
    """Tell whether a file that is not hidden lies in a folder, other than those of the corpus."""
    for place, subfolders, names in os.walk(folder):
        if any(not name.startswith(".") for name in names):
            return True
        own = (name for name in subfolders if name.startswith(".") or Path(place, name) == corpus)
        subfolders[:] = set(subfolders).difference(own)
    return False


def _is_below(place: Path, folder: Path) -> bool:
    """Tell whether a place is a folder or lies in it."""
    return place == folder or folder in place.parents


def _place(file: Path) -> Path:
    """Return the place of a file however it was spelt; a link to a file is itself, not what it leads to."""
    return _real(file) if Path(file).is_dir() else _real(file.parent) / file.name


@cache
def _real(folder: Path) -> Path:
    """Return a folder without links; looked up once for all files in it."""
    return Path(os.path.realpath(folder))
