"""`repondeur evaluate`: from a question file to figures, a report, a verdict and an exit code."""

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from index.errors import RepondeurError, UsageError

if TYPE_CHECKING:
    from qa.evaluate import Options
    from qa.evaluation_session import Source
    from qa.expected import ExpectedRun
    from qa.gate import Bound
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
@click.option("--threads", type=click.IntRange(1), help="Passages read at once; else a core each, up to 4.")
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
    from ui.evaluate_against import read_other
    from ui.evaluate_reports import check_places, publish
    from ui.progress import Progress

    options, bounds = _options(values), _bounds(values)
    check_places(values)
    questions = read_questions(values["questions"])
    asked = questions.questions[: values["limit"]]
    other = read_other(values["against"], asked, options.normaliser) if values["against"] else None
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
    code, failures = publish(report, values, other, bounds, published)
    return _settled(code, [*failures, *_threshold_failure(values, report)])


def _settled(code: int, failures: "Sequence[RepondeurError]") -> int:
    """Return the exit code, or raise what went wrong once the questions were asked."""
    for failure in failures[1:]:
        click.echo(f"repondeur: {failure}", err=True)
    if failures:
        raise failures[0]
    return code


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


def _threshold_failure(values: dict[str, Any], report: dict[str, Any]) -> list[RepondeurError]:
    """Write the threshold where that was asked for, and return what prevented it."""
    try:
        if values["write_threshold"]:
            _write_threshold(values["corpus"], report)
    except RepondeurError as error:
        return [error]
    return []


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
