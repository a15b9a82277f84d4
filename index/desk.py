"""Sort what comes in: new, changed, unchanged or not fit; only a change opens the next generation."""

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Self

from index.checks import document_problem
from index.corpus import check_files
from index.document import Document
from index.draft import Draft
from index.errors import UsageError
from index.layout import STORE, Layout
from index.manifest import Manifest
from index.prune import gone_documents
from index.report import IndexReport, Skipped
from index.store import Known, StoreReader
from index.storewriter import meta_json

__all__ = ["Desk"]

_BATCH_DOCUMENTS = 64
_BATCH_CHARACTERS = 1_000_000


class Desk:
    """Take documents of one run and hand batches of those that change something to a draft."""

    def __init__(self, layout: Layout, live: Manifest | None, open_draft: Callable[[], Draft]) -> None:
        self.report = IndexReport()
        self._live, self._open = live, open_draft
        self._stored: StoreReader | None = None
        if live:
            check_files(layout, live, full=False)
            self._stored = StoreReader(layout.generation(live.generation) / STORE)
        self._draft: Draft | None = None
        self._batch: list[tuple[Document, str]] = []
        self._restored = False

    def __enter__(self) -> Self:
        """Return the desk."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close what was read and throw away an unpublished draft."""
        if self._stored:
            self._stored.close()
        if self._draft:
            self._draft.__exit__()

    def restore(self) -> None:
        """Put every stored document into the draft: it starts empty, for a rebuild."""
        for document in self._stored.documents() if self._stored else ():
            self._collect(document, "")
            self._restored = True
        self._hand_over()

    def take(self, documents: Iterable[Document | Skipped]) -> None:
        """Sort documents as they stream in."""
        for document in documents:
            if isinstance(document, Skipped):
                self.report.skipped.append(document)
            elif (reason := document_problem(document)) is not None:
                self._skip(document, reason)
            else:
                self._sort(document)
        self._hand_over()

    def remove(self, ids: Sequence[str]) -> None:
        """Remove documents; UsageError names the ids that are not there, and then nothing is removed."""
        wanted = list(dict.fromkeys(ids))
        missing = [document_id for document_id in wanted if self._known(document_id) is None]
        if missing:
            names = ", ".join(repr(document_id) for document_id in missing[:5])
            raise UsageError(f"{len(missing)} of {len(wanted)} documents are not in the corpus: {names}")
        for document_id in wanted:
            self._drafted().remove(document_id)
        self.report.removed += len(wanted)

    def prune(self, paths: Sequence[Path]) -> None:
        """Remove the documents whose files, at or below these paths, are gone."""
        gone = gone_documents(self._stored, paths) if self._stored and paths else []
        if gone:
            self.remove(gone)

    def publish(self) -> IndexReport:
        """Publish the draft, if anything changed, and complete the report."""
        manifest, report = self._live, self.report
        # A draft that took nothing, for all it was given failed, is thrown away.
        if self._draft and (report.changed or self._restored):
            manifest = self._draft.publish(self._live.settings if self._live else {})
            report.encoded, report.reused = self._draft.encoded, self._draft.reused
        if manifest:
            report.generation = manifest.generation
            report.documents, report.passages = manifest.counts.documents, manifest.counts.passages
            report.copies = manifest.counts.copies
        return report

    def _sort(self, document: Document) -> None:
        """Count a document as added, updated or unchanged, and hand it on where it changes something."""
        if any(document.id == waiting.id for waiting, _ in self._batch):
            self._hand_over()
        known = self._known(document.id)
        if known is None:
            self._collect(document, "added")
        elif rival := _rival(document, known):
            self.report.skipped.append(
                Skipped(document.meta["path"], f"its id {document.id!r} belongs to {rival}")
            )
        elif (known.sha256, known.title) != (document.sha256, document.title):
            self._collect(document, "updated")
        elif (known.source, known.date, known.meta) != (document.source, document.date, meta_json(document)):
            self.report.updated += 1
            self._drafted().describe(document)
        else:
            self.report.unchanged += 1

    def _collect(self, document: Document, change: str) -> None:
        """Let a document wait until there are enough for a batch; `change` is what counts it, if anything."""
        self._batch.append((document, change))
        size = sum(len(waiting.text) for waiting, _ in self._batch)
        if len(self._batch) >= _BATCH_DOCUMENTS or size >= _BATCH_CHARACTERS:
            self._hand_over()

    def _hand_over(self) -> None:
        """Put the waiting documents into the draft."""
        if not self._batch:
            return
        batch, self._batch = self._batch, []
        repeats, failed = self._drafted().put([document for document, _ in batch])
        self.report.duplicates += repeats
        for document, change in batch:
            if document.id in failed:
                self._skip(document, failed[document.id])
            elif change:
                setattr(self.report, change, getattr(self.report, change) + 1)

    def _skip(self, document: Document, reason: str) -> None:
        """Report that a document was not taken."""
        self.report.skipped.append(Skipped(_printable(document.source or document.id), reason))

    def _known(self, document_id: str) -> Known | None:
        """Return what is stored of a document, in the draft if there is one, else in the live generation."""
        if self._draft:
            return self._draft.known(document_id)
        return self._stored.known(document_id) if self._stored else None

    def _drafted(self) -> Draft:
        """Return the draft, opened now if nothing had changed before."""
        if self._draft is None:
            self._draft = self._open()
        return self._draft


def _rival(document: Document, known: Known) -> str | None:
    """Return the other file that has this id and still exists: replacing its text would lose it.

    Only a whole file's id is its path; an id given inside JSON lines means the same article in any of them.
    """
    other = json.loads(known.meta).get("path", "")
    path = document.meta.get("path")
    whole = path and other and other != path and Path(other).as_posix().endswith(document.id)
    return other if whole and Path(other).exists() else None


def _printable(name: str) -> str:
    """Return a name that any terminal and JSON can hold."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\0")
