"""Find what the product itself would read for each training question: passages the reader must tell apart.

    python -m qa.model.mine --set piaf.json --set news.json --more corpus.jsonl --work DIR --out mined.jsonl

One corpus is made of all the sets' contexts and `--more` articles. Each question gets a line: the passages
that hold its gold span first, then those found for it that do not, best first, and its whole context. A
passage that happens to contain a gold answer elsewhere is left out: it may answer as well. The same command
goes on where a kill stopped it.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from index.corpus import Corpus
from index.encoder import load_encoder
from qa.evaluation_corpus import build, merge
from qa.metrics import holds_answer
from qa.questions import Question, QuestionSet, read_documents, read_text
from qa.questions_squad import read_squad
from qa.relevance import GoldPlace, find_gold
from qa.retriever import Retriever

# Passages looked at for each question; of them, how many that do not answer are kept.
FOUND, WRONG = 12, 8


def row(question: Question, source: str, place: GoldPlace, retriever: Retriever) -> dict[str, Any]:
    """Return a question's line: `right` and `wrong` are [title, text, start, end, own article] each."""
    spans = place.spans or ()
    right: list[list[Any]] = []
    wrong: list[list[Any]] = []
    own = retriever.corpus.passages_of(place.document_id) if place.document_id else []
    for stored in own:
        p = stored.passage
        inside = next(((a, b) for a, b in spans if p.start <= a and b <= p.end), None)
        if inside:
            right.append([stored.title, p.text, inside[0] - p.start, inside[1] - p.start, True])
    hits = [hit.stored for hit in retriever.search(question.text, FOUND)]
    if not question.answerable:
        seen = {stored.id for stored in hits}
        hits += [stored for stored in own if stored.id not in seen]
    for stored in hits:
        p = stored.passage
        mine = p.document_id == place.document_id
        if not holds_answer(p.text, question.answers) and len(wrong) < WRONG:
            wrong.append([stored.title, p.text, -1, -1, mine])
    return {
        "source": source,
        "question": question.text,
        "answerable": question.answerable,
        "right": right,
        "wrong": wrong,
        "title": question.title,
        "context": question.context,
        "golds": [[gold.start, gold.text] for gold in question.golds],
    }


def main() -> None:
    """Make the corpus where there is none yet, then write a line for each question that has none."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", type=Path, action="append", required=True)
    parser.add_argument("--more", type=Path, action="append", default=[], help="articles nobody asks about")
    parser.add_argument("--work", type=Path, required=True, help="where the corpus is made")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    sets = [_read(path) for path in args.set]
    encoder = load_encoder()
    if not (args.work / "CURRENT").exists():
        documents = merge(*_documents(sets, args.more))
        build(args.work, documents, encoder, whole=False)
    retriever = Retriever(Corpus.open(args.work, encoder), encoder)
    done = set()
    if args.out.exists():
        done = {json.loads(line)["id"] for line in args.out.read_text(encoding="utf-8").splitlines()}
    with args.out.open("a", encoding="utf-8") as out:
        for each in sets:
            places = find_gold(each.questions, retriever.corpus.documents())
            for number, question in enumerate(each.questions):
                if f"{each.name}/{number}" in done:
                    continue
                made = row(question, each.name, places[question.id], retriever)
                made["id"] = f"{each.name}/{number}"
                out.write(json.dumps(made, ensure_ascii=False) + "\n")
            print(each.name, len(each.questions), flush=True)


def _read(path: Path) -> QuestionSet:
    """Read a SQuAD file, ids made unique: those of AfriQA are not."""
    questions, documents = read_squad(read_text(path), path.name)
    numbered = tuple(replace(question, id=str(n)) for n, question in enumerate(questions))
    return QuestionSet(path.stem, "", numbered, documents)


def _documents(sets: Sequence[QuestionSet], more: Sequence[Path]) -> tuple[Any, Any]:
    first, *rest = sets
    others = [(each.name, each.documents) for each in rest]
    return first.documents, [*others, *((path.stem, read_documents(path)) for path in more)]


if __name__ == "__main__":
    main()
