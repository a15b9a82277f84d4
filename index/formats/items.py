"""What a reader of a format gives, as plain values that cross the pipe from the child process as JSON."""

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

__all__ = ["Article", "Item", "Member", "Note", "Problem", "Unreadable", "from_line", "to_line"]


@dataclass(frozen=True, slots=True)
class Article:
    """Hold one article; `part` says which of several in its file it is, as `#3`."""

    text: str
    title: str = ""
    date: str = ""
    url: str = ""
    id: str = ""
    part: str = ""
    meta: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """Hold why a part of a file gives nothing; `place` follows its path, as `:3` for a line."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Member:
    """Name what a file holds or points at: a file in an archive, with its bytes, or a page of a sitemap."""

    name: str
    size: int = 0
    url: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Hold a line for the log: what was guessed about a file."""

    message: str


class Unreadable(Exception):  # noqa: N818
    """Say why a file gives no article at all, or no more; `costly` where it cost all it was allowed."""

    def __init__(self, reason: str, *, costly: bool = False) -> None:
        super().__init__(reason)
        self.costly = costly


Item = Article | Problem | Member | Note
_KINDS: dict[str, type[Article | Problem | Member | Note]] = {
    kind.__name__: kind for kind in (Article, Problem, Member, Note)
}


def to_line(item: Item) -> bytes:
    """Return an item as a line of ASCII, lone surrogates and all."""
    return json.dumps({"kind": type(item).__name__, **asdict(item)}).encode("ascii") + b"\n"


def from_line(values: dict[str, Any]) -> Item:
    """Return the item of a parsed line; ValueError where the values are not those of an item."""
    kind = _KINDS.get(str(values.pop("kind", "")))
    if kind is None or values.keys() != {each.name for each in fields(kind)}:
        raise ValueError("not an item")
    for name, value in values.items():
        whole = isinstance(value, int) if name == "size" else isinstance(value, str)
        if not (whole or (name == "meta" and _is_meta(value))):
            raise ValueError(f"{name} of an item is a {type(value).__name__}")
    return kind(**values)


def _is_meta(value: object) -> bool:
    """Tell whether a value maps strings to strings."""
    return isinstance(value, dict) and all(isinstance(each, str) for pair in value.items() for each in pair)
