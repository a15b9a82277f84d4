"""Change a corpus: add and update documents, remove them, write tuned settings. One writer at a time."""

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from index.chunking import ChunkSettings
from index.corpus import read_manifest
from index.desk import Desk
from index.document import Document
from index.draft import Draft, Progress
from index.errors import CorpusError, CorpusLocked, CorpusMissing, FileError
from index.french import ANALYSIS_VERSION
from index.layout import MANIFEST, Layout, files_of, link_or_copy
from index.lazy import LazyEncoder
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
) -> IndexReport:
    """Add documents to the corpus in a folder, made where there is none; an id that is there is updated.

    Documents stream: few are in memory at a time. `progress` gets (passages done, None). What changes
    nothing leaves the generation as it is. `chunking` other than the corpus' own, or `rebuild`, cuts every
    stored document again; `rebuild` is also what accepts another encoder (else EncoderMismatch).
    Raises CorpusLocked while another process writes, CorpusError where the disk refuses.
    """
    began = time.perf_counter()
    with _writing(folder, create=True) as (layout, live):
        if live and not rebuild:
            check_encoder(live, encoder)
        settings = chunking or (live.chunking if live else ChunkSettings())
        fresh = rebuild or live is None or live.chunking != settings or live.analysis != ANALYSIS_VERSION

        def open_draft() -> Draft:
            return Draft(layout, live, encoder, settings, fresh=fresh, progress=progress)

        with Desk(layout, live, open_draft) as desk:
            if live and fresh:
                desk.restore()
            desk.take(documents)
            report = desk.publish()
    report.seconds = round(time.perf_counter() - began, 3)
    return report


def remove_documents(folder: Path, ids: Sequence[str], encoder: Encoder | None = None) -> IndexReport:
    """Remove documents by id; UsageError names ids that are not there, and then nothing is removed.

    What a removed document held may live on as a near copy in another, which then needs a vector: the corpus'
    own encoder is loaded for that where none is given.
    """
    began = time.perf_counter()
    with _writing(folder) as (layout, live):
        if live is None:
            raise CorpusMissing(f"no corpus in {folder}")
        own = encoder or LazyEncoder(live.encoder)
        check_encoder(live, own)
        with Desk(layout, live, lambda: Draft(layout, live, own, live.chunking, fresh=False)) as desk:
            desk.remove(ids)
            report = desk.publish()
    report.seconds = round(time.perf_counter() - began, 3)
    return report


def write_settings(folder: Path, settings: Mapping[str, float]) -> Manifest:
    """Make a generation of the same files with these settings added to those it has; return its manifest."""
    with _writing(folder) as (layout, live):
        if live is None:
            raise CorpusMissing(f"no corpus in {folder}")
        merged = {**live.settings, **{name: float(value) for name, value in settings.items()}}
        if merged == live.settings:
            return live
        manifest = live.next(settings=merged)
        building = layout.start_building(manifest.generation)
        for name, path in files_of(layout.generation(live.generation)).items():
            (building / name).parent.mkdir(exist_ok=True)
            link_or_copy(path, building / name)
        (building / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
        layout.publish(building, manifest.generation)
        return manifest


@contextmanager
def _writing(folder: Path, *, create: bool = False) -> Iterator[tuple[Layout, Manifest | None]]:
    """Hold the writer's lock on a corpus, and say what a full disk or a lost permission means for it."""
    from filelock import FileLock, Timeout

    layout = Layout(Path(folder))
    if not create:
        layout.current_name()
    try:
        layout.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(layout.lock, timeout=0):
            layout.recover()
            live = read_manifest(layout, int(layout.current_name())) if layout.exists() else None
            yield layout, live
    except Timeout:
        raise CorpusLocked(
            f"another process is writing {layout.folder}: wait until it has finished"
        ) from None
    except (FileExistsError, NotADirectoryError) as error:
        raise FileError(f"{layout.folder} cannot hold a corpus: {error}; name a folder") from error
    except (OSError, sqlite3.Error) as error:
        raise CorpusError(
            f"writing {layout.folder} failed: {error}; what it served before it serves still. "
            "Free space or mend permissions, then run the command again"
        ) from error
