"""Every figure of an evaluation, each defined once: for the sample, a resample, a subset or a comparison.

A figure is a function of `Columns` (one number per question) and of weights (rows, questions). Keys are
those of the JSON; `lower` tells which ones are better small.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa import abstention_metrics as judging
from qa.metrics import ndcg, reciprocal_rank, success

__all__ = ["CUTS", "FIGURES", "HEADLINES", "Columns", "Figure", "columns", "quantile"]

Floats = NDArray[np.float64]
Columns = dict[str, Floats]
Compute = Callable[[Columns, Floats], Floats]
CUTS = (1, 3, 5, 10)


@dataclass(frozen=True, slots=True)
class Figure:
    """Hold one figure: its dotted JSON key, how it is computed, and which way is better."""

    key: str
    compute: Compute
    lower: bool = False
    # Neither way is better by itself: answering more is good only while the answers are.
    neutral: bool = False
    # The per-question column it is the mean of, where it is one: what paired tests compare.
    column: str | None = None
    among: str | None = None


def columns(records: Sequence[dict[str, Any]], correct_at: float) -> Columns:
    """Turn records into columns; an answer is right when its F1 reaches `correct_at` (1.0: exact match)."""
    table = {name: _numbers(records, name) for name in _PLAIN}
    answered = np.array([each["predicted"] is not None for each in records], dtype=np.float64)
    offered = np.array([each["candidate"] is not None for each in records], dtype=np.float64)
    answerable, impossible = table["answerable"], 1 - table["answerable"]
    reached = _right(table["candidate_f1"], table["candidate_exact_match"], correct_at)
    right = reached * answerable * offered
    given = _right(table["f1"], table["exact_match"], correct_at) * answerable * answered
    asked, shown = (_given(records, name) for name in ("retrieved", "read"))
    table |= {
        "all": np.ones(len(records)), "answered": answered, "offered": offered, "impossible": impossible,
        "right": right, "wrong": 1 - right, "given_right": given, "given_wrong": 1 - given,
        "given_inexact": 1 - table["exact_match"] * answerable, "silent": 1 - answered,
        "searched": asked * answerable, "shown": shown * answerable,
    }  # fmt: skip
    for name in ("retrieved", "read"):
        for flag, prefix in (("relevant", "hit"), ("same_document", "document"), ("holds", "holds")):
            table |= _rank_columns([_flags(each[name], flag) for each in records], f"{name}.{prefix}")
    return table


_PLAIN = ("answerable", "confidence", "exact_match", "f1", "exact_match_with_articles", "f1_with_articles",
          "candidate_exact_match", "candidate_f1")  # fmt: skip


def _numbers(records: Sequence[dict[str, Any]], name: str) -> Floats:
    return np.array([float(each[name]) for each in records], dtype=np.float64)


def _given(records: Sequence[dict[str, Any]], name: str) -> Floats:
    return np.array([each[name] is not None for each in records], dtype=np.float64)


def _right(f1: Floats, exact: Floats, correct_at: float) -> Floats:
    return exact if correct_at >= 1 else np.where(f1 >= correct_at, 1.0, 0.0)


def _flags(rows: list[dict[str, Any]] | None, flag: str) -> list[bool]:
    return [bool(row[flag]) for row in rows or ()]


def _rank_columns(rankings: Sequence[list[bool]], name: str) -> Columns:
    """Return success@k, and over the first relevant hit alone RR@10 and nDCG@10.

    A question needs one piece of evidence: overlapping passages that hold the same answer are not several,
    and a list that shows it once, first, is perfect. So nDCG counts the first relevant hit alone.
    """
    made = {f"{name}@{k}": np.array([success(each, k) for each in rankings]) for k in CUTS}
    made[f"{name}.rr@10"] = np.array([reciprocal_rank(each, 10) for each in rankings])
    made[f"{name}.ndcg@10"] = np.array([ndcg(_first_only(each), 10, 1) for each in rankings])
    return made


def _first_only(relevant: Sequence[bool]) -> list[bool]:
    return [yes and not any(relevant[:rank]) for rank, yes in enumerate(relevant)]


def _mean(key: str, column: str, among: str, lower: bool = False) -> Figure:
    def compute(table: Columns, weights: Floats) -> Floats:
        counted = weights * table[among]
        total = counted.sum(axis=1)
        return judging.divide((counted * table[column]).sum(axis=1), total)

    return Figure(key, compute, lower, column=column, among=among)


def _judged(key: str, measure: Callable[[Floats, Floats, Floats], Floats], label: str, lower: bool) -> Figure:
    return Figure(key, lambda table, weights: measure(table[label], table["confidence"], weights), lower)


def _perfect_area(table: Columns, weights: Floats) -> Floats:
    return judging.perfect_area(table["wrong"], weights)


def quantile(values: Floats, weights: Floats, share: float) -> Floats:
    """Return the least value that at least `share` of the weighted sample does not exceed."""
    order = np.argsort(values, kind="stable")
    mass = np.cumsum(weights[:, order], axis=1)
    place = (mass < share * mass[:, -1:] - 1e-9).sum(axis=1)
    return np.asarray(values[order[np.minimum(place, len(values) - 1)]], dtype=np.float64)


def _rankings(section: str, source: str, among: str) -> list[Figure]:
    return [
        *(_mean(f"{section}.recall@{k}", f"{source}.hit@{k}", among) for k in CUTS),
        _mean(f"{section}.mrr@10", f"{source}.hit.rr@10", among),
        _mean(f"{section}.ndcg@10", f"{source}.hit.ndcg@10", among),
        *(_mean(f"{section}.document@{k}", f"{source}.document@{k}", among) for k in CUTS),
        *(_mean(f"{section}.answer_in_top@{k}", f"{source}.holds@{k}", among) for k in CUTS),
    ]


FIGURES: dict[str, Figure] = {
    figure.key: figure
    for figure in (
        *_rankings("retrieval", "retrieved", "searched"),
        *_rankings("after_reading", "read", "shown"),
        _mean("after_reading.mrr", "read.hit.rr@10", "shown"),
        _mean("answers.exact_match", "exact_match", "all"),
        _mean("answers.f1", "f1", "all"),
        _mean("answers.answered_f1", "f1", "answered"),
        _mean("answers.answered_exact_match", "exact_match", "answered"),
        _mean("answers.no_answer_f1", "f1", "impossible"),
        _mean("answers.has_answer_exact_match", "exact_match", "answerable"),
        _mean("answers.has_answer_f1", "f1", "answerable"),
        _mean("answers.exact_match_with_articles", "exact_match_with_articles", "all"),
        _mean("answers.f1_with_articles", "f1_with_articles", "all"),
        _mean("answers.forced_exact_match", "candidate_exact_match", "answerable"),
        _mean("answers.forced_f1", "candidate_f1", "answerable"),
        _judged("abstention.auroc", judging.auroc, "answerable", False),
        _judged("abstention.auprc", judging.average_precision_score, "answerable", False),
        _judged("abstention.auroc_right", judging.auroc, "right", False),
        _judged("abstention.auprc_right", judging.average_precision_score, "right", False),
        replace(_mean("abstention.coverage", "answered", "all"), neutral=True),
        _mean("abstention.risk", "given_wrong", "answered", True),
        _mean("abstention.risk_exact", "given_inexact", "answered", True),
        _judged("abstention.aurc", judging.area_under_risk_coverage, "wrong", True),
        Figure("abstention.aurc_perfect", _perfect_area, True),
        _judged("abstention.ece", judging.expected_calibration_error, "right", True),
        _judged("abstention.brier", judging.brier, "right", True),
        _mean("abstention.no_answer_recall", "silent", "impossible"),
        _mean("abstention.no_answer_precision", "impossible", "silent"),
        _mean("abstention.over_abstention", "silent", "answerable", True),
    )
}

# What comparisons test and reports show first; the other figures explain these.
HEADLINES = (
    *(f"retrieval.recall@{k}" for k in CUTS),
    "retrieval.mrr@10",
    "retrieval.ndcg@10",
    "answers.exact_match",
    "answers.f1",
    "answers.answered_f1",
    "answers.no_answer_f1",
    "abstention.auroc",
    "abstention.aurc",
    "abstention.coverage",
    "abstention.risk",
)
