"""Read question sets: SQuAD v1.1/v2.0 JSON, CSV, JSON lines; errors name the question and the key.

    questions = read_questions(Path("dev/piaf.json"))
    questions.questions[0].golds[0].text

Nothing is repaired: a wrong offset, a duplicate id or a missing key stops the reading (`QuestionsError`).
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from index.document import Document
from index.errors import UsageError

__all__ = ["Gold", "Question", "QuestionSet", "QuestionsError", "read_documents", "read_questions"]


class QuestionsError(UsageError):
    """Say what in a question file is wrong: file, question id, key, and the remedy."""


@dataclass(frozen=True, slots=True)
class Gold:
    """Hold one gold answer; `start` is its offset in the question's context, None where the file has none."""

    text: str
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Hold one question, its gold answers (none: unanswerable) and where they stand.

    `document_ids` lists the ids the gold document may have in a corpus, the likeliest first; `group` is the
    article, the unit that is resampled: questions about one article are not independent of each other.
    """

    id: str
    text: str
    golds: tuple[Gold, ...]
    document_ids: tuple[str, ...] = ()
    context: str | None = None
    group: str = ""
    style: str = ""
    title: str = ""
    date: str | None = None

    @property
    def answerable(self) -> bool:
        """Tell whether there is a gold answer."""
        return bool(self.golds)

    @property
    def answers(self) -> tuple[str, ...]:
        """Return the gold texts, each once, in the file's order."""
        return tuple(dict.fromkeys(gold.text for gold in self.golds))


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Hold a file's questions and, where it has any, its contexts as documents."""

    name: str
    sha256: str
    questions: tuple[Question, ...]
    documents: tuple[Document, ...] = field(default=())


def read_questions(path: Path) -> QuestionSet:
    """Read a question file by its suffix: .json (SQuAD), .jsonl or .csv."""
    from qa import questions_squad, questions_table

    readers = {
        ".json": questions_squad.read_squad,
        ".jsonl": questions_table.read_jsonl,
        ".csv": questions_table.read_csv,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise QuestionsError(f"{path}: unknown kind of question file; use one of {', '.join(readers)}")
    text = read_text(path)
    questions, documents = reader(text, path.name)
    if not questions:
        raise QuestionsError(f"{path.name}: no question in it")
    refuse_duplicates([question.id for question in questions], path.name, "question id")
    return QuestionSet(path.stem, hashlib.sha256(text.encode("utf-8")).hexdigest(), questions, documents)


def read_documents(path: Path) -> tuple[Document, ...]:
    """Read distractors: a SQuAD file's contexts, or JSON lines {"id","title","date","text"}."""
    from qa import questions_squad, questions_table

    if path.suffix.lower() == ".json":
        return questions_squad.read_squad(read_text(path), path.name, strict=False)[1]
    if path.suffix.lower() == ".jsonl":
        return questions_table.read_corpus(read_text(path), path.name)
    raise QuestionsError(f"{path}: unknown kind of distractors; use SQuAD .json or corpus .jsonl")


def read_text(path: Path) -> str:
    """Return the file as UTF-8 text, a leading byte order mark dropped."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise QuestionsError(
            f"{path}: not UTF-8 text (byte {error.start}: {error.reason}); save it as UTF-8"
        ) from None
    except OSError as error:
        raise QuestionsError(f"{path}: cannot be read ({error.strerror})") from None


def refuse_duplicates(ids: list[str], where: str, what: str) -> None:
    """Raise QuestionsError naming the first id that occurs twice."""
    seen: set[str] = set()
    for each in ids:
        if each in seen:
            raise QuestionsError(f"{where}: {what} {each!r} occurs more than once; ids must be unique")
        seen.add(each)
