"""Show how far indexing is, on stderr: a bar on a terminal, a sober line now and then elsewhere."""

import sys
import time
from types import TracebackType
from typing import Self

import click

__all__ = ["Progress"]

# A log is not a terminal: a line once it is clear that it takes a while, then now and then, and no more.
_FIRST, _EVERY = 1.0, 10.0


class Progress:
    """Count what is done: call it with (done, total), the total None where nobody knows it."""

    def __init__(self, label: str) -> None:
        from tqdm import tqdm  # type: ignore[import-untyped]

        shown = sys.stderr.isatty()
        self._label = label
        self._bar = tqdm(
            desc=label, unit="", file=sys.stderr, disable=not shown, leave=False, mininterval=0.2
        )
        self._due = time.monotonic() + _FIRST

    def __enter__(self) -> Self:
        """Start showing."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the cursor on a line of its own."""
        self._bar.close()

    def __call__(self, done: int, total: int | None) -> None:
        """Show `done` of `total`."""
        if not self._bar.disable:
            self._bar.total = total
            self._bar.update(done - self._bar.n)
        elif time.monotonic() > self._due:
            self._due = time.monotonic() + _EVERY
            click.echo(f"repondeur: {done}{f' of {total}' if total else ''} {self._label}", err=True)
