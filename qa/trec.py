"""Write rankings as TREC run and qrels files, which every retrieval tool reads."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any
from urllib.parse import quote

__all__ = ["qrels_lines", "run_lines"]


def run_lines(report: Mapping[str, Any], tag: str = "repondeur") -> Iterator[str]:
    """Yield `question Q0 passage rank score tag`; names are percent-encoded, as TREC splits at white space.

    trec_eval orders by score and ignores the rank: where scores do not fall strictly, ranks stand in.
    """
    for record in report["records"]:
        rows = record["retrieved"] or ()
        scores = [row["score"] for row in rows]
        falling = all(high > low for high, low in pairwise(scores))
        for rank, row in enumerate(rows, 1):
            score = row["score"] if falling else 1 / rank
            yield f"{_name(record['id'])} Q0 {_name(row['passage'])} {rank} {score:.9g} {tag}"


def qrels_lines(report: Mapping[str, Any]) -> Iterator[str]:
    """Yield `question 0 passage relevance` for every passage that was judged.

    Only the first relevant passage of a ranking is 1: a question needs one piece of evidence, and
    overlapping passages that hold the same answer are not several. An answerable question without any gets a
    line of its own, so that tools count it as missed rather than leave it out.
    """
    for record in report["records"]:
        if not record["answerable"] or record["retrieved"] is None:
            continue
        found = False
        for row in record["retrieved"]:
            yield f"{_name(record['id'])} 0 {_name(row['passage'])} {int(row['relevant'] and not found)}"
            found = found or row["relevant"]
        if not found:
            yield f"{_name(record['id'])} 0 not-retrieved 1"


def _name(text: str) -> str:
    return quote(text, safe=":#-._~@/")
