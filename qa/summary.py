"""From records to the report: figures with intervals, curves, breakdowns, the counts of what went wrong.

The report is plain JSON; `latency_ms` and `timing` hold everything that differs between two equal runs.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np

from qa import abstention_metrics as judging
from qa.bootstrap import Resampling, interval, plan, spread
from qa.breakdown import CUTTERS, KINDS, failure_kind, members
from qa.evaluate import Options, Run, Times
from qa.figures import FIGURES, Columns, Figure, columns, quantile

__all__ = ["LATENCY_KEYS", "fingerprint", "lookup", "summarise"]

Report = dict[str, Any]
LATENCY_KEYS = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
_BROKEN_DOWN = (
    "retrieval.recall@5",
    "retrieval.mrr@10",
    "answers.exact_match",
    "answers.f1",
    "abstention.coverage",
)
_GROUPS = ("all", "answerable", "answered", "searched")
_TIMED = ("latency_ms", "timing")


def summarise(run: Run, options: Options, about: Mapping[str, Any]) -> Report:
    """Return the whole report; `about` (corpus, models, versions) is written into it as it is."""
    started = perf_counter()
    records = run.records
    table = columns(records, options.correct_at)
    how = plan([each["group"] for each in records], options.resamples, options.seed, options.unit)
    chosen = {key: each for key, each in FIGURES.items() if _applies(key, options)}
    report: Report = {"schema": 1, "questions": len(records), "planned": run.planned}
    report["complete"] = run.complete
    report |= _sections(chosen, table, how)
    report["counts"] = _counts(records, options)
    report["curves"] = _curves(table)
    report["operating_point"] = _operating_point(table, options)
    report["breakdown"] = {name: _parts(table, records, name, how) for name in CUTTERS}
    report["settings"] = {field: getattr(options, field) for field in Options.__slots__}
    report["resampling"] = how.describe()
    report["dataset"] = {"name": run.questions.name, "sha256": run.questions.sha256}
    report["about"] = dict(about)
    report |= _table_of_texts(records)
    report["fingerprint"] = fingerprint(report)
    report["latency_ms"] = _latency(run.times, how)
    report["timing"] = _timing(run, perf_counter() - started)
    return report


def fingerprint(report: Report) -> str:
    """Return the SHA-256 of all that must not differ between two runs on the same things."""
    kept = {key: value for key, value in report.items() if key not in {*_TIMED, "fingerprint"}}
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def lookup(report: Mapping[str, Any], key: str) -> float | None:
    """Return the figure of a dotted key such as `retrieval.recall@5`, None where it does not exist."""
    section, _, name = key.partition(".")
    value = report.get(section, {}).get(name) if name else None
    return None if value is None else float(value)


def _applies(key: str, options: Options) -> bool:
    """Leave out cuts deeper than what was asked for: they would repeat the deepest under another name."""
    section, _, name = key.partition(".")
    limit = {"retrieval": options.depth, "after_reading": options.k}.get(section)
    _, at, cut = name.partition("@")
    return limit is None or not at or int(cut) <= limit


def _clean(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 6)


def _sections(figures: Mapping[str, Figure], table: Columns, how: Resampling) -> Report:
    """Return the figures by section, and their intervals under the same dotted keys."""
    sample = judging.ones(len(table["all"]))
    made: Report = {"retrieval": {}, "after_reading": {}, "answers": {}, "abstention": {}, "intervals": {}}
    drawn = spread({key: partial(figure.compute, table) for key, figure in figures.items()}, how)
    for key, figure in figures.items():
        section, _, name = key.partition(".")
        made[section][name] = _clean(figure.compute(table, sample)[0])
        made["intervals"][key] = _bounds(figure, table, drawn[key], how)
    return made


def _bounds(
    figure: Figure, table: Columns, drawn: judging.Floats, how: Resampling
) -> list[float | None] | None:
    """Return the interval of resampled values.

    Where every question scores the same, 0 or 1, so does every resample, and the bootstrap would claim to be
    certain: Wilson's interval over the units that count stands in.
    """
    bounds = interval(drawn, how.level)
    if bounds and figure.among and bounds[0] == bounds[1] and bounds[0] in {0.0, 1.0}:
        units = len(set(np.asarray(how.members)[table[figure.among] > 0].tolist()))
        bounds = judging.wilson_interval(bounds[0] * units, units)
    return None if bounds is None else [_clean(bound) for bound in bounds]


def _counts(records: Sequence[Report], options: Options) -> Report:
    """Count questions by what became of them, and by where their gold document was found."""
    kinds = Counter(failure_kind(record, options.correct_at) for record in records)
    found = Counter(record["gold_found_by"] for record in records if record["answerable"])
    return {
        "answerable": sum(record["answerable"] for record in records),
        "unanswerable": sum(not record["answerable"] for record in records),
        "outcomes": {kind: kinds[kind] for kind in KINDS},
        "gold_document": {way: found[way] for way in ("id", "text", "absent")},
    }


def _curves(table: Columns) -> Report:
    points = judging.risk_coverage(table["wrong"], table["confidence"])
    keep = np.unique(np.linspace(0, len(points) - 1, min(200, len(points))).round().astype(int))
    return {
        "risk_coverage": [[round(number, 6) for number in points[place]] for place in keep],
        "calibration": [
            {key: round(value, 6) for key, value in row.items()}
            for row in judging.calibration_bins(table["right"], table["confidence"])
        ],
    }


def _operating_point(table: Columns, options: Options) -> Report:
    """Return the threshold that reaches the wanted precision, with what it costs in coverage."""
    found = judging.threshold_for_precision(table["right"], table["confidence"], options.target_precision)
    if found is None:
        return {"target_precision": options.target_precision, "threshold": None}
    return {"target_precision": options.target_precision} | {
        field: getattr(found, field) for field in judging.OperatingPoint.__slots__
    }


def _parts(table: Columns, records: Sequence[Report], name: str, how: Resampling) -> list[Report]:
    """Return the figures of each part of one breakdown, resampled within the same draws."""
    rows: list[Report] = []
    parts = members(records, CUTTERS[name])
    if len(parts) < 2:
        return rows
    sample = judging.ones(len(table["all"]))
    for label, places in parts.items():
        inside = np.zeros(len(table["all"]))
        inside[places] = 1
        row: Report = {"part": label, "questions": len(places)}
        row |= {key: _clean(FIGURES[key].compute(table, sample * inside)[0]) for key in _BROKEN_DOWN}
        if name != "document":
            row["intervals"] = _part_intervals(table, inside, how)
        rows.append(row)
    return rows


def _part_intervals(table: Columns, inside: judging.Floats, how: Resampling) -> Report:
    def within(key: str, weights: judging.Floats) -> judging.Floats:
        return FIGURES[key].compute(table, weights * inside)

    drawn = spread({key: partial(within, key) for key in _BROKEN_DOWN}, how)
    part = table | {name: table[name] * inside for name in _GROUPS}
    return {key: _bounds(FIGURES[key], part, drawn[key], how) for key in _BROKEN_DOWN}


def _table_of_texts(records: Sequence[Report]) -> Report:
    """Return the records with passages named, and each passage's text once."""
    texts: dict[str, str] = {}
    slim = []
    for record in records:
        copy = dict(record)
        for name in ("retrieved", "read"):
            for row in record[name] or ():
                texts[row["passage"]] = row["text"]
            copy[name] = record[name] and [
                {key: value for key, value in row.items() if key != "text"} for row in record[name]
            ]
        slim.append(copy)
    return {"records": slim, "texts": texts}


def _latency(times: Sequence[Times], how: Resampling) -> Report:
    """Return quantiles of the time to answer, their intervals, and those of retrieval alone."""
    asked = np.array([each.ask for each in times])
    ranked = np.array([each.retrieve for each in times if each.retrieve is not None])
    made: Report = dict.fromkeys(LATENCY_KEYS)
    if len(asked):
        made = {name: _quantile(asked, share) for name, share in LATENCY_KEYS.items()}
        drawn = spread({name: partial(_resampled, asked, share) for name, share in LATENCY_KEYS.items()}, how)
        bounds = {name: interval(values, how.level) for name, values in drawn.items()}
        made["intervals"] = {name: _rounded(each) for name, each in bounds.items()}
    if len(ranked):
        made["retrieve"] = {name: _quantile(ranked, share) for name, share in LATENCY_KEYS.items()}
    return made


def _rounded(bounds: tuple[float, float] | None) -> list[float] | None:
    return None if bounds is None else [round(bound, 3) for bound in bounds]


def _resampled(values: judging.Floats, share: float, weights: judging.Floats) -> judging.Floats:
    return quantile(values, weights, share)


def _quantile(values: judging.Floats, share: float) -> float:
    return round(float(quantile(values, judging.ones(len(values)), share)[0]), 3)


def _timing(run: Run, summing: float) -> Report:
    """Return seconds: in all, spent by what is evaluated, and the evaluation's own as a share of that."""
    asking = sum(each.ask + (each.retrieve or 0.0) for each in run.times) / 1000
    overhead = max(0.0, run.seconds - asking) + summing
    return {
        "seconds": round(run.seconds + summing, 3),
        "answering_seconds": round(asking, 3),
        "overhead": round(overhead / asking, 4) if asking else None,
        "ask_ms": [round(each.ask, 3) for each in run.times],
    }
