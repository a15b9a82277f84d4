"""Answer questions for many visitors at once over one corpus that may change underneath."""

import asyncio
import math
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol

from index.document import Document
from index.errors import RepondeurError
from qa.answer import Answer
from qa.conversation import Turn
from ui.feedback import FeedbackFile, Opinion, judged
from ui.limits import OverloadedError, Quota, TooSlowError
from ui.observe import Metrics, log
from ui.problems import problem_of
from ui.receipts import Receipts
from ui.settings import Settings

__all__ = ["Answering", "Service", "Shelf"]

# Opinions a visitor may give a minute: more than anybody who reads the answers first.
OPINIONS = 30
# Wrong administration tokens a minute; the right one is always let in.
STRANGERS = 10


class Shelf(Protocol):
    """Hand out the documents of a corpus: `index.corpus.Corpus` does."""

    @property
    def manifest(self) -> Any:
        """Describe the generation that is open."""
        ...

    def document(self, document_id: str) -> Document:
        """Return a document by its id; KeyError when there is none."""
        ...

    def documents(self) -> Iterator[Document]:
        """Yield every document."""
        ...


class Answering(Protocol):
    """Answer questions over a corpus: `qa.answerer.Answerer` does."""

    @property
    def corpus(self) -> Shelf:
        """Return the corpus that is open."""
        ...

    def ask(self, question: str, *, k: int = ..., lang: str = ..., history: Sequence[Turn] = ...) -> Answer:
        """Answer one question."""
        ...

    def refreshed(self) -> "Answering":
        """Return itself, or its successor over a newer generation."""
        ...


class Service:
    """Hold the answerer, the threads that run it and the line in front of them."""

    def __init__(self, answerer: Answering, settings: Settings) -> None:
        self.settings = settings
        self.visitors = Quota(settings.per_minute)
        self.sites = Quota(settings.per_minute_site)
        self.judges = Quota(OPINIONS)
        self.strangers = Quota(STRANGERS)
        self.metrics = Metrics()
        self.receipts = Receipts()
        self._opinions = FeedbackFile.open(settings.feedback) if settings.feedback else None
        self._answerer = answerer
        self._lock = threading.Lock()
        self._renewing = threading.Lock()
        self._threads = ThreadPoolExecutor(settings.workers, thread_name_prefix="answer")
        self._pending = 0
        self._seconds = 0.1
        self._closed = False

    @property
    def pending(self) -> int:
        """Return how many questions are being answered or wait."""
        return self._pending

    @property
    def ready(self) -> bool:
        """Tell whether a question would be taken now."""
        return not self._closed and self._pending < self.settings.workers + self.settings.queue

    def shelf(self) -> Shelf:
        """Return the documents of the newest generation."""
        return self._current().corpus

    async def ask(
        self, question: str, *, k: int = 5, lang: str = "fr", history: Sequence[Turn] = ()
    ) -> Answer:
        """Answer a clean question in its turn; OverloadedError when the line is full, else TooSlowError."""
        future = self._enter(question, k, lang, history)
        try:
            return await asyncio.wait_for(
                asyncio.shield(asyncio.wrap_future(future)), timeout=self.settings.seconds
            )
        except TimeoutError as error:
            raise TooSlowError(f"no answer after {self.settings.seconds:g} s") from error
        finally:
            # Only what has not begun can be called off: a visitor who left, or the time being up.
            future.cancel()

    def _enter(self, question: str, k: int, lang: str, history: Sequence[Turn]) -> Future[Answer]:
        """Take a place in the line."""
        with self._lock:
            if not self.ready:
                turns = math.ceil(self._pending / self.settings.workers)
                raise OverloadedError(min(60, max(1, math.ceil(turns * self._seconds))))
            self._pending += 1
            future = self._threads.submit(self._run, question, k, lang, history)
        future.add_done_callback(self._leave)
        return future

    def _leave(self, _: Future[Answer]) -> None:
        """Free a place in the line."""
        with self._lock:
            self._pending -= 1

    def _run(self, question: str, k: int, lang: str, history: Sequence[Turn]) -> Answer:
        """Answer on this thread, and remember about how long that takes."""
        start = time.monotonic()
        answer = self._current().ask(question, k=k, lang=lang, history=history)
        self._seconds += 0.1 * (time.monotonic() - start - self._seconds)
        return answer

    def _current(self) -> Answering:
        """Return the answerer over the newest generation; who uses the older one keeps it until done."""
        with self._renewing:
            try:
                self._answerer = self._answerer.refreshed()
            except RepondeurError as error:
                # What is open still answers; whoever broke the corpus reads why in the log.
                log.error("reload", extra={"error": str(error)})
            return self._answerer

    def answered(self, answer: Answer, lang: str) -> str | None:
        """Count and log one answer; its question only where the operator asked for that.

        Returns the receipt to judge it with, None where nobody is asked for opinions.
        """
        self.metrics.answered(answer, lang)
        outcome = str(answer.abstention.reason) if answer.abstention else "answered"
        fields = {"outcome": outcome, "lang": lang, "ms": round(answer.timings_ms.total, 1)}
        asked = {"question": answer.question} if self.settings.log_questions else {}
        log.info("ask", extra=fields | asked)
        return self.receipts.give(answer, lang) if self._opinions else None

    def judge(self, receipt: str, opinion: Opinion, remark: str) -> None:
        """Keep an opinion of an answer given lately; UnknownReceiptError for any other."""
        told = self.receipts.find(receipt)
        if self._opinions:
            self._opinions.put(judged(receipt, told.answer, told.lang, opinion, remark))
            self.metrics.judged(opinion)

    def failed(self, error: Exception) -> None:
        """Count and log one request that got no answer; a traceback only for what nobody foresaw."""
        problem, _ = problem_of(error)
        self.metrics.failed(problem.name)
        if problem.status == 500:
            log.error("failed", extra={"problem": problem.name}, exc_info=error)
        else:
            log.info("refused", extra={"problem": problem.name})

    def watched(self) -> bytes:
        """Return the metrics of this moment."""
        manifest = self.shelf().manifest
        self.metrics.pending.set(self.pending)
        self.metrics.documents.set(manifest.counts.documents)
        self.metrics.passages.set(manifest.counts.passages)
        self.metrics.generation.set(manifest.generation)
        return self.metrics.text()

    def close(self) -> None:
        """Take no more questions and finish those that were taken."""
        self._closed = True
        self._threads.shutdown(wait=True)
