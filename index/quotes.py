"""Which marks open a quotation and which close it; straight quotes say neither."""

import re

__all__ = ["opening_quotes", "quote_depths"]

_MARK = re.compile(r'"|\n\s*\n')
_QUOTE = re.compile(r'["«»“”]|\n\s*\n')


def opening_quotes(text: str) -> frozenset[int]:
    """Return the positions of the straight quotation marks (") that open a quotation.

    White space on one side decides; where it does not (lost spaces), marks alternate in a paragraph.
    """
    opening: set[int] = set()
    inside = False
    for match in _MARK.finditer(text):
        if match[0] != '"':
            inside = False
            continue
        at = match.start()
        inside = _opens(text, at, inside)
        if inside:
            opening.add(at)
    return frozenset(opening)


def _opens(text: str, at: int, inside: bool) -> bool:
    """Tell whether the straight mark at this position opens a quotation."""
    before = text[at - 1] if at else " "
    after = text[at + 1] if at + 1 < len(text) else " "
    free_left = before.isspace() or before in "(['’-—–"
    free_right = after.isspace() or after in ").,;:!?]…"
    if free_left != free_right:
        return free_left
    return not inside


def quote_depths(text: str, positions: list[int]) -> list[bool]:
    """Tell for each position, in ascending order, whether it lies inside an open quotation."""
    opening = opening_quotes(text)
    answers: list[bool] = []
    depth = 0
    marks = _QUOTE.finditer(text)
    mark = next(marks, None)
    for position in positions:
        while mark is not None and mark.start() < position:
            depth = _after(mark[0], mark.start(), opening, depth)
            mark = next(marks, None)
        answers.append(depth > 0)
    return answers


def _after(mark: str, at: int, opening: frozenset[int], depth: int) -> int:
    """Return the depth of quotation after this mark; a blank line closes what was left open."""
    if mark.startswith("\n"):
        return 0
    if mark in "«“" or at in opening:
        return min(depth + 1, 2)
    return max(depth - 1, 0)
