"""Find the passages most likely to answer: by meaning and by words, fused."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.corpus import Corpus, StoredPassage
from index.protocols import Encoder, Vectors
from qa.evidence import Rows, Terms, context, evidence, letters
from qa.fusion import Fusion

__all__ = ["Hit", "Retriever"]

# How many candidates each ranker brings; the answer is among 50 + 50 for 98 % of PIAF dev, all of news dev.
CANDIDATES = 50
# How many of them, by scores alone, have their texts looked at.
LOOKED_AT = 24


@dataclass(frozen=True, slots=True)
class Hit:
    """Hold a passage with its fused score, its cosine and its BM25 score (0 where words did not find it)."""

    stored: StoredPassage
    score: float
    cosine: float
    words: float


class Retriever:
    """Search one corpus; safe to share between threads."""

    def __init__(self, corpus: Corpus, encoder: Encoder, fusion: Fusion | None = None) -> None:
        self.corpus = corpus
        self.encoder = encoder
        self.fusion = fusion or Fusion.bundled()

    def search(self, question: str, k: int) -> list[Hit]:
        """Return at most k hits, best first, no text twice."""
        if not len(self.corpus):
            return []
        pool = max(CANDIDATES, k)
        query = self.encoder.encode_query([question])[0]
        by_words = dict(self.corpus.search_words(question, pool))
        ids = list(dict.fromkeys([*(i for i, _ in self.corpus.search_vectors(query, pool)), *by_words]))
        cosines = self.corpus.vectors(ids) @ query
        words = np.array([by_words.get(i, 0.0) for i in ids], np.float32)
        asked = self.corpus.terms(question)
        scores = self.fusion.scores(cosines, words, len(asked))
        # Equal scores in the order of ids: the same question gets the same list every time.
        order = sorted(range(len(ids)), key=lambda n: (-scores[n], ids[n]))[: max(k + _SPARE, LOOKED_AT)]
        stored = self.corpus.passages([ids[n] for n in order])
        final, seen = scores[order], slice(0, LOOKED_AT)
        final[seen] = self.fusion.adjusted(
            final[seen], self.evidence_of(question, asked, stored[seen], cosines[order[seen]])
        )
        # What is not looked at stays behind: k says how many hits are wanted, not in which order.
        final[LOOKED_AT:] = np.minimum(final[LOOKED_AT:], final[seen].min())
        hits = [
            Hit(passage, float(score), float(cosines[n]), float(words[n]))
            for n, passage, score in zip(order, stored, final, strict=True)
        ]
        hits[seen] = sorted(hits[seen], key=lambda hit: (-hit.score, hit.stored.id))
        return _distinct(hits)[:k]

    def evidence_of(
        self, question: str, asked: Terms, stored: Sequence[StoredPassage], cosines: Vectors
    ) -> Rows:
        """Return what the passages' words and their place tell, (n, 6); `asked` are the question's terms."""
        terms = [(self.corpus.terms(each.passage.text), self.corpus.terms(each.title)) for each in stored]
        words = evidence(asked, self.corpus.rarities(asked), terms)
        runs = letters(question, [f"{each.title} {each.passage.text}" for each in stored])
        passages = [each.passage for each in stored]
        around = context([p.document_id for p in passages], [p.start for p in passages], cosines)
        return np.hstack([words, runs, around])


_SPARE = 5
# Whatever is neither letter nor digit; one pass in C, where a loop over characters cost 5 ms a question.
_MARKS = re.compile(r"[\W_]+")


def _distinct(hits: list[Hit]) -> list[Hit]:
    """Return the hits whose letters and digits no better hit has already shown."""
    seen: set[str] = set()
    kept = []
    for hit in hits:
        letters = _MARKS.sub("", hit.stored.passage.text.casefold())
        if letters not in seen:
            seen.add(letters)
            kept.append(hit)
    return kept
