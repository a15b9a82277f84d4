"""The seam where a reader plugs in: a question and passages in, spans and a no-answer score out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from index.errors import UsageError

__all__ = ["BUNDLED", "NONE", "Reader", "Reading", "Span", "Text", "load_reader"]

BUNDLED = "bundled"
NONE = "none"


@dataclass(frozen=True, slots=True)
class Text:
    """Hold what a reader reads: a passage, and the title of its article for context."""

    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """Hold a possible answer, `text[start:end]` of the passage; `score` is its logit above "no answer"."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold what was found in one passage.

    `spans` are best first and do not overlap; `answerable` is the logit that the passage answers at all.
    """

    spans: tuple[Span, ...]
    answerable: float


class Reader(Protocol):
    """Find the words of passages that answer a question."""

    @property
    def name(self) -> str:
        """Name the reader as a user would."""
        ...

    def read(self, question: str, passages: Sequence[Text]) -> list[Reading]:
        """Return one reading per passage, in their order."""
        ...


def load_reader(name: str = BUNDLED, *, threads: int | None = None) -> Reader | None:
    """Return the bundled reader, none at all for `none`, or a transformers extractive QA model by name."""
    if not name:
        raise UsageError("the reader has no name: give `bundled`, `none`, a folder or a model name")
    if name == NONE:
        return None
    if name == BUNDLED:
        from qa.bundled_reader import BundledReader

        return BundledReader(threads=threads)
    from qa.foreign_reader import ForeignReader

    return ForeignReader.load(name, threads=threads or 1)
