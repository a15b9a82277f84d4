"""`repondeur index --watch`: notice what changes below the paths given, and index that, a batch at a time."""

import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event

from index.errors import RepondeurError, UsageError

__all__ = ["StoppedError", "Update", "Watcher"]

# Everything where None, else the files and folders that changed.
Update = Callable[[set[Path] | None], object]

# Milliseconds: a batch ends when nothing changed for so long, or goes on for at most so long.
_QUIET, _LONGEST = 300, 3000
# Between two looks at what no notification tells: a file given by itself, a folder put in place anew.
_TICK = 500
_MOST_SECONDS = 60.0


class StoppedError(Exception):
    """Say that the watch was ended in the middle of a batch, which is left for the next run."""


class Watcher:
    """Call `update` for everything once, then for what changed, until `stop` is set.

    An update that fails is tried again, less and less often, with what changed meanwhile: no error of one
    batch ends the watch and no change is forgotten.
    """

    def __init__(
        self, paths: Sequence[Path], corpus: Path, update: Update, say: Callable[[str], None], stop: Event
    ) -> None:
        self._paths, self._update, self._say, self._stop = paths, update, say, stop
        self._corpus = corpus.resolve()
        self._pending: set[Path] | None = None
        self._failures, self._due, self._said = 0, 0.0, ""

    def run(self) -> None:
        """Watch until told to stop."""
        while not self._stop.is_set():
            seen = [_signature(path) for path in self._paths]
            for changes in self._changes():
                if self._stop.is_set():
                    return
                if [_signature(path) for path in self._paths] != seen:
                    # What is watched may be another folder by now: look at all of it, and watch that.
                    self._pending = None
                    break
                if self._pending is not None:
                    self._pending |= changes
                self._try()

    def _try(self) -> None:
        """Bring the corpus up to date if anything waits, now or when it is due again."""
        if self._pending == set() or time.monotonic() < self._due:
            return
        try:
            self._update(self._pending)
        except StoppedError:
            raise
        except Exception as error:
            self._fail(error)
            return
        self._pending, self._failures, self._due, self._said = set(), 0, 0.0, ""

    def _fail(self, error: Exception) -> None:
        """Say what went wrong, once, and when it is worth another try."""
        self._failures += 1
        self._due = time.monotonic() + min(_MOST_SECONDS, 2.0**self._failures / 2)
        if str(error) != self._said:
            self._said = str(error)
            if not isinstance(error, (RepondeurError, OSError)):
                traceback.print_exception(error)
            self._say(f"{error} (will be tried again)")

    def _changes(self) -> Iterator[set[Path]]:
        """Yield what changed, or nothing at every tick; returns where the folders must be looked up anew."""
        folders = [path.resolve() for path in self._paths if path.is_dir()]
        if not folders:
            while not self._stop.wait(_TICK / 1000):
                yield set()
            return
        from watchfiles import watch

        batches = watch(
            *folders,
            watch_filter=lambda _, path: self._matters(Path(path), folders),
            debounce=_LONGEST,
            step=_QUIET,
            stop_event=self._stop,
            rust_timeout=_TICK,
            yield_on_timeout=True,
            raise_interrupt=False,
            ignore_permission_denied=True,
        )
        try:
            for batch in batches:
                yield {Path(path) for _, path in batch}
        except FileNotFoundError:
            return
        except OSError as error:
            raise UsageError(
                f"these folders cannot be watched: {error}; raise fs.inotify.max_user_watches, or set "
                "WATCHFILES_FORCE_POLLING=1 to look at them again and again instead"
            ) from error

    def _matters(self, path: Path, folders: Sequence[Path]) -> bool:
        """Tell whether a change can change the corpus: not its own files, nothing hidden."""
        if path == self._corpus or self._corpus in path.parents:
            return False
        roots = [folder for folder in folders if folder == path or folder in path.parents]
        below = [path.relative_to(root).parts for root in roots]
        return any(not any(part.startswith(".") for part in parts) for parts in below)


def _signature(path: Path) -> tuple[int, ...] | None:
    """Return what changes when a file does, or when another folder stands in the place of a folder."""
    try:
        found = path.stat()
    except OSError:
        return None
    if path.is_dir():
        return (found.st_dev, found.st_ino)
    return (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size)
