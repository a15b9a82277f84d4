"""What the commands share: how they write, and the options most of them take."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

__all__ = ["corpus_option", "encoder_option", "json_option", "put", "reader_option", "say"]

Function = TypeVar("Function", bound=Callable[..., Any])


def say(message: str) -> None:
    """Write one line of log to stderr."""
    click.echo(f"repondeur: {message}", err=True)


def put(value: object) -> None:
    """Write one JSON line to stdout, in UTF-8 whatever the terminal."""
    click.echo(json.dumps(value, ensure_ascii=False).encode("utf-8"))


def default_corpus() -> Path:
    """Return the platform's user data folder for the corpus."""
    from platformdirs import user_data_path

    return user_data_path("repondeur", appauthor=False) / "corpus"


def corpus_option(function: Function) -> Function:
    """Add `--corpus DIR`."""
    return click.option(
        "--corpus",
        type=click.Path(path_type=Path),
        envvar="REPONDEUR_CORPUS",
        default=default_corpus,
        show_default="$REPONDEUR_CORPUS, or the user data folder",
        help="Folder of the corpus.",
    )(function)


def encoder_option(function: Function) -> Function:
    """Add `--encoder NAME`."""
    return click.option(
        "--encoder",
        envvar="REPONDEUR_ENCODER",
        default="bundled",
        show_default=True,
        help="Encoder: bundled, or a sentence-transformers model by hub name or folder.",
    )(function)


def reader_option(function: Function) -> Function:
    """Add `--reader NAME`."""
    return click.option(
        "--reader",
        envvar="REPONDEUR_READER",
        default="bundled",
        show_default=True,
        help="Reader: bundled, or none for passages only.",
    )(function)


json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON on stdout.")
