"""A small real answerer for tests of the evaluation: shared words find, capitals and digits answer."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from index.document import Document, cut
from index.store import StoredPassage
from qa.answer import Abstention, Answer, Evidence, Reason, Timings

_WORD = re.compile(r"\w{3,}")
_NAME = re.compile(r"(?:[A-ZÉÈÀ][\w’'-]+|\d[\d,.]*)(?:\s+(?:[A-ZÉÈÀ][\w’'-]+|\d+))*")


@dataclass(frozen=True)
class ToyHit:
    stored: StoredPassage
    score: float


class ToyAnswerer:
    """Cut documents into stretches of at most `size` characters and answer from the one most alike."""

    def __init__(self, documents: Iterable[Document], size: int = 400, threshold: float = 0.35) -> None:
        self._passages = [each for document in documents for each in self._cut(document, size)]
        self._words = [set(_WORD.findall(each.passage.text.lower())) for each in self._passages]
        self._threshold = threshold

    def _cut(self, document: Document, size: int) -> list[StoredPassage]:
        starts = range(0, len(document.text), size)
        return [
            StoredPassage(
                number,
                cut(document, start, min(start + size, len(document.text))),
                document.title, document.source, document.date, document.sha256,
            )
            for number, start in enumerate(starts)
        ]  # fmt: skip

    def retrieve(self, question: str, k: int) -> list[ToyHit]:
        wanted = set(_WORD.findall(question.lower()))
        scores = [len(wanted & words) / (len(wanted) or 1) for words in self._words]
        order = sorted(range(len(scores)), key=lambda place: (-scores[place], place))[:k]
        return [ToyHit(self._passages[place], scores[place]) for place in order]

    def ask(self, question: str, *, k: int = 5) -> Answer:
        hits = self.retrieve(question, k)
        first = hits[0].stored
        asked = question.lower()
        names = [m for m in _NAME.finditer(first.passage.text) if m[0].lower() not in asked]
        found = max(names, key=lambda m: len(m[0]), default=None)
        confidence = min(1.0, hits[0].score) if found else 0.0
        given = found is not None and confidence >= self._threshold
        shown = tuple(
            self._evidence(hit, found if given and place == 0 else None) for place, hit in enumerate(hits)
        )
        silence = None if given else Abstention(Reason.NO_ANSWER_IN_PASSAGES, "Je ne sais pas.")
        candidate = found[0] if found else None
        return Answer(
            question, candidate if given else None, confidence, silence, shown, Timings(0, 0, 0), candidate
        )

    def _evidence(self, hit: ToyHit, found: re.Match[str] | None) -> Evidence:
        stored, passage = hit.stored, hit.stored.passage
        start = passage.start + found.start() if found else None
        end = passage.start + found.end() if found else None
        return Evidence(
            passage.document_id, stored.sha256, stored.title, stored.source, stored.date, passage.start,
            passage.end, passage.text, hit.score, start, end,
        )  # fmt: skip
