"""What one question got: its record, the JSON object that figures, reports and comparisons start from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from index.document import Source
from qa.answer import Answer, Evidence
from qa.metrics import best, exact_match, token_f1
from qa.normalise import NORMALISERS, Normaliser
from qa.questions import Question
from qa.relevance import GoldPlace, Judgement, judge

__all__ = ["Answering", "Found", "Record", "found_in_evidence", "found_in_hit", "record"]

# JSON keys are stable: docs/evaluation.md lists them.
Record = dict[str, Any]
_AROUND = 220


class Stored(Protocol):
    """Be a passage as the corpus hands it out."""

    @property
    def passage(self) -> Any:
        """Return the `index.document.Passage`."""
        ...

    @property
    def also_in(self) -> tuple[Source, ...]:
        """Return the other documents that hold the same passage."""
        ...


class HitLike(Protocol):
    """Be a retrieved passage with its score."""

    @property
    def stored(self) -> Any:
        """Return the stored passage."""
        ...

    @property
    def score(self) -> float:
        """Return the score, higher is better."""
        ...


class Answering(Protocol):
    """Be what is evaluated: `qa.answerer.Answerer`, or anything that answers and retrieves."""

    def ask(self, question: str, *, k: int = 5) -> Answer:
        """Answer a question."""
        ...

    def retrieve(self, question: str, k: int) -> Sequence[HitLike]:
        """Return the k best passages, best first, before anything reads them."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """Hold one passage in a ranking, wherever it came from."""

    document_id: str
    start: int
    end: int
    text: str
    score: float
    also_in: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Return the passage's name in runs and reports."""
        return f"{self.document_id}:{self.start}-{self.end}"


def found_in_hit(hit: HitLike) -> Found:
    """Return a retrieved hit as `Found`."""
    passage = hit.stored.passage
    also_in = tuple(other.document_id for other in hit.stored.also_in)
    return Found(passage.document_id, passage.start, passage.end, passage.text, float(hit.score), also_in)


def found_in_evidence(each: Evidence) -> Found:
    """Return a passage of an answer as `Found`."""
    also_in = tuple(other.document_id for other in each.also_in)
    return Found(each.document_id, each.start, each.end, each.text, float(each.score), also_in)


def record(
    question: Question,
    gold: GoldPlace,
    answer: Answer | None,
    retrieved: Sequence[Found] | None,
    *,
    normaliser: Normaliser,
    refusal: str | None = None,
) -> Record:
    """Score one question.

    `answer` None: the question was refused, for the reason given. `retrieved` None: nothing was searched, the
    reader had the gold passage, and there is no ranking to judge.
    """
    predicted = answer.answer if answer else None
    candidate = (answer.candidate or answer.answer) if answer else None
    read = [found_in_evidence(each) for each in answer.passages] if answer else []
    return _asked(question, gold) | {
        "predicted": predicted,
        "candidate": candidate,
        "confidence": float(answer.confidence) if answer else 0.0,
        "reason": refusal or (str(answer.abstention.reason) if answer and answer.abstention else None),
        "answer_at": _answer_at(answer),
        **_scores(question, predicted, candidate, normaliser),
        "retrieved": None if retrieved is None else _ranking(question, gold, retrieved),
        "read": None if retrieved is None else _ranking(question, gold, read),
    }


def _asked(question: Question, gold: GoldPlace) -> Record:
    """Return what the question file and the corpus say of a question."""
    return {
        "id": question.id,
        "question": question.text,
        "answers": list(question.answers),
        "answerable": question.answerable,
        "group": question.group,
        "style": question.style,
        "gold_document": gold.document_id,
        "gold_found_by": gold.by,
        "gold_spans": [list(span) for span in gold.spans or ()],
        "gold_excerpt": _excerpt(question),
    }


def _answer_at(answer: Answer | None) -> list[Any] | None:
    """Return [passage, start, end] of the answer given, offsets in its document."""
    shown = answer.passages if answer else ()
    place = next((each for each in shown if each.answer_start is not None), None)
    return None if place is None else [found_in_evidence(place).key, place.answer_start, place.answer_end]


def _excerpt(question: Question) -> list[Any] | None:
    """Return [text, start, end]: the first gold answer in its surroundings, for readers of a report."""
    gold = next((each for each in question.golds if each.start is not None), None)
    if gold is None or gold.start is None or question.context is None:
        return None
    context, last = question.context, gold.start + len(gold.text)
    # From a word's beginning to a word's end, or the excerpt opens with half a word.
    first = 0 if gold.start <= _AROUND else context.find(" ", gold.start - _AROUND, gold.start) + 1
    stop = context.rfind(" ", last, last + _AROUND) if len(context) > last + _AROUND else len(context)
    text = context[first : max(stop, last)]
    return [text, gold.start - first, last - first]


def _scores(question: Question, predicted: str | None, candidate: str | None, norm: Normaliser) -> Record:
    """Return exact match and F1 of the answer given, with and without articles, and of the withheld one."""
    whole = NORMALISERS[norm.name.removesuffix("+articles") + "+articles"] if norm.name != "raw" else norm
    golds = question.answers
    return {
        "exact_match": best(exact_match, predicted, golds, norm),
        "f1": best(token_f1, predicted, golds, norm),
        "exact_match_with_articles": best(exact_match, predicted, golds, whole),
        "f1_with_articles": best(token_f1, predicted, golds, whole),
        "candidate_exact_match": best(exact_match, candidate, golds, norm),
        "candidate_f1": best(token_f1, candidate, golds, norm),
    }


def _ranking(question: Question, gold: GoldPlace, found: Sequence[Found]) -> list[Record]:
    """Return a ranking as plain rows: passage, score and judgement; best first."""
    rows = []
    for each in found:
        place = (each.document_id, each.start, each.end, each.text)
        verdict = Judgement(False, False, False)
        if question.answerable:
            verdict = judge(question, gold, place, each.also_in)
        rows.append(
            {"passage": each.key, "document": each.document_id, "score": each.score, "text": each.text,
             "relevant": verdict.relevant, "same_document": verdict.same_document,
             "holds": verdict.holds_answer}
        )  # fmt: skip
    return rows
