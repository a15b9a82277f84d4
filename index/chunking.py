"""Cut texts into passages: whole French sentences, sized in the encoder's tokens, exact offsets.

Where to cut is chosen for the text as a whole (dynamic programming), not greedily: passages close to the
target size, cuts at paragraph ends where there are any, and no cut inside a quotation, which would tear it
from its speaker, unless it cannot fit.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from index.quotes import quote_depths
from index.repeats import without_repeats
from index.sentences import sentences

__all__ = ["ChunkSettings", "Chunker", "Span"]

Span = tuple[int, int]
CountTokens = Callable[[Sequence[str]], list[int]]

# What a cut costs, beside the distance from the target size (1.0 = an empty or double passage).
_AT_SENTENCE = 0.10
_IN_QUOTATION = 0.60
_AT_CLAUSE = 0.80
_AT_WORD = 1.20
_PIECE = re.compile(r"\S{1,48}\s*")
# Characters an encoder counts in one call; what it makes of them takes a hundred times the memory.
_TOGETHER = 1 << 16
# Characters: a sentence of more than this for each token of a passage is taken apart without being counted.
_LONGEST_TOKEN = 64


@dataclass(frozen=True, slots=True)
class ChunkSettings:
    """Hold the size of passages, in the encoder's tokens, and their overlap, in sentences."""

    max_tokens: int = 200
    target_tokens: int = 160
    overlap_sentences: int = 0

    def __post_init__(self) -> None:
        """Refuse sizes that no text can be cut to."""
        if not 32 <= self.max_tokens <= 100_000:
            raise ValueError(f"max_tokens is {self.max_tokens}: give 32 to 100000")
        if not 16 <= self.target_tokens <= self.max_tokens:
            raise ValueError(
                f"target_tokens is {self.target_tokens}: give 16 to max_tokens ({self.max_tokens})"
            )
        if not 0 <= self.overlap_sentences <= 10:
            raise ValueError(f"overlap_sentences is {self.overlap_sentences}: give 0 to 10")

    def to_dict(self) -> dict[str, int]:
        """Return the settings as the manifest keeps them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "ChunkSettings":
        """Return the settings a manifest holds."""
        return cls(**{key: int(value) for key, value in values.items()})


class _Item(NamedTuple):
    """Hold a sentence, or a piece of one that is too long, and what a cut after it costs."""

    start: int
    end: int
    tokens: int
    cut: float


class Chunker:
    """Cut texts into the spans of their passages."""

    def __init__(self, count_tokens: CountTokens, settings: ChunkSettings | None = None) -> None:
        self.settings = settings or ChunkSettings()
        self._count_some = count_tokens

    def spans(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return for each text the spans of its passages, in order, none longer than the limit.

        A stretch that the text has already had (see `repeats`) is left out. Each sentence is counted
        once, many in one call of the encoder, and so is each passage, to hold the limit exactly.
        """
        runs = [
            (number, run)
            for number, text in enumerate(texts)
            for run in without_repeats(text, sentences(text))
        ]
        items = self._items(texts, runs)
        passages = [
            (number, pack)
            for (number, _), run in zip(runs, items, strict=True)
            for pack in _packs(run, self.settings)
        ]
        spans: list[list[Span]] = [[] for _ in texts]
        for number, span in self._within_limit(texts, passages):
            spans[number].append(span)
        return spans

    def _count(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, counted in groups of bounded size."""
        counts: list[int] = []
        group: list[str] = []
        size = 0
        for text in texts:
            group.append(text)
            size += len(text)
            if size >= _TOGETHER:
                counts += self._count_some(group)
                group, size = [], 0
        return counts + (list(self._count_some(group)) if group else [])

    def _items(self, texts: Sequence[str], runs: list[tuple[int, list[Span]]]) -> list[list[_Item]]:
        """Return for each run of sentences its items with their sizes."""
        limit = self.settings.max_tokens
        longest = _LONGEST_TOKEN * limit
        counts = iter(
            self._count([texts[n][a:b] if b - a <= longest else "" for n, run in runs for a, b in run])
        )
        ends: list[list[int]] = [[] for _ in texts]
        for number, run in runs:
            ends[number] += [b for _, b in run]
        # Once a text: a run each would read the whole text for every repeated stretch in it.
        inside = [iter(quote_depths(text, at)) for text, at in zip(texts, ends, strict=True)]
        result: list[list[_Item]] = []
        for number, run in runs:
            items: list[_Item] = []
            for place, (start, end) in enumerate(run):
                after = run[place + 1][0] if place + 1 < len(run) else end
                cut = _cut_cost(texts[number], end, after, inside=next(inside[number]))
                counted = next(counts)
                tokens = counted if end - start <= longest else limit + 1
                items += self._sized(texts[number], _Item(start, end, tokens, cut))
            result.append(items)
        return result

    def _sized(self, text: str, item: _Item) -> list[_Item]:
        """Return the sentence, or its words where it alone exceeds the limit."""
        limit = self.settings.max_tokens
        if item.tokens <= limit:
            return [item]
        bounds = [
            (item.start + m.start(), item.start + len(m[0].rstrip()) + m.start())
            for m in _PIECE.finditer(text[item.start : item.end])
        ]
        counts = self._count([text[a:b] for a, b in bounds])
        pieces: list[_Item] = []
        for (start, end), count in zip(bounds, counts, strict=True):
            cut = _AT_CLAUSE if text[end - 1] in ",;:)»" else _AT_WORD
            if count <= limit:
                pieces.append(_Item(start, end, count, cut))
            else:
                sizes = self._count(list(text[start:end]))
                pieces += [_Item(start + i, start + i + 1, size, cut) for i, size in enumerate(sizes)]
        return [*pieces[:-1], pieces[-1]._replace(cut=item.cut)]

    def _within_limit(
        self, texts: Sequence[str], passages: list[tuple[int, list[_Item]]]
    ) -> list[tuple[int, Span]]:
        """Return the spans of the passages, halving those whose exact count exceeds the limit."""
        done: list[tuple[int, Span]] = []
        while passages:
            counts = self._count([texts[number][p[0].start : p[-1].end] for number, p in passages])
            again: list[tuple[int, list[_Item]]] = []
            for (number, pack), count in zip(passages, counts, strict=True):
                if count <= self.settings.max_tokens or len(pack) == 1:
                    done.append((number, (pack[0].start, pack[-1].end)))
                else:
                    half = len(pack) // 2
                    again += [(number, pack[:half]), (number, pack[half:])]
            passages = again
        return sorted(done)


def _cut_cost(text: str, end: int, after: int, *, inside: bool) -> float:
    """Return what cutting at the end of a sentence costs."""
    if text.count("\n", end, after) > 1:
        return 0.0
    return _IN_QUOTATION if inside else _AT_SENTENCE


def _packs(items: list[_Item], settings: ChunkSettings) -> list[list[_Item]]:
    """Return the items grouped into passages at the least cost."""
    limit = settings.max_tokens
    # Looked up, not computed: a line of millions of words comes here a hundred times for each word.
    shape = [(total / settings.target_tokens - 1.0) ** 2 for total in range(limit + 1)]
    tokens = [min(item.tokens, limit) for item in items]
    best = [0.0]
    origin = [0]
    for last, item in enumerate(items):
        total, cut = 0, item.cut
        choice, cost = last, float("inf")
        for first in range(last, max(-1, last - limit), -1):
            total += tokens[first]
            if total > limit:
                break
            here = best[first] + shape[total] + cut
            if here < cost:
                choice, cost = first, here
        best.append(cost)
        origin.append(choice)
    packs: list[list[_Item]] = []
    last = len(items)
    while last > 0:
        first = origin[last]
        packs.append(items[_overlapped(items, first, last, settings) : last])
        last = first
    return packs[::-1]


def _overlapped(items: list[_Item], first: int, last: int, settings: ChunkSettings) -> int:
    """Return where a passage starts once the overlap that fits is put before it."""
    total = sum(item.tokens for item in items[first:last])
    start = first
    while start > 0 and first - start < settings.overlap_sentences:
        total += items[start - 1].tokens
        if total > settings.max_tokens:
            break
        start -= 1
    return start
