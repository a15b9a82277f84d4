"""Join the questions written for this project with the texts they ask about, as SQuAD v2.0.

    python -m qa.model.written news-questions.jsonl orangesum.jsonl.gz news-train.json
    python -m qa.model.written wiki-questions.jsonl piaf.json wiki-train.json
    python -m qa.model.written afriqa-questions.jsonl afriqa.json afriqa-train.json
    python -m qa.model.written piaf-paraphrases.jsonl piaf.json all-para.json
    python -m qa.model.written news-paraphrases.jsonl orangesum.jsonl.gz all-npara.json

The question files, beside this one, hold answer strings and which text they are of: an OrangeSum article's
id, or the first 16 hex digits of the SHA-256 of a PIAF or AfriQA context. A paraphrase has its answer where
the question has it that it says otherwise (`at`). The texts are CC BY-SA 4.0 and CC BY 4.0, not in the
repository.
"""

import gzip
import hashlib
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def squad(questions: Path, texts: Path) -> dict[str, Any]:
    """Return a SQuAD v2.0 object; a text that is not there, or an answer that a text lacks, is an error."""
    asked: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in questions.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        asked[row["id"]].append(row)
    data = [
        _article(key, title, date, text, asked.pop(key))
        for key, title, date, text in _texts(texts)
        if key in asked
    ]
    if asked:
        raise SystemExit(f"{texts} has no text {min(asked)!r} (and {len(asked) - 1} more)")
    return {"version": "v2.0", "data": data}


def _texts(path: Path) -> Iterator[tuple[str, str, str, str]]:
    """Yield key, title, date and text of each article of a corpus, or of each context of a SQuAD file."""
    if path.suffix == ".json":
        for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
            for paragraph in article["paragraphs"]:
                text = paragraph["context"]
                yield hashlib.sha256(text.encode()).hexdigest()[:16], article.get("title", ""), "", text
        return
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            article = json.loads(line)
            yield article["id"], article["title"], article["date"], article["text"]


def _article(key: str, title: str, date: str, text: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    qas = [
        {
            "id": f"{key}-{n}",
            "question": row["q"],
            "answers": [
                {"text": a, "answer_start": row["at"] if "at" in row else place(text, a, row["q"])}
                for a in row["a"]
            ],
            "is_impossible": not row["a"],
            "style": row["style"],
        }
        for n, row in enumerate(rows)
    ]
    return {"title": title, "article_id": key, "date": date, "paragraphs": [{"context": text, "qas": qas}]}


def place(text: str, answer: str, question: str) -> int:
    """Return where the answer stands: of several places, the one in the words most like the question's.

    ValueError where it stands nowhere.
    """
    found = [m.start() for m in re.finditer(re.escape(answer), text)]
    if not found:
        raise ValueError(f"{answer!r} is not in the text of {question!r}")
    # A place inside a word ("an" in "dans") is no place, unless there is no other.
    whole = [n for n in found if not (_letter(text, n - 1) or _letter(text, n + len(answer)))] or found
    asked = _stems(question)
    return max(whole, key=lambda n: (len(asked & _stems(text[max(0, n - 150) : n + len(answer) + 150])), -n))


def _letter(text: str, at: int) -> bool:
    return 0 <= at < len(text) and text[at].isalnum()


def _stems(text: str) -> set[str]:
    return {word[:5] for word in re.findall(r"\w{3,}", text.lower())}


if __name__ == "__main__":
    made = squad(FOLDER / sys.argv[1], Path(sys.argv[2]))
    Path(sys.argv[3]).write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
