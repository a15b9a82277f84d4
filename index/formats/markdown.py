"""Markdown, through the module that knows it."""

from collections.abc import Iterator
from pathlib import Path

from index.formats.items import Article, Item
from index.formats.limits import Given
from index.formats.naming import standard
from index.formats.text import decoded
from index.markdown import read_markdown

__all__ = ["read"]


def read(given: Given) -> Iterator[Item]:
    """Yield the article."""
    text, encoding = decoded(given)
    body, title, date, meta = read_markdown(text, Path(f"{given.stem}.md"))
    url = meta.pop("source", "")
    yield Article(body, title, date or "", url, meta=standard(meta) | encoding)
