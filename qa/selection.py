"""Choose among the spans of several passages: which is the answer, and how sure is it."""

import json
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from qa.coverage import names_covered
from qa.kinds import fits
from qa.reader import Reading, Span
from qa.retriever import Hit

__all__ = ["Candidate", "Judge", "Verdict", "same_answer"]

# Where `pick_features` says whether a span is of the kind asked for.
KIND = -1
# Where `trust_features` says whether the reader takes the passage for one that answers.
ANSWERABLE = 7
FOLDER = Path(__file__).parent / "model"
# Logits are clipped before they are weighed: beyond this they say "certain" and nothing more.
_MOST = 20.0
# A lead among a passage's spans that says they are about different things.
_FAR = 10.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """Hold a span of the `passage`-th hit, the logit that it is the answer, and the features behind it."""

    passage: int
    span: Span
    text: str
    logit: float
    row: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Hold the candidates, best first, and the calibrated probability that the first is right."""

    candidates: tuple[Candidate, ...]
    confidence: float
    rival: Candidate | None

    @property
    def best(self) -> Candidate | None:
        """Return the best candidate, if any passage had one."""
        return self.candidates[0] if self.candidates else None

    def holding(self, passage: int, text: str) -> tuple[int, int] | None:
        """Return where this passage holds the words of the best candidate, None where it does not.

        Those very words, and where the passage was read to say the same: "Doucet" does not hold "Grégory
        Doucet", and "un" in passing is not an answer.
        """
        best = self.best
        if best is None or passage == best.passage:
            return (best.span.start, best.span.end) if best else None
        same = [c for c in self.candidates if c.passage == passage and c.logit > 0]
        said = [c.span for c in same if same_answer(c.text, best.text)]
        places = [m.span() for m in re.finditer(rf"(?<!\w){re.escape(best.text)}(?!\w)", text)]
        return next(((a, b) for s in said for a, b in places if a < s.end and s.start < b), None)


@dataclass(frozen=True, slots=True)
class Judge:
    """Hold the learned weights: `pick` ranks spans, `known` and `trust` turn the outcome into a probability.

    The confidence is that the passage answers at all (`known`, of the reader's own opinion) times that the
    span is right if it does (`trust`). Fitted as one, the many questions that all have an answer drown the
    few that have none.
    """

    pick: tuple[float, ...]
    trust: tuple[float, ...]
    threshold: float
    known: tuple[float, float] = (60.0, 0.0)

    @classmethod
    @cache
    def bundled(cls) -> "Judge":
        """Return the weights fitted on dev (qa/model/fit.py)."""
        learned = json.loads((FOLDER / "calibration.json").read_text(encoding="utf-8"))
        first, second = learned["known"]
        pick, trust = tuple(learned["pick"]), tuple(learned["trust"])
        return cls(pick, trust, float(learned["threshold"]), (float(first), float(second)))

    def decide(self, question: str, hits: Sequence[Hit], readings: Sequence[Reading]) -> Verdict:
        """Rank every span of every passage and say how sure the first one is."""
        found = [
            Candidate(
                n, span, hit.stored.passage.text[span.start : span.end], _dot(self.pick, row), tuple(row)
            )
            for n, (hit, reading) in enumerate(zip(hits, readings, strict=True))
            for span, row in zip(reading.spans, pick_features(question, hits, n, reading), strict=True)
        ]
        ranked = sorted(found, key=lambda c: (-c.logit, c.passage, c.span.start))
        row = trust_features(ranked, hits)
        known = _sigmoid(_dot(self.known, (1.0, row[ANSWERABLE])))
        confidence = known * _sigmoid(_dot(self.trust, row)) if ranked else 0.0
        return Verdict(tuple(ranked), confidence, rival_of(ranked))


def pick_features(question: str, hits: Sequence[Hit], n: int, reading: Reading) -> list[list[float]]:
    """Return one row per span of the n-th passage.

    (1, span score, answerability, retrieval below the best, names covered, kind of span)
    """
    text = hits[n].stored.passage.text
    found = names_covered(question, f"{hits[n].stored.title} {text}")
    shared = [_clip(reading.answerable), hits[n].score - hits[0].score, found]
    kinds = [fits(question, text[s.start : s.end]) for s in reading.spans]
    scores = _passed_on([s.score for s in reading.spans], kinds)
    return [[1.0, _clip(score), *shared, kind] for score, kind in zip(scores, kinds, strict=True)]


def _passed_on(scores: list[float], kinds: Sequence[float]) -> list[float]:
    """Return the scores of a passage's spans, the best of the kind asked for helped where the best is not.

    The reader found the place; "pendant un an" for "quand" is not the answer there, so its neighbour is the
    likelier for it. By half the lead, and by no more than a lead of `_FAR`: beyond it is another place.
    """
    right = next((n for n, kind in enumerate(kinds) if kind > 0), None)
    if right is None or kinds[0] >= 0 or scores[0] - scores[right] > _FAR:
        return scores
    return [*scores[:right], (scores[0] + scores[right]) / 2, *scores[right + 1 :]]


def trust_features(ranked: Sequence[Candidate], hits: Sequence[Hit]) -> list[float]:
    """Return the row of the best candidate.

    (1, logit, lead over the best other answer, support, cosine, cosine below the best, then what
    `pick_features` says of it, from the span score on)
    """
    if not ranked:
        return [1.0, -_MOST, *[0.0] * 9]
    best, rival = ranked[0], rival_of(ranked)
    lead = min(best.logit - rival.logit, _MOST) if rival else _MOST
    support = max((_sigmoid(c.logit) for c in _supporters(ranked)), default=0.0)
    hit = hits[best.passage]
    near = [10 * (hit.cosine - 0.85), 10 * (hit.cosine - max(h.cosine for h in hits))]
    return [1.0, best.logit, lead, support, *near, *best.row[1:]]


def rival_of(ranked: Sequence[Candidate]) -> Candidate | None:
    """Return the best candidate that says something else than the first.

    A span of the wrong kind (how long, where when is asked) is no rival to one of the right kind.
    """
    best = ranked[0] if ranked else None
    others = (c for c in ranked[1:] if best and not same_answer(c.text, best.text))
    return next((c for c in others if best and c.row[KIND] >= min(0.0, best.row[KIND])), None)


def same_answer(one: str, other: str) -> bool:
    """Tell whether two spans say the same: one's words in a row inside the other's, and the same numbers.

    "20" is part of "20 millions" and something else.
    """
    short, long = sorted((_words(one), _words(other)), key=len)
    # "12 mars" and "12 mars 2019" are one day, told less and more exactly.
    if not short or (_numbers(short) != _numbers(long) and not _MONTHS & set(long)):
        return False
    return any(long[n : n + len(short)] == short for n in range(len(long) - len(short) + 1))


def _supporters(ranked: Sequence[Candidate]) -> list[Candidate]:
    best = ranked[0]
    return [c for c in ranked[1:] if c.passage != best.passage and same_answer(c.text, best.text)]


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    return tuple(w for w in words if w not in _SMALL)


def _numbers(words: Sequence[str]) -> list[str]:
    return [word for word in words if word[0].isdigit() or word.rstrip("s") in _MAGNITUDES]


_MONTHS = frozenset(
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre".split()
)
_MAGNITUDES = frozenset(
    "mille millier million milliard billion cent dizaine centaine thousand hundred".split()
)
_SMALL = frozenset("le la les l un une des du de d a au aux en dans the an of in".split())


def _dot(weights: Sequence[float], row: Sequence[float]) -> float:
    return sum(w * x for w, x in zip(weights, row, strict=True))


def _sigmoid(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, x))))


def _clip(x: float) -> float:
    return max(-_MOST, min(_MOST, x))
