"""What the HTTP API takes and gives, for validation and for its OpenAPI document."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from qa.answer import Reason
from qa.question import unreadable
from ui import schema_examples as like
from ui.feedback import Opinion

__all__ = [
    "AnswerOut",
    "AskIn",
    "DocumentIn",
    "DocumentOut",
    "FeedbackIn",
    "Listing",
    "ProblemOut",
    "ReportOut",
    "Summary",
    "TurnIn",
]

MOST_PASSAGES = 20
MOST_TURNS = 20
LONGEST_REMARK = 1000
# Longer than the longest question, so that one a little too long is told so in words, not by a schema.
Sentence = Annotated[str, Field(max_length=20_000)]


def _readable(text: str) -> str:
    """Return the text without space around it; an error for characters that are none."""
    if any(unreadable(character) for character in text):
        raise PydanticCustomError("unreadable", "Holds characters that are not text")
    return text.strip()


def _shown(*examples: like.Example) -> ConfigDict:
    """Return the configuration that shows examples in the OpenAPI document."""
    return ConfigDict(json_schema_extra={"examples": list(examples)})


class _Strict(BaseModel):
    """Refuse keys that mean nothing here: a misspelt one would go unnoticed."""

    model_config = ConfigDict(extra="forbid")


class TurnIn(_Strict):
    """Tell an earlier question with the answer it got, null for none."""

    model_config = _shown(like.TURN)
    question: Sentence
    answer: Sentence | None = None


class AskIn(_Strict):
    """Ask a question."""

    model_config = _shown(like.ASK, like.FOLLOW_UP)
    question: Sentence = Field(
        description="The question: 1 to 1,000 characters, a letter or digit among them."
    )
    k: int = Field(5, ge=1, le=MOST_PASSAGES, description="How many passages at most.")
    lang: Literal["fr", "en"] | None = Field(None, description="Language of messages; else Accept-Language.")
    history: list[Sentence | TurnIn] = Field(
        [],
        max_length=MOST_TURNS,
        description="Earlier questions, oldest first, alone or with their answers; they complete follow-ups.",
    )


class AbstentionOut(BaseModel):
    """Say why there is no answer."""

    model_config = _shown(like.ABSTENTION)
    reason: Reason
    message: str


class SourceOut(BaseModel):
    """Name another document that holds the same passage."""

    model_config = _shown(like.SOURCE)
    document_id: str
    title: str
    source: str
    date: str | None


class PassageOut(BaseModel):
    """Show a passage; offsets are characters of the document's text."""

    model_config = _shown(like.PASSAGE)
    document_id: str
    sha256: str
    title: str
    source: str
    date: str | None
    start: int
    end: int
    text: str
    score: float
    answer_start: int | None
    answer_end: int | None
    also_in: list[SourceOut]
    also_in_total: int


class TimingsOut(BaseModel):
    """Tell milliseconds spent."""

    model_config = _shown(like.TIMINGS)
    retrieve: float
    read: float
    total: float


class WhenOut(BaseModel):
    """Tell the first and the last day that a relative date means, YYYY-MM-DD."""

    model_config = _shown(like.WHEN)
    start: str
    end: str


class AnswerOut(BaseModel):
    """Answer a question, or say why not; `answer` is null exactly when `abstention` is not."""

    model_config = _shown(like.ANSWER, like.FOLLOWED, like.NO_ANSWER)
    question: str
    answer: str | None
    confidence: float
    abstention: AbstentionOut | None
    passages: list[PassageOut]
    timings_ms: TimingsOut
    understood: str | None = Field(description="The question searched, where earlier ones complete it.")
    when: WhenOut | None = Field(
        description="The days that a relative date means, by the article's date; null where in doubt."
    )
    receipt: str | None = Field(None, description="To judge this answer with; null where none are judged.")


class Summary(BaseModel):
    """Describe a document without its text."""

    model_config = _shown(like.SUMMARY)
    id: str
    title: str
    source: str
    date: str | None
    sha256: str
    characters: int


class Listing(BaseModel):
    """List documents, a page at a time."""

    model_config = _shown(like.LISTING)
    total: int
    offset: int
    documents: list[Summary]


class DocumentOut(Summary):
    """Hold a document; every answer is a slice of `text`."""

    model_config = _shown(like.DOCUMENT)
    text: str


class DocumentIn(_Strict):
    """Add a document, or replace the one with this id."""

    model_config = _shown(like.GIVEN)
    id: str = Field(min_length=1, max_length=1000)
    text: str = Field(min_length=1)
    title: str = Field("", max_length=1000)
    source: str = Field("", max_length=2000)
    date: str | None = Field(None, max_length=40)


class FeedbackIn(_Strict):
    """Judge an answer given within the last hour; a second opinion replaces the first."""

    model_config = _shown(like.FEEDBACK)
    receipt: str = Field(min_length=1, max_length=64, description="From the answer.")
    opinion: Opinion
    remark: Annotated[str, AfterValidator(_readable)] = Field("", max_length=LONGEST_REMARK)


class ReportOut(BaseModel):
    """Report a change of the corpus."""

    model_config = _shown(like.REPORT) | ConfigDict(extra="allow")
    documents: int
    passages: int
    generation: int


class ProblemOut(BaseModel):
    """Explain a failure, as RFC 9457 has it."""

    model_config = _shown(like.PROBLEM) | ConfigDict(extra="allow")
    type: str
    title: str
    status: int
    detail: str
