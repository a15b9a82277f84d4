"""Passages that say what a kept one says: exact copies, and near ones after small edits.

Copies are looked for by content-defined anchors (winnowing: Schleimer, Wilkerson, Aiken, 2003): two texts
that share about 150 letters share an anchor, wherever their passages begin. What an anchor proposes is
compared in full, so a false proposal costs time, never a passage. No step compares all pairs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.folding import fingerprints, folded

__all__ = ["Cover", "anchors", "covering", "same_numbers"]

_ANCHOR = 24
_WINNOW = 128
_SHINGLE = 10
_CONTAINED = 0.9
_SHARE = 0.2
_SHORTEST = 40
_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Cover:
    """Hold a kept passage that another one may repeat."""

    passage: int
    document: int
    text: str


def anchors(text: str) -> list[int]:
    """Return the anchors of a passage, as the signed 64-bit numbers that SQLite keeps."""
    letters, _ = folded(text)
    hashes = fingerprints(letters, _ANCHOR)
    if not hashes.size:
        return []
    if hashes.size <= _WINNOW:
        chosen = hashes.min(keepdims=True)
    else:
        chosen = np.unique(np.lib.stride_tricks.sliding_window_view(hashes, _WINNOW).min(axis=1))
    numbers: list[int] = chosen.view(np.int64).tolist()
    return numbers


def covering(text: str, candidates: Sequence[Cover]) -> list[int]:
    """Return the kept passages, of one document, that together say what this text says, or none.

    At least 90 % of its letters must stand there in the same order, and every number and every word with a
    capital: “3 morts” and “5 morts” are two facts, however much the rest agrees.
    """
    shingles = _shingles(text)
    if shingles.size < _SHORTEST:
        return []
    by_document: dict[int, list[Cover]] = {}
    for candidate in candidates:
        by_document.setdefault(candidate.document, []).append(candidate)
    for covers in by_document.values():
        shares = [np.isin(shingles, _shingles(cover.text)) for cover in covers]
        if np.logical_or.reduce(shares).mean() < _CONTAINED:
            continue
        used = [(cover, share) for cover, share in zip(covers, shares, strict=True) if share.mean() >= _SHARE]
        if used and not _new_fact(text, [cover.text for cover, _ in used]):
            return [cover.passage for cover, _ in used]
    return []


def _shingles(text: str) -> NDArray[np.uint64]:
    """Return the hashes of all short windows of a text."""
    return fingerprints(folded(text)[0], _SHINGLE)


def _new_fact(text: str, others: Sequence[str]) -> bool:
    """Tell whether the text holds a number or a capitalised word that the others do not."""
    known = {word.lower() for other in others for word in _WORD.findall(other)}
    return any(word.lower() not in known for word in _WORD.findall(text) if not word.islower())


def same_numbers(text: str, other: str) -> bool:
    """Tell whether two texts hold the same digits in the same groups: 1,5 is not 15."""
    return _DIGITS.findall(text) == _DIGITS.findall(other)
