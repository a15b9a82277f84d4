"""`repondeur evaluate`: from a question file to figures, a report, a verdict and an exit code."""

import json
import signal
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from index.errors import RepondeurError, UsageError

if TYPE_CHECKING:
    from qa.evaluate import Options
    from qa.evaluation_session import Source
    from qa.expected import ExpectedRun, Verdict
    from qa.gate import Bound, Check
    from qa.questions import QuestionSet

__all__ = ["evaluate", "evaluate_command"]

_In = click.Path(dir_okay=False, path_type=Path)
_Out = click.Path(dir_okay=False, path_type=Path, allow_dash=True)
_Folder = click.Path(file_okay=False, path_type=Path)
_SHARE = click.FloatRange(0, 1, min_open=True)


@click.command("evaluate", context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("questions", type=_In)
@click.option("--corpus", type=_Folder, help="Search this corpus. Without it: the file's own contexts.")
@click.option("--distractors", type=_In, multiple=True, help="More documents: SQuAD .json or corpus .jsonl.")
@click.option("--whole-contexts", is_flag=True, help="Index each document as one passage.")
@click.option("--into", type=_Folder, help="Keep the corpus made for this evaluation in this new folder.")
@click.option("--gold-passages", is_flag=True, help="No search: the reader gets each question's context.")
@click.option("-k", default=5, type=click.IntRange(1, 50), help="Passages shown with an answer.")
@click.option("--depth", default=10, type=click.IntRange(10, 1000), help="Passages ranked for the figures.")
@click.option("--limit", type=click.IntRange(1), help="Ask only the first questions of the file.")
@click.option("--normaliser", default="fr", help="One of fr, fr+articles, en, en+articles, raw.")
@click.option("--correct-at", default=0.5, type=_SHARE, help="F1 from which an answer is right.")
@click.option("--resamples", default=2000, type=click.IntRange(100, 100_000), help="Of the bootstrap.")
@click.option("--resample", "unit", default="auto", type=click.Choice(["auto", "article", "question"]))
@click.option("--seed", default=20, type=click.IntRange(0), help="Of the resampling.")
@click.option("--target-precision", default=0.9, type=_SHARE, help="Show the threshold that reaches it.")
@click.option("--write-threshold", is_flag=True, help="Write that threshold to the settings of --corpus.")
@click.option("--encoder", default="bundled", envvar="REPONDEUR_ENCODER")
@click.option("--reader", default="bundled", envvar="REPONDEUR_READER")
@click.option("--threads", default=1, type=click.IntRange(1), help="Of the models.")
@click.option("--json", "json_out", type=_Out, help="Write the whole report as JSON; - for stdout.")
@click.option("--html", type=_Out, help="Write a page with tables, plots and every failure.")
@click.option("--md", type=_Out, help="Write Markdown for a pull request.")
@click.option("--trec-run", type=_Out, help="Write the rankings as a TREC run.")
@click.option("--trec-qrels", type=_Out, help="Write the judgements as TREC qrels.")
@click.option("--against", type=_In, help="Compare with the JSON of another run, question by question.")
@click.option("--min", "floors", multiple=True, metavar="KEY=VALUE", help="Exit 1 below, e.g. f1=0.7.")
@click.option("--max", "ceilings", multiple=True, metavar="KEY=VALUE", help="Exit 1 above, e.g. p95=400.")
@click.option("--expected", metavar="FILE[#RUN]", help="Hold against published figures; exit 1 on FAIL.")
@click.pass_context
def evaluate_command(context: click.Context, /, **values: Any) -> None:
    """Measure answers against QUESTIONS: SQuAD v1.1/v2.0 .json, .jsonl or .csv.

    Searches the file's own contexts with any distractors, or an existing corpus. Ctrl-C reports on what was
    asked so far. Exit codes: 0 done, 1 a floor was missed or the run was interrupted, 2 misused.
    """
    context.exit(_evaluate(values))


evaluate = evaluate_command


def _evaluate(values: dict[str, Any]) -> int:
    """Run it all; what can be wrong in the call is checked before the first question is asked."""
    from qa.evaluation_session import machine, open_session
    from qa.questions import read_questions
    from qa.summary import summarise
    from ui.progress import Progress

    options, bounds = _options(values), _bounds(values)
    other = _read_report(values["against"]) if values["against"] else None
    questions = read_questions(values["questions"])
    published = _published(values["expected"], questions) if values["expected"] else None
    source = _source(values)
    with open_session(questions, source, limit=values["limit"], indexing=_indexing) as session:
        with Progress("questions") as progress:
            run = session.run(options, progress)
        if not run.records:
            raise RepondeurError("interrupted before the first answer: nothing to report")
        with _finishing():
            report = summarise(run, options, session.about(options))
    report["timing"] |= machine()
    if values["write_threshold"]:
        _write_threshold(values["corpus"], report)
    return _publish(report, values, other, bounds, published)


@contextmanager
def _finishing() -> Iterator[None]:
    """Let a first Ctrl-C pass while the figures are made: what was asked is not to be lost for impatience."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def once(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, before)
        click.echo("repondeur: finishing the report; Ctrl-C again drops it", err=True)

    before = signal.signal(signal.SIGINT, once)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _indexing(done: int, _total: int | None) -> None:
    """Say now and then how far the indexing of the evaluation's own corpus is."""
    if done % 200 == 0:
        click.echo(f"repondeur: {done} passages indexed", err=True)


def _options(values: dict[str, Any]) -> "Options":
    from qa.evaluate import Options
    from qa.normalise import normaliser

    try:
        normaliser(values["normaliser"])
    except KeyError as error:
        raise UsageError(str(error.args[0])) from None
    return Options(**{name: values[name] for name in Options.__slots__})


def _bounds(values: dict[str, Any]) -> "list[Bound]":
    from qa.gate import parse_bound

    floors = [parse_bound(text) for text in values["floors"]]
    return floors + [parse_bound(text, at_least=False) for text in values["ceilings"]]


def _source(values: dict[str, Any]) -> "Source":
    from qa.evaluation_session import Source

    if values["corpus"] and (values["distractors"] or values["whole_contexts"] or values["into"]):
        raise UsageError("--corpus is searched as it is: drop --distractors, --whole-contexts, --into")
    if values["write_threshold"] and not values["corpus"]:
        raise UsageError("--write-threshold needs --corpus, whose settings it changes")
    return Source(**{name: values[name] for name in Source.__slots__})


def _published(place: str, questions: "QuestionSet") -> "ExpectedRun":
    """Return the published figures of FILE#RUN; RUN is by default the question file's name."""
    from qa.expected import read_expected

    file, _, name = place.partition("#")
    runs = read_expected(Path(file))
    name = name or questions.name
    if name not in runs:
        raise UsageError(f"{file} publishes no run {name!r}; it has {', '.join(runs) or 'none'}: add #RUN")
    return runs[name]


def _read_report(path: Path) -> dict[str, Any]:
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read as the JSON of a run ({error})") from None
    if not isinstance(report, dict) or not {"records", "settings", "dataset"} <= report.keys():
        raise UsageError(f"{path}: not what `repondeur evaluate --json` writes: no records in it")
    return report


def _write_threshold(corpus: Path, report: dict[str, Any]) -> None:
    from index.writer import write_settings
    from qa.answerer import THRESHOLD

    point = report["operating_point"]
    if point["threshold"] is None:
        raise RepondeurError(f"no threshold reaches a precision of {point['target_precision']}: none written")
    # Reported confidences are rounded to 4 places; half of the last one down, those counted here pass again.
    threshold = max(0.0, point["threshold"] - 0.00005)
    write_settings(corpus, {THRESHOLD: threshold})
    click.echo(f"repondeur: {THRESHOLD} = {threshold:.5f} written to {corpus}", err=True)


def _publish(
    report: dict[str, Any],
    values: dict[str, Any],
    other: dict[str, Any] | None,
    bounds: "Sequence[Bound]",
    published: "ExpectedRun | None",
) -> int:
    """Write every output that was asked for, show the tables, and return the exit code."""
    from qa.compare import compare
    from qa.expected import verdicts
    from qa.gate import check

    comparison = None if other is None else compare(report, other)
    if comparison is not None:
        report["comparison"] = comparison
    checks = check(report, bounds)
    judged = verdicts(report, published) if published else []
    _write_files(report, values, comparison, checks, judged)
    _show(report, comparison, checks, judged, quiet=str(values["json_out"]) == "-")
    missed = any(not each.held for each in checks) or any(each.word == "FAIL" for each in judged)
    return int(missed or not report["complete"])


def _write_files(
    report: dict[str, Any],
    values: dict[str, Any],
    comparison: dict[str, Any] | None,
    checks: "Sequence[Check]",
    judged: "Sequence[Verdict]",
) -> None:
    from qa.report import markdown
    from qa.trec import qrels_lines, run_lines

    _write(values["json_out"], lambda: [json.dumps(report, ensure_ascii=False, indent=1)])
    _write(values["trec_run"], lambda: run_lines(report))
    _write(values["trec_qrels"], lambda: qrels_lines(report))
    extras: dict[str, Any] = {"comparison": comparison, "checks": checks, "verdicts": judged}
    _write(values["md"], lambda: [markdown(report, **extras)])
    if values["html"]:
        from qa.report_html import render_html

        _write(values["html"], lambda: [render_html(report, **extras)])


def _write(path: Path | None, lines: Any) -> None:
    """Write lines to a file, whole or not at all, or to stdout for `-`."""
    if path is None:
        return
    made: Iterable[str] = lines()
    text = "\n".join(made) + "\n"
    if str(path) == "-":
        click.echo(text.encode("utf-8"), nl=False)
        return
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _show(
    report: dict[str, Any],
    comparison: dict[str, Any] | None,
    checks: "Sequence[Check]",
    judged: "Sequence[Verdict]",
    *,
    quiet: bool,
) -> None:
    """Print the tables to stdout, or to stderr where stdout carries the JSON."""
    from qa.report import checks_text, comparison_text, summary_text, threshold_text, verdicts_text

    parts = [summary_text(report), threshold_text(report)]
    parts += [comparison_text(comparison)] if comparison else []
    parts += [verdicts_text(judged)] if judged else []
    parts += [checks_text(checks)] if checks else []
    click.echo("\n\n".join(part for part in parts if part), err=quiet)
