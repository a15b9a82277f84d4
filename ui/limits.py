"""What keeps a busy server polite: quotas per visitor, and a bounded line of questions."""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

__all__ = ["OverloadedError", "Quota", "QuotaError", "TooSlowError"]


class OverloadedError(Exception):
    """Say that the line is full; `retry_after` is in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"the server is busy, try again in {retry_after} s")
        self.retry_after = retry_after


class TooSlowError(Exception):
    """Say that an answer took longer than the operator allows."""


class QuotaError(Exception):
    """Say that a visitor asks too fast; `retry_after` is in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many questions, try again in {retry_after} s")
        self.retry_after = retry_after


class Quota:
    """Allow each visitor `per_minute` questions a minute and as many at once (a token bucket each).

    Zero means no limit. Only the `most` latest visitors are remembered, in memory, so that it cannot grow.
    """

    def __init__(
        self, per_minute: int, *, most: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = per_minute / 60
        self._burst = float(per_minute)
        self._most = most
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, visitor: str) -> None:
        """Count one question of this visitor; QuotaError when there is none left."""
        if not self._rate:
            return
        now = self._clock()
        with self._lock:
            left, then = self._buckets.pop(visitor, (self._burst, now))
            left = min(self._burst, left + (now - then) * self._rate)
            self._buckets[visitor] = (max(left - 1, left if left < 1 else 0), now)
            while len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        if left < 1:
            raise QuotaError(math.ceil((1 - left) / self._rate))
