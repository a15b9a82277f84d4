"""The values everything else is about: a document, an exact slice of it, and where else that stands."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Document:
    """Hold one article as it was read; offsets everywhere refer to `text`."""

    id: str
    text: str
    title: str = ""
    source: str = ""
    date: str | None = None
    meta: dict[str, str] = field(default_factory=dict)

    @cached_property
    def sha256(self) -> str:
        """Return the hexadecimal SHA-256 of the text in UTF-8."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Passage:
    """Hold an exact slice: `passage.text == document.text[start:end]`, offsets in characters."""

    document_id: str
    start: int
    end: int
    text: str

    def __post_init__(self) -> None:
        """Refuse offsets that cannot be those of the text."""
        if self.start < 0 or self.end - self.start != len(self.text):
            raise ValueError(
                f"passage of {self.document_id!r}: offsets {self.start}..{self.end} "
                f"do not span its {len(self.text)} characters"
            )


@dataclass(frozen=True, slots=True)
class Source:
    """Name a document without its text, for a passage that stands in it as well."""

    document_id: str
    title: str
    source: str
    date: str | None


def cut(document: Document, start: int, end: int) -> Passage:
    """Return the slice `document.text[start:end]` as a passage."""
    return Passage(document.id, start, end, document.text[start:end])
