"""Compare two runs over the same questions: paired, question by question, article by article.

Intervals come from resamples that both runs share; p-values from approximate randomisation (Noreen 1989):
were the two runs alike, swapping their records for any article would not matter, so the difference is held
against those of random swaps. It serves every figure, means and AUROC alike. Holm's step-down corrects for
how many figures are tested.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import UsageError
from qa import abstention_metrics as judging
from qa.bootstrap import Resampling, interval, plan, spread
from qa.figures import FIGURES, HEADLINES, Columns, Figure, columns

__all__ = ["compare", "holm", "randomisation_p"]

Floats = NDArray[np.float64]
Report = dict[str, Any]
_SWAPS = 5000
_BLOCK = 500


def compare(report: Mapping[str, Any], other: Mapping[str, Any]) -> Report:
    """Return how `report` differs from `other`; both as `repondeur evaluate --json` wrote them."""
    ours, theirs = _aligned(report, other)
    correct_at = report["settings"]["correct_at"]
    tables = columns(theirs, correct_at), columns(ours, correct_at)
    settings = report["settings"]
    how = plan([each["group"] for each in ours], settings["resamples"], settings["seed"], settings["unit"])
    rows = [row for key in HEADLINES if (row := _difference(FIGURES[key], tables, how))]
    # Where no resample differs there is nothing to test, and nothing to correct the others for.
    tested = [row for row in rows if row["p"] is not None]
    for row, adjusted in zip(tested, holm([row["p"] for row in tested]), strict=True):
        row["p_holm"] = round(adjusted, 6)
    for row in rows:
        row["verdict"] = _verdict(row)
    return {
        "against": {"fingerprint": other.get("fingerprint"), "dataset": other["dataset"]["name"]},
        "questions": len(ours),
        "only_here": len(report["records"]) - len(ours),
        "only_there": len(other["records"]) - len(ours),
        "swaps": _SWAPS,
        "figures": rows,
        **_changes(ours, theirs),
    }


def _aligned(report: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[list[Report], list[Report]]:
    """Return both runs' records of the questions they share, in this run's order."""
    if "records" not in other or "dataset" not in other:
        raise UsageError("the run to compare with has no records; use what `evaluate --json` wrote")
    theirs = {each["id"]: each for each in other["records"]}
    pairs = [(each, theirs[each["id"]]) for each in report["records"] if each["id"] in theirs]
    changed = next((a["id"] for a, b in pairs if _asked(a) != _asked(b)), None)
    if not pairs or changed is not None:
        what = "share no question" if not pairs else f"differ in question {changed!r} or its gold answers"
        raise UsageError(f"the two runs {what}; compare runs over the same file and normaliser")
    if report["settings"]["normaliser"] != other["settings"]["normaliser"]:
        raise UsageError("the two runs used different normalisers; run one of them again with --normaliser")
    return [a for a, _ in pairs], [b for _, b in pairs]


def _asked(record: Report) -> tuple[str, tuple[str, ...]]:
    return record["question"], tuple(record["answers"])


def _difference(figure: Figure, tables: tuple[Columns, Columns], how: Resampling) -> Report | None:
    """Return one figure before and after, or None where either run has none."""
    before_table, after_table = tables
    sample = judging.ones(len(before_table["all"]))
    before, after = figure.compute(before_table, sample)[0], figure.compute(after_table, sample)[0]
    if np.isnan(before) or np.isnan(after):
        return None
    both = {"before": partial(figure.compute, before_table), "after": partial(figure.compute, after_table)}
    drawn = spread(both, how)
    gaps = drawn["after"] - drawn["before"]
    bounds = interval(gaps, how.level)
    same = before == after and not np.nan_to_num(gaps).any()
    p = None if same else randomisation_p(figure, before_table, after_table, how)
    return {
        "key": figure.key,
        "before": round(float(before), 6),
        "after": round(float(after), 6),
        "difference": round(float(after - before), 6),
        "interval": bounds and [round(bound, 6) for bound in bounds],
        "p": None if p is None else round(p, 6),
        "p_holm": None,
        "better": None if figure.neutral else "lower" if figure.lower else "higher",
    }


def randomisation_p(figure: Figure, before: Columns, after: Columns, how: Resampling) -> float:
    """Return the two-sided p-value of the difference under random swaps of whole units between the runs."""
    both = {name: np.concatenate([before[name], after[name]]) for name in before}
    members = np.asarray(how.members, dtype=np.intp)
    generator = np.random.Generator(np.random.PCG64([how.seed, 1]))

    def gaps(swapped: Floats) -> Floats:
        stay = 1 - swapped
        first, second = np.hstack([stay, swapped]), np.hstack([swapped, stay])
        return np.abs(figure.compute(both, second) - figure.compute(both, first))

    observed = gaps(np.zeros((1, len(members))))[0]
    extreme = 0
    for _ in range(_SWAPS // _BLOCK):
        coins = generator.integers(0, 2, size=(_BLOCK, how.units)).astype(np.float64)
        extreme += int((gaps(coins[:, members]) >= observed - 1e-12).sum())
    return (extreme + 1) / (_SWAPS + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected by Holm's step-down, in the order given."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = highest
    return adjusted


def _verdict(row: Report) -> str:
    """Say what the test shows: identical, not shown, better, worse, or of a neutral figure the way."""
    if row["p_holm"] is None:
        return "identical"
    if row["p_holm"] >= 0.05:
        return "not shown"
    way = "higher" if row["difference"] > 0 else "lower"
    if row["better"] is None:
        return way
    return "better" if way == row["better"] else "worse"


def _changes(ours: Sequence[Report], theirs: Sequence[Report]) -> Report:
    """List the questions whose answer scores more or less than before, the largest change first."""
    rows = [_change(after, before) for after, before in zip(ours, theirs, strict=True)]
    rows.sort(key=lambda row: (-abs(row["f1_after"] - row["f1_before"]), row["id"]))
    better = [row for row in rows if row["f1_after"] > row["f1_before"]]
    worse = [row for row in rows if row["f1_after"] < row["f1_before"]]
    return {"better": better, "worse": worse, "unchanged": len(rows) - len(better) - len(worse)}


def _change(after: Report, before: Report) -> Report:
    return {
        "id": after["id"],
        "question": after["question"],
        "answers": after["answers"],
        "before": before["predicted"],
        "after": after["predicted"],
        "f1_before": before["f1"],
        "f1_after": after["f1"],
        "rank_before": _rank(before),
        "rank_after": _rank(after),
    }


def _rank(record: Report) -> int | None:
    """Return the rank of the first relevant hit of retrieval, from 1."""
    rows = record["retrieved"] or ()
    return next((rank for rank, row in enumerate(rows, 1) if row["relevant"]), None)
