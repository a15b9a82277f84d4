"""XML and ZIP as attackers may write them: no entity, no network, nothing larger than allowed."""

import re
import zipfile
from io import BytesIO
from typing import Any

from lxml import etree

from index.formats.items import Unreadable
from index.formats.limits import Given

__all__ = ["open_package", "parse_xml", "part_of", "text_at"]

_ENTITIES = "declares XML entities, which articles do not need and attacks do"
_BLANKS = re.compile(r"[ \t\r\n]+")


def parse_xml(data: bytes, what: str) -> Any:
    """Return the root of an XML text; Unreadable where it is damaged or declares entities."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree = etree.parse(BytesIO(data), parser)
    except etree.XMLSyntaxError as error:
        message = (error.msg or "")[:200]
        if "amplification" in message or "entity reference loop" in message:
            raise Unreadable(f"{what} {_ENTITIES}") from error
        raise Unreadable(f"{what} is not well-formed XML: {message}") from error
    declared = tree.docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise Unreadable(f"{what} {_ENTITIES}")
    return tree.getroot()


def text_at(root: Any, name: str) -> str:
    """Return the text of the first element of this local name, white space joined, or nothing."""
    for found in root.iter("{*}" + name):
        return _BLANKS.sub(" ", "".join(found.itertext())).strip()
    return ""


def open_package(given: Given) -> zipfile.ZipFile:
    """Return the ZIP a document is; Unreadable where it is damaged, locked or unfolds to too much."""
    try:
        package = zipfile.ZipFile(BytesIO(given.data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise Unreadable(f"damaged: {error}") from error
    infos = package.infolist()
    # A part never gives more bytes than its header says: zipfile stops there.
    total = sum(info.file_size for info in infos)
    if total > given.limits.expanded or len(infos) > given.limits.members:
        raise Unreadable(
            f"unfolds to {total} bytes in {len(infos)} parts, {given.limits.expanded} bytes and "
            f"{given.limits.members} parts at most: a bomb, or split it",
            costly=True,
        )
    if any(info.flag_bits & 1 for info in infos):
        raise Unreadable("password-protected: save it without a password")
    return package


def part_of(package: zipfile.ZipFile, name: str, largest: int) -> bytes:
    """Return a part of a document; Unreadable where it is not there, damaged or too large."""
    try:
        info = package.getinfo(name)
    except KeyError:
        raise Unreadable(f"damaged: there is no {name} in it") from None
    if info.file_size > largest:
        raise Unreadable(
            f"its {name} unfolds to {info.file_size} bytes, {largest} at most: a bomb, or split it",
            costly=True,
        )
    try:
        return package.read(info)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise Unreadable(f"damaged: {name}: {error}") from error
    except Exception as error:
        if type(error).__module__ in {"zlib", "lzma", "_lzma", "bz2"}:
            raise Unreadable(f"damaged: {name}: {error}") from error
        raise
