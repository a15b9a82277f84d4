"""Write a report as one HTML file that asks nothing of any network and opens from file://."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined

from qa import plots
from qa.expected import Verdict
from qa.gate import Check
from qa.report_text import BREAKDOWNS, OUTCOMES
from qa.report_view import FAILURES, failures, rows

__all__ = ["render_html"]

_SECTIONS = ("retrieval", "after_reading", "answers", "abstention")
_CARDS = (
    "retrieval.recall@1",
    "retrieval.recall@5",
    "answers.exact_match",
    "answers.f1",
    "abstention.coverage",
    "abstention.risk",
    "answers.no_answer_f1",
    "retrieval.mrr@10",
)


def render_html(
    report: Mapping[str, Any],
    *,
    comparison: Mapping[str, Any] | None = None,
    checks: Sequence[Check] = (),
    verdicts: Sequence[Verdict] = (),
) -> str:
    """Return the page; every value is escaped by the template engine."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"pct": _percent, "num": _number, "thin": _thin}
    template = environment.from_string(_resource("report.html"))
    sections = {name: rows(report, name) for name in _SECTIONS}
    figures = {row.key: row for each in sections.values() for row in each}
    return template.render(
        report=report,
        css=_resource("report.css"),
        script=_resource("report.js"),
        cards=[figures[key] for key in _CARDS if key in figures][:7],
        sections={name: each for name, each in sections.items() if each},
        figures=figures,
        plots=_plots(report),
        outcomes=[(kind, OUTCOMES[kind], report["counts"]["outcomes"][kind]) for kind in _ORDER],
        stack=plots.outcome_bar([(kind, report["counts"]["outcomes"][kind]) for kind in _ORDER]),
        breakdowns=[(name, BREAKDOWNS[name], parts) for name, parts in report["breakdown"].items() if parts],
        failures=failures(report),
        kinds=FAILURES,
        comparison=comparison,
        checks=checks,
        verdicts=verdicts,
    )


_ORDER = ("exact", "near", "silent_rightly", "withheld", "misread", "not_found", "invented", "refused")


def _resource(name: str) -> str:
    return (files("qa") / name).read_text(encoding="utf-8")


def _plots(report: Mapping[str, Any]) -> dict[str, Any]:
    abstention, latency = report["abstention"], report["latency_ms"]
    marks = {name: latency[name] for name in ("p50", "p95", "p99") if latency.get(name) is not None}
    return {
        "recall": plots.recall_curve(report["retrieval"], report["after_reading"], report["intervals"]),
        "risk": plots.risk_coverage(
            report["curves"]["risk_coverage"], abstention["coverage"], abstention["risk"]
        ),
        "calibration": plots.calibration(report["curves"]["calibration"]),
        "latency": plots.latency(report["timing"]["ask_ms"], marks),
    }


def _percent(value: float | None, digits: int = 1) -> str:
    """Write a share as a percentage, French style; the script of the page turns it for English."""
    return "–" if value is None else f"{value * 100:.{digits}f}".replace(".", ",") + "\u202f%"


def _number(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}".replace(".", ",").replace("-", "\u2212")


def _thin(value: int) -> str:
    """Write a count with thin spaces between thousands."""
    return f"{value:,}".replace(",", "\u202f")
