"""Ask every question of a set and keep what came back: records for figures, times apart from them.

    run = evaluate(questions, answerer, gold, Options())
    report = summarise(run, Options())            # qa.summary

One process, one question at a time: two runs on the same corpus and models give the same records bit for bit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from time import perf_counter

from index.errors import QuestionError
from qa.answer import Answer
from qa.normalise import Normaliser, normaliser
from qa.outcome import Answering, Record, found_in_hit, record
from qa.questions import Question, QuestionSet
from qa.relevance import GoldPlace

__all__ = ["Options", "Reading", "Run", "Times", "evaluate"]

Progress = Callable[[int, int], None]
Reading = Callable[[Question], Answer]


@dataclass(frozen=True, slots=True)
class Options:
    """Hold every choice that can change a figure; all of them are written into the report."""

    k: int = 5
    depth: int = 10
    normaliser: str = "fr"
    correct_at: float = 0.5
    resamples: int = 2000
    seed: int = 20
    unit: str = "auto"
    target_precision: float = 0.9


@dataclass(frozen=True, slots=True)
class Times:
    """Hold milliseconds of one question: answering it, and ranking alone (None where not asked)."""

    ask: float
    retrieve: float | None


@dataclass(frozen=True, slots=True)
class Run:
    """Hold what an evaluation did; `records` may be fewer than `planned` after an interruption."""

    questions: QuestionSet
    planned: int
    records: tuple[Record, ...]
    times: tuple[Times, ...]
    seconds: float

    @property
    def complete(self) -> bool:
        """Tell whether every question was asked."""
        return len(self.records) == self.planned


def evaluate(
    questions: QuestionSet,
    answerer: Answering,
    gold: Mapping[str, GoldPlace],
    options: Options,
    *,
    read_gold: Reading | None = None,
    progress: Progress | None = None,
) -> Run:
    """Ask the questions in file order; Ctrl-C stops between two of them and keeps what is done.

    With `read_gold`, that function answers from the gold passage and nothing is retrieved.
    """
    started, planned = perf_counter(), len(questions.questions)
    asker = _Asker(answerer, options, normaliser(options.normaliser), read_gold)
    records: list[Record] = []
    times: list[Times] = []
    try:
        for done, question in enumerate(questions.questions, 1):
            place = gold.get(question.id, GoldPlace())
            outcome, spent = asker.ask(question, place)
            records.append(outcome)
            times.append(spent)
            if progress:
                progress(done, planned)
    except KeyboardInterrupt:
        records = records[: len(times)]
    run = Run(questions, planned, tuple(records), tuple(times), 0.0)
    return replace(run, seconds=perf_counter() - started)


@dataclass(frozen=True, slots=True)
class _Asker:
    """Hold what stays the same from question to question."""

    answerer: Answering
    options: Options
    rule: Normaliser
    read_gold: Reading | None

    def ask(self, question: Question, place: GoldPlace) -> tuple[Record, Times]:
        """Answer and, apart from it, retrieve; time each alone, score outside both."""
        started = perf_counter()
        answer, refusal = self._answer(question)
        answered = perf_counter()
        retrieved, ranked = None, None
        if self.read_gold is None:
            hits = [] if refusal else self.answerer.retrieve(question.text, self.options.depth)
            ranked = (perf_counter() - answered) * 1000
            retrieved = [found_in_hit(hit) for hit in hits]
        outcome = record(question, place, answer, retrieved, normaliser=self.rule, refusal=refusal)
        return outcome, Times((answered - started) * 1000, ranked)

    def _answer(self, question: Question) -> tuple[Answer | None, str | None]:
        try:
            if self.read_gold is not None:
                return self.read_gold(question), None
            return self.answerer.ask(question.text, k=self.options.k), None
        except QuestionError as error:
            # What the product refuses is a question it does not answer: counted, never skipped.
            return None, f"refused: {error}"
