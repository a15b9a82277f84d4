"""Markdown to the text a reader sees, with title and date from front matter or the first heading."""

import re
import tomllib
from pathlib import Path
from typing import Any

from index.formats.items import Unreadable
from index.titles import title_of_name

__all__ = ["read_markdown"]

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TOML = re.compile(r"\A\+\+\+[ \t]*\n(.*?)\n\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)
_PAIR = re.compile(r"([A-Za-z_][\w-]*):(?:[ \t]+(.*))?")
_DEEPEST = 200
_TITLES = ("title", "titre")
_ADDRESSES = ("url", "canonical", "canonical_url", "canonicalurl", "permalink")


def read_markdown(text: str, path: Path) -> tuple[str, str, str | None, dict[str, str]]:
    """Return text, title, date and meta of a Markdown file."""
    front, rest = _front_matter(text)
    body, heading = _rendered(rest)
    title = _taken(front, _TITLES) or heading or title_of_name(path.stem)
    date = front.pop("date", None)
    if url := _taken(front, _ADDRESSES):
        front["source"] = url
    return body, title, date, front


def _taken(front: dict[str, str], names: tuple[str, ...]) -> str:
    """Return the first of these values and take all of them out."""
    found = [front.pop(name) for name in names if name in front]
    return found[0] if found else ""


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """Return the plain values of the front matter, if there is any, and the text after it."""
    match = _FRONT.match(text) or _TOML.match(text)
    if not match:
        return {}, text
    values = _values(match[1], toml=text.startswith("+"))
    if not isinstance(values, dict):
        return {}, text
    plain = {str(key).lower(): _plain(value) for key, value in values.items()}
    for name in _TITLES:
        if isinstance(values.get(name), list):
            plain.pop(name)
    return {key: value for key, value in plain.items() if value}, text[match.end() :]


def _values(written: str, *, toml: bool) -> object:
    """Return the values of YAML or TOML, or None where it is neither."""
    import yaml  # type: ignore[import-untyped]

    try:
        # BaseLoader makes strings of everything: a date stays as it was written, and no object is built.
        return tomllib.loads(written) if toml else yaml.load(written, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None if toml else _lines(written)


def _lines(written: str) -> dict[str, str] | None:
    """Return front matter of plain lines, or None: YAML stumbles over the colon of a French title."""
    found = [_PAIR.fullmatch(line) for line in written.split("\n") if line.strip()]
    pairs = [match.groups() for match in found if match]
    return (
        {key: (value or "").strip().strip("\"'") for key, value in pairs}
        if len(pairs) == len(found)
        else None
    )


def _plain(value: object) -> str:
    """Return a value as text, a list of texts joined, or nothing for what has parts of its own."""
    if isinstance(value, list):
        return ", ".join(value) if all(isinstance(each, str) for each in value) else ""
    return "" if isinstance(value, dict) else str(value)


def _rendered(text: str) -> tuple[str, str]:
    """Return the visible text, blocks apart by a blank line, and the first heading."""
    from markdown_it import MarkdownIt

    blocks: list[str] = []
    heading = ""
    # What lies deeper than the limit markdown-it leaves out without a word.
    tokens = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable("table").parse(text)
    if max((token.level for token in tokens), default=0) >= _DEEPEST - 2:
        raise Unreadable("nested too deeply: lists and quotations lie in each other some hundred times")
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
