"""Remember the latest answers for a while, so that only what was answered can be judged."""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from qa.answer import Answer

__all__ = ["Receipts", "Told", "UnknownReceiptError"]

MOST = 2000
SECONDS = 3600.0


class UnknownReceiptError(Exception):
    """Say that an answer was given too long ago to be judged, or never."""


@dataclass(frozen=True, slots=True)
class Told:
    """Hold an answer as it was told, of its passages only where the answer stands, and when by the clock."""

    answer: Answer
    lang: str
    at: float


class Receipts:
    """Give each answer a random name; in memory only, the `most` latest, for `seconds`."""

    def __init__(
        self, *, most: int = MOST, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._told: OrderedDict[str, Told] = OrderedDict()
        self._lock = threading.Lock()

    def give(self, answer: Answer, lang: str) -> str:
        """Return a new receipt for an answer."""
        receipt, now = secrets.token_urlsafe(16), self._clock()
        with self._lock:
            self._told[receipt] = Told(_slim(answer), lang, now)
            while len(self._told) > self._most or next(iter(self._told.values())).at < now - self._seconds:
                self._told.popitem(last=False)
        return receipt

    def find(self, receipt: str) -> Told:
        """Return the answer of a receipt; UnknownReceiptError where it is forgotten."""
        with self._lock:
            told = self._told.get(receipt)
        if told is None or told.at < self._clock() - self._seconds:
            raise UnknownReceiptError("this answer is no longer remembered")
        return told


def _slim(answer: Answer) -> Answer:
    """Return the answer without the texts of its passages: thousands of them would be remembered."""
    held = (each for each in answer.passages if each.answer_start is not None)
    return replace(answer, passages=tuple(replace(each, text="", also_in=()) for each in held)[:1])
