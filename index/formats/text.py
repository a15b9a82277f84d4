"""Plain text."""

from collections.abc import Iterator

from index.decoding import UndecodableError, decode
from index.formats.items import Article, Item, Unreadable
from index.formats.limits import Given
from index.titles import title_of_text

__all__ = ["decoded", "read"]


def read(given: Given) -> Iterator[Item]:
    """Yield the article a text is."""
    text, meta = decoded(given)
    yield Article(text, title_of_text(text, given.stem), meta=meta)


def decoded(given: Given) -> tuple[str, dict[str, str]]:
    """Return the text of the bytes, and its encoding where that is not UTF-8."""
    try:
        text, encoding = decode(given.data)
    except UndecodableError as error:
        raise Unreadable(str(error)) from error
    return text, {} if encoding == "utf-8" else {"encoding": encoding}
