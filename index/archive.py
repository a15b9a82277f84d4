"""A corpus as one file: a tar of one spelling only, in which every byte can be foretold and is checked.

It begins with archive.json (the version of this format, size and SHA-256 of the manifest), then comes the
manifest, which knows size and SHA-256 of every other member, then these in the order of their names. The same
generation gives the same bytes.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Protocol

from index.corpus import read_manifest
from index.errors import CorpusDamaged, CorpusError, FileError
from index.layout import MANIFEST, Layout, sync
from index.manifest import FileCard, Manifest
from index.tarblocks import head, padding, trailer

__all__ = ["ARCHIVE_VERSION", "HEADER", "ArchiveReport", "copy_hashed", "export_corpus", "header_text"]

ARCHIVE_VERSION = 1
HEADER = "archive.json"
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class ArchiveReport:
    """Hold what was moved: sizes in bytes, `sha256` of the archive as a whole."""

    documents: int
    passages: int
    generation: int
    encoder: str
    bytes: int
    sha256: str
    seconds: float


def export_corpus(folder: Path, target: Path) -> ArchiveReport:
    """Write the live generation to one file, replaced whole or not at all.

    Writers may go on meanwhile. Raises CorpusMissing, CorpusDamaged where a file is not what the manifest
    says, FileError for a target that cannot be a file, CorpusError where the disk refuses.
    """
    began = time.perf_counter()
    target = Path(target)
    with ExitStack() as stack:
        manifest, text, files = _opened(Layout(Path(folder)), stack)
        with _replacing(target) as out:
            digest, written = _write(out, manifest, text, files)
    return ArchiveReport(
        manifest.counts.documents,
        manifest.counts.passages,
        manifest.generation,
        manifest.encoder.name,
        written,
        digest,
        round(time.perf_counter() - began, 3),
    )


def header_text(manifest: FileCard) -> bytes:
    """Return the one way to write archive.json over this manifest."""
    values = {"archive": "repondeur", "manifest": asdict(manifest), "version": ARCHIVE_VERSION}
    return (json.dumps(values, indent=1, sort_keys=True) + "\n").encode("ascii")


def copy_hashed(source: "_Readable", target: "_Writable", size: int) -> tuple[int, str]:
    """Copy at most `size` bytes; return how many there were and their SHA-256."""
    digest, left = hashlib.sha256(), size
    while left and (piece := source.read(min(left, _PIECE))):
        digest.update(piece)
        target.write(piece)
        left -= len(piece)
    return size - left, digest.hexdigest()


class _Readable(Protocol):
    """Be read from: a file, or who counts what is read."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes."""
        ...


class _Writable(Protocol):
    """Be written to."""

    def write(self, piece: bytes, /) -> int:
        """Write a piece."""
        ...


class _Counted:
    """Write through, and know length and SHA-256 of all that was written."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self.digest, self.written = hashlib.sha256(), 0

    def write(self, piece: bytes) -> int:
        """Write a piece."""
        self.digest.update(piece)
        self.written += len(piece)
        return self._out.write(piece)


def _opened(layout: Layout, stack: ExitStack) -> tuple[Manifest, bytes, dict[str, IO[bytes]]]:
    """Return manifest, its text and files of the live generation: open, no writer can take them away."""
    while True:
        name = layout.current_name()
        try:
            manifest = read_manifest(layout, int(name))
            folder = layout.generation(int(name))
            text = (folder / MANIFEST).read_bytes()
            files: dict[str, IO[bytes]] = {}
            for each in sorted(manifest.files):
                files[each] = stack.enter_context((folder / each).open("rb"))
        except (FileNotFoundError, CorpusDamaged) as error:
            if layout.current_name() != name:
                continue
            if isinstance(error, CorpusDamaged):
                raise
            raise CorpusDamaged(f"{error.filename} is missing: run `repondeur check`") from error
        return manifest, text, files


def _write(out: IO[bytes], manifest: Manifest, text: bytes, files: dict[str, IO[bytes]]) -> tuple[str, int]:
    """Write all members; return SHA-256 and length of the archive."""
    counted = _Counted(out)
    card = FileCard(len(text), hashlib.sha256(text).hexdigest())
    for name, content in ((HEADER, header_text(card)), (MANIFEST, text)):
        counted.write(head(name, len(content)) + content + padding(len(content)))
    for name, handle in files.items():
        size = manifest.files[name].bytes
        counted.write(head(name, size))
        found = FileCard(*copy_hashed(handle, counted, size))
        if found != manifest.files[name] or handle.read(1):
            raise CorpusDamaged(f"{handle.name} is not what the manifest says: run `repondeur check`")
        counted.write(padding(size))
    counted.write(trailer(counted.written))
    return counted.digest.hexdigest(), counted.written


@contextmanager
def _replacing(target: Path) -> Iterator[IO[bytes]]:
    """Open a draft beside the target that takes its place when all went well, and is removed when not."""
    if target.is_dir() or not target.parent.is_dir():
        what = "is a folder" if target.is_dir() else f"cannot be made: no folder {target.parent}"
        raise FileError(f"{target} {what}; name the file to write")
    draft = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        draft.replace(target)
        sync(target.parent)
    except OSError as error:
        raise CorpusError(
            f"writing {target} failed: {error}; the corpus is as it was, and so is a file that was there. "
            "Free space or name another place, then run the command again"
        ) from error
    finally:
        draft.unlink(missing_ok=True)
