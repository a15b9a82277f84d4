"""Examples of the OpenAPI document, all of one short article, so that each agrees with the others."""

import hashlib
from typing import Any

from qa.answer import Reason
from qa.messages import explain

__all__ = [
    "ABSTENTION", "ANSWER", "ASK", "DOCUMENT", "FEEDBACK", "FOLLOWED", "FOLLOW_UP", "GIVEN", "HELD",
    "LISTING", "NO_ANSWER", "PASSAGE", "PROBLEM", "REPORT", "SOURCE", "SUMMARY", "TIMINGS", "TURN", "WHEN",
]  # fmt: skip

Example = dict[str, Any]

_TEXT = "Amazon a suspendu mercredi son logiciel Rekognition, pour un an."
_RECEIPT = "cZ8mJ3v0S1yq5Kx2W7tYbA"


def _place(words: str) -> Example:
    """Return where words stand in the article."""
    start = _TEXT.index(words)
    return {"answer_start": start, "answer_end": start + len(words)}


SOURCE: Example = {
    "document_id": "amazon",
    "title": "Amazon et la police",
    "source": "https://journal.example/amazon",
    "date": "2020-06-11",
}
GIVEN: Example = {
    "id": "amazon",
    "text": _TEXT,
    "title": SOURCE["title"],
    "source": SOURCE["source"],
    "date": "2020-06-11",
}
SUMMARY: Example = {name: GIVEN[name] for name in ("id", "title", "source", "date")} | {
    "sha256": hashlib.sha256(_TEXT.encode()).hexdigest(),
    "characters": len(_TEXT),
}
DOCUMENT: Example = {**SUMMARY, "text": _TEXT}
LISTING: Example = {"total": 1, "offset": 0, "documents": [SUMMARY]}
HELD: Example = {
    **SOURCE,
    "sha256": SUMMARY["sha256"],
    "start": 0,
    "end": len(_TEXT),
    "text": _TEXT,
    "score": 0.83,
    "also_in": [],
    "also_in_total": 0,
}
PASSAGE: Example = {**HELD, **_place("mercredi")}
TIMINGS: Example = {"retrieve": 8.1, "read": 41.7, "total": 49.8}
# The eleventh was a Thursday.
WHEN: Example = {"start": "2020-06-10", "end": "2020-06-10"}
ASK: Example = {"question": "Quand Amazon a-t-il suspendu Rekognition ?", "k": 3}
TURN: Example = {"question": ASK["question"], "answer": "mercredi"}
FOLLOW_UP: Example = {"question": "Et pour combien de temps ?", "lang": "fr", "history": [TURN]}
ANSWER: Example = {
    "question": ASK["question"],
    "answer": "mercredi",
    "confidence": 0.91,
    "abstention": None,
    "passages": [PASSAGE],
    "timings_ms": TIMINGS,
    "understood": None,
    "when": WHEN,
    "receipt": _RECEIPT,
}
FOLLOWED: Example = {
    **ANSWER,
    "question": FOLLOW_UP["question"],
    "answer": "un an",
    "passages": [{**HELD, **_place("un an")}],
    "understood": "Pour combien de temps Amazon a-t-il suspendu Rekognition ?",
    "when": None,
}
ABSTENTION: Example = {
    "reason": str(Reason.NO_ANSWER_IN_PASSAGES),
    "message": explain(Reason.NO_ANSWER_IN_PASSAGES, "fr"),
}
NO_ANSWER: Example = {
    **ANSWER,
    "question": "Qui dirige Amazon ?",
    "answer": None,
    "confidence": 0.12,
    "abstention": ABSTENTION,
    "passages": [{**HELD, "answer_start": None, "answer_end": None}],
    "when": None,
}
FEEDBACK: Example = {"receipt": _RECEIPT, "opinion": "down", "remark": "Il manque l’année."}
REPORT: Example = {
    "documents": 1,
    "passages": 1,
    "generation": 2,
    "added": 1,
    "updated": 0,
    "unchanged": 0,
    "removed": 0,
    "skipped": [],
}
PROBLEM: Example = {
    "type": "urn:repondeur:problem:empty-question",
    "title": "The question is empty",
    "status": 422,
    "detail": "Write at least one word.",
}
