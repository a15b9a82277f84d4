"""Make the corpus an evaluation searches: the question file's contexts and the distractors, once each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from index.document import Document
from index.errors import UsageError
from index.protocols import Encoder
from index.report import Skipped
from qa.questions import QuestionsError

__all__ = ["WHOLE", "build", "merge"]

# Larger than any document: with it a document is one passage.
WHOLE = 100_000


def merge(own: Sequence[Document], distractors: Iterable[tuple[str, Sequence[Document]]]) -> list[Document]:
    """Return all documents, one for each text; `distractors` are pairs (file name, its documents).

    Where a distractor bears the id of a document with another text, the one that contains the other stays; if
    neither does they are two documents, and the distractor's id gets its file's name before it.
    """
    kept = {document.id: document for document in own}
    texts = {document.text for document in own}
    for name, documents in distractors:
        for document in documents:
            if document.text in texts:
                continue
            twin = kept.get(document.id)
            if twin is not None and document.text in twin.text:
                continue
            renamed = document
            if twin is not None and twin.text not in document.text:
                renamed = replace(document, id=_free(f"{name}/{document.id}", kept))
            kept[renamed.id] = renamed
            texts.add(document.text)
    return list(kept.values())


def _free(id_: str, taken: dict[str, Document]) -> str:
    """Return the id, numbered where it is taken."""
    number, free = 2, id_
    while free in taken:
        free, number = f"{id_}~{number}", number + 1
    return free


def build(
    folder: Path,
    documents: Sequence[Document],
    encoder: Encoder,
    *,
    whole: bool,
    progress: Callable[[int, int | None], None] | None = None,
) -> None:
    """Index the documents into an empty folder; with `whole`, each as one passage.

    A document that the index refuses is no context to leave out: figures over the others would be others.
    """
    from index.checks import document_problem
    from index.chunking import ChunkSettings
    from index.writer import add_documents

    if not documents:
        raise UsageError("the question file has no contexts to search: name a --corpus or --distractors")
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty: to evaluate on a corpus that exists, use --corpus {folder}")
    _refuse([Skipped(each.id, why) for each in documents if (why := document_problem(each)) is not None])
    chunking = ChunkSettings(max_tokens=WHOLE, target_tokens=WHOLE) if whole else None
    _refuse(add_documents(folder, documents, encoder, chunking=chunking, progress=progress).skipped)


def _refuse(skipped: Sequence[Skipped]) -> None:
    """Raise QuestionsError for the first document that cannot be indexed, and say how many there are."""
    if skipped:
        more = f", and {len(skipped) - 1} more" if len(skipped) > 1 else ""
        raise QuestionsError(
            f"context {skipped[0].path!r} cannot be indexed: {skipped[0].reason}{more}; "
            "mend it or take it out of the file"
        )
