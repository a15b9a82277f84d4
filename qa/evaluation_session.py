"""Open what an evaluation asks: a corpus that exists, or one made of the file and its distractors."""

import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from qa.evaluate import Options, Progress, Reading, Run, evaluate
from qa.evaluation_corpus import build, merge
from qa.normalise import normaliser
from qa.outcome import Answering
from qa.questions import QuestionSet, read_documents
from qa.relevance import GoldPlace, find_gold

if TYPE_CHECKING:
    from index.corpus import Corpus

__all__ = ["Session", "Source", "machine", "open_session"]

_PACKAGES = ("repondeur", "faiss-cpu", "numpy", "onnxruntime", "tantivy", "tokenizers")


@dataclass(frozen=True, slots=True)
class Source:
    """Hold where the documents come from and which models work on them."""

    corpus: Path | None = None
    distractors: tuple[Path, ...] = ()
    whole_contexts: bool = False
    into: Path | None = None
    gold_passages: bool = False
    encoder: str = "bundled"
    reader: str = "bundled"
    threads: int | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Hold all that is needed to ask the questions, and what to say of it in the report."""

    questions: QuestionSet
    answerer: Answering
    gold: dict[str, GoldPlace]
    read_gold: Reading | None
    source: Source
    corpus_card: dict[str, Any]

    def run(self, options: Options, progress: Progress | None = None) -> Run:
        """Ask every question."""
        return evaluate(
            self.questions, self.answerer, self.gold, options, read_gold=self.read_gold, progress=progress
        )

    def about(self, options: Options) -> dict[str, Any]:
        """Return what the figures depend on, for the report; equal runs have equal ones."""
        return {
            "mode": "gold passages" if self.source.gold_passages else "search and read",
            "corpus": self.corpus_card,
            "distractors": [path.name for path in self.source.distractors],
            "whole_contexts": self.source.whole_contexts,
            "reader": self.source.reader,
            "normaliser": normaliser(options.normaliser).rule,
            "versions": {name: found for name in _PACKAGES if (found := _version(name))},
        }


def machine() -> dict[str, Any]:
    """Return when and on what this runs: beside the times, as it differs between equal runs."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} CPUs, {platform.system()}",
        "python": platform.python_version(),
    }


@contextmanager
def open_session(
    questions: QuestionSet,
    source: Source,
    *,
    limit: int | None = None,
    indexing: Callable[[int, int | None], None] | None = None,
) -> Iterator[Session]:
    """Open a session; a corpus made for it goes with it, unless `source.into` keeps it."""
    with TemporaryDirectory(prefix="repondeur-evaluate-") as folder:
        place = source.corpus or source.into or Path(folder) / "corpus"
        if source.corpus is None:
            _make(place, questions, source, indexing)
        asked = replace(questions, questions=questions.questions[:limit])
        yield _opened(asked, source, place)


def _make(
    place: Path, questions: QuestionSet, source: Source, indexing: Callable[[int, int | None], None] | None
) -> None:
    from index.encoder import load_encoder

    others = [(path.stem, read_documents(path)) for path in source.distractors]
    documents = merge(questions.documents, others)
    encoder = load_encoder(source.encoder, threads=source.threads)
    build(place, documents, encoder, whole=source.whole_contexts, progress=indexing)


def _opened(questions: QuestionSet, source: Source, place: Path) -> Session:
    from index.corpus import Corpus
    from qa.answerer import Answerer

    answerer = Answerer.open(place, encoder=source.encoder, reader=source.reader, threads=source.threads)
    with Corpus.open(place) as corpus:
        gold = find_gold(questions.questions, corpus.documents())
        card = _card(corpus)
    read_gold = None
    if source.gold_passages:
        from qa.gold_reading import gold_reader

        read_gold = gold_reader(answerer, always=all(q.answerable for q in questions.questions))
    return Session(questions, answerer, gold, read_gold, source, card)


def _card(corpus: "Corpus") -> dict[str, Any]:
    """Return what a corpus is made of, without its dates and places."""
    manifest = corpus.manifest
    return {
        "documents": manifest.counts.documents,
        "passages": manifest.counts.passages,
        "encoder": manifest.encoder.name,
        "encoder_fingerprint": manifest.encoder.fingerprint,
        "chunking": manifest.chunking.to_dict(),
        "settings": dict(manifest.settings),
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
