"""Prepare a report for showing: cards, rows, and each failure with its answers marked in the passages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from qa.breakdown import failure_kind, question_word
from qa.report_text import OUTCOMES, Saying, figure_text

__all__ = ["FAILURES", "Failure", "Piece", "Row", "failures", "rows", "segments"]

FAILURES = ("not_found", "misread", "withheld", "invented", "refused", "near")
Mark = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Piece:
    """Hold a stretch of text and the marks it lies under: gold, said, both, or none."""

    text: str
    css: str = ""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Hold one passage to show under a failure."""

    role: str
    document: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """Hold one question that did not go well, ready to be shown."""

    id: str
    kind: str
    label: Saying
    question: str
    style: str
    word: str
    golds: tuple[str, ...]
    said: str | None
    withheld: str | None
    confidence: float
    f1: float
    rank: int | None
    excerpts: tuple[Excerpt, ...]

    @property
    def haystack(self) -> str:
        """Return what the page's search box looks in."""
        return " ".join([self.id, self.question, *self.golds, self.said or "", self.withheld or ""]).lower()


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one figure with its words and interval; `percent` tells how it is written."""

    key: str
    saying: Saying
    value: float
    low: float | None
    high: float | None


def segments(text: str, marks: Sequence[Mark]) -> tuple[Piece, ...]:
    """Cut a text at its marks; where two lie over each other the piece bears both names."""
    bounds = [(max(0, start), min(len(text), end), css) for start, end, css in marks]
    cuts = sorted(
        {0, len(text), *(place for start, end, _ in bounds for place in (start, end) if start < end)}
    )
    pieces = []
    for start, end in pairwise(cuts):
        names = sorted({css for first, last, css in bounds if first <= start and end <= last})
        pieces.append(Piece(text[start:end], " ".join(names)))
    return tuple(pieces)


def rows(report: Mapping[str, Any], section: str) -> list[Row]:
    """Return a section's figures that exist, in the report's order."""
    made = []
    for name, value in report[section].items():
        key = f"{section}.{name}"
        if value is not None:
            low, high = report["intervals"].get(key) or (None, None)
            made.append(Row(key, figure_text(key), value, low, high))
    return made


def failures(report: Mapping[str, Any]) -> list[Failure]:
    """Return every question that did not go well, the gravest kind first, the surest mistake first."""
    correct_at = report["settings"]["correct_at"]
    made = []
    for record in report["records"]:
        kind = failure_kind(record, correct_at)
        if kind in FAILURES:
            made.append(_failure(record, kind, report["texts"]))
    return sorted(made, key=lambda each: (FAILURES.index(each.kind), -each.confidence, each.id))


def _failure(record: Mapping[str, Any], kind: str, texts: Mapping[str, str]) -> Failure:
    retrieved = record["retrieved"] or ()
    return Failure(
        id=record["id"],
        kind=kind,
        label=OUTCOMES[kind],
        question=record["question"],
        style=record["style"],
        word=question_word(record["question"]),
        golds=tuple(record["answers"]),
        said=record["predicted"],
        withheld=record["candidate"] if record["predicted"] is None else None,
        confidence=record["confidence"],
        f1=record["f1"],
        rank=next((rank for rank, row in enumerate(retrieved, 1) if row["relevant"]), None),
        excerpts=tuple(_excerpts(record, texts)),
    )


def _excerpts(record: Mapping[str, Any], texts: Mapping[str, str]) -> list[Excerpt]:
    """Return the passage of the answer given, and the gold one where that is another."""
    made, shown = [], _answer_passage(record)
    if shown in texts:
        made.append(
            Excerpt("said", shown.rpartition(":")[0], segments(texts[shown], _marks(record, shown, texts)))
        )
        if any(row["passage"] == shown and row["relevant"] for row in record["read"] or ()):
            return made
    if record["gold_excerpt"]:
        text, start, end = record["gold_excerpt"]
        document = record["gold_document"] or record["group"]
        made.append(Excerpt("gold", document, segments(text, [(start, end, "gold")])))
    return made


def _answer_passage(record: Mapping[str, Any]) -> str:
    """Return the passage the answer stands in, else the first one shown, else no name at all."""
    if record["answer_at"]:
        return str(record["answer_at"][0])
    shown = record["read"] or ()
    return str(shown[0]["passage"]) if shown else ""


def _marks(record: Mapping[str, Any], passage: str, texts: Mapping[str, str]) -> list[Mark]:
    """Return where, in the passage, the answer given and the gold spans stand."""
    document, _, span = passage.rpartition(":")
    start = int(span.partition("-")[0])
    marks: list[Mark] = []
    if document == record["gold_document"]:
        marks += [(first - start, last - start, "gold") for first, last in record["gold_spans"]]
    if record["answer_at"] and record["answer_at"][0] == passage:
        marks.append((record["answer_at"][1] - start, record["answer_at"][2] - start, "said"))
    elif record["candidate"] and (place := texts[passage].find(record["candidate"])) >= 0:
        marks.append((place, place + len(record["candidate"]), "said"))
    return [mark for mark in marks if mark[1] > 0 and mark[0] < len(texts[passage])]
