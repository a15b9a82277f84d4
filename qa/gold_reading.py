"""Answer each question from its own context: how good is reading where finding is perfect."""

import math
from time import perf_counter
from typing import TYPE_CHECKING

from index.document import Document, cut
from index.errors import UsageError
from index.store import StoredPassage
from qa.answer import Abstention, Answer, Evidence, Reason, Timings
from qa.questions import Question

if TYPE_CHECKING:
    from qa.answerer import Answerer
    from qa.evaluate import Reading
    from qa.selection import Candidate

__all__ = ["gold_reader"]


def gold_reader(answerer: "Answerer", *, always: bool = False) -> "Reading":
    """Return a function from a question to the answer its context gives.

    The span is chosen by the same weights as in a search; it is given where its logit is above 0, as likely
    right as not, or `always`, as SQuAD v1.1 is read: a set of answerable questions alone asks where the
    answer stands, not whether. A corpus's threshold, which is about many passages, does not come into it.
    """
    if answerer.reader is None:
        raise UsageError("--gold-passages reads contexts, and --reader none reads nothing: name a reader")

    def read(question: Question) -> Answer:
        if question.context is None:
            raise UsageError(f"question {question.id!r} has no context to read; --gold-passages needs one")
        started = perf_counter()
        document = Document(question.group or "context", question.context, question.title, date=question.date)
        best = _best(answerer, question.text, document)
        spent = (perf_counter() - started) * 1000
        return _answer(question.text, document, best, spent, always=always)

    return read


def _best(answerer: "Answerer", question: str, document: Document) -> "Candidate | None":
    from qa.reader import Text
    from qa.retriever import Hit

    readings = answerer.read(question, [Text(document.text, document.title)])
    whole = cut(document, 0, len(document.text))
    stored = StoredPassage(0, whole, document.title, document.source, document.date, document.sha256)
    return answerer.judge.decide(question, [Hit(stored, 0.0, 0.0, 0.0)], readings).best


def _answer(
    question: str, document: Document, best: "Candidate | None", spent: float, *, always: bool
) -> Answer:
    given = best is not None and (always or best.logit > 0)
    shown = Evidence(
        document_id=document.id,
        sha256=document.sha256,
        title=document.title,
        source=document.source,
        date=document.date,
        start=0,
        end=len(document.text),
        text=document.text,
        score=best.logit if best else 0.0,
        answer_start=best.span.start if best and given else None,
        answer_end=best.span.end if best and given else None,
    )
    silence = None if given else Abstention(Reason.NO_ANSWER_IN_PASSAGES, "")
    return Answer(
        question=question,
        answer=best.text if best and given else None,
        confidence=1 / (1 + math.exp(-best.logit)) if best else 0.0,
        abstention=silence,
        passages=(shown,),
        timings_ms=Timings(0.0, spent, spent),
        candidate=best.text if best else None,
    )
