"""The `repondeur` command: data on stdout, progress and logs on stderr, exit codes 0, 1 and 2."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from index.errors import RepondeurError, UsageError
from ui.choosing import choosing_options
from ui.feedback_export import feedback
from ui.options import corpus_option, encoder_option, json_option, put, reader_option, say
from ui.upkeep import check, export, import_

if TYPE_CHECKING:
    from index.report import IndexReport
    from qa.answerer import Answerer

__all__ = ["main"]

MOST_PASSAGES = 50


class Commands(click.Group):
    """Turn our errors into one line on stderr and their exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; anything that is not ours or the system's shows its traceback."""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(1)
        except RepondeurError as error:
            say(str(error))
            ctx.exit(error.exit_code)
        except OSError as error:
            say(f"{error.strerror or error}: {error.filename or 'no file named'}")
            ctx.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="repondeur")
def main() -> None:
    """Answer questions about your own articles: exact words, their sources, or an honest no."""


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@corpus_option
@encoder_option
@click.option("--rebuild", is_flag=True, help="Cut and encode every stored document again.")
@click.option("--prune", is_flag=True, help="Remove documents that are gone from PATHS.")
@click.option("--watch", is_flag=True, help="Go on: index, update and prune whatever changes below PATHS.")
@choosing_options
@json_option
def index(
    paths: tuple[Path, ...], *, corpus: Path, encoder: str, watch: bool, as_json: bool, **chosen: Any
) -> None:
    """Add files and folders to the corpus, or update them."""
    from ui.indexing import index_paths, report_lines

    def show(report: "IndexReport") -> None:
        for each in report.skipped:
            say(f"skipped {each.path}: {each.reason}")
        if as_json:
            put(report.to_dict())
        else:
            click.echo("\n".join(report_lines(report.to_dict())))
        sys.stdout.flush()

    if watch:
        from ui.following import follow

        chosen.pop("prune")
        follow(paths, corpus, encoder, show=show, say=say, **chosen)
        return
    report = index_paths(paths, corpus, encoder, note=say, **chosen)
    show(report)
    if report.unpruned:
        raise click.exceptions.Exit(1)
    done = report.added + report.updated + report.unchanged + report.duplicates + report.removed
    # In a folder there may be nothing that can be read; a file given by its name is meant to be.
    if report.skipped and not done and not any(path.is_dir() for path in paths):
        raise click.exceptions.Exit(2)


@main.command()
@click.argument("ids", metavar="[ID…]", nargs=-1)
@click.option(
    "--below",
    metavar="PATH",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Also all documents from files at or below PATH, there or not.",
)
@corpus_option
@json_option
def remove(ids: tuple[str, ...], below: tuple[Path, ...], corpus: Path, as_json: bool) -> None:
    """Remove documents from the corpus by their ids."""
    if not ids and not below:
        raise click.UsageError("nothing to remove: give the ID of a document, or --below PATH")
    from index.writer import remove_documents
    from ui.indexing import report_lines

    report = remove_documents(corpus, list(ids), below=below).to_dict()
    if as_json:
        put(report)
    else:
        click.echo("\n".join(report_lines(report)))


@main.command()
@corpus_option
@json_option
def status(corpus: Path, as_json: bool) -> None:
    """Show what the corpus holds and what made it."""
    from ui.indexing import describe, status_lines

    described = describe(corpus)
    if as_json:
        put(described)
    else:
        click.echo("\n".join(status_lines(described)))


@main.command()
@click.argument("question")
@click.option("-k", default=5, show_default=True, type=click.IntRange(1, MOST_PASSAGES), help="Passages.")
@click.option("--lang", default="fr", show_default=True, type=click.Choice(["fr", "en"]), help="Language.")
@corpus_option
@encoder_option
@reader_option
@json_option
def ask(question: str, *, k: int, lang: str, corpus: Path, encoder: str, reader: str, as_json: bool) -> None:
    """Answer QUESTION, or with - each line of stdin.

    Each line gets its result, a blank one too; the exit code is 2 where one was no question.
    """
    from qa.question import clean
    from ui.asking import ask_lines, show

    if question != "-":
        clean(question)
    elif sys.stdin is None:
        raise UsageError("stdin is closed: with - the questions are read from there, one a line")
    answerer = open_answerer(corpus, encoder, reader)
    if question != "-":
        show(answerer.ask(question, k=k, lang=lang), lang, as_json=as_json)
    elif ask_lines(answerer, sys.stdin.buffer, k=k, lang=lang, as_json=as_json):
        raise click.exceptions.Exit(2)


def open_answerer(corpus: Path, encoder: str, reader: str) -> "Answerer":
    """Open the corpus, the seed article first when there is none."""
    from qa.answerer import Answerer
    from ui.starter import ensure_corpus

    ensure_corpus(corpus, encoder, say)
    return Answerer.open(corpus, encoder=encoder, reader=reader)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=7860, show_default=True, type=click.IntRange(0, 65535), help="0 for any free."
)
@corpus_option
@encoder_option
@reader_option
@click.option("--allow-origin", "allow_origins", multiple=True, help="Site that may show the widget; repeat.")
@click.option("--title", default="Répondeur", show_default=True, help="Name on the page.")
@click.option("--example", "examples", multiple=True, help="Question to offer on the page; repeat.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Answers at once.")
@click.option("--threads", type=click.IntRange(1, 64), help="Passages read at once; else one a core.")
@click.option(
    "--queue", default=12, show_default=True, type=click.IntRange(0, 10_000), help="Answers waiting."
)
@click.option(
    "--per-minute", default=60, show_default=True, type=click.IntRange(0), help="Per visitor; 0: any."
)
@click.option(
    "--per-minute-site", default=600, show_default=True, type=click.IntRange(0), help="Per --allow-origin."
)
@click.option("--root-path", default="", help="Prefix a reverse proxy serves this under, as /questions.")
@click.option("--proxies", default="", help="Addresses of reverse proxies to believe, comma separated.")
@click.option(
    "--feedback",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="REPONDEUR_FEEDBACK",
    help="Where opinions of answers are kept.  [default: beside the corpus; off: nowhere]",
)
@click.option("--no-feedback", is_flag=True, help="Ask nobody for an opinion.")
@click.option("--log-questions", is_flag=True, help="Write the questions themselves to the log.")
def serve(
    *,
    host: str,
    port: int,
    corpus: Path,
    encoder: str,
    reader: str,
    proxies: str,
    feedback: Path | None,
    no_feedback: bool,
    **chosen: Any,
) -> None:
    """Serve the page, the widget and the HTTP API.

    With a token in $REPONDEUR_ADMIN_TOKEN, documents can be added and removed over HTTP.
    """
    from ui.serve import bind, build, feedback_place, origins, run
    from ui.settings import Settings

    chosen["allow_origins"] = origins(chosen["allow_origins"])
    chosen["feedback"] = feedback_place(corpus, feedback, say, off=no_feedback)
    chosen["root_path"] = chosen["root_path"].rstrip("/")
    settings = Settings(**chosen, admin_token=os.environ.get("REPONDEUR_ADMIN_TOKEN", ""))
    with bind(host, port) as listening:
        run(build(corpus, encoder, reader, settings, say), listening, proxies=proxies)


@main.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    short_help="Measure answers against a question set.",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def evaluate(arguments: tuple[str, ...]) -> None:
    """Measure answers against a question set (`repondeur evaluate --help`)."""
    from ui.evaluate import evaluate as command

    code = command.main(args=list(arguments), prog_name="repondeur evaluate", standalone_mode=False)
    raise click.exceptions.Exit(code if isinstance(code, int) else 0)


for command in (check, export, import_, feedback):
    main.add_command(command)
