"""Markdown to the text a reader sees, with title and date from front matter or the first heading."""

import re
from pathlib import Path
from typing import Any

from index.titles import title_of_name

__all__ = ["read_markdown"]

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)


def read_markdown(text: str, path: Path) -> tuple[str, str, str | None, dict[str, str]]:
    """Return text, title, date and meta of a Markdown file."""
    front, rest = _front_matter(text)
    body, heading = _rendered(rest)
    title = front.pop("title", "") or heading or title_of_name(path.stem)
    date = front.pop("date", None)
    if url := front.pop("url", front.pop("canonical", "")):
        front["source"] = url
    return body, title, date, front


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """Return the plain values of the front matter, if there is any, and the text after it."""
    import yaml  # type: ignore[import-untyped]

    match = _FRONT.match(text)
    if not match:
        return {}, text
    try:
        # BaseLoader makes strings of everything: a date stays as it was written, and no object is built.
        values = yaml.load(match[1], Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError):
        return {}, text
    if not isinstance(values, dict):
        return {}, text
    return {str(k).lower(): v for k, v in values.items() if isinstance(v, str) and v}, text[match.end() :]


def _rendered(text: str) -> tuple[str, str]:
    """Return the visible text, blocks apart by a blank line, and the first heading."""
    from markdown_it import MarkdownIt

    blocks: list[str] = []
    heading = ""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for place, token in enumerate(tokens):
        if token.type in {"fence", "code_block"}:
            blocks.append(token.content.rstrip())
        elif token.type == "inline":
            block = "".join(_inline(child) for child in token.children or []).strip()
            blocks.append(block)
            if not heading and tokens[place - 1].type == "heading_open":
                heading = " ".join(block.split())
    return "\n\n".join(block for block in blocks if block) + "\n", heading


def _inline(token: Any) -> str:
    """Return what is seen of an inline token; of a picture, its description."""
    if token.type in {"softbreak", "hardbreak"}:
        return "\n"
    if token.type == "html_inline":
        return ""
    return str(token.content) if token.type in {"text", "code_inline", "image"} else ""
