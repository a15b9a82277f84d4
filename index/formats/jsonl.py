"""JSON lines inside an archive, through the module that knows them."""

import io
from collections.abc import Iterator

from index.formats.items import Item
from index.formats.limits import Given
from index.jsonlines import read_lines

__all__ = ["read"]


def read(given: Given) -> Iterator[Item]:
    """Yield the lines of a file in memory."""
    packed = given.suffix.endswith(".gz")
    return read_lines(io.BytesIO(given.data), given.columns, packed=packed, expanded=given.limits.expanded)
