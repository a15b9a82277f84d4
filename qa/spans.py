"""From start and end logits to spans of whole words."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.reader import Span

__all__ = ["best_spans"]

MOST_TOKENS = 40
_KEPT = 5
# Pairs looked at before giving up: of a text of dashes alone, none is a span.
_TRIES = 200
# How many of the best pairs are asked what they agree on, and what full agreement is worth in logits.
_VOICES = 40
_AGREEMENT = 4.0
_LEFT = " \t\n\r\u00a0\u202f,;:.)»”’'-–—"
_RIGHT = " \t\n\r\u00a0\u202f,;:(«“-–—"
_PAIRS = {"(": ")", "«": "»", "“": "”"}


def best_spans(
    text: str,
    offsets: Sequence[tuple[int, int]],
    pairs: NDArray[np.float32],
    null: float,
    penalty: float = 0.0,
) -> tuple[Span, ...]:
    """Return up to 5 spans that do not overlap, best first.

    `pairs` holds the logit of each (first token, last token) of `text`; `null` is that of "no answer" and
    `penalty` is taken off for each token after the first. What near spans agree on is added, see `agreed`.
    """
    places = np.arange(len(pairs))
    length = places[None, :] - places[:, None]
    sums = agreed(np.where((length >= 0) & (length < MOST_TOKENS), pairs - penalty * length, -np.inf))
    spans: list[Span] = []
    for _ in range(_TRIES):
        first, last = divmod(int(sums.argmax()), len(pairs)) if sums.size else (0, 0)
        if not sums.size or not np.isfinite(sums[first, last]):
            break
        score = float(sums[first, last])
        sums[first, last] = -np.inf
        a, b = whole_words(text, offsets[first][0], offsets[last][1])
        if a < b and all(b <= s.start or s.end <= a for s in spans):
            spans.append(Span(a, b, score - null))
            if len(spans) == _KEPT:
                break
            # Whatever overlaps this one is out: in a text that is one endless word, all of it at once.
            under = [n for n, (x, y) in enumerate(offsets) if x < b and y > a]
            if under:
                sums[: under[-1] + 1, under[0] :] = -np.inf
    return tuple(spans)


def agreed(sums: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """Return the logits of spans, the best ones raised by how much of them the others would give too.

    The span of the highest logit is often one of many that differ by a word; the one that shares most with
    all of them, by the token F1 to be expected, is right more often (minimum Bayes risk).
    """
    flat = sums.ravel()
    asked = min(_VOICES, int(np.isfinite(flat).sum()))
    if not asked:
        return sums
    near = np.flatnonzero(flat >= np.partition(flat, -asked)[-asked])
    # Of equal ones the first: a text may have thousands.
    first, last = np.divmod(near[np.argsort(-flat[near], kind="stable")[:asked]], len(sums))
    voices = np.exp(sums[first, last] - sums.max())
    shared = np.minimum(last[:, None], last) - np.maximum(first[:, None], first) + 1
    size = last - first + 1
    f1 = 2 * np.maximum(shared, 0) / (size[:, None] + size)
    raised = sums.copy()
    raised[first, last] += _AGREEMENT * (f1 @ voices) / voices.sum()
    return raised


def whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span widened to whole words, then without stray spaces and punctuation at its edges."""
    while 0 < start < len(text) and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while 0 < end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    while start < end and text[start] in _LEFT and not _minus(text, start):
        start += 1
    if start < end and _minus(text, start - 1):
        start -= 1
    while start < end and (text[end - 1] in _RIGHT or _full_stop(text, start, end)):
        end -= 1
    return _balanced(text, start, end)


def _minus(text: str, at: int) -> bool:
    """Tell whether a dash is the sign of a number: "-12 °C", and not "10-12" or a dash between words."""
    if at < 0 or text[at] not in "-–\u2212" or not text[at + 1 : at + 2].isdigit():
        return False
    return at == 0 or text[at - 1].isspace() or text[at - 1] in "(«“[\"'"


def _full_stop(text: str, start: int, end: int) -> bool:
    """Tell a full stop that ends a sentence from one that is part of an abbreviation or initial."""
    if text[end - 1] not in ".!?…":
        return False
    last_word = text[start : end - 1].rsplit(None, 1)[-1:] or [""]
    return not (text[end - 1] == "." and (len(last_word[0]) == 1 or "." in last_word[0]))


def _balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """Take in a closing mark whose opening one is inside, and drop one whose partner is not."""
    for opening, closing in _PAIRS.items():
        inside = text[start:end]
        if inside.count(opening) > inside.count(closing) and text[end : end + 1] == closing:
            end += 1
        elif inside.endswith(closing) and opening not in inside:
            end -= 1
    if text.count('"', start, end) == 1:
        if text[start : start + 1] == '"':
            start += 1
        elif text[end - 1 : end] == '"':
            end -= 1
    return start, end
