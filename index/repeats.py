"""Stretches that a text holds twice: an article pasted again, a quotation used as a caption."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from index.folding import fingerprints, folded
from index.wording import wording

__all__ = ["without_repeats"]

# Letters and digits: a stretch counts as repeated from about 25 words on; shorter ones are ways of speaking.
_WINDOW = 40
_SHORTEST = 120


def without_repeats(text: str, spans: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Return the sentences in runs, without those that repeat an earlier stretch of the same text.

    What is left out stands before, word for word and whole sentences at a time (see `wording`): a copy that
    lost its spaces is found, and a bulletin that differs from yesterday's by a figure keeps it.
    """
    letters, offsets = folded(text)
    if letters.size < _WINDOW + _SHORTEST:
        return [spans] if spans else []
    bounds = np.searchsorted(offsets, np.asarray(spans))
    first = _first_places(letters, bounds[:, 0])
    if (first < 0).all():
        return [spans]
    return _runs(spans, _Repeats(text, spans, bounds).dropped(first.tolist()))


def _first_places(letters: NDArray[np.uint32], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each sentence where the letters it begins with stood first, or -1 where they are new."""
    windows = fingerprints(letters, _WINDOW)
    _, first, inverse = np.unique(windows, return_index=True, return_inverse=True)
    places = np.full(starts.size, -1, dtype=np.int64)
    held = starts < windows.size
    places[held] = first[inverse[starts[held]]]
    places[places >= starts] = -1
    return places


class _Repeats:
    """Follow the sentences of a text, and beside them the earlier stretch that they repeat."""

    def __init__(self, text: str, spans: list[tuple[int, int]], bounds: NDArray[np.int64]) -> None:
        self._text, self._spans = text, spans
        self._bounds: list[tuple[int, int]] = [(a, b) for a, b in bounds.tolist()]
        # Where letters of sentences begin and end; a sentence of marks alone has none.
        self._starting = {a: start for (a, b), (start, _) in zip(self._bounds, spans, strict=True) if a < b}
        self._ending = {b: end for (a, b), (_, end) in zip(self._bounds, spans, strict=True) if a < b}

    def dropped(self, first: list[int]) -> list[bool]:
        """Tell for each sentence whether it belongs to a repeated stretch that is long enough."""
        dropped = [False] * len(self._spans)
        for begin, end in self._stretches(first):
            if self._bounds[end - 1][1] - self._bounds[begin][0] >= _SHORTEST:
                dropped[begin:end] = [True] * (end - begin)
        return dropped

    def _stretches(self, first: list[int]) -> Iterator[tuple[int, int]]:
        """Yield neighbouring sentences, first and past the last, that repeat one earlier stretch together."""
        begin, follow = 0, -1
        for number, place in enumerate(first):
            size = self._bounds[number][1] - self._bounds[number][0]
            if follow >= 0 and self._repeats(number, follow):
                follow += size
                continue
            if follow >= 0:
                yield begin, number
            begin, follow = number, place + size if self._repeats(number, place) else -1
        if follow >= 0:
            yield begin, len(first)

    def _repeats(self, number: int, place: int) -> bool:
        """Tell whether a sentence says what whole sentences before it say from this letter on."""
        start, end = self._bounds[number]
        stop = place + end - start
        if place < 0 or stop > start or place not in self._starting or stop not in self._ending:
            return False
        before = self._text[self._starting[place] : self._ending[stop]]
        here = self._text[slice(*self._spans[number])]
        return before == here or wording(before).said == wording(here).said


def _runs(spans: list[tuple[int, int]], dropped: list[bool]) -> list[list[tuple[int, int]]]:
    """Return the kept sentences as runs of neighbours."""
    runs: list[list[tuple[int, int]]] = [[]]
    for span, drop in zip(spans, dropped, strict=True):
        if not drop:
            runs[-1].append(span)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
