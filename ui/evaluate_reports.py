"""What `repondeur evaluate` leaves behind: files, tables, a verdict. No finished run is thrown away."""

import json
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from index.errors import RepondeurError, UsageError

if TYPE_CHECKING:
    from qa.expected import ExpectedRun, Verdict
    from qa.gate import Bound, Check

__all__ = ["check_places", "publish"]

Report = dict[str, Any]
_OUTPUTS = ("json_out", "trec_run", "trec_qrels", "md", "html")


def check_places(values: dict[str, Any]) -> None:
    """Raise UsageError for an output that could not be written once the questions are asked."""
    for path in (values[name] for name in _OUTPUTS):
        if path is None or _is_stream(path):
            continue
        if not path.parent.is_dir():
            raise UsageError(f"{path}: there is no folder {path.parent}; make it first")
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise UsageError(f"{path}: nothing may be written in {path.parent}; name another folder")


def publish(
    report: Report,
    values: dict[str, Any],
    other: Report | None,
    bounds: "Sequence[Bound]",
    published: "ExpectedRun | None",
) -> tuple[int, list[RepondeurError]]:
    """Write every output, show the tables; return the exit code and what could not be done."""
    from qa.expected import verdicts
    from qa.gate import check

    failures = [] if other is None else _compare(report, other, values["against"])
    checks = check(report, bounds)
    judged = verdicts(report, published) if published else []
    failures += _write_files(report, values, checks, judged)
    # Tables beside data would make neither of use to a program.
    _show(report, checks, judged, quiet=any(str(values[name]) == "-" for name in _OUTPUTS))
    missed = any(not each.held for each in checks) or any(each.word == "FAIL" for each in judged)
    return int(missed or not report["complete"]), failures


def _compare(report: Report, other: Report, path: Path) -> list[RepondeurError]:
    """Add the comparison to the report; return why there is none, which the files are not to wait for."""
    from qa.compare import compare

    try:
        report["comparison"] = compare(report, other)
    except RepondeurError as error:
        return [error]
    except (LookupError, TypeError, ValueError) as error:
        return [RepondeurError(f"{path}: no comparison, a record of it is not one ({error!r})")]
    return []


def _write_files(
    report: Report, values: dict[str, Any], checks: "Sequence[Check]", judged: "Sequence[Verdict]"
) -> list[RepondeurError]:
    """Write each output that was asked for; return those that failed, which do not keep others from it."""
    from qa.report import markdown
    from qa.trec import qrels_lines, run_lines

    comparison = report.get("comparison")
    extras: dict[str, Any] = {"comparison": comparison, "checks": checks, "verdicts": judged}
    makers: dict[str, Callable[[], Iterable[str]]] = {
        "json_out": lambda: [json.dumps(report, ensure_ascii=False, indent=1)],
        "trec_run": lambda: run_lines(report),
        "trec_qrels": lambda: qrels_lines(report),
        "md": lambda: [markdown(report, **extras)],
        "html": lambda: [_html(report, extras)],
    }
    # Streams last: whoever reads one may leave early, and the files are not to suffer from it.
    wanted = [name for name in _OUTPUTS if values[name] is not None]
    failures = []
    for name in sorted(wanted, key=lambda name: _is_stream(values[name])):
        try:
            _write(values[name], makers[name]())
        except BrokenPipeError:
            raise
        except OSError as error:
            failures.append(RepondeurError(f"{values[name]}: cannot be written ({error.strerror or error})"))
    return failures


def _html(report: Report, extras: dict[str, Any]) -> str:
    """Return the page; its templates are loaded for nobody else."""
    from qa.report_html import render_html

    return render_html(report, **extras)


def _write(path: Path, lines: Iterable[str]) -> None:
    """Write lines to a file, whole or not at all, or to a stream as they are."""
    text = "\n".join(lines) + "\n"
    if str(path) == "-":
        click.echo(text.encode("utf-8"), nl=False)
    elif _is_stream(path):
        path.write_text(text, encoding="utf-8")
    else:
        beside = path.with_name(f".{path.name}.part")
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)


def _is_stream(path: Path) -> bool:
    """Tell stdout and devices, which are written into, from files, which are replaced."""
    return str(path) == "-" or (path.exists() and not path.is_file())


def _show(report: Report, checks: "Sequence[Check]", judged: "Sequence[Verdict]", *, quiet: bool) -> None:
    """Print the tables to stdout, or to stderr where stdout carries data."""
    from qa.report import checks_text, comparison_text, summary_text, threshold_text, verdicts_text

    comparison = report.get("comparison")
    parts = [summary_text(report), threshold_text(report)]
    parts += [comparison_text(comparison)] if comparison else []
    parts += [verdicts_text(judged)] if judged else []
    parts += [checks_text(checks)] if checks else []
    click.echo("\n\n".join(part for part in parts if part), err=quiet)
