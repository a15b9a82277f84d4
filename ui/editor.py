"""Change the corpus that is being served, for the administrator."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from index.document import Document
from index.protocols import Encoder

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

    def remove(self, document_id: str) -> dict[str, Any]:
        """Remove one document."""
        from index.writer import remove_documents

        return remove_documents(self._folder, [document_id], self._encoder).to_dict()
