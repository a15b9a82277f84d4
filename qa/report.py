"""Write a report for a terminal and, as Markdown, for a pull request.

python -m qa.report run.json --html report.html     # show a run again without running it
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from qa.expected import Verdict
from qa.figures import FIGURES, HEADLINES
from qa.gate import Check
from qa.report_text import OUTCOMES
from qa.report_view import failures
from qa.summary import lookup

__all__ = ["checks_text", "comparison_text", "markdown", "summary_text", "threshold_text", "verdicts_text"]

Report = Mapping[str, Any]
_MOST = 10


def _value(key: str, value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f} ms" if key.startswith("latency_ms.") else f"{value:.3f}"


def _range(report: Report, key: str) -> str:
    bounds = report["intervals"].get(key)
    return f"{bounds[0]:.3f} – {bounds[1]:.3f}" if bounds else ""


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as columns, the first to the left, the others to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _arrow(key: str) -> str:
    return " ↓" if FIGURES[key].lower else ""


def _quoted(texts: Sequence[str]) -> str:
    return " · ".join(texts) or "∅"


def summary_text(report: Report) -> str:
    """Return the headline figures with intervals, the outcomes and the times, as aligned text."""
    shown = [key for key in HEADLINES if lookup(report, key) is not None]
    rows = [(key, _value(key, lookup(report, key)), _range(report, key)) for key in shown]
    outcomes = ", ".join(f"{count} {name}" for name, count in report["counts"]["outcomes"].items() if count)
    latency = report["latency_ms"]
    times = ", ".join(
        f"{name} {latency[name]:.0f} ms" for name in ("p50", "p95", "p99") if latency[name] is not None
    )
    how = report["resampling"]
    head = f"{report['dataset']['name']}: {report['questions']} questions"
    if not report["complete"]:
        head += f" of {report['planned']} (interrupted)"
    note = f"95 % intervals: {how['resamples']} resamples of {how['units']} {how['unit']}s"
    return "\n".join(
        [head, "", _aligned(rows), "", f"outcomes: {outcomes}", f"time to answer: {times}", note]
    )


def threshold_text(report: Report) -> str:
    """Return the threshold that reaches the wanted precision, and what it costs."""
    point = report["operating_point"]
    wanted = f"precision {point['target_precision']:.2f}"
    if point["threshold"] is None:
        return f"{wanted}: no threshold reaches it"
    return (
        f"{wanted}: answer at confidence >= {point['threshold']:.4f}, which answers {point['coverage']:.3f} "
        f"of the questions ({point['answered']}) with precision {point['precision']:.3f} "
        f"({point['precision_low']:.3f} – {point['precision_high']:.3f})"
    )


def checks_text(checks: Sequence[Check]) -> str:
    """Return the floors and ceilings as a table, what was missed marked FAIL."""
    rows = [("figure", "found", "wanted", "")]
    for each in checks:
        sign = ">=" if each.bound.at_least else "<="
        found = "undefined" if each.found is None else f"{each.found:.4f}"
        rows.append((each.bound.key, found, f"{sign} {each.bound.value:g}", "OK" if each.held else "FAIL"))
    return _aligned(rows)


def verdicts_text(verdicts: Sequence[Verdict]) -> str:
    """Return the published figures beside those found."""
    rows = [("figure", "published", "found", "floor", "")]
    for each in verdicts:
        want, found = each.expectation, "undefined" if each.found is None else f"{each.found:.4f}"
        rows.append((want.key, f"{want.value:.4f}", found, f"{want.floor:.4f}", each.word))
    return _aligned(rows)


def comparison_text(comparison: Report, most: int = _MOST) -> str:
    """Return a comparison as text: figures, then the questions that changed most."""
    rows = [("figure", "before", "after", "difference", "95 %", "p (Holm)", "")]
    for each in comparison["figures"]:
        bounds, p = each["interval"], each["p_holm"]
        span = f"{bounds[0]:+.3f} … {bounds[1]:+.3f}" if bounds else ""
        numbers = [f"{each['before']:.3f}", f"{each['after']:.3f}", f"{each['difference']:+.3f}"]
        rows.append((each["key"], *numbers, span, "" if p is None else f"{p:.4f}", each["verdict"]))
    lines = [_aligned(rows)]
    for name in ("better", "worse"):
        changed = comparison[name]
        lines += ["", f"{name}: {len(changed)} questions"]
        for each in changed[:most]:
            said = f"{each['before'] or '∅'} → {each['after'] or '∅'}"
            lines.append(f"  [{each['id']}] {each['question']}  gold: {_quoted(each['answers'])}  {said}")
    return "\n".join(lines)


def markdown(
    report: Report,
    *,
    comparison: Report | None = None,
    checks: Sequence[Check] = (),
    verdicts: Sequence[Verdict] = (),
) -> str:
    """Return the report as Markdown for a pull request."""
    title = f"## Évaluation : {_cell(report['dataset']['name'])} ({report['questions']} questions)"
    parts = [title, "", *_figure_lines(report), "", *_outcome_lines(report)]
    texts = (
        checks_text(checks) if checks else "",
        verdicts_text(verdicts) if verdicts else "",
        comparison_text(comparison) if comparison else "",
    )
    for text in filter(None, texts):
        fence = "`" * (3 + _longest_run(text))
        parts += ["", fence, text, fence]
    return "\n".join([*parts, "", *_failure_lines(report), f"Empreinte : `{report['fingerprint'][:16]}`", ""])


def _figure_lines(report: Report) -> list[str]:
    lines = []
    if not report["complete"]:
        lines += [f"**Interrompue : {report['questions']} questions sur {report['planned']}.**", ""]
    lines += ["| | valeur | intervalle à 95 % |", "|---|---:|---:|"]
    for key in HEADLINES:
        if (value := lookup(report, key)) is not None:
            lines.append(f"| {key}{_arrow(key)} | {_value(key, value)} | {_range(report, key)} |")
    times = [_value("latency_ms.", report["latency_ms"][name]) for name in ("p50", "p95")]
    return [*lines, f"| latency p50 / p95 | {' / '.join(times)} | |"]


def _outcome_lines(report: Report) -> list[str]:
    counts = report["counts"]["outcomes"].items()
    rows = [
        f"| {OUTCOMES[kind].fr} ({OUTCOMES[kind].fr_more}) | {count} |" for kind, count in counts if count
    ]
    return ["| ce qu’il advient des questions | |", "|---|---:|", *rows]


def _failure_lines(report: Report) -> list[str]:
    """Return the surest mistakes, folded away."""
    worst = [each for each in failures(report) if each.kind != "near"][:_MOST]
    if not worst:
        return []
    lines = [f"<details><summary>{len(worst)} erreurs, les plus graves d’abord</summary>", ""]
    lines += ["| | question | attendu | répondu |", "|---|---|---|---|"]
    lines += [
        f"| {each.label.fr} | {_cell(each.question)} | {_cell(_quoted(each.golds))} | {said} |"
        for each in worst
        for said in (_cell(each.said or "∅"),)
    ]
    return [*lines, "", "</details>", ""]


def _cell(text: str) -> str:
    """Make any text safe in a Markdown table: no bar, no line break, no markup."""
    text = text.replace("&", "&amp;")
    for sign in "\\`*_[]<>|#":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())


def _longest_run(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return longest


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write the HTML report.")
@click.option("--md", type=click.Path(dir_okay=False, path_type=Path), help="Write the Markdown report.")
def main(file: Path, html: Path | None, md: Path | None) -> None:
    """Show a run that `repondeur evaluate --json FILE` wrote."""
    from qa.report_html import render_html

    report = json.loads(file.read_text(encoding="utf-8"))
    comparison = report.get("comparison")
    if html:
        html.write_text(render_html(report, comparison=comparison), encoding="utf-8")
    if md:
        md.write_text(markdown(report, comparison=comparison), encoding="utf-8")
    click.echo(summary_text(report))


if __name__ == "__main__":
    main()
