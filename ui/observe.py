"""What an operator can watch: Prometheus metrics and one JSON line of log an event, no question in it."""

import json
import logging
import sys
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from qa.answer import Answer

__all__ = ["JsonLines", "Metrics", "log", "start_logging"]

log = logging.getLogger("repondeur")
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """Count what one server does; names and labels are stable."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._questions = Counter(
            "repondeur_questions", "Questions answered.", ["outcome", "lang"], registry=self.registry
        )
        self._problems = Counter(
            "repondeur_problems", "Requests not answered.", ["problem"], registry=self.registry
        )
        self._seconds = Histogram(
            "repondeur_answer_seconds", "Time to answer.", buckets=_BUCKETS, registry=self.registry
        )
        self._opinions = Counter(
            "repondeur_opinions", "Answers judged by visitors.", ["opinion"], registry=self.registry
        )
        self.pending = Gauge("repondeur_pending", "Questions running or waiting.", registry=self.registry)
        self.documents = Gauge("repondeur_documents", "Documents in the corpus.", registry=self.registry)
        self.passages = Gauge("repondeur_passages", "Passages in the corpus.", registry=self.registry)
        self.generation = Gauge("repondeur_generation", "Generation being served.", registry=self.registry)

    def answered(self, answer: Answer, lang: str) -> None:
        """Count one answer or abstention."""
        outcome = str(answer.abstention.reason) if answer.abstention else "answered"
        self._questions.labels(outcome, lang).inc()
        self._seconds.observe(answer.timings_ms.total / 1000)

    def failed(self, problem: str) -> None:
        """Count one request that got no answer."""
        self._problems.labels(problem).inc()

    def judged(self, opinion: str) -> None:
        """Count one opinion of an answer."""
        self._opinions.labels(opinion).inc()

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry)


class JsonLines(logging.Formatter):
    """Write a log record as one line of JSON; extra fields come along."""

    _KNOWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "color_message", "taskName"}

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in self._KNOWN}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def start_logging() -> None:
    """Send our log, and the web server's errors, to stderr as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name in ("repondeur", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(logging.INFO)
        logger.propagate = False
