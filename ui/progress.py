"""Show how far a run is, on stderr: a bar on a terminal, a sober line now and then elsewhere."""

import sys
import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self, TypeVar

import click

__all__ = ["Advance", "Progress"]

Item = TypeVar("Item")
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

    def __call__(self, done: int, total: int | None, beside: str = "") -> None:
        """Show `done` of `total`, and what is to be said beside it."""
        if not self._bar.disable:
            self._bar.total = total
            self._bar.set_postfix_str(beside, refresh=False)
            self._bar.update(done - self._bar.n)
        elif time.monotonic() > self._due:
            self._due = time.monotonic() + _EVERY
            shown = f"{done}{f' of {total}' if total else ''} {self._label}{f', {beside}' if beside else ''}"
            click.echo(f"repondeur: {shown}", err=True)


class Advance:
    """Show how many articles were read of how many, and how fast their passages are indexed."""

    def __init__(self, progress: Progress, total: int | None) -> None:
        self._progress, self._total = progress, total
        self._articles = self._passages = 0
        self._began = time.monotonic()

    def reading(self, articles: Iterable[Item]) -> Iterator[Item]:
        """Yield the articles and count them."""
        for article in articles:
            yield article
            self._articles += 1
            self._show()

    def __call__(self, passages: int, _: int | None) -> None:
        """Take note of the passages done."""
        self._passages = passages
        self._show()

    def _show(self) -> None:
        """Show both; a total that turns out too small is no total."""
        total = self._total if self._total and self._articles <= self._total else None
        rate = self._passages / max(time.monotonic() - self._began, 1e-3)
        beside = f"{self._passages} passages, {rate:.1f} a second" if self._passages else ""
        self._progress(self._articles, total, beside)
