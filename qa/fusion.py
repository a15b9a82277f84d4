"""Weigh meaning against words, question by question: a linear score learned on dev, a handful of features.

A fixed weight cannot be right: where the question repeats the text's words (PIAF) BM25 is the better
ranker, where it does not (news) it misleads. What tells the two apart is in the scores themselves: whether
one passage stands out by its words, how much weight each matched word carries, whether one stands out by
its meaning.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.protocols import Vectors

Rows = NDArray[np.float64]

__all__ = ["EVIDENCE", "FEATURES", "Fusion"]

FEATURES = (
    "meaning",  # cosine below the best one, in tenths
    "words",  # BM25 as a share of the best one
    "words_standout",  # … times how far the best BM25 is above the fifth
    "words_weight",  # … times the BM25 each term of the question brings, centred
    "words_meaning_standout",  # … times how far the best cosine is above the fifth
    "words_any",  # 0 where any word is shared, -1 elsewhere
)
# What only the passages themselves tell, looked at for the best candidates (qa/evidence.py).
EVIDENCE = ("near", "pairs", "families", "letters", "first", "siblings")
_FIFTH = 5
# The features that are a share of the best BM25 score, times something.
_WORDS = slice(1, 5)


@dataclass(frozen=True, slots=True)
class Fusion:
    """Hold the weight of each feature, and of each piece of evidence."""

    weights: tuple[float, ...]
    evidence: tuple[float, ...]

    @classmethod
    @cache
    def bundled(cls) -> "Fusion":
        """Return the weights learned on dev (qa/model/fit.py)."""
        path = Path(__file__).parent / "model" / "fusion.json"
        learned = json.loads(path.read_text(encoding="utf-8"))
        return cls(*(tuple(float(learned[name]) for name in names) for names in (FEATURES, EVIDENCE)))

    def scores(self, cosines: Vectors, words: Vectors, terms: int) -> Rows:
        """Return one score per candidate, higher is better; `words` is 0 where BM25 did not find it.

        Where one passage stands out by its meaning words count less, down to nothing: never against it.
        """
        rows, weights = features(cosines, words, terms), np.asarray(self.weights)
        shared = np.maximum(rows[:, _WORDS] @ weights[_WORDS], 0.0)
        scores: Rows = rows[:, 0] * weights[0] + shared + rows[:, -1] * weights[-1]
        return scores

    def adjusted(self, scores: Rows, evidence: Rows) -> Rows:
        """Return the scores with the evidence of the same passages, (n, 6), weighed in."""
        adjusted: Rows = scores + evidence @ np.asarray(self.evidence)
        return adjusted


def features(cosines: Vectors, words: Vectors, terms: int) -> Rows:
    """Return the feature rows of a question's candidates, (n, 6)."""
    near, shared = cosines.astype(np.float64), words.astype(np.float64)
    most = float(shared.max()) + 1e-9
    share = shared / most
    standout = (most - _ranked(shared, _FIFTH)) / most
    weight = most / max(terms, 1) / 5 - 1
    lead = float(near.max()) - _ranked(near, _FIFTH)
    columns = (
        10 * (near - near.max()),
        share,
        share * standout,
        share * weight,
        share * lead * 10,
        (shared > 0) - 1.0,
    )
    return np.stack(columns, axis=1)


def _ranked(values: Rows, rank: int) -> float:
    return float(np.sort(values)[::-1][min(rank, len(values)) - 1])
