"""Score one question: its answer against the gold answers, its ranking against relevance.

All functions are pure and take plain values; means, intervals and weights are in `qa.summary`.
Exact match and F1 are those of the official SQuAD v2.0 script, with the normaliser made explicit.
Ranking metrics take `relevant`, a list of booleans, best hit first.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import log2

from qa.normalise import Normaliser

__all__ = [
    "average_precision",
    "best",
    "exact_match",
    "holds_answer",
    "ndcg",
    "recall",
    "reciprocal_rank",
    "success",
    "token_f1",
]

Score = Callable[[str, str, Normaliser], float]


def exact_match(predicted: str, gold: str, normaliser: Normaliser) -> float:
    """Return 1.0 where both texts fold to the same string, else 0.0."""
    return float(normaliser.fold(predicted) == normaliser.fold(gold))


def token_f1(predicted: str, gold: str, normaliser: Normaliser) -> float:
    """Return the F1 of the two bags of words, 0..1; where one is empty, 1.0 if both are."""
    ours, theirs = normaliser.tokens(predicted), normaliser.tokens(gold)
    if not ours or not theirs:
        return float(ours == theirs)
    common = (Counter(ours) & Counter(theirs)).total()
    if not common:
        return 0.0
    precision, recall_ = common / len(ours), common / len(theirs)
    return 2 * precision * recall_ / (precision + recall_)


def best(score: Score, predicted: str | None, golds: Sequence[str], normaliser: Normaliser) -> float:
    """Return the best score over every gold answer.

    As in SQuAD v2.0, "no answer" is the empty string on both sides: `predicted` None or "" against no gold
    scores 1.0, an answer to an unanswerable question 0.0, and so does silence on an answerable one.
    Golds that the normaliser folds to nothing are left out, as the official script leaves them out.
    """
    usable = [gold for gold in golds if normaliser.fold(gold)] or [""]
    return max(score(predicted or "", gold, normaliser) for gold in usable)


def holds_answer(text: str, golds: Sequence[str]) -> bool:
    """Tell whether the text contains a gold answer, word for word; case and punctuation do not count.

    Words are runs of letters and digits: texts that lack a space after a full stop, as scraped ones do, and
    answers behind an elided article are found all the same.
    """
    padded = _words(text)
    return any(_words(gold) in padded if _words(gold) != "  " else gold in text for gold in golds if gold)


_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=16_384)
def _words(text: str) -> str:
    return f" {' '.join(_WORD.findall(unicodedata.normalize('NFKC', text).lower()))} "


def success(relevant: Sequence[bool], k: int) -> float:
    """Return 1.0 where one of the first k hits is relevant (what QA calls recall@k), else 0.0."""
    return float(any(relevant[:k]))


def recall(relevant: Sequence[bool], k: int, total: int) -> float:
    """Return the share of the `total` relevant passages that is among the first k."""
    return sum(relevant[:k]) / total if total else 0.0


def reciprocal_rank(relevant: Sequence[bool], k: int) -> float:
    """Return 1 / rank of the first relevant hit among the first k, else 0.0."""
    return next((1 / rank for rank, yes in enumerate(relevant[:k], 1) if yes), 0.0)


def ndcg(relevant: Sequence[bool], k: int, total: int) -> float:
    """Return the discounted gain of the first k over the best possible with `total` relevant passages."""
    gain = sum(1 / log2(rank + 1) for rank, yes in enumerate(relevant[:k], 1) if yes)
    ideal = sum(1 / log2(rank + 1) for rank in range(1, min(total, k) + 1))
    return gain / ideal if ideal else 0.0


def average_precision(relevant: Sequence[bool], k: int, total: int) -> float:
    """Return the mean, over all `total` relevant passages, of the precision where each is found."""
    found, gain = 0, 0.0
    for rank, yes in enumerate(relevant[:k], 1):
        found += yes
        gain += found / rank if yes else 0.0
    return gain / total if total else 0.0
