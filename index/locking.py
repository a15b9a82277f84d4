"""One writer at a time, and what a full disk or a lost permission means for the corpus."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from index.corpus import read_manifest
from index.errors import CorpusDamaged, CorpusError, CorpusLocked, FileError, FormatVersionError
from index.layout import Layout
from index.manifest import Manifest

__all__ = ["being_written", "writing"]


@contextmanager
def writing(
    folder: Path, *, create: bool = False, repair: bool = False
) -> Iterator[tuple[Layout, Manifest | None]]:
    """Hold the writer's lock on a corpus; yield where it lies and the manifest it has, if any.

    With `repair`, a corpus that cannot be read counts as none: whoever asks is about to replace it.
    Raises CorpusMissing where there is none and none is to be made, CorpusLocked while another process
    writes, CorpusError where the disk refuses, FileError where the place is no folder.
    """
    from filelock import FileLock, Timeout

    layout = Layout(Path(folder))
    if not create:
        layout.current_name()
    try:
        layout.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(layout.lock, timeout=0):
            yield layout, _live(layout, repair=repair)
    except Timeout:
        raise CorpusLocked(
            f"another process is writing {layout.folder}: wait until it has finished"
        ) from None
    except (FileExistsError, NotADirectoryError) as error:
        raise FileError(f"{layout.folder} cannot hold a corpus: {error}; name a folder") from error
    except (OSError, sqlite3.Error) as error:
        raise CorpusError(
            f"writing {layout.folder} failed: {error}; what it served before it serves still. "
            "Free space or mend permissions, then run the command again"
        ) from error


def _live(layout: Layout, *, repair: bool) -> Manifest | None:
    """Return the manifest of the live generation, None where there is no corpus."""
    layout.recover()
    try:
        return read_manifest(layout, int(layout.current_name())) if layout.exists() else None
    except (CorpusDamaged, FormatVersionError):
        if not repair:
            raise
    with suppress(CorpusDamaged):
        layout.current_name()
        return None
    # It names nothing: the newest generation that was finished comes before the one to be made.
    layout.current.unlink()
    layout.recover()
    return None


def being_written(layout: Layout) -> bool:
    """Tell whether a process holds the writer's lock at this moment."""
    from filelock import FileLock, Timeout

    if not layout.lock.exists():
        return False
    try:
        with FileLock(layout.lock, timeout=0):
            return False
    except (Timeout, OSError):
        return True
