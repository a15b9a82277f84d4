"""Sort what comes in: new, changed, unchanged or not fit; only a change opens the next generation."""

import json
import os
import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Self

from index.checks import document_problem
from index.corpus import check_files
from index.document import Document
from index.draft import Draft
from index.errors import UsageError
from index.layout import STORE, Layout
from index.ledger import Ledger
from index.manifest import Manifest
from index.prune import documents_below, gone_documents, gone_file, lost_documents
from index.report import IndexReport, Skipped
from index.store import Known, StoreReader
from index.storewriter import meta_json

__all__ = ["Desk"]

_BATCH_DOCUMENTS = 64
_BATCH_CHARACTERS = 1_000_000
# Which of several in its file an article is.
_PART = re.compile(r"#\d+$")
_LONGEST_SHOWN = 1000


class Desk:
    """Take documents of one run and hand batches of those that change something to a draft."""

    def __init__(self, layout: Layout, live: Manifest | None, open_draft: Callable[[], Draft]) -> None:
        self.report = IndexReport()
        self._layout, self._live, self._open = layout, live, open_draft
        self._stored: StoreReader | None = None
        if live:
            check_files(layout, live, full=False)
            self._stored = StoreReader(layout.generation(live.generation) / STORE)
        self._draft: Draft | None = None
        self._batch: list[tuple[Document, str]] = []
        self._restored = False
        self._refused: Counter[tuple[str, str]] = Counter()

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
        for (path, rival), count in self._refused.items():
            if count > 1:
                self._report(path, f"and {count - 1} more articles whose ids belong to {rival}")

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
        """Remove the documents whose files, at or below these paths, are gone, and not merely unplugged."""
        if not self._stored:
            return
        gone, kept = gone_documents(self._stored, paths, self._layout.folder)
        self.remove(gone)
        for path, count in kept.items():
            self.report.unpruned += count
            self._report(
                str(path),
                f"no file is left in it: is a disk not there? {count} documents stay; "
                f"`repondeur remove --below {shlex.quote(str(path))}` removes them",
            )

    def prune_read(self, ledger: Ledger) -> None:
        """Remove the documents that are no longer in the files and archives just taken."""
        if self._stored:
            lost = lost_documents(self._stored, ledger)
            self.remove([name for name in lost if self._known(name) is not None])

    def remove_below(self, paths: Sequence[Path]) -> None:
        """Remove all documents from files at or below these paths; UsageError where a path has none."""
        for path in paths:
            found = documents_below(self._stored, [path]) if self._stored else []
            if not found:
                raise UsageError(
                    f"no document in the corpus came from {path} or below it: nothing was removed"
                )
            self.remove([name for name in found if self._known(name) is not None])

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
            self._refuse(document, rival)
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

    def _refuse(self, document: Document, rival: str) -> None:
        """Report that another file has the id of a document; once for all that two files share."""
        path = document.meta["path"]
        self._refused[path, rival] += 1
        if self._refused[path, rival] == 1:
            remedy = "index the folder above both, or rename one"
            self._report(path, f"its id {document.id!r} belongs to {rival}, which is still there: {remedy}")

    def _skip(self, document: Document, reason: str) -> None:
        """Report that a document was not taken; a name too long to be kept is too long to be shown."""
        name = document.source or document.id
        self._report(name if len(name) <= _LONGEST_SHOWN else f"{name[:_LONGEST_SHOWN]}…", reason)

    def _report(self, path: str, reason: str) -> None:
        """Report what was not done."""
        self.report.skipped.append(Skipped(_printable(path), _printable(reason)))

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
    """Return the other file that has this id and may still exist: replacing its text would lose it.

    An id that files give their articles means the same article in any of them; one made from a path does not.
    """
    other, path = json.loads(known.meta).get("path", ""), document.meta.get("path", "")
    if not path or not other or other == path:
        return None
    made = _is_made(document.id, path) or _is_made(document.id, other)
    apart = made and os.path.realpath(path) != os.path.realpath(other)
    return other if apart and not gone_file(other) else None


def _is_made(document_id: str, path: str) -> bool:
    """Tell whether an id is the end of a path, with or without which article of the file it means."""
    file = "/" + path.replace(os.sep, "/")
    return file.endswith((f"/{document_id}", f"/{_PART.sub('', document_id)}"))


def _printable(name: str) -> str:
    """Return a name that any terminal and JSON can hold."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\0")
