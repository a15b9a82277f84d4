"""The options of `repondeur index` that say which files are meant and how tables name their columns."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import click

__all__ = ["choosing_options"]

Function = TypeVar("Function", bound=Callable[..., Any])
_ROLES = {
    "text": "the text",
    "title": "the title",
    "date": "the date",
    "id": "the id",
    "url": "the address or source",
}


def choosing_options(function: Function) -> Function:
    """Add `--include`, `--exclude` and `--*-column`; the command gets them as `selection` and `columns`."""

    @functools.wraps(function)
    def command(*args: Any, include: tuple[str, ...], exclude: tuple[str, ...], **others: Any) -> Any:
        from index.loaders import Columns, Selection

        named = {role: others.pop(f"{role}_column") for role in _ROLES}
        return function(*args, selection=Selection(include, exclude), columns=Columns(**named), **others)

    for role, what in reversed(_ROLES.items()):
        help_text = f"Column of CSV and JSON lines that holds {what}; else guessed by name."
        command = click.option(f"--{role}-column", metavar="NAME", help=help_text)(command)
    command = click.option(
        "--exclude", multiple=True, metavar="GLOB", help="Files or folders to leave out; repeat."
    )(command)
    return click.option(  # type: ignore[return-value]
        "--include", multiple=True, metavar="GLOB", help="Only these files of folders and archives; repeat."
    )(command)
