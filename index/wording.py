"""What a text says, in a form that two texts share only if they say the same.

Case, spaces and punctuation are left out, and a few words and credits that change nothing. Accents, signs,
units, currencies, fractions and the marks inside numbers stay: “-5 °C” is not “5 °C”, “1,5” is not “15”.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

__all__ = ["Wording", "joined", "wording"]

_PIECE = re.compile(
    r"(?P<point>(?<=\d)[.,:/](?=\d))|(?P<stop>[.!?…\n])|(?P<number>\d+)|(?P<dash>[-‐-―\u2212](?=\s?\d))"
    r"|(?P<word>[^\W\d_]+)|(?P<mark>[^\w\s])"
)
# Links between sentences, without a fact of their own: not “aussi”, “encore”, “toujours”, “environ”.
_HARMLESS = frozenset(["cependant", "donc", "ensuite", "néanmoins", "puis", "toutefois"])
_AGENCY = r"(?:AFP|AP|ATS|Belga|BELGA|Reuters|REUTERS|EFE|ANSA|dpa|DPA)"
_CREDIT = re.compile(rf"\((?:avec )?{_AGENCY}(?:(?:, | et |/| - ){_AGENCY})*\)")
# Agencies and old typewriters write the capital at the head of a word without its accent: “Etat”, “A Lyon”.
_HEADS = str.maketrans("ÀÂÇÉÈÊÎÔÛ", "AACEEEIOU")
_UNITS = "%‰‱′″"
_SILENT = "|©®"
# A group of digits stands between two of these: “5” is not found in “15”, nor “1 5” in “15”.
_EDGE = "\x1f"


@dataclass(frozen=True, slots=True)
class Wording:
    """Hold what a text says, and the places in it where a sentence may begin or end."""

    said: str
    edges: tuple[int, ...]

    def find(self, said: str) -> int:
        """Return where whole sentences say this, in one stretch, or -1."""
        at = self.said.find(said) if said else -1
        while at >= 0:
            place = bisect_right(self.edges, at)
            if self._is_edge(at) and self._is_edge(at + len(said)):
                return at
            if place == len(self.edges):
                return -1
            at = self.said.find(said, self.edges[place])
        return -1

    def _is_edge(self, place: int) -> bool:
        """Tell whether a sentence may begin or end here."""
        return self.edges[bisect_right(self.edges, place) - 1] == place


def wording(text: str) -> Wording:
    """Return what a text says."""
    parts: list[str] = []
    edges = [0]
    size = 0
    for part in _parts(_CREDIT.sub(" ", unicodedata.normalize("NFC", text))):
        if part:
            parts.append(part)
            size += len(part)
        elif edges[-1] < size:
            edges.append(size)
    if edges[-1] < size:
        edges.append(size)
    return Wording("".join(parts), tuple(edges))


def joined(wordings: Sequence[Wording]) -> Wording:
    """Return what several texts say one after the other."""
    edges = {0}
    size = 0
    for one in wordings:
        edges.update(size + edge for edge in one.edges)
        size += len(one.said)
    return Wording("".join(one.said for one in wordings), tuple(sorted(edges)))


def _parts(text: str) -> Iterator[str]:
    """Yield what is said, piece by piece; an empty string where a sentence may end."""
    for match in _PIECE.finditer(text):
        kind, piece = match.lastgroup, match[0]
        if kind == "stop":
            yield ""
        elif kind == "number":
            yield f"{_EDGE}{piece}{_EDGE}"
        elif kind == "word":
            word = _plain(piece)
            if word not in _HARMLESS:
                yield word
        elif kind == "dash":
            yield "-"
        elif kind == "point" or _says(piece):
            yield piece


def _plain(word: str) -> str:
    """Return a word without case, typographic ligatures and the accent of its first capital."""
    if word.isascii():
        return word.lower()
    word = word[0].translate(_HEADS) + word[1:]
    # Letters only: the compatible form of “²” is “2”, that of “½” three characters.
    letters = (unicodedata.normalize("NFKC", char) if char.isalpha() else char for char in word)
    return "".join(letters).casefold().replace("œ", "oe").replace("æ", "ae")


@cache
def _says(mark: str) -> bool:
    """Tell whether a mark is part of what is said: a unit, a sign, a currency, a picture."""
    if mark in _UNITS:
        return True
    return unicodedata.category(mark) in {"Sc", "Sm", "So", "Mn", "Mc"} and mark not in _SILENT
