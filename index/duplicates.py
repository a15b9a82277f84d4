"""Passages that say what a kept one says: exact copies, and near ones after small edits.

Copies are looked for by content-defined anchors (winnowing: Schleimer, Wilkerson, Aiken, 2003): two texts
that share about 150 letters share an anchor, wherever their passages begin. What an anchor proposes is
compared in full, so a false proposal costs time, never a passage. No step compares all pairs.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from index.folding import fingerprints, folded
from index.wording import joined, wording

__all__ = ["Cover", "anchors", "covering", "repeats", "says_the_same"]

_ANCHOR = 24
_WINNOW = 128
_SHINGLE = 10
_CONTAINED = 0.9
_SHORTEST = 40
# A copy may be longer than what it copies by its line breaks, spaces and credits.
_SLACK = 200


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


def says_the_same(text: str, other: str) -> bool:
    """Tell whether two texts say the same from end to end."""
    return wording(text).said == wording(other).said


def covering(text: str, span: tuple[int, int], candidates: Sequence[Cover]) -> list[int]:
    """Return the kept passages, of one document, that together say what this span of a text says, or none.

    Whole sentences of theirs must say it in one stretch: one word more, less, other or elsewhere is another
    fact. And the text must say all of each of them, for it will be named as a source of the whole passage.
    """
    cut = text[span[0] : span[1]]
    shingles = _shingles(cut)
    if shingles.size < _SHORTEST:
        return []
    by_document: dict[int, list[Cover]] = {}
    for candidate in sorted(candidates, key=lambda cover: cover.passage):
        by_document.setdefault(candidate.document, []).append(candidate)
    for covers in by_document.values():
        # Cheaper than the wording, and enough to refuse most of what only shares a quotation.
        known = np.concatenate([_shingles(cover.text) for cover in covers])
        if np.isin(shingles, known).mean() >= _CONTAINED:
            used = _saying(wording(cut).said, covers)
            if used and all(_stands_around(cover, text, span) for cover in used):
                return [cover.passage for cover in used]
    return []


def repeats(text: str, span: tuple[int, int], covers: Sequence[Cover]) -> bool:
    """Tell whether a span of a text is a copy of just these passages, in this order, whichever way found."""
    cut = text[span[0] : span[1]]
    if len(covers) == 1 and says_the_same(cut, covers[0].text):
        return True
    if len({cover.document for cover in covers}) != 1:
        return False
    used = _saying(wording(cut).said, covers)
    return len(used) == len(covers) and all(_stands_around(cover, text, span) for cover in covers)


def _shingles(text: str) -> NDArray[np.uint64]:
    """Return the hashes of all short windows of a text."""
    return fingerprints(folded(text)[0], _SHINGLE)


def _saying(said: str, covers: Sequence[Cover]) -> Sequence[Cover]:
    """Return those of the passages, in their order, in which the stretch lies that says this; or none."""
    wordings = [wording(cover.text) for cover in covers]
    at = joined(wordings).find(said)
    if at < 0:
        return []
    bounds = list(accumulate((len(one.said) for one in wordings), initial=0))
    first, last = (bisect_right(bounds, place) - 1 for place in (at, at + len(said) - 1))
    return covers[first : last + 1]


def _stands_around(cover: Cover, text: str, span: tuple[int, int]) -> bool:
    """Tell whether the text says all of a passage, where the span says some of it."""
    reach = len(cover.text) + _SLACK
    around = text[max(0, span[0] - reach) : span[1] + reach]
    return wording(around).find(wording(cover.text).said) >= 0
