"""Join the questions written for this project with the OrangeSum articles they ask about, as SQuAD v2.0.

    python -m qa.model.news CORPUS.jsonl.gz OUT.json

The questions (news-questions.jsonl, beside this file) hold article ids and answer strings only; the articles
are CC BY-SA 4.0 as published and are not in the repository.
"""

import gzip
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

QUESTIONS = Path(__file__).with_name("news-questions.jsonl")


def squad(corpus: Path, questions: Path = QUESTIONS) -> dict[str, Any]:
    """Return a SQuAD v2.0 object; an answer that an article does not hold is an error."""
    asked: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in questions.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        asked[row["id"]].append(row)
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        articles = (json.loads(line) for line in lines)
        data = [_article(a, asked.pop(a["id"])) for a in articles if a["id"] in asked]
    if asked:
        raise SystemExit(f"{corpus} has no article {min(asked)!r} (and {len(asked) - 1} more)")
    return {"version": "v2.0", "data": data}


def _article(article: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    text = article["text"]
    qas = [
        {
            "id": f"{article['id']}-{n}",
            "question": row["q"],
            "answers": [{"text": a, "answer_start": _place(text, a, row["a"])} for a in row["a"]],
            "is_impossible": not row["a"],
            "style": row["style"],
        }
        for n, row in enumerate(rows)
    ]
    return {
        "title": article["title"],
        "article_id": article["id"],
        "date": article["date"],
        "paragraphs": [{"context": text, "qas": qas}],
    }


def _place(text: str, answer: str, others: list[str]) -> int:
    """Return where the answer starts; a repeated string is placed inside a longer answer that is unique."""
    for longer in [answer, *others]:
        if answer in longer and text.count(longer) == 1:
            return text.index(longer) + longer.index(answer)
    return text.index(answer)


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(json.dumps(squad(Path(sys.argv[1])), ensure_ascii=False), encoding="utf-8")
