"""Turn answers into what is shown: pure functions from `Answer` and `Evidence` to segments."""

from dataclasses import dataclass
from typing import Literal

from index.document import Source
from index.sentences import around
from qa.answer import Answer, Evidence, Reason
from ui.text import Words

__all__ = [
    "Role",
    "Segment",
    "byline",
    "elsewhere",
    "quotation",
    "segments",
    "supporting",
    "verdict",
    "without_answer",
]

# Other articles named below a passage; the JSON names more.
NAMED = 3
# Reasons that say all: nothing was looked for in vain.
ALONE = {Reason.CONTRADICTION, Reason.EMPTY_CORPUS, Reason.NO_READER}
Role = Literal["plain", "sentence", "answer"]


@dataclass(frozen=True, slots=True)
class Segment:
    """Hold a piece of a passage and the role it plays there."""

    text: str
    role: Role


def segments(evidence: Evidence) -> tuple[Segment, ...]:
    """Cut a passage around its answer; joined again, the pieces are the passage, character for character."""
    if evidence.answer_start is None or evidence.answer_end is None:
        return (Segment(evidence.text, "plain"),)
    start, end = evidence.answer_start - evidence.start, evidence.answer_end - evidence.start
    left, right = around(evidence.text, start, end)
    pieces: tuple[tuple[int, int, Role], ...] = (
        (0, left, "plain"),
        (left, start, "sentence"),
        (start, end, "answer"),
        (end, right, "sentence"),
        (right, len(evidence.text), "plain"),
    )
    return tuple(Segment(evidence.text[a:b], role) for a, b, role in pieces if a < b)


def supporting(answer: Answer) -> Evidence | None:
    """Return the passage that the answer was read in, if there is one."""
    if answer.answer is None:
        return None
    return next((each for each in answer.passages if each.answer_start is not None), None)


def verdict(answer: Answer, words: Words) -> tuple[str, str]:
    """Return what is said in place of an answer, and why; the reason alone where that says it all."""
    reason = answer.abstention.reason if answer.abstention else Reason.NO_ANSWER_IN_PASSAGES
    return without_answer(reason, words)


def without_answer(reason: Reason, words: Words) -> tuple[str, str]:
    """Return what is said for a reason."""
    why = words.abstained[reason]
    return (why, "") if reason in ALONE else (words.no_answer, why)


def byline(evidence: Evidence, words: Words) -> str:
    """Return title, date and source on one line, leaving out what is not known; an article has some name."""
    name = evidence.title or evidence.source or words.untitled
    parts = (name, words.dated(evidence.date), evidence.source if evidence.title else "")
    return " · ".join(part for part in parts if part)


def elsewhere(evidence: Evidence, words: Words) -> str:
    """Return in which other articles the passage stands, the first few by name; empty where in none."""
    if not evidence.also_in:
        return ""
    total = max(evidence.also_in_total, len(evidence.also_in))
    # One more is named like the rest: “and 1 more” would be no shorter.
    named = evidence.also_in[: NAMED + 1] if total == NAMED + 1 else evidence.also_in[:NAMED]
    titles = ", ".join(_named(each, words) for each in named)
    if total > len(named):
        titles = words.and_more.format(titles=titles, count=total - len(named))
    return words.also_in.format(titles=titles)


def _named(source: Source, words: Words) -> str:
    """Return an article's name with its date, as far as known."""
    name = source.title or source.source or words.untitled
    return f"{name} ({words.dated(source.date)})" if source.date else name


def quotation(evidence: Evidence, words: Words) -> str:
    """Return the answering sentence between quotation marks with its source, ready to paste."""
    text = evidence.text
    if evidence.answer_start is not None and evidence.answer_end is not None:
        bounds = around(text, evidence.answer_start - evidence.start, evidence.answer_end - evidence.start)
        text = text[slice(*bounds)]
    marks = "«\u00a0{}\u00a0»" if words.lang == "fr" else "“{}”"
    return f"{marks.format(text.strip())} — {byline(evidence, words)}"
