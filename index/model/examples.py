"""Read SQuAD files into training examples over passages cut as the product cuts them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.chunking import Chunker


@dataclass(frozen=True, slots=True)
class TrainPassage:
    """Hold one passage of a context, with the article it is from."""

    context: int
    start: int
    end: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """Hold a question, its gold spans in the context, and the context's passages by number."""

    question: str
    answers: tuple[tuple[int, str], ...]
    passages: tuple[int, ...]
    source: str

    def holds(self, passage: TrainPassage) -> tuple[int, int] | None:
        """Return the first gold span inside a passage of this context, in its own characters."""
        for start, text in self.answers:
            if passage.start <= start and start + len(text) <= passage.end:
                return start - passage.start, start - passage.start + len(text)
        return None


def read(paths: Sequence[Path], chunker: Chunker) -> tuple[list[TrainPassage], list[Example]]:
    """Return every passage and every question of SQuAD v1.1 / v2.0 files, in file order."""
    passages: list[TrainPassage] = []
    examples: list[Example] = []
    context_number = 0
    for path in paths:
        for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
            for paragraph in article["paragraphs"]:
                text = paragraph["context"]
                first = len(passages)
                for a, b in chunker.spans([text])[0]:
                    passages.append(TrainPassage(context_number, a, b, article.get("title", ""), text[a:b]))
                numbers = tuple(range(first, len(passages)))
                for qa in paragraph["qas"]:
                    answers = tuple((x["answer_start"], x["text"]) for x in qa["answers"])
                    examples.append(Example(qa["question"], answers, numbers, path.stem))
                context_number += 1
    return passages, examples
