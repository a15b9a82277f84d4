"""Decide which passages support an answer, whatever the corpus was made from.

A passage is relevant if it comes from the gold document (by id, else by text) and covers a gold span, or the
same stretch where the document repeats it: the index keeps one of them; else, where the gold document is not
in the corpus, if it contains a gold answer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.document import Document
from qa.gold_repeats import with_repeats
from qa.metrics import holds_answer
from qa.questions import Question

__all__ = ["GoldPlace", "Judgement", "find_gold", "judge"]


@dataclass(frozen=True, slots=True)
class GoldPlace:
    """Hold where a question's answer stands in the corpus.

    `document_id` None: the gold document is not there. `spans` None: it is, but offsets are unknown in it,
    and a passage of it that contains a gold answer counts.
    """

    document_id: str | None = None
    spans: tuple[tuple[int, int], ...] | None = None
    by: str = "absent"


@dataclass(frozen=True, slots=True)
class Judgement:
    """Hold what one passage is to one question."""

    relevant: bool
    same_document: bool
    holds_answer: bool


def judge(
    question: Question,
    gold: GoldPlace,
    passage: tuple[str, int, int, str],
    also_in: Sequence[str],
) -> Judgement:
    """Judge a passage, given as (document id, start, end, text)."""
    document_id, start, end, text = passage
    holds = holds_answer(text, question.answers)
    if gold.document_id is None:
        return Judgement(holds, False, holds)
    if document_id == gold.document_id and gold.spans is not None:
        covers = any(start <= first and last <= end for first, last in gold.spans)
        return Judgement(covers, True, holds)
    same = document_id == gold.document_id or gold.document_id in also_in
    # A twin of a gold passage kept from another document: its offsets are the other document's.
    return Judgement(same and holds, same, holds)


def find_gold(questions: Sequence[Question], documents: Iterable[Document]) -> dict[str, GoldPlace]:
    """Return, by question id, where each gold answer stands in these documents; reads them once."""
    wanted_ids = {id_ for question in questions for id_ in question.document_ids}
    contexts = {question.context for question in questions if question.context}
    by_id: dict[str, Document] = {}
    by_context: dict[str, Document] = {}
    # A context longer than a document cannot be in it: the shortest decides what is searched at all.
    shortest = min(map(len, contexts), default=0)
    for document in documents:
        if document.id in wanted_ids:
            by_id[document.id] = document
        if document.text in contexts:
            by_context.setdefault(document.text, document)
        elif len(document.text) > shortest:
            for context in contexts - by_context.keys():
                if context in document.text:
                    by_context[context] = document
    return {question.id: _place(question, by_id, by_context) for question in questions}


def _place(question: Question, by_id: dict[str, Document], by_context: dict[str, Document]) -> GoldPlace:
    named = [by_id[id_] for id_ in question.document_ids if id_ in by_id]
    for document in named:
        if question.context and question.context in document.text:
            return GoldPlace(document.id, _spans(question, document), "id")
    if question.context and (twin := by_context.get(question.context)):
        return GoldPlace(twin.id, _spans(question, twin), "text")
    return GoldPlace(named[0].id, None, "id") if named else GoldPlace()


def _spans(question: Question, document: Document) -> tuple[tuple[int, int], ...] | None:
    """Return the gold spans and their repeats as offsets of the document, None where the file gave none."""
    shift = document.text.index(question.context or "")
    starts = {(gold.start, gold.start + len(gold.text)) for gold in question.golds if gold.start is not None}
    return with_repeats(document.text, ((shift + start, shift + end) for start, end in starts)) or None
