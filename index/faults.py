"""What one document does to this program is that document's fault; what befalls the whole run is not."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from index.errors import RepondeurError

__all__ = ["Fault", "attempt"]

P = ParamSpec("P")
T = TypeVar("T")

# Memory, disk and model: the next document would meet them too.
_OF_THE_RUN = (MemoryError, OSError, sqlite3.Error, RepondeurError)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """Hold why a document could not be worked on, in words for the report."""

    reason: str


def attempt(work: Callable[P, T], *values: P.args, **named: P.kwargs) -> T | Fault:
    """Return what work on a document gives, or its fault; what must end the run is raised."""
    try:
        return work(*values, **named)
    except _OF_THE_RUN:
        raise
    except Exception as error:
        said = ascii(f"{type(error).__name__}: {error}"[:_LONGEST])[1:-1]
        return Fault(f"this program fails on it ({said}): please report that with the text")
