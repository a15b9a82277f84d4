"""Read plain tables: questions as CSV or JSON lines, and a corpus as JSON lines.

Columns or keys: `question`; `answer` (one) or `answers` (in CSV parted by |, in JSON a list), empty or absent
for an unanswerable question; `document_id` of the gold document; optional `id`, `style`, `context`, `title`,
`date`.
"""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from index.document import Document
from qa.question_file import whole_text
from qa.questions import Gold, Question, QuestionsError, refuse_duplicates

_KEYS = frozenset({"id", "question", "answer", "answers", "document_id", "style", "context", "title", "date"})
_Read = tuple[tuple[Question, ...], tuple[Document, ...]]


def read_csv(text: str, where: str) -> _Read:
    """Return the questions of a CSV with a header line; comma or semicolon, as its header shows."""
    header = text.split("\n", 1)[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    try:
        rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        columns = list(rows.fieldnames or [])
        _refuse_unknown(columns, f"{where}: header")
        if "question" not in columns:
            raise QuestionsError(f"{where}: the header has no column 'question', only {columns!r:.200}")
        table = [(dict(row), f"{where}: line {rows.line_num}") for row in rows]
    except csv.Error as error:
        raise QuestionsError(f"{where}: not CSV ({error})") from None
    return _collect([_from_row(row, place) for row, place in table])


def read_jsonl(text: str, where: str) -> _Read:
    """Return the questions of JSON lines."""
    return _collect([_from_object(value, place) for value, place in _lines(text, where)])


def read_corpus(text: str, where: str) -> tuple[Document, ...]:
    """Return the documents of a corpus in JSON lines {"id","title","date","text"}."""
    documents = []
    for value, place in _lines(text, where):
        id_, body = _text(value, "id", place), _text(value, "text", place)
        if not id_ or not body:
            raise QuestionsError(f"{place}: key {'id' if not id_ else 'text'!r} is missing or empty")
        title, date = _text(value, "title", place), _text(value, "date", place)
        documents.append(Document(id_, body, title, date=date or None))
    refuse_duplicates([document.id for document in documents], where, "document id")
    return tuple(documents)


def _lines(text: str, where: str) -> Iterator[tuple[dict[str, Any], str]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        place = f"{where}: line {number}"
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise QuestionsError(f"{place}: not JSON ({error}): {line!r:.60}") from None
        if not isinstance(value, dict):
            raise QuestionsError(f"{place}: expected an object, found {type(value).__name__}")
        yield value, place


def _refuse_unknown(keys: list[str], place: str) -> None:
    unknown = [key for key in keys if key not in _KEYS]
    if unknown:
        raise QuestionsError(f"{place}: unknown key {unknown[0]!r:.60}; known are {', '.join(sorted(_KEYS))}")


def _from_row(row: dict[str, Any], place: str) -> tuple[Question, Document | None]:
    if None in row or None in row.values():
        raise QuestionsError(f"{place}: not as many cells as the header has columns")
    given = [row.get("answer", ""), *row.get("answers", "").split("|")]
    return _question(row, [answer.strip() for answer in given if answer.strip()], place)


def _from_object(value: dict[str, Any], place: str) -> tuple[Question, Document | None]:
    _refuse_unknown(list(value), place)
    given = value.get("answers", [])
    given = [given] if isinstance(given, str) else given
    single = value.get("answer")
    single = [] if single is None else [single]
    if not isinstance(given, list) or not all(isinstance(each, str) for each in (*given, *single)):
        raise QuestionsError(f"{_name(value, place)}.answers: expected a string or a list of strings")
    answers = [whole_text(answer, f"{_name(value, place)}.answers") for answer in (*single, *given)]
    return _question(value, [answer for answer in answers if answer.strip()], place)


def _name(value: dict[str, Any], place: str) -> str:
    id_ = value.get("id")
    return f"{place} (id {str(id_)!r})" if isinstance(id_, str | int) and id_ != "" else place


def _question(value: dict[str, Any], answers: list[str], place: str) -> tuple[Question, Document | None]:
    id_ = _text(value, "id", place, number=True) or place.rsplit(" ", 1)[-1]
    place = _name(value, place)
    text = _text(value, "question", place)
    if not text.strip():
        raise QuestionsError(f"{place}: key 'question' is missing or empty")
    context, document_id = _text(value, "context", place), _text(value, "document_id", place, number=True)
    absent = next((answer for answer in answers if context and answer not in context), None)
    if absent is not None:
        raise QuestionsError(f"{place}.answers: {absent!r} does not stand in the context")
    title, date = _text(value, "title", place), _text(value, "date", place) or None
    golds = tuple(Gold(answer, context.index(answer) if context else None) for answer in answers)
    name = document_id or f"context-{id_}"
    document = Document(name, context, title, date=date) if context else None
    ids = (document_id,) if document_id else (name,) if context else ()
    group, style = document_id or title or id_, _text(value, "style", place)
    return Question(id_, text, golds, ids, context or None, group, style, title, date), document


def _text(value: dict[str, Any], key: str, place: str, number: bool = False) -> str:
    found = value.get(key)
    if number and isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    if found is not None and not isinstance(found, str):
        raise QuestionsError(f"{place}.{key}: expected a string, found {found!r:.60}")
    return whole_text(found or "", f"{place}.{key}")


def _collect(pairs: list[tuple[Question, Document | None]]) -> _Read:
    documents: dict[str, Document] = {}
    for question, document in pairs:
        if document and documents.setdefault(document.id, document).text != document.text:
            raise QuestionsError(f"question {question.id!r}: {document.id!r} stands for two contexts")
    return tuple(question for question, _ in pairs), tuple(documents.values())
