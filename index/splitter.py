"""Our passages as a splitter of langchain-text-splitters, for this program and for anyone's chain."""

from collections.abc import Iterable, Sequence
from typing import Any

from langchain_core.documents import Document as LangChainDocument
from langchain_text_splitters import TextSplitter

from index.chunking import Chunker, ChunkSettings, CountTokens, Span

__all__ = ["FrenchTextSplitter"]


class FrenchTextSplitter(TextSplitter):  # type: ignore[misc]  # skipped by mypy, see pyproject
    """Split at French sentences, sized in the tokens of an encoder; `start_index` is exact.

    The base class joins what it split and searches the text for it again, which goes wrong where a text
    repeats itself; here the offsets come first, and every chunk is a slice.
    """

    def __init__(self, count_tokens: CountTokens, settings: ChunkSettings | None = None) -> None:
        self.chunker = Chunker(count_tokens, settings)
        super().__init__(
            chunk_size=self.chunker.settings.max_tokens,
            chunk_overlap=0,
            length_function=lambda text: count_tokens([text])[0],
            add_start_index=True,
        )

    def spans(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return for each text the (start, end) of its passages."""
        return self.chunker.spans(texts)

    def split_text(self, text: str) -> list[str]:
        """Return the passages of a text."""
        return [text[start:end] for start, end in self.spans([text])[0]]

    def create_documents(
        self, texts: list[str], metadatas: list[dict[Any, Any]] | None = None
    ) -> list[LangChainDocument]:
        """Return a LangChain document for each passage, its `start_index` in the metadata."""
        described: Iterable[dict[Any, Any]] = metadatas or [{} for _ in texts]
        return [
            LangChainDocument(page_content=text[start:end], metadata={**metadata, "start_index": start})
            for text, metadata, spans in zip(texts, described, self.spans(texts), strict=True)
            for start, end in spans
        ]
