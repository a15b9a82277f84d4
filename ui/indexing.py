"""The work of `repondeur index`, `remove` and `status`."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ui.progress import Advance, Progress

if TYPE_CHECKING:
    from index.loaders import Columns, Selection
    from index.report import IndexReport

__all__ = ["describe", "index_paths", "report_lines", "status_lines"]


def index_paths(
    paths: Sequence[Path],
    corpus: Path,
    encoder: str,
    *,
    rebuild: bool,
    prune: bool = False,
    selection: "Selection | None" = None,
    columns: "Columns | None" = None,
    note: Callable[[str], None] | None = None,
) -> "IndexReport":
    """Index files and folders, showing on stderr how far it is; with `prune`, what lost its file leaves."""
    from index.counting import count_articles
    from index.encoder import load_encoder
    from index.ledger import Ledger
    from index.loaders import Columns, Selection
    from index.touched import load_touched
    from index.writer import add_documents

    chosen, named = selection or Selection(), columns or Columns()
    ledger = Ledger()
    documents = load_touched(paths, None, corpus, selection=chosen, columns=named, note=note, ledger=ledger)
    with Progress("articles") as progress:
        advance = Advance(progress, count_articles(paths, chosen))
        return add_documents(
            corpus,
            advance.reading(documents),
            load_encoder(encoder),
            progress=advance,
            rebuild=rebuild,
            prune=paths if prune else (),
            ledger=ledger,
        )


def report_lines(report: dict[str, Any]) -> list[str]:
    """Return a report of the writer as lines for people."""
    counts = ("added", "updated", "unchanged", "removed", "duplicates")
    changed = ", ".join(f"{report[name]} {name}" for name in counts if report.get(name))
    return [
        f"{changed or 'nothing to do'} in {report['seconds']:.1f} s",
        f"the corpus holds {report['documents']} documents in {report['passages']} passages "
        f"(generation {report['generation']})",
    ]


def describe(corpus: Path) -> dict[str, Any]:
    """Return what the corpus at this place holds and what made it."""
    from index.corpus import Corpus

    manifest = asdict(Corpus.open(corpus).manifest)
    files = [each for each in corpus.rglob("*") if each.is_file()]
    size = sum(each.stat().st_size for each in files)
    return {"corpus": str(corpus), **manifest.pop("counts"), **manifest, "bytes": size}


def status_lines(described: dict[str, Any]) -> list[str]:
    """Return what `describe` found as lines for people, checksums left to the JSON."""
    shown = {name: described[name] for name in ("corpus", "documents", "passages", "generation", "created")}
    encoder = described["encoder"]
    shown["encoder"] = f"{encoder['name']} ({encoder['dimension']} dimensions)"
    shown["on disk"] = f"{described['bytes'] / 1e6:.1f} MB, format {described['format_version']}"
    return [f"{name:<10}  {value}" for name, value in shown.items()]
