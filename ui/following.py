"""What `repondeur index --watch` does with a batch: read what was touched, prune what is gone, report."""

import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING

from ui.progress import Advance, Progress
from ui.watching import StoppedError, Watcher

if TYPE_CHECKING:
    from index.document import Document
    from index.loaders import Columns, Selection
    from index.report import IndexReport, Skipped

__all__ = ["follow"]


def follow(
    paths: Sequence[Path],
    corpus: Path,
    encoder: str,
    *,
    selection: "Selection",
    columns: "Columns",
    show: Callable[["IndexReport"], None],
    say: Callable[[str], None],
    rebuild: bool = False,
) -> None:
    """Index everything, then what changes, until SIGINT or SIGTERM; `show` gets each report."""
    from index.counting import count_articles
    from index.encoder import load_encoder
    from index.ledger import Ledger
    from index.touched import load_touched
    from index.writer import add_documents

    model = load_encoder(encoder)
    started = False

    def update(changed: set[Path] | None) -> None:
        nonlocal started
        ledger = Ledger()
        documents = load_touched(
            paths, changed, corpus, selection=selection, columns=columns, note=say, ledger=ledger
        )
        total = None if changed else count_articles(paths, selection)
        with Progress("articles") as progress:
            shown = Advance(progress, total)

            def advance(done: int, _: int | None) -> None:
                _go_on(stop)
                shown(done, None)

            report = add_documents(
                corpus,
                shown.reading(_unless(stop, documents)),
                model,
                progress=advance,
                rebuild=rebuild and not started,
                prune=paths,
                ledger=ledger,
            )
        if not started or report.changed or report.skipped:
            show(report)
        if not started:
            say(f"watching {', '.join(map(str, paths))}; Ctrl+C stops")
        started = True

    with _stoppable() as stop, suppress(StoppedError):
        Watcher(paths, corpus, update, say, stop).run()


def _go_on(stop: Event) -> None:
    """Raise StoppedError once the watch was told to end."""
    if stop.is_set():
        raise StoppedError


def _unless(stop: Event, documents: "Iterable[Document | Skipped]") -> "Iterator[Document | Skipped]":
    """Yield documents until the watch is told to end: half a batch is not published."""
    for document in documents:
        _go_on(stop)
        yield document


@contextmanager
def _stoppable() -> Iterator[Event]:
    """Yield an event that SIGINT or SIGTERM sets; a second one ends the process as it always would."""
    stop = Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in signals}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def handle(_number: int, _frame: FrameType | None) -> None:
        restore()
        stop.set()

    for number in signals:
        signal.signal(number, handle)
    try:
        yield stop
    finally:
        restore()
