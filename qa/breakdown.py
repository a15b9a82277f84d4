"""Cut an evaluation into kinds of questions, and its failures into what went wrong."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["CUTTERS", "KINDS", "failure_kind", "length", "members", "question_word"]

Record = dict[str, Any]

_WORDS: dict[str, str] = {
    "combien": "combien", "pourquoi": "pourquoi", "comment": "comment", "quand": "quand", "où": "où",
    "quel": "quel", "quelle": "quel", "quels": "quel", "quelles": "quel",
    "lequel": "quel", "laquelle": "quel", "lesquels": "quel",
    "lesquelles": "quel", "duquel": "quel", "auquel": "quel",
    "qui": "qui", "quoi": "que", "que": "que", "qu": "que",
    "who": "who", "whom": "who", "whose": "who", "what": "what", "which": "which", "when": "when",
    "where": "where", "why": "why", "how": "how",
}  # fmt: skip
# "que" and "qu'" open a question or a clause; further in, they are only the latter.
_ONLY_EARLY = {"que", "qu"}
_TOKEN = re.compile(r"\w+")

KINDS = ("exact", "near", "misread", "not_found", "withheld", "silent_rightly", "invented", "refused")


def question_word(text: str) -> str:
    """Return the question's interrogative word, inflections folded (`quelle` → `quel`), or `other`."""
    for place, token in enumerate(_TOKEN.findall(text.lower())):
        if token in _WORDS and (place < 2 or token not in _ONLY_EARLY):
            return _WORDS[token]
    return "other"


def length(text: str) -> str:
    """Return the bucket of the question's number of words."""
    words = len(_TOKEN.findall(text))
    return next((f"≤ {top}" for top in (5, 8, 12, 18) if words <= top), "> 18")


def failure_kind(record: Record, correct_at: float) -> str:
    """Name what became of a question; one of `KINDS`.

    `not_found`: no passage shown holds the answer, so reading could not succeed; `misread`: one does, and the
    answer is another; `withheld`: nothing was answered, rightly or wrongly found; `near`: right, not exact.
    """
    if record["reason"] and record["reason"].startswith("refused"):
        return "refused"
    silent = record["predicted"] is None
    if not record["answerable"]:
        return "silent_rightly" if silent else "invented"
    if record["exact_match"] >= 1:
        return "exact"
    if record["f1"] >= correct_at and not silent:
        return "near"
    if record["read"] is not None and not any(row["relevant"] for row in record["read"]):
        return "not_found"
    return "withheld" if silent else "misread"


CUTTERS: dict[str, Callable[[Record], str]] = {
    "question_word": lambda record: question_word(record["question"]),
    "length": lambda record: length(record["question"]),
    "style": lambda record: record["style"],
    "answerable": lambda record: "yes" if record["answerable"] else "no",
    "document": lambda record: record["group"],
}


def members(records: Sequence[Record], cutter: Callable[[Record], str]) -> dict[str, list[int]]:
    """Return the positions of each part's questions, the largest part first."""
    labels = [cutter(record) for record in records]
    order = sorted(Counter(labels).items(), key=lambda pair: (-pair[1], pair[0]))
    found: dict[str, list[int]] = {label: [] for label, _ in order}
    for place, label in enumerate(labels):
        found[label].append(place)
    return found
