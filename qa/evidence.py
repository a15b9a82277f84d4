"""What passages tell beyond the number of their words: do these stand together, what is around the passage.

BM25 counts words wherever they are. A passage that answers has the question's rare words close to each other,
often in pairs as asked; a passage that only its article's title makes look right does not. An article that is
about the question has other passages near it too, and says first what matters most.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

__all__ = ["context", "evidence"]

# Terms, without stop words: about a sentence and a half.
WINDOW = 14
Terms = Sequence[str]
Rows = NDArray[np.float64]
# Below the best by more, a passage says nothing for its neighbours.
_FAR = -3.0


def evidence(asked: Terms, rarity: Mapping[str, float], passages: Sequence[tuple[Terms, Terms]]) -> Rows:
    """Return a row per passage, given as the terms of its text and of its title: (n, 3).

    Each is a share between 0 and 1: of the question's terms, weighed by rarity, the most that stand within 14
    terms; of its pairs of neighbouring terms, those that are neighbours in the text; of its terms, weighed,
    those that only the title holds.
    """
    total = sum(rarity[term] for term in set(asked)) or 1.0
    pairs = set(pairwise(asked))
    rows = [
        (
            closest(rarity, body) / total,
            len(pairs & set(pairwise(body))) / max(1, len(pairs)),
            sum(rarity[term] for term in (set(asked) & set(title)) - set(body)) / total,
        )
        for body, title in passages
    ]
    return np.array(rows, np.float64).reshape(len(passages), 3)


def context(documents: Sequence[str], starts: Sequence[int], cosines: NDArray[np.float32]) -> Rows:
    """Return a row per passage, given its document, its offset there and its cosine: (n, 2).

    1 where it opens its document; and how far the nearest other passage of that document is below the best
    passage of all, in tenths, -3 where there is none so near.
    """
    near = 10 * (cosines.astype(np.float64) - float(cosines.max(initial=-1.0)))
    rows = [
        (
            float(starts[n] == 0),
            max((near[m] for m, other in enumerate(documents) if other == own and m != n), default=_FAR),
        )
        for n, own in enumerate(documents)
    ]
    return np.maximum(np.array(rows, np.float64).reshape(len(documents), 2), _FAR)


def closest(rarity: Mapping[str, float], body: Terms) -> float:
    """Return the greatest weight of distinct terms of the question within one window of the text."""
    places = [(n, term) for n, term in enumerate(body) if term in rarity]
    inside: Counter[str] = Counter()
    weight = most = 0.0
    first = 0
    for place, term in places:
        inside[term] += 1
        weight += rarity[term] if inside[term] == 1 else 0.0
        while place - places[first][0] >= WINDOW:
            gone = places[first][1]
            inside[gone] -= 1
            weight -= rarity[gone] if not inside[gone] else 0.0
            first += 1
        most = max(most, weight)
    return most
