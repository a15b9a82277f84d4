"""Find where a document says the same stretch again: an article pasted twice holds its answers twice.

The index keeps one copy of such a stretch, whichever the question file points into. As there (index.repeats),
only letters and digits are compared: a copy may have lost its spaces, its accents or its capitals.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from index.folding import folded

__all__ = ["with_repeats"]

Span = tuple[int, int]
# Letters that must agree on each side, and in all: fewer are a way of speaking, not the same statement.
_SIDE = 30
_STRETCH = 120
_DIGITS = re.compile(r"\d+")
_BOUNDS = frozenset(".!?…:\n")


def with_repeats(text: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the spans and every other place where the same words stand among the same words, sorted."""
    given = set(spans)
    return tuple(sorted(given | {other for span in given for other in _repeats(text, span)}))


def _repeats(text: str, span: Span) -> Iterator[Span]:
    """Yield the other places of one span."""
    letters, offsets = _folded(text)
    first, last = (int(place) for place in np.searchsorted(offsets, span))
    wanted = letters[first:last]
    place = letters.find(wanted) if wanted else -1
    while place >= 0:
        found = int(offsets[place]), int(offsets[place + len(wanted) - 1]) + 1
        alike = place != first and _numbers(text, span) == _numbers(text, found)
        if alike and _same_surroundings(text, first, place, len(wanted)):
            yield found
        place = letters.find(wanted, place + 1)


def _numbers(text: str, span: Span) -> list[str]:
    """Return the groups of digits of a span: 1,5 is not 15."""
    return _DIGITS.findall(text[slice(*span)])


def _same_surroundings(text: str, ours: int, theirs: int, size: int) -> bool:
    """Tell whether the same letters stand around both places, as far as their sentences reach at least."""
    letters, offsets = _folded(text)
    before = _shared(*(letters[max(0, place - _STRETCH) : place][::-1] for place in (ours, theirs)))
    after = _shared(*(letters[place + size : place + size + _STRETCH] for place in (ours, theirs)))
    ends = ours + size, theirs + size
    left = before >= _SIDE or all(_bound(text, offsets, at - before, at) for at in (ours, theirs))
    right = after >= _SIDE or all(_bound(text, offsets, at, at + after) for at in ends)
    return left and right and before + after >= min(2 * _SIDE, _STRETCH - size)


@lru_cache(maxsize=64)
def _folded(text: str) -> tuple[str, NDArray[np.int64]]:
    """Return the letters of a text as a string, and the offset of each."""
    letters, offsets = folded(text)
    return letters.tobytes().decode("utf-32-le"), offsets


def _shared(ours: str, theirs: str) -> int:
    """Return with how many of the same letters both begin."""
    pairs = enumerate(zip(ours, theirs, strict=False))
    return next((count for count, (a, b) in pairs if a != b), min(len(ours), len(theirs)))


def _bound(text: str, offsets: NDArray[np.int64], first: int, last: int) -> bool:
    """Tell whether a sentence or the text begins or ends before one of these letters, or the next."""
    if first == 0 or last == len(offsets):
        return True
    return not _BOUNDS.isdisjoint(text[int(offsets[first - 1]) + 1 : int(offsets[last])])
