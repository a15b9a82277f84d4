"""Change a corpus: add and update documents, remove them, write tuned settings. One writer at a time."""

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from index.chunking import ChunkSettings
from index.desk import Desk
from index.document import Document
from index.draft import Draft, Progress
from index.errors import CorpusMissing
from index.french import ANALYSIS_VERSION
from index.layout import MANIFEST, files_of, link_or_copy
from index.lazy import LazyEncoder
from index.ledger import Ledger
from index.locking import writing
from index.manifest import Manifest, check_encoder
from index.protocols import Encoder
from index.report import IndexReport, Skipped

__all__ = ["IndexReport", "Skipped", "add_documents", "remove_documents", "write_settings"]


def add_documents(
    folder: Path,
    documents: Iterable[Document | Skipped],
    encoder: Encoder,
    *,
    progress: Progress | None = None,
    chunking: ChunkSettings | None = None,
    rebuild: bool = False,
    prune: Sequence[Path] = (),
    ledger: Ledger | None = None,
) -> IndexReport:
    """Add documents to the corpus in a folder, made where there is none; an id that is there is updated.

    Documents stream: few are in memory at a time. `progress` gets (passages done, None). What changes
    nothing leaves the generation as it is. `chunking` other than the corpus' own, or `rebuild`, cuts every
    stored document again; `rebuild` is also what accepts another encoder (else EncoderMismatch).
    Documents from files at or below the paths `prune` leave where their file is gone, and where it no longer
    gives them by `ledger`, which whoever reads the documents fills.
    Raises CorpusLocked while another process writes, CorpusError where the disk refuses.
    """
    began = time.perf_counter()
    with writing(folder, create=True) as (layout, live):
        if live and not rebuild:
            check_encoder(live, encoder)
        settings = chunking or (live.chunking if live else ChunkSettings())
        fresh = rebuild or live is None or live.chunking != settings or live.analysis != ANALYSIS_VERSION

        def open_draft() -> Draft:
            return Draft(layout, live, encoder, settings, fresh=fresh, progress=progress)

        with Desk(layout, live, open_draft) as desk:
            if live and fresh:
                desk.restore()
            if prune:
                desk.prune(prune)
            desk.take(documents)
            if prune and ledger:
                desk.prune_read(ledger)
            report = desk.publish()
    report.seconds = round(time.perf_counter() - began, 3)
    return report


def remove_documents(
    folder: Path, ids: Sequence[str], encoder: Encoder | None = None, *, below: Sequence[Path] = ()
) -> IndexReport:
    """Remove documents by id, and those from files at or below some paths, there or not.

    UsageError names ids that are not there, or a path without documents, and then nothing is removed.
    What a removed document held may live on as a near copy in another, which then needs a vector: the corpus'
    own encoder is loaded for that where none is given.
    """
    began = time.perf_counter()
    with writing(folder) as (layout, live):
        if live is None:
            raise CorpusMissing(f"no corpus in {folder}")
        own = encoder or LazyEncoder(live.encoder)
        check_encoder(live, own)
        with Desk(layout, live, lambda: Draft(layout, live, own, live.chunking, fresh=False)) as desk:
            desk.remove(ids)
            desk.remove_below(below)
            report = desk.publish()
    report.seconds = round(time.perf_counter() - began, 3)
    return report


def write_settings(folder: Path, settings: Mapping[str, float]) -> Manifest:
    """Make a generation of the same files with these settings added to those it has; return its manifest."""
    with writing(folder) as (layout, live):
        if live is None:
            raise CorpusMissing(f"no corpus in {folder}")
        merged = {**live.settings, **{name: float(value) for name, value in settings.items()}}
        if merged == live.settings:
            return live
        manifest = live.next(layout.next_number(), settings=merged)
        building = layout.start_building(manifest.generation)
        for name, path in files_of(layout.generation(live.generation)).items():
            (building / name).parent.mkdir(exist_ok=True)
            link_or_copy(path, building / name)
        (building / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
        layout.publish(building, manifest.generation)
        return manifest
