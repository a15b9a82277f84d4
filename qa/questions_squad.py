"""Read SQuAD v1.1 and v2.0 JSON: data → paragraphs → qas → answers, checked key by key."""

import json
from collections.abc import Iterator
from typing import Any

from index.document import Document
from qa.question_file import whole_text
from qa.questions import Gold, Question, QuestionsError

_NAMES: dict[type, str] = {str: "a string", list: "a list", int: "a whole number", bool: "true or false"}


_Read = tuple[tuple[Question, ...], tuple[Document, ...]]


def read_squad(text: str, where: str, strict: bool = True) -> _Read:
    """Return the questions and the contexts; `strict=False` reads contexts only, questions may lack."""
    try:
        root = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise QuestionsError(f"{where}: not JSON ({error}); expected a SQuAD file") from None
    if not isinstance(root, dict):
        raise QuestionsError(f'{where}: expected an object with "data", found {type(root).__name__}')
    questions: list[Question] = []
    documents: dict[str, Document] = {}
    for document, group, qas, place in _paragraphs(root, where, strict):
        document = documents.setdefault(document.text, document)  # noqa: PLW2901  the same context is one document
        ids = tuple(dict.fromkeys((document.id, group)))
        questions += [_question(qa, document, ids, f"{place}.qas[{n}]") for n, qa in enumerate(qas)]
    _refuse_twin_ids(list(documents.values()), where)
    return tuple(questions), tuple(documents.values())


def _paragraphs(
    root: dict[str, Any], where: str, strict: bool
) -> Iterator[tuple[Document, str, list[Any], str]]:
    """Yield each context as a document, its article's name, its questions and its place in the file."""
    titles: set[str] = set()
    data = _get(root, "data", list, where)
    if not data:
        raise QuestionsError(f"{where}: data is empty")
    for n, article in enumerate(data):
        place = f"{where}: data[{n}]"
        paragraphs = _get(article, "paragraphs", list, place)
        title = _get(article, "title", str, place, default=None) or ""
        name = _name(article, ("article_id", "id"), place) or title or f"article-{n}"
        if name in titles:
            name = f"{name}~{n}"
        titles.add(name)
        date = _get(article, "date", str, place, default=None)
        for m, paragraph in enumerate(paragraphs):
            spot = f"{place}.paragraphs[{m}]"
            context = _get(paragraph, "context", str, spot)
            given = _name(paragraph, ("id", "document_id"), spot)
            id_ = given or (name if len(paragraphs) == 1 else f"{name}#{m}")
            if not context.strip():
                raise QuestionsError(f"{spot}.context: empty")
            qas = _get(paragraph, "qas", list, spot) if strict else []
            yield Document(id_, context, title, date=date), name, qas, spot


def _name(value: dict[str, Any], keys: tuple[str, ...], place: str) -> str:
    """Return the first of the keys that is given, as text; empty where none is."""
    given = (_get(value, key, (str, int), place, default=None) for key in keys)
    return next((str(each) for each in given if each not in {None, ""}), "")


def _question(qa: Any, document: Document, ids: tuple[str, ...], place: str) -> Question:
    """Check one question and its answers against the context."""
    id_ = _identifier(qa, place)
    place = f"{place} (id {id_!r})"
    text = _get(qa, "question", str, place)
    if not text.strip():
        raise QuestionsError(f"{place}.question: empty")
    answers = _get(qa, "answers", list, place)
    impossible = _get(qa, "is_impossible", bool, place, default=not answers)
    if impossible and answers:
        raise QuestionsError(f"{place}.is_impossible: true beside {len(answers)} answers; say false")
    if not impossible and not answers:
        raise QuestionsError(f"{place}.answers: empty; give one, or set is_impossible to true")
    golds = tuple(_gold(answer, document.text, f"{place}.answers[{n}]") for n, answer in enumerate(answers))
    style = _get(qa, "style", str, place, default=None) or ""
    group = ids[-1]
    return Question(id_, text, golds, ids, document.text, group, style, document.title, document.date)


def _identifier(qa: Any, place: str) -> str:
    id_ = _get(qa, "id", (str, int), place)
    if not str(id_).strip():
        raise QuestionsError(f"{place}.id: empty")
    return str(id_)


def _gold(answer: Any, context: str, place: str) -> Gold:
    """Check that the answer stands where the file says."""
    text, start = _get(answer, "text", str, place), _get(answer, "answer_start", int, place)
    if not text:
        raise QuestionsError(f"{place}.text: empty")
    if start < 0 or context[start : start + len(text)] != text:
        found = context.find(text)
        there = context[max(start, 0) : max(start, 0) + len(text)]
        hint = f"it stands at {found}" if found >= 0 else "it stands nowhere in the context"
        raise QuestionsError(f"{place}.answer_start: {start} points at {there!r}, not {text!r}; {hint}")
    return Gold(text, start)


_REQUIRED = object()


def _get(value: Any, key: str, kind: Any, place: str, default: Any = _REQUIRED) -> Any:
    """Return value[key] of the wanted kind, or raise with the place and the key."""
    if not isinstance(value, dict):
        raise QuestionsError(f"{place}: expected an object, found {type(value).__name__}")
    if key not in value:
        if default is _REQUIRED:
            raise QuestionsError(f"{place}: key {key!r} is missing")
        return default
    found = value[key]
    if default is None and found is None:
        return None
    wanted = kind if isinstance(kind, tuple) else (kind,)
    if not isinstance(found, wanted) or (isinstance(found, bool) and bool not in wanted):
        names = " or ".join(_NAMES[each] for each in wanted)
        raise QuestionsError(f"{place}.{key}: expected {names}, found {found!r:.60}")
    return whole_text(found, f"{place}.{key}") if isinstance(found, str) else found


def _refuse_twin_ids(documents: list[Document], where: str) -> None:
    seen: dict[str, str] = {}
    for document in documents:
        if seen.setdefault(document.id, document.text) != document.text:
            raise QuestionsError(f"{where}: document id {document.id!r} stands for two different contexts")
