"""Say how far a figure could have fallen otherwise: bootstrap intervals over questions or whole articles.

Questions about one article share its text, its vocabulary and its luck; drawing them one by one would
pretend to more evidence than there is. So whole articles are drawn (a cluster bootstrap) as soon as there
are enough of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Resampling", "interval", "plan", "resamples", "spread"]

Floats = NDArray[np.float64]
# Fewer clusters than this make a cluster bootstrap too narrow to be trusted.
FEWEST_CLUSTERS = 20
_CELLS = 2_000_000


@dataclass(frozen=True, slots=True)
class Resampling:
    """Hold how intervals are made: equal plans on equal questions draw equal resamples."""

    unit: str
    units: int
    members: tuple[int, ...]
    count: int
    seed: int
    level: float = 0.95

    def describe(self) -> dict[str, object]:
        """Return the plan as JSON."""
        return {"unit": self.unit, "units": self.units, "resamples": self.count, "seed": self.seed,
                "level": self.level, "method": "percentile; Wilson where all are 0 or all 1"}  # fmt: skip


def plan(groups: Sequence[str], count: int, seed: int, unit: str = "auto") -> Resampling:
    """Plan `count` resamples of articles (`groups` names each question's) or of questions."""
    names = {name: number for number, name in enumerate(dict.fromkeys(groups))}
    if unit == "article" or (unit == "auto" and len(names) >= FEWEST_CLUSTERS):
        return Resampling("article", len(names), tuple(names[group] for group in groups), count, seed)
    return Resampling("question", len(groups), tuple(range(len(groups))), count, seed)


def resamples(how: Resampling) -> Iterator[Floats]:
    """Yield blocks of (rows, questions) counts, `how.count` rows in all."""
    generator = np.random.Generator(np.random.PCG64(how.seed))
    members = np.asarray(how.members, dtype=np.intp)
    rows = max(1, _CELLS // max(1, len(members)))
    for first in range(0, how.count, rows):
        size = min(rows, how.count - first)
        drawn = generator.multinomial(how.units, np.full(how.units, 1 / how.units), size=size)
        yield drawn[:, members].astype(np.float64)


def interval(values: Floats, level: float) -> tuple[float, float] | None:
    """Return the percentile interval of resampled values, None where the figure never existed."""
    known = values[~np.isnan(values)]
    if not known.size:
        return None
    tail = (1 - level) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)


def spread(figures: Mapping[str, Callable[[Floats], Floats]], how: Resampling) -> dict[str, Floats]:
    """Return each figure's value in every resample, all figures on the same draws."""
    blocks: dict[str, list[Floats]] = {key: [] for key in figures}
    for weights in resamples(how):
        for key, figure in figures.items():
            blocks[key].append(figure(weights))
    return {key: np.concatenate(parts) if parts else np.empty(0) for key, parts in blocks.items()}
