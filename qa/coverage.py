"""Cheap evidence beside the reader's own: does the passage name what is asked about.

A reader trained on passages that answer is too easily pleased by a passage about the right person. Whether
the names and figures of the question stand in it tells much.
"""

import re
import unicodedata
from functools import lru_cache

__all__ = ["names_covered", "plain"]

_WORD = re.compile(r"\w+")
_STEM = 5
# Words that a question may begin a clause with, capitalised by habit: not names.
_EMPTY = frozenset(
    "qui que quoi quand comment combien pourquoi quel quelle quels quelles est les des the what".split()
)


def names_covered(question: str, text: str) -> float:
    """Return which share of the names and figures a question names stands in the text; 1 where it names none.

    Not of all its words: a good question says things in other words than the text does.
    """
    names = _names(question)
    return len(names & _stems(text)) / len(names) if names else 1.0


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Return the text in lower case without diacritics."""
    folded = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("æ", "ae").casefold())
    return "".join(c for c in folded if not unicodedata.combining(c))


@lru_cache(maxsize=2048)
def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:_STEM] for word in _WORD.findall(plain(text)))


@lru_cache(maxsize=1024)
def _names(question: str) -> frozenset[str]:
    """Return the stems of the figures and of the capitalised words after the first."""
    found = ((plain(m[0]), m) for m in _WORD.finditer(question))
    return frozenset(
        word[:_STEM]
        for word, m in found
        if word.isdigit() or (m.start() > 0 and m[0][0].isupper() and len(word) > 2 and word not in _EMPTY)
    )
