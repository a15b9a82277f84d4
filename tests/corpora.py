"""What the tests of the corpus share: articles to index, and the invariants of what was written."""

from pathlib import Path
from typing import Any

import numpy as np

from index.chunking import ChunkSettings
from index.corpus import Corpus
from index.document import Document
from index.embedding import embedding_text

SMALL = ChunkSettings(max_tokens=60, target_tokens=40)


def article(name: str, sentences: int = 12, title: str = "") -> Document:
    topics = [
        "budget",
        "musée",
        "tempête",
        "école",
        "vaccin",
        "train",
        "rivière",
        "théâtre",
        "marché",
        "forêt",
    ]
    lines = [
        f"À {name}, le {topics[(i * 7 + len(name)) % 10]} de {name} compte {i + 3} {topics[i % 10]}s "
        f"selon {name}-{i}."
        for i in range(sentences)
    ]
    return Document(
        name, " ".join(lines), title or f"Nouvelles de {name}", f"{name}.txt", "2020-06-12", {"lang": "fr"}
    )


def texts(corpus: Corpus) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for stored in corpus.passages(corpus.passage_ids()):
        found.setdefault(stored.passage.document_id, []).append(stored.passage.text)
    return found


def check(folder: Path, encoder: Any) -> Corpus:
    """Open a corpus and hold every invariant between its parts."""
    corpus = Corpus.open(folder, encoder)
    corpus.verify()
    stored = corpus.passages(corpus.passage_ids())
    assert len(corpus) == len(stored)
    documents = {document.id: document for document in corpus.documents()}
    assert len(documents) == corpus.manifest.counts.documents
    for item in stored:
        passage, document = item.passage, documents[item.passage.document_id]
        assert document.text[passage.start : passage.end] == passage.text
        assert (item.title, item.source, item.date, item.sha256) == (
            document.title, document.source, document.date, document.sha256,
        )  # fmt: skip
    if stored:
        expected = encoder.encode_query([embedding_text(s.title, s.passage.text) for s in stored])
        assert np.allclose(corpus.vectors(corpus.passage_ids()), expected, atol=1e-6)
    return corpus
