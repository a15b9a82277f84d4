"""What passages tell beyond the number of their words: do these stand together, what is around the passage.

BM25 counts words wherever they are. A passage that answers has the question's rare words close to each other,
often in pairs as asked, and its turns of phrase. Stems part what belongs together ("suspendu" and
"suspension"), and visitors mistype: beginnings of words and runs of letters are compared as well. An article
that is about the question has other passages near it too, and says first what matters most.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from qa.coverage import plain

__all__ = ["context", "evidence", "letters"]

# Terms, without stop words: about a sentence and a half.
WINDOW = 14
# Letters of a term that tell its family.
BEGINNING = 5
# Letters of a run, blanks between words among them: short enough to survive a slip of the finger.
RUN = 5
Terms = Sequence[str]
Rows = NDArray[np.float64]
# Below the best by more, a passage says nothing for its neighbours.
_FAR = -3.0


def evidence(asked: Terms, rarity: Mapping[str, float], passages: Sequence[tuple[Terms, Terms]]) -> Rows:
    """Return a row per passage, given as the terms of its text and of its title: (n, 3).

    Each is a share between 0 and 1: of the question's terms, weighed by rarity, the most that stand within 14
    terms; of its pairs of neighbouring terms, those that are neighbours in the text; of the beginnings of its
    terms, weighed, those that a term of the text or of the title begins with.
    """
    total = sum(rarity[term] for term in set(asked)) or 1.0
    pairs = set(pairwise(asked))
    families: dict[str, float] = {}
    for term in asked:
        start = term[:BEGINNING]
        families[start] = max(families.get(start, 0.0), rarity[term])
    weight = sum(families.values()) or 1.0
    rows = []
    for body, title in passages:
        there = {term[:BEGINNING] for term in (*body, *title)}
        rows.append(
            (
                closest(rarity, body) / total,
                len(pairs & set(pairwise(body))) / max(1, len(pairs)),
                sum(value for start, value in families.items() if start in there) / weight,
            )
        )
    return np.array(rows, np.float64).reshape(len(passages), 3)


def letters(question: str, texts: Sequence[str]) -> Rows:
    """Return, a row per text, the share of the question's runs of 5 letters that it has: (n, 1)."""
    line = _line(question)
    runs = {line[n : n + RUN] for n in range(len(line) - RUN + 1)}
    lines = [_line(text) for text in texts]
    shares = [sum(run in each for run in runs) / max(1, len(runs)) for each in lines]
    return np.array(shares, np.float64).reshape(len(texts), 1)


_MARKS = re.compile(r"[\W_]+")


def _line(text: str) -> str:
    """Return the words of a text, without diacritics or capitals, a blank around each."""
    return _MARKS.sub(" ", f" {plain(text)} ")


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
