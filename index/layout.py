"""Where the parts of a corpus lie, and the few file operations that make a switch of generations safe."""

import os
import re
import shutil
from pathlib import Path

from index.errors import CorpusDamaged, CorpusMissing

__all__ = ["GENERATION_FILES", "Layout"]

MANIFEST, STORE, VECTORS, LEXICAL = GENERATION_FILES = (
    "manifest.json",
    "corpus.sqlite",
    "vectors.faiss",
    "lexical",
)
_BUILDING = ".building"
_KEEP = 2
# Six digits, and more once there are that many: one spelling for each number.
_NAME = re.compile("[0-9]{6}|[1-9][0-9]{6,17}")


class Layout:
    """Know the paths of one corpus folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.current = self.folder / "CURRENT"
        self.generations = self.folder / "generations"
        self.lock = self.folder / "lock"
        self.journal = self.folder / "journal.bin"

    def exists(self) -> bool:
        """Tell whether a corpus lies here."""
        return self.current.is_file()

    def current_name(self) -> str:
        """Return the name of the live generation; CorpusMissing or CorpusDamaged."""
        try:
            name = self.current.read_text(encoding="ascii").strip()
        except (FileNotFoundError, NotADirectoryError):
            if self.numbers():
                raise CorpusDamaged(
                    f"{self.current} is missing: run `repondeur index`, which takes up the newest generation"
                ) from None
            raise CorpusMissing(
                f"no corpus in {self.folder}: run `repondeur index PATH --corpus {self.folder}`"
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise CorpusDamaged(f"{self.current} cannot be read: {error}") from error
        if not _NAME.fullmatch(name):
            raise CorpusDamaged(
                f"{self.current} holds {name[:40]!r}, not the name of a generation: write the newest "
                f"folder name of {self.generations} into it, or index the documents again"
            )
        return name

    def generation(self, number: int) -> Path:
        """Return the folder of a generation."""
        return self.generations / f"{number:06d}"

    def numbers(self) -> list[int]:
        """Return the numbers of the generations that were finished, ascending."""
        names = (path.name for path in self.generations.iterdir()) if self.generations.is_dir() else ()
        return sorted(int(name) for name in names if _NAME.fullmatch(name))

    def next_number(self) -> int:
        """Return the number of the generation after the live one."""
        return int(self.current_name()) + 1 if self.exists() else 1

    def leftovers(self, live: int | None) -> list[Path]:
        """Return what writers that were cut short left: generations never live, drafts of CURRENT."""
        paths = self.generations.iterdir() if self.generations.is_dir() else ()
        last = max(self.numbers(), default=0) if live is None else live
        left = [path for path in paths if not _NAME.fullmatch(path.name) or int(path.name) > last]
        draft = _draft_of(self.current)
        return sorted(left) + ([draft] if draft.exists() else [])

    def recover(self) -> None:
        """Finish the first switch of all where a crash cut it short: what has its number is complete."""
        if not self.current.exists() and (finished := self.numbers()):
            replace_text(self.current, f"{finished[-1]:06d}\n")

    def start_building(self, number: int) -> Path:
        """Return an empty folder beside the live generation to build the next one in."""
        self.generations.mkdir(parents=True, exist_ok=True)
        self.sweep()
        folder = self.generations / f"{number:06d}{_BUILDING}"
        folder.mkdir()
        return folder

    def publish(self, building: Path, number: int) -> None:
        """Make a finished folder the live generation: all on disk first, then one rename.

        A crash before the last rename leaves the old generation live, one after it the new.
        """
        if self.exists() and int(self.current_name()) == number:
            raise CorpusDamaged(
                f"{self.current} came to name generation {number} while that was being made: "
                "run the command again"
            )
        sync_tree(building)
        final = self.generation(number)
        if final.exists():
            # Left by a crash between the two renames below; it was never live.
            shutil.rmtree(final)
        building.rename(final)
        sync(self.generations)
        replace_text(self.current, final.name + "\n")
        self.sweep()

    def sweep(self) -> None:
        """Remove what crashes left, and generations older than the last two; only under the lock."""
        live = int(self.current_name()) if self.exists() else 0
        for path in self.generations.iterdir() if self.generations.is_dir() else ():
            kept = _NAME.fullmatch(path.name) and live - _KEEP < int(path.name) <= live
            if not kept:
                shutil.rmtree(path, ignore_errors=True)


def replace_text(path: Path, text: str) -> None:
    """Replace a small file by rename, so that a reader sees the old text or the new one."""
    draft = _draft_of(path)
    with draft.open("w", encoding="ascii") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)
    sync(path.parent)


def _draft_of(path: Path) -> Path:
    """Return where the next text of a small file is written before it takes its place."""
    return path.with_name(path.name + ".new")


def sync(path: Path) -> None:
    """Flush a file or the entries of a folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Flush a folder and everything in it to the disk."""
    for path in sorted(folder.rglob("*")):
        sync(path)
    sync(folder)


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file that nobody will change a second name, or a copy where links do not work."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def files_of(generation: Path) -> dict[str, Path]:
    """Return the files a manifest answers for, by their path in the generation; lock files are not data."""
    return {
        path.relative_to(generation).as_posix(): path
        for path in sorted(generation.rglob("*"))
        if path.is_file() and path.name != MANIFEST and not path.name.endswith(".lock")
    }
