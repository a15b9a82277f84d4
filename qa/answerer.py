"""Answer one question over a corpus: retrieve, read, decide, or say why not."""

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from index.corpus import Corpus, StoredPassage
from index.encoder import BUNDLED, load_encoder
from index.protocols import Encoder
from qa.answer import Abstention, Answer, Evidence, Reason, Timings
from qa.conversation import Turn, understand
from qa.dates import Period, when_in
from qa.messages import explain
from qa.question import clean
from qa.reader import Reader, Reading, Text, load_reader
from qa.retriever import Hit, Retriever
from qa.selection import Candidate, Judge, Verdict

__all__ = ["Answerer"]

# Passages read for each question: more find little, and each costs some 30 ms of one core.
DEPTH = 6
# The setting of a corpus that overrules the bundled threshold (`evaluate --target-precision` writes it).
THRESHOLD = "threshold"
# Below this cosine of the bundled encoder the best passage is about something else: so are 95 % of the news
# dev questions put to the seed article, under 5 % of the seed's own, none of the news ones put to the news.
FAR = 0.54
# Two answers whose logits are this close, each likely by itself, contradict each other.
CLOSE = 0.7


class Answerer:
    """Answer questions over one generation of a corpus; safe to share between threads."""

    def __init__(
        self, corpus: Corpus, encoder: Encoder, reader: Reader | None, *, judge: Judge | None = None
    ) -> None:
        self.corpus = corpus
        self.encoder = encoder
        self.reader = reader
        self.retriever = Retriever(corpus, encoder)
        self.judge = judge or Judge.bundled()

    @classmethod
    def open(
        cls,
        corpus_dir: Path,
        *,
        encoder: str = "bundled",
        reader: str = "bundled",
        threads: int | None = None,
    ) -> "Answerer":
        """Open a corpus with the encoder that made it and a reader (`none`: passages only)."""
        model = load_encoder(encoder, threads=threads)
        return cls(Corpus.open(corpus_dir, model), model, load_reader(reader, threads=threads))

    @property
    def threshold(self) -> float:
        """Return the confidence from which an answer is given."""
        return self.corpus.manifest.settings.get(THRESHOLD, self.judge.threshold)

    def refreshed(self) -> "Answerer":
        """Return this answerer, or its successor over a newer generation, with the same models."""
        corpus = self.corpus.reopen()
        if corpus is self.corpus:
            return self
        return Answerer(corpus, self.encoder, self.reader, judge=self.judge)

    def retrieve(self, question: str, k: int) -> list[Hit]:
        """Return the passages found, before any reading; QuestionError for what is not a question."""
        return self.retriever.search(clean(question), k)

    def ask(self, question: str, *, k: int = 5, lang: str = "fr", history: Sequence[Turn] = ()) -> Answer:
        """Return the exact words that answer, or the reason for none; at most k passages, best first.

        `history` holds the visitor's earlier turns, oldest first: a follow-up is completed from them, and the
        answer says how (`understood`). Without it every question stands alone.
        """
        understood = understand(clean(question), history)
        asked = clean(understood or question)
        start = perf_counter()
        hits = self.retriever.search(asked, max(k, DEPTH))
        found = perf_counter()
        readings = self._read(asked, hits)
        verdict = self.judge.decide(asked, hits[: len(readings)], readings)
        done = perf_counter()
        timings = Timings(*(round(1000 * s, 3) for s in (found - start, done - found, done - start)))
        reason = self._reason(hits, verdict)
        best = verdict.best
        given = best if reason is None else None
        return Answer(
            question=question,
            answer=given.text if given else None,
            confidence=round(verdict.confidence, 4),
            abstention=Abstention(reason, explain(reason, lang)) if reason else None,
            passages=evidence(hits, verdict, given=reason is None)[:k],
            timings_ms=timings,
            candidate=best.text if best else None,
            understood=understood,
            when=_when(hits[given.passage].stored, given) if given else None,
        )

    def read(self, question: str, passages: Sequence[Text]) -> list[Reading]:
        """Read passages that were not retrieved, for evaluation on gold passages."""
        return self.reader.read(clean(question), passages) if self.reader else []

    def _read(self, asked: str, hits: Sequence[Hit]) -> list[Reading]:
        texts = [Text(h.stored.passage.text, h.stored.title) for h in hits[:DEPTH]]
        return self.reader.read(asked, texts) if self.reader and texts else []

    def _far(self, hits: Sequence[Hit]) -> bool:
        """Tell whether every passage is about something else; other encoders have other scales of cosines."""
        if self.encoder.name != BUNDLED:
            return not any(hit.words for hit in hits)
        return max(hit.cosine for hit in hits) < FAR

    def _reason(self, hits: Sequence[Hit], verdict: Verdict) -> Reason | None:
        """Return why there is no answer, or None where there is one."""
        if not hits:
            return Reason.NOTHING_CLOSE if len(self.corpus) else Reason.EMPTY_CORPUS
        if self.reader is None:
            return Reason.NO_READER
        if verdict.best and verdict.confidence >= self.threshold:
            return None
        if self._far(hits):
            return Reason.NOTHING_CLOSE
        return Reason.CONTRADICTION if _contradicts(verdict) else Reason.NO_ANSWER_IN_PASSAGES


def _when(stored: StoredPassage, given: Candidate) -> Period | None:
    return when_in(stored.passage.text, given.span.start, given.span.end, stored.date)


def _contradicts(verdict: Verdict) -> bool:
    """Tell whether two passages, each convincing by itself, say different things."""
    best, rival = verdict.best, verdict.rival
    if best is None or rival is None or best.passage == rival.passage:
        return False
    return rival.logit > 0 and best.logit - rival.logit < CLOSE


def evidence(hits: Sequence[Hit], verdict: Verdict, *, given: bool) -> tuple[Evidence, ...]:
    """Return the passages in their final order: those with the likelier answers first, then as retrieved.

    A passage shows where the answer stands if it holds the very words given, read there to say the same.
    """
    likeliest: dict[int, Candidate] = {}
    for candidate in verdict.candidates:
        likeliest.setdefault(candidate.passage, candidate)
    order = [*likeliest, *(n for n in range(len(hits)) if n not in likeliest)]
    places = [verdict.holding(n, hit.stored.passage.text) if given else None for n, hit in enumerate(hits)]
    return tuple(_shown(hits[n], places[n]) for n in order)


def _shown(hit: Hit, place: tuple[int, int] | None) -> Evidence:
    stored, passage = hit.stored, hit.stored.passage
    return Evidence(
        document_id=passage.document_id,
        sha256=stored.sha256,
        title=stored.title,
        source=stored.source,
        date=stored.date,
        start=passage.start,
        end=passage.end,
        text=passage.text,
        score=round(hit.score, 6),
        answer_start=passage.start + place[0] if place else None,
        answer_end=passage.start + place[1] if place else None,
        also_in=stored.also_in,
        also_in_total=stored.also_in_total,
    )
