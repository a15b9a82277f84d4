"""Judge a confidence: whether it tells right from wrong, and whether it means what it says.

Every function takes one row per question and `weights`, (resamples, n) counts: a row of ones gives the figure
itself, a row of bootstrap counts one resample of it. All return one float64 per row of weights, NaN where the
figure does not exist (say, AUROC with a single class). Ties are exact: order never matters.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "OperatingPoint",
    "area_under_risk_coverage",
    "auroc",
    "average_precision_score",
    "brier",
    "calibration_bins",
    "divide",
    "expected_calibration_error",
    "ones",
    "perfect_area",
    "risk_coverage",
    "threshold_for_precision",
    "wilson_interval",
]

Floats = NDArray[np.float64]


def ones(n: int) -> Floats:
    """Return the weights of the sample itself, (1, n)."""
    return np.ones((1, n))


def divide(above: Floats, below: Floats) -> Floats:
    """Divide, with NaN and no warning where the divisor is zero."""
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


def _tied(scores: Floats, *columns: Floats, descending: bool = False) -> list[Floats]:
    """Sum each (rows, n) column over questions of equal score, scores ascending or descending."""
    order = np.argsort(-scores if descending else scores, kind="stable")
    if not order.size:
        return [column[:, :0] for column in columns]
    ranked = scores[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    return [np.add.reduceat(column[:, order], starts, axis=1) for column in columns]


def auroc(positive: Floats, scores: Floats, weights: Floats) -> Floats:
    """Return the chance that a positive outscores a negative, ties counting half."""
    wins, losses = _tied(scores, weights * positive, weights * (1 - positive))
    below = np.cumsum(losses, axis=1) - losses
    area = (wins * (below + losses / 2)).sum(axis=1)
    return divide(area, wins.sum(axis=1) * losses.sum(axis=1))


def average_precision_score(positive: Floats, scores: Floats, weights: Floats) -> Floats:
    """Return AUPRC as the step sum of (recall gained) x (precision), scikit-learn's definition."""
    wins, all_ = _tied(scores, weights * positive, weights, descending=True)
    precision = divide(np.cumsum(wins, axis=1), np.cumsum(all_, axis=1))
    return divide((wins * np.nan_to_num(precision)).sum(axis=1), wins.sum(axis=1))


def area_under_risk_coverage(wrong: Floats, scores: Floats, weights: Floats) -> Floats:
    """Return the mean risk over every coverage 1/N .. 1 (AURC); weights must be whole counts.

    Inside a tie the errors are spread evenly, so the area is the expectation over all orders of the tie:
    sum over j of (e0 + j e/n) / (n0 + j), in closed form with harmonic numbers.
    """
    errors, counts = _tied(scores, weights * wrong, weights, descending=True)
    total = counts.sum(axis=1)
    after = np.cumsum(counts, axis=1)
    before, errors_before = after - counts, np.cumsum(errors, axis=1) - errors
    rate = np.nan_to_num(divide(errors, counts))
    harmonic = np.r_[0.0, np.cumsum(1 / np.arange(1, int(total.max(initial=0)) + 1))]
    steps = harmonic[after.astype(int)] - harmonic[before.astype(int)]
    return divide((errors + (errors_before - rate * before) * steps).sum(axis=1), total)


def perfect_area(wrong: Floats, weights: Floats) -> Floats:
    """Return the least possible AURC at this error rate: every right answer before every wrong one."""
    return area_under_risk_coverage(wrong, 1 - wrong, weights)


def brier(right: Floats, scores: Floats, weights: Floats) -> Floats:
    """Return the mean squared distance between confidence and outcome."""
    return divide((weights * (scores - right) ** 2).sum(axis=1), weights.sum(axis=1))


def _bins(scores: Floats, bins: int) -> NDArray[np.intp]:
    """Return each score's equal-width bin of [0, 1]; 1.0 belongs to the last."""
    return np.clip((scores * bins).astype(np.intp), 0, bins - 1)


def expected_calibration_error(right: Floats, scores: Floats, weights: Floats, bins: int = 10) -> Floats:
    """Return ECE: |accuracy - confidence| averaged over equal-width bins by their share of questions."""
    member = _bins(scores, bins)
    gap = weights * (right - scores)
    total = np.zeros(len(weights))
    for each in range(bins):
        total += np.abs(gap[:, member == each].sum(axis=1))
    return divide(total, weights.sum(axis=1))


def calibration_bins(right: Floats, scores: Floats, bins: int = 10) -> list[dict[str, float]]:
    """Return the filled bins of a reliability diagram: bounds, count, confidence, accuracy."""
    member = _bins(scores, bins)
    rows = []
    for each in sorted(set(member.tolist())):
        inside = member == each
        count, hits = int(inside.sum()), float(right[inside].sum())
        low, high = wilson_interval(hits, count)
        rows.append(
            {"from": each / bins, "to": (each + 1) / bins, "count": count, "accuracy": hits / count,
             "confidence": float(scores[inside].mean()), "accuracy_low": low, "accuracy_high": high}
        )  # fmt: skip
    return rows


def risk_coverage(wrong: Floats, scores: Floats) -> list[tuple[float, float, float]]:
    """Return (threshold, coverage, risk) at every distinct confidence, from the strictest down."""
    mistakes, sizes = _tied(scores, wrong[None, :], ones(len(wrong)), descending=True)
    taken, lost = np.cumsum(sizes[0]), np.cumsum(mistakes[0])
    rows = zip(np.unique(scores)[::-1], taken, lost, strict=True)
    return [(float(t), float(count / len(wrong)), float(errors / count)) for t, count, errors in rows]


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """Hold what answering at `confidence >= threshold` gives on the questions it was chosen on."""

    threshold: float
    precision: float
    precision_low: float
    precision_high: float
    coverage: float
    answered: int


def threshold_for_precision(right: Floats, scores: Floats, target: float) -> OperatingPoint | None:
    """Return the threshold of widest coverage whose precision reaches the target, None where none does."""
    for threshold, coverage, risk in reversed(risk_coverage(1 - right, scores)):
        if 1 - risk >= target - 1e-12:
            answered = round(coverage * len(right))
            low, high = wilson_interval((1 - risk) * answered, answered)
            return OperatingPoint(threshold, 1 - risk, low, high, coverage, answered)
    return None


def wilson_interval(hits: float, count: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share; (0, 1) where nothing was counted."""
    if not count:
        return 0.0, 1.0
    share, spread = hits / count, z * z / count
    centre = (share + spread / 2) / (1 + spread)
    half = z * np.sqrt(max(share * (1 - share), 0.0) / count + spread / (4 * count)) / (1 + spread)
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))
