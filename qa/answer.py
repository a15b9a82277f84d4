"""What a question gets: the exact words, the passages behind them, or a reason for none."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from index.document import Source
from qa.dates import Period


class Reason(StrEnum):
    """Say why there is no answer."""

    NOTHING_CLOSE = "nothing_close"
    NO_ANSWER_IN_PASSAGES = "no_answer_in_passages"
    CONTRADICTION = "contradiction"
    EMPTY_CORPUS = "empty_corpus"
    NO_READER = "no_reader"


@dataclass(frozen=True, slots=True)
class Abstention:
    """Hold the reason for not answering, for programs, and its sentence, for people."""

    reason: Reason
    message: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Hold one supporting passage; all offsets are characters of the document's text."""

    document_id: str
    sha256: str
    title: str
    source: str
    date: str | None
    start: int
    end: int
    text: str
    score: float
    answer_start: int | None = None
    answer_end: int | None = None
    also_in: tuple[Source, ...] = ()
    also_in_total: int = 0


@dataclass(frozen=True, slots=True)
class Timings:
    """Hold milliseconds spent."""

    retrieve: float
    read: float
    total: float


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold the result of one question; `answer` is None exactly when `abstention` is not."""

    question: str
    answer: str | None
    confidence: float
    abstention: Abstention | None
    passages: tuple[Evidence, ...]
    timings_ms: Timings
    # The best span even when it is withheld: evaluation needs it for risk-coverage curves.
    candidate: str | None = field(default=None)
    # The question as it was searched, where it is a follow-up that earlier ones complete.
    understood: str | None = field(default=None)
    # The days that a relative date ("mercredi") means, by the date of the article that says it.
    when: Period | None = field(default=None)

    def __post_init__(self) -> None:
        """Hold the one invariant every consumer relies on."""
        if (self.answer is None) == (self.abstention is None):
            raise ValueError("an Answer has either an answer or an abstention, never both or none")

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of the command contract."""
        return asdict(self) | {"when": self.when.to_dict() if self.when else None}
