"""Change the corpus that is being served, for the administrator."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from index.document import Document
from index.errors import FileError
from index.protocols import Encoder
from index.report import Skipped

__all__ = ["Editor"]


class Editor:
    """Add and remove documents; who serves the corpus notices the new generation by itself."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self._folder = folder
        self._encoder = encoder

    def add(self, documents: Sequence[Document]) -> dict[str, Any]:
        """Add documents or replace those of the same ids; CorpusLocked while another writer is at it."""
        from index.writer import add_documents

        return add_documents(self._folder, documents, self._encoder).to_dict()

    def add_file(self, name: str, data: bytes) -> dict[str, Any]:
        """Read a file as `repondeur index` does and add what is in it; FileError where that is nothing.

        `name` is that of the file alone; its suffix says what it is, and it is the document's id.
        """
        from index.loaders import load_paths
        from index.writer import add_documents

        with TemporaryDirectory(prefix="repondeur-") as folder:
            path = Path(folder) / name
            path.write_bytes(data)
            items = list(load_paths([path]))
        shown = [
            Skipped(each.path.replace(f"{folder}/", ""), each.reason.replace(f"{folder}/", ""))
            for each in items
            if isinstance(each, Skipped)
        ]
        read = [_without_path(each) for each in items if isinstance(each, Document)]
        if not read:
            raise FileError(shown[0].reason if shown else "nothing in it to read")
        report = add_documents(self._folder, read, self._encoder)
        return {**report.to_dict(), "skipped": [asdict(each) for each in [*shown, *report.skipped]]}

    def remove(self, document_id: str) -> dict[str, Any]:
        """Remove one document."""
        from index.writer import remove_documents

        return remove_documents(self._folder, [document_id], self._encoder).to_dict()


def _without_path(document: Document) -> Document:
    """Return the document without the path it had for a moment: nothing of that name is there any more."""
    return replace(document, meta={name: value for name, value in document.meta.items() if name != "path"})
