"""Hold a report to its floors: `--min retrieval.recall@5=0.85` in anybody's CI."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from index.errors import UsageError
from qa.figures import FIGURES
from qa.summary import LATENCY_KEYS, lookup

__all__ = ["Bound", "Check", "check", "parse_bound"]

KNOWN = (*FIGURES, *(f"latency_ms.{name}" for name in LATENCY_KEYS))
# A bare name means the first of these sections that has it: `f1` is `answers.f1`.
_SECTIONS = ("retrieval", "answers", "abstention", "latency_ms", "after_reading")


@dataclass(frozen=True, slots=True)
class Bound:
    """Hold one floor (`at_least`) or ceiling of one figure."""

    key: str
    value: float
    at_least: bool = True


@dataclass(frozen=True, slots=True)
class Check:
    """Hold what became of a bound; `found` None: the figure does not exist, which is a miss."""

    bound: Bound
    found: float | None
    interval: tuple[float, float] | None

    @property
    def held(self) -> bool:
        """Tell whether the figure keeps its bound."""
        if self.found is None:
            return False
        return self.found >= self.bound.value if self.bound.at_least else self.found <= self.bound.value


def parse_bound(text: str, at_least: bool = True) -> Bound:
    """Read `KEY=VALUE`; UsageError names the key that is meant where it is misspelt."""
    name, equals, number = text.partition("=")
    try:
        value = float(number)
    except ValueError:
        value = float("nan")
    if not equals or value != value:  # noqa: PLR0124  NaN alone differs from itself
        raise UsageError(f"{text!r}: expected KEY=VALUE with a number, such as retrieval.recall@5=0.85")
    return Bound(_full_key(name.strip()), value, at_least)


def _full_key(name: str) -> str:
    if name in KNOWN:
        return name
    full = next((f"{section}.{name}" for section in _SECTIONS if f"{section}.{name}" in KNOWN), None)
    if full is None:
        near = difflib.get_close_matches(name, [*KNOWN, *(key.partition(".")[2] for key in KNOWN)], 1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(KNOWN)}"
        raise UsageError(f"no figure {name!r}; {hint}")
    return full


def check(report: Mapping[str, Any], bounds: Sequence[Bound]) -> list[Check]:
    """Hold every bound against the report."""
    return [Check(bound, lookup(report, bound.key), _interval(report, bound.key)) for bound in bounds]


def _interval(report: Mapping[str, Any], key: str) -> tuple[float, float] | None:
    found = report["intervals"].get(key)
    if found is None and key.startswith("latency_ms."):
        found = report["latency_ms"].get("intervals", {}).get(key.partition(".")[2])
    return None if found is None else (found[0], found[1])
