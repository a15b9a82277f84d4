"""Stretches that a text holds twice: an article pasted again, a quotation used as a caption."""

import numpy as np
from numpy.typing import NDArray

from index.folding import fingerprints, folded

__all__ = ["without_repeats"]

# Letters and digits: a stretch counts as repeated from about 25 words on; shorter ones are ways of speaking.
_WINDOW = 40
_SHORTEST = 120
_COVERED = 0.95


def without_repeats(text: str, spans: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Return the sentences in runs, without those that repeat an earlier stretch of the same text.

    Case, accents, punctuation and spaces are not compared, so a copy that lost its spaces is found.
    """
    letters, offsets = folded(text)
    if letters.size < _WINDOW + _SHORTEST:
        return [spans] if spans else []
    starts, ends = (np.searchsorted(offsets, [s[side] for s in spans]) for side in (0, 1))
    seen = _seen_before(letters, starts)
    if not seen.any():
        return [spans]
    sums = np.concatenate(([0], np.cumsum(seen)))
    sizes = ends - starts
    covered = sums[ends] - sums[starts] >= _COVERED * sizes
    return _runs(spans, covered & _long_enough(covered, sizes))


def _seen_before(letters: NDArray[np.uint32], starts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell for each letter whether a window over it occurred before the sentence where the window begins."""
    windows = fingerprints(letters, _WINDOW)
    _, first, inverse = np.unique(windows, return_index=True, return_inverse=True)
    sentence = np.searchsorted(starts, np.arange(windows.size), side="right") - 1
    repeated = first[inverse] < starts[sentence]
    change = np.zeros(letters.size + 1, dtype=np.int64)
    at = np.flatnonzero(repeated)
    np.add.at(change, at, 1)
    np.add.at(change, at + _WINDOW, -1)
    return np.cumsum(change[:-1]) > 0


def _long_enough(covered: NDArray[np.bool_], sizes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell for each sentence whether its run of covered sentences is long enough to leave out."""
    group = np.cumsum(np.concatenate(([0], np.diff(covered.astype(np.int8)) != 0)))
    totals = np.bincount(group, weights=sizes)
    return np.asarray(totals[group] >= _SHORTEST)


def _runs(spans: list[tuple[int, int]], dropped: NDArray[np.bool_]) -> list[list[tuple[int, int]]]:
    """Return the kept sentences as runs of neighbours."""
    runs: list[list[tuple[int, int]]] = [[]]
    for span, drop in zip(spans, dropped.tolist(), strict=True):
        if not drop:
            runs[-1].append(span)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
