"""`repondeur feedback export`: what visitors agreed on as a question set, the rest as work for a person."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ui.feedback import FeedbackFile, Judged, beside
from ui.options import corpus_option, json_option, put, say

if TYPE_CHECKING:
    from index.document import Document

__all__ = ["export_feedback", "feedback"]

Find = Callable[[str], "Document | None"]


def export_feedback(opinions: Sequence[Judged], find: Find) -> dict[str, Any]:
    """Return opinions as a SQuAD v2.0 object, with everything doubtful under `to_review`.

    A question is gold where every visitor who judged an answer to it approved, and the document still has
    the words. What nobody can take on trust is listed with the reason: a disapproval, an abstention somebody
    approved (no visitor knows every article), a document that has changed.
    """
    groups: dict[str, list[Judged]] = {}
    for opinion in opinions:
        groups.setdefault(_key(opinion), []).append(opinion)
    gold: dict[str, list[dict[str, Any]]] = {}
    documents: dict[str, Document] = {}
    review: list[dict[str, Any]] = []
    for group in groups.values():
        reasons = [_doubt(opinion, group, find) for opinion in group]
        review += [_listed(o, why) for o, why in zip(group, reasons, strict=True) if why]
        for document_id, agreed in _by_document(group, reasons).items():
            document = find(document_id)
            if document is not None:
                documents[document_id] = document
                gold.setdefault(document_id, []).append(_question(agreed, document))
    data = [_article(documents[name], questions) for name, questions in gold.items()]
    return {"version": "v2.0", "data": data, "to_review": review}


def _key(opinion: Judged) -> str:
    """Return what makes two questions the same: their words, in any case, without final marks."""
    return " ".join((opinion.understood or opinion.question).casefold().split()).rstrip(" ?!.")


def _doubt(opinion: Judged, group: Sequence[Judged], find: Find) -> str | None:
    """Return why an opinion is no gold answer, or None."""
    if opinion.opinion == "down":
        return "disapproved"
    if opinion.answer is None:
        return "abstention_approved"
    if any(other.opinion == "down" and other.answer is not None for other in group):
        return "opinions_differ"
    document = find(opinion.document_id or "")
    if document is None:
        return "document_gone"
    return None if document.sha256 == opinion.sha256 else "document_changed"


def _by_document(group: Sequence[Judged], reasons: Iterable[str | None]) -> dict[str, list[Judged]]:
    """Return the approved opinions of one question by the document that answers."""
    found: dict[str, list[Judged]] = {}
    for opinion, reason in zip(group, reasons, strict=True):
        if reason is None:
            found.setdefault(opinion.document_id or "", []).append(opinion)
    return found


def _question(agreed: Sequence[Judged], document: "Document") -> dict[str, Any]:
    """Return one question with its gold answers, each once, cut from the text they stand in."""
    first = agreed[0]
    spans = dict.fromkeys((each.start or 0, each.end or 0) for each in agreed)
    return {
        "id": f"feedback-{first.receipt}",
        "question": first.understood or first.question,
        "answers": [{"text": document.text[a:b], "answer_start": a} for a, b in spans],
        "is_impossible": False,
        "approvals": len(agreed),
    }


def _article(document: "Document", questions: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one document with its questions."""
    paragraph = {"id": document.id, "context": document.text, "qas": questions}
    known = {"id": document.id, "title": document.title, "date": document.date}
    return {**known, "paragraphs": [paragraph]}


def _listed(opinion: Judged, why: str) -> dict[str, Any]:
    """Return one opinion for a person to look at."""
    return {"why": why, **{name: value for name, value in asdict(opinion).items() if name != "receipt"}}


@click.group()
def feedback() -> None:
    """Work with what visitors thought of the answers."""


@feedback.command()
@click.argument("out", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@corpus_option
@click.option("--feedback", "file", type=click.Path(path_type=Path), help="Where opinions are kept.")
@json_option
def export(*, out: Path, corpus: Path, file: Path | None, as_json: bool) -> None:
    """Write approved answers to OUT as a question set that `repondeur evaluate` takes.

    What was disapproved is listed in it under `to_review`, with the remarks, for a person to correct.
    """
    from index.corpus import Corpus

    opinions = FeedbackFile(file or beside(corpus)).all()
    with Corpus.open(corpus) as opened:
        exported = export_feedback(opinions, _finder(opened.document))
    text = json.dumps(exported, ensure_ascii=False, indent=1) + "\n"
    if str(out) == "-":
        click.echo(text.encode("utf-8"), nl=False)
    else:
        part = out.with_name(f".{out.name}.part")
        part.write_text(text, encoding="utf-8")
        part.replace(out)
    _tell(exported, out, as_json=as_json)


def _finder(document: "Callable[[str], Document]") -> Find:
    """Return a search that remembers what it found."""
    known: dict[str, Document | None] = {}

    def find(document_id: str) -> "Document | None":
        if document_id not in known:
            try:
                known[document_id] = document(document_id)
            except KeyError:
                known[document_id] = None
        return known[document_id]

    return find


def _tell(exported: Mapping[str, Any], out: Path, *, as_json: bool) -> None:
    """Say what was written, on stderr where stdout carries the file."""
    gold = sum(len(p["qas"]) for article in exported["data"] for p in article["paragraphs"])
    counts = {"questions": gold, "to_review": len(exported["to_review"])}
    if as_json and str(out) != "-":
        put({"file": str(out), **counts})
    else:
        click.echo(
            f"repondeur: {gold} approved questions, {counts['to_review']} opinions to review", err=True
        )
    if not gold:
        say("no answer was approved: `repondeur evaluate` takes the file once there is one")
