"""ZIP archives: what is in them, and one file of them at a time; nothing is ever written to disk."""

import stat
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath, PureWindowsPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from index.formats.items import Item, Member, Problem, Unreadable
from index.formats.limits import Given

__all__ = ["member_bytes", "read"]

_LOCKED = 1
_UTF8 = 0x800


def read(given: Given) -> Iterator[Item]:
    """Yield the files in the archive, feeds and sitemaps first, or why one cannot be taken."""
    with _opened(given.data) as archive:
        infos = archive.infolist()
    if len(infos) > given.limits.members:
        raise Unreadable(f"{len(infos)} files in it, {given.limits.members} at most: split it", costly=True)
    names: set[str] = set()
    for info in sorted(infos, key=lambda info: (not info.filename.endswith(".xml"), info.filename)):
        name = _name(info)
        if info.is_dir() or _is_hidden(name):
            continue
        problem = "twice in the archive: only the last can be read" if name in names else _problem(info, name)
        names.add(name)
        yield Problem(f"/{name}", problem) if problem else Member(name, info.file_size)
    if not names:
        raise Unreadable("an archive with nothing in it")


def member_bytes(data: bytes, name: str, largest: int) -> bytes:
    """Return the bytes of one file in an archive."""
    with _opened(data) as archive:
        info = next((each for each in reversed(archive.infolist()) if _name(each) == name), None)
        if info is None:
            raise Unreadable("no longer in the archive: it changed meanwhile")
        if info.file_size > largest:
            raise Unreadable(f"too large: unfolds to {info.file_size} bytes, {largest} at most", costly=True)
        try:
            return archive.read(info)
        except MemoryError:
            raise
        except Exception as error:
            raise Unreadable(f"damaged in the archive: {error}".split("\n", 1)[0][:240]) from error


def _opened(data: bytes) -> ZipFile:
    """Return the archive; Unreadable where it is damaged."""
    try:
        return ZipFile(BytesIO(data))
    except (BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise Unreadable(f"not a readable ZIP archive: {error}") from error


def _name(info: ZipInfo) -> str:
    """Return the name of a file in an archive; UTF-8 without the mark that says so is common."""
    if info.flag_bits & _UTF8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _is_hidden(name: str) -> bool:
    """Tell whether a file is one nobody looks at, as in a folder."""
    parts = PurePosixPath(name).parts
    return any(part.startswith(".") and part not in {".", ".."} for part in parts) or "__MACOSX" in parts


def _problem(info: ZipInfo, name: str) -> str | None:
    """Return why a file in an archive is not read, or None."""
    if name.startswith("/") or PureWindowsPath(name).drive or "\\" in name or ".." in name.split("/"):
        return "its name leads out of the archive"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "a link, not a file"
    if info.flag_bits & _LOCKED:
        return "password-protected: pack it without a password"
    return None
