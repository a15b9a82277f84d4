"""Lines of a printed page back to paragraphs: hyphens at line ends, running heads, ligatures."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

__all__ = ["flowing"]

_LIGATURES = {
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
}
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BROKEN = re.compile(r"([^\W\d_]+)[-\u2010]$")
_RANGE = re.compile(r"\d[-–]$")
_SOFT = "\u00ad"
_WORD = re.compile(r"[^\W\d_]+")
_COMPOUND = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)+")
_BULLET = re.compile(r"[-–—•▪■●◦*]\s|\(?\d{1,3}[.)°]\s|\d+(?:\.\d+)+\.?\s+[^\W\d_a-z]")
_SENTENCE_END = re.compile(r"[.!?…:][»”\"’)\s\u00a0\u202f]*$")
# French words that keep their hyphen; any other that stands elsewhere in the text decides for itself.
_KEEP_BEFORE = frozenset(
    "peut quelque quelques quatre vingt soixante dix vingts celui celle ceux celles lui elle elles eux moi "
    "toi soi nous vous ex vice non demi mi semi sous au là ci après avant arrière grand grands rendez porte "
    "est nord sud outre franco c jusque chef contre état".split()
)
_KEEP_AFTER = frozenset(
    "il ils elle elles on je tu nous vous ce là ci même mêmes moi toi lui leur les la le y en t être delà "
    "dessus dessous vis midi à".split()
)
_NUMBER = re.compile(r"\d{1,5}")
_EDGE = 2
# How much of a full line's length a line has that the next goes on from, and one that ends a sentence.
_FULL, _FULL_ENDED = 0.75, 0.9


def flowing(pages: Sequence[str]) -> str:
    """Return pages of lines as text in paragraphs: one line each, pages run on where a sentence does."""
    texts = [_CONTROLS.sub("", unicodedata.normalize("NFC", page.translate(_LIGATURES))) for page in pages]
    lines = _without_heads([[_line(line) for line in text.split("\n")] for text in texts])
    words = Counter(word.lower() for page in lines for line in page for word in _WORD.findall(line))
    compounds = {word.lower() for page in lines for line in page for word in _COMPOUND.findall(line)}
    flow = _Flow(words, compounds)
    for page in lines:
        width = _width(page)
        for number, line in enumerate(page):
            flow.add(line, width if number else None)
    return "".join(flow.parts)


class _Flow:
    """Put lines together to paragraphs, knowing the words of the whole text."""

    def __init__(self, words: Counter[str], compounds: set[str]) -> None:
        self.parts: list[str] = []
        self._words, self._compounds = words, compounds
        self._blank = False

    def add(self, line: str, width: int | None) -> None:
        """Add a line; `width` is how long a full one is, None for the first line of a page."""
        if not line:
            self._blank = True
            return
        if self.parts:
            self.parts.append(self._joint(self.parts[-1], line, width))
        self.parts.append(line)
        self._blank = False

    def _joint(self, last: str, line: str, width: int | None) -> str:
        """Return what comes between two lines; a hyphen that only broke a word leaves the first."""
        if self._blank and width is not None:
            return "\n\n"
        broken = _BROKEN.search(last[-60:])
        if last.endswith(_SOFT) or (broken and line[0].isalpha() and not self._keeps(broken[1], line)):
            self.parts[-1] = last[:-1]
            return ""
        if (broken and line[0].isalpha()) or (_RANGE.search(last[-2:]) and line[0].isdigit()):
            return ""
        ended = bool(_SENTENCE_END.search(last[-8:]))
        going = line[0].islower() and not ended
        if width is None:
            return " " if going else "\n\n"
        full = len(last) >= width * (_FULL_ENDED if ended else _FULL)
        return " " if (going or full) and not _BULLET.match(line) else "\n"

    def _keeps(self, before: str, line: str) -> bool:
        """Tell whether a hyphen at a line's end is the word's own, by the rest of the text or by French."""
        match = _WORD.match(line)
        after = match[0] if match else ""
        first, second = before.lower(), after.lower()
        if after[:1].isupper() or self._compounds & {f"{first}-{second}", f"{first}\u2010{second}"}:
            return True
        if self._words[first + second]:
            return False
        return first in _KEEP_BEFORE or second in _KEEP_AFTER


def _line(line: str) -> str:
    """Return a line without white space around it and with blanks joined; no-break spaces stay."""
    return re.sub(r"[ \t]+", " ", line).strip(" \t\n")


def _width(page: Sequence[str]) -> int:
    """Return how long a full line of a page is, in characters."""
    lengths = sorted(len(line) for line in page if line)
    return lengths[int(0.9 * (len(lengths) - 1))] if lengths else 0


def _without_heads(pages: list[list[str]]) -> list[list[str]]:
    """Return pages without the lines that stand at the edge of most of them: heads, feet, page numbers."""
    if len(pages) < 3:
        return pages
    places = [[place for place, line in enumerate(page) if line] for page in pages]
    edges = [sorted({*place[:_EDGE], *place[-_EDGE:]}) for place in places]
    keys = [
        {place: _keys(page[place], number) for place in edge}
        for number, (page, edge) in enumerate(zip(pages, edges, strict=True))
    ]
    seen = Counter(key for page in keys for key in set().union(*page.values()))
    running = {key for key, count in seen.items() if count >= max(3, 0.6 * len(pages))}
    return [
        [line for place, line in enumerate(page) if not own.get(place, set()) & running]
        for page, own in zip(pages, keys, strict=True)
    ]


def _keys(line: str, page: int) -> set[str]:
    """Return what to know a running head by on other pages: itself, or with a number that counts them."""
    numbers = list(_NUMBER.finditer(line))
    counted = {
        f"{line[: match.start()]}\0{int(match[0]) - page}{line[match.end() :]}"
        for match in (*numbers[:1], *numbers[-1:])
    }
    return counted | {line}
