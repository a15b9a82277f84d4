"""The commands that look after a corpus: check it in full, move it as one file."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ui.options import corpus_option, json_option, put

if TYPE_CHECKING:
    from index.archive import ArchiveReport

__all__ = ["check", "export", "import_"]


@click.command()
@corpus_option
@json_option
def check(*, corpus: Path, as_json: bool) -> None:
    """Check every file and invariant of the corpus; exit with 1 where something is wrong."""
    from index.verify import verify

    verdict = verify(corpus)
    if as_json:
        put({"corpus": str(corpus), "sound": not verdict.problems, **asdict(verdict)})
    else:
        for problem in verdict.problems:
            click.echo(f"{problem.name}: {problem.detail}\n  remedy: {problem.remedy}")
        found = f"{len(verdict.problems)} problem(s)" if verdict.problems else "sound"
        generation = "" if verdict.generation is None else f"generation {verdict.generation}, "
        click.echo(
            f"{found}: {generation}{verdict.documents} documents, {verdict.passages} passages, "
            f"{verdict.files} files of {verdict.bytes / 1e6:.1f} MB in {verdict.seconds:.1f} s"
        )
    if verdict.problems:
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@corpus_option
@json_option
def export(*, file: Path, corpus: Path, as_json: bool) -> None:
    """Write the corpus to one archive, FILE; a file of that name is replaced."""
    from index.archive import export_corpus

    _report(export_corpus(corpus, file), file, "wrote", as_json=as_json)


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@corpus_option
@click.option("--replace", is_flag=True, help="Replace the documents that the corpus holds.")
@json_option
def import_(*, file: Path, corpus: Path, replace: bool, as_json: bool) -> None:
    """Take over the corpus of an archive that `export` wrote; every byte is checked first."""
    from index.unpacking import import_corpus

    _report(import_corpus(corpus, file, replace=replace), file, "read", as_json=as_json)


def _report(report: "ArchiveReport", file: Path, done: str, *, as_json: bool) -> None:
    """Say what was moved."""
    if as_json:
        put({"archive": str(file), **asdict(report)})
        return
    click.echo(
        f"{done} {file}: {report.documents} documents in {report.passages} passages (generation "
        f"{report.generation}, encoder {report.encoder}), {report.bytes / 1e6:.1f} MB, {report.seconds:.1f} s"
    )
    click.echo(f"sha256 {report.sha256}")
