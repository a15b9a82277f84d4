"""The blocks of a corpus archive: tar of one spelling only, so that each byte can be foretold and checked."""

import tarfile

__all__ = ["BLOCK", "RECORD", "head", "padding", "trailer"]

BLOCK, RECORD = tarfile.BLOCKSIZE, tarfile.RECORDSIZE


def head(name: str, size: int) -> bytes:
    """Return the block before a member; ValueError for a name that does not fit into it."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o644
    block = member.tobuf(tarfile.GNU_FORMAT, "utf-8", "strict")
    if len(block) != BLOCK:
        raise ValueError(f"{name!r} is too long for an archive")
    return block


def padding(size: int) -> bytes:
    """Return the zeros after a member of this size."""
    return b"\0" * (-size % BLOCK)


def trailer(written: int) -> bytes:
    """Return the zeros that end an archive of this many bytes: two blocks, and up to a whole record."""
    end = written + 2 * BLOCK
    return b"\0" * (2 * BLOCK + -end % RECORD)
