"""An archive back to a corpus: no file is believed before its SHA-256 held, none served before all did."""

import hashlib
import json
import re
import shutil
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace as changed
from pathlib import Path
from typing import IO

from index.archive import ARCHIVE_VERSION, HEADER, ArchiveReport, copy_hashed, header_text
from index.errors import ArchiveError, CorpusDamaged, FileError, FormatVersionError, UsageError
from index.layout import MANIFEST
from index.locking import writing
from index.manifest import FileCard, Manifest
from index.tarblocks import BLOCK, head, padding, trailer
from index.verify import generation_problems

__all__ = ["import_corpus"]

_LARGEST_HEADER = 4096
_LARGEST_MANIFEST = 64 << 20
_PART = re.compile(r"\.?[A-Za-z0-9][\w.-]{0,79}", re.ASCII)
_AGAIN = "get it again from where it came, or export the corpus again"


def import_corpus(folder: Path, source: Path, *, replace: bool = False) -> ArchiveReport:
    """Make the corpus of an archive the next generation; over one that holds documents only with `replace`.

    Raises ArchiveError for what is no whole, unaltered archive, FormatVersionError for another format,
    UsageError where documents would be replaced, CorpusLocked and CorpusError as every writer does.
    """
    began = time.perf_counter()
    source = Path(source)
    with _opened(source) as handle:
        reader = _Reader(handle, source)
        manifest = reader.manifest()
        with writing(folder, create=True, repair=replace) as (layout, live):
            if live and live.counts.documents and not replace:
                raise UsageError(
                    f"{folder} holds {live.counts.documents} documents already: pass --replace to serve "
                    f"those of {source} instead, or another --corpus"
                )
            number = layout.next_number()
            building = layout.start_building(number)
            try:
                reader.unpack(building, manifest.files)
                _hold(building, manifest, source)
                manifest = changed(manifest, generation=number)
                (building / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
                layout.publish(building, number)
            finally:
                shutil.rmtree(building, ignore_errors=True)
    counts = manifest.counts
    return ArchiveReport(
        counts.documents,
        counts.passages,
        number,
        manifest.encoder.name,
        source.stat().st_size,
        reader.sha256,
        round(time.perf_counter() - began, 3),
    )


@contextmanager
def _opened(source: Path) -> Iterator[IO[bytes]]:
    """Open an archive; FileError where there is no such file."""
    if not source.is_file():
        raise FileError(f"no such file: {source}; name an archive that `repondeur export` wrote")
    try:
        handle = source.open("rb")
    except OSError as error:
        raise FileError(f"{source} cannot be read: {error.strerror}") from error
    with handle:
        yield handle


class _Reader:
    """Read an archive once, front to back, each block held against what it must be."""

    def __init__(self, handle: IO[bytes], source: Path) -> None:
        self._handle, self._source = handle, source
        self._digest, self._read = hashlib.sha256(), 0

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of what was read so far."""
        return self._digest.hexdigest()

    def read(self, size: int) -> bytes:
        """Return so many bytes, fewer only at the end of the file."""
        piece = self._handle.read(size)
        self._digest.update(piece)
        self._read += len(piece)
        return piece

    def manifest(self) -> Manifest:
        """Return the manifest, its files known by safe names."""
        card = self._header(self._member(HEADER, _LARGEST_HEADER))
        text = self._member(MANIFEST, _LARGEST_MANIFEST)
        if FileCard(len(text), hashlib.sha256(text).hexdigest()) != card:
            raise self._refused(f"its {MANIFEST} is not the one it was written with")
        try:
            manifest = Manifest.from_json(text.decode("utf-8"), self._source / MANIFEST)
            for name, file in manifest.files.items():
                if not _is_safe(name) or file.bytes < 0:
                    raise self._refused(f"member {name[:100]!r} would lie outside a corpus")
        except (CorpusDamaged, UnicodeDecodeError, TypeError, ValueError, KeyError, AttributeError) as error:
            raise self._refused(f"its manifest cannot be read ({error})") from error
        return manifest

    def unpack(self, folder: Path, files: dict[str, FileCard]) -> None:
        """Write every member below a folder, and hold the end of the archive against what it must be."""
        for name, card in sorted(files.items()):
            self._expect(head(name, card.bytes), name)
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as out:
                found = FileCard(*copy_hashed(self, out, card.bytes))
            if found.bytes < card.bytes:
                raise self._truncated()
            if found != card:
                raise self._refused(f"member {name!r} was altered: its SHA-256 does not hold")
            self._expect(padding(card.bytes), f"the end of {name}")
        self._expect(trailer(self._read), "its end")
        if self.read(1):
            raise self._refused("something follows its end")

    def _member(self, name: str, largest: int) -> bytes:
        """Return a small member whose size its own block tells."""
        block = self.read(BLOCK)
        try:
            size = tarfile.TarInfo.frombuf(block, "utf-8", "strict").size
        except (tarfile.HeaderError, UnicodeDecodeError):
            size = -1
        if not 0 <= size <= largest or head(name, size) != block:
            raise (
                self._truncated() if len(block) < BLOCK else self._refused(f"{name} is not where it must be")
            )
        content = self.read(size)
        if len(content) < size:
            raise self._truncated()
        self._expect(padding(size), f"the end of {name}")
        return content

    def _header(self, text: bytes) -> FileCard:
        """Return the card of the manifest from the header; FormatVersionError for another format."""
        try:
            values = json.loads(text)
            version, card = values["version"], FileCard(**values["manifest"])
        except (ValueError, KeyError, TypeError) as error:
            raise self._refused(f"its {HEADER} cannot be read") from error
        if version != ARCHIVE_VERSION:
            raise FormatVersionError(
                f"{self._source} is an archive of format {version}, this program reads format "
                f"{ARCHIVE_VERSION}: update the program, or export with this version of it"
            )
        if header_text(card) != text:
            raise self._refused(f"its {HEADER} was altered")
        return card

    def _expect(self, expected: bytes, what: str) -> None:
        """Read what must be there, byte for byte."""
        found = self.read(len(expected))
        if len(found) < len(expected):
            raise self._truncated()
        if found != expected:
            raise self._refused(f"{what} was altered")

    def _truncated(self) -> ArchiveError:
        """Return the error for an archive that ends too soon."""
        return ArchiveError(f"{self._source} is cut off after {self._read} bytes: {_AGAIN}")

    def _refused(self, detail: str) -> ArchiveError:
        """Return the error for an archive that is not as written, by the worst that is wrong with it."""
        return ArchiveError(f"{self._source}: {_worst(self._source) or detail}; {_AGAIN}")


def _worst(source: Path) -> str:
    """Return what a tar may do to whoever unpacks it carelessly, or what kind of file this is instead."""
    with source.open("rb") as handle:
        if handle.read(2) == b"\x1f\x8b":
            return "compressed: unpack it with gunzip first"
    try:
        with tarfile.open(source, "r:") as tar:
            for member in tar:
                if not member.isreg() or member.issparse():
                    return f"member {member.name[:100]!r} is a link or no plain file"
                if member.name not in {HEADER, MANIFEST} and not _is_safe(member.name):
                    return f"member {member.name[:100]!r} would lie outside a corpus"
    except (tarfile.TarError, OSError, EOFError, ValueError):
        pass
    return "" if tarfile.is_tarfile(source) else "not an archive that `repondeur export` wrote"


def _is_safe(name: str) -> bool:
    """Tell whether a name is that of a file a generation may hold besides its manifest."""
    parts = name.split("/")
    plain = len(parts) <= 3 and all(_PART.fullmatch(part) for part in parts)
    return plain and name != MANIFEST and not name.endswith(".lock")


def _hold(folder: Path, manifest: Manifest, source: Path) -> None:
    """Refuse what was unpacked where any invariant of a corpus does not hold."""
    problem = next(generation_problems(folder, manifest), None)
    if problem:
        raise ArchiveError(f"{source} holds no sound corpus ({problem.name}: {problem.detail}); {_AGAIN}")
