"""Fold an answer before it is compared, by rules that are declared and never guessed.

| name | lower case | punctuation removed | articles removed |
|---|---|---|---|
| `fr` | yes | ASCII and every Unicode P* character | l' le la les du des au aux un une |
| `fr+articles` | yes | the same | none |
| `en` | yes | ASCII (`string.punctuation`) | a an the |
| `en+articles` | yes | ASCII | none |
| `raw` | no | none | none |

`en` is the official SQuAD v2.0 script's: lower, punctuation, articles, white space, in this order.
`fr` follows the FQuAD paper (d'Hoffschmidt et al., 2020): the articles it ignores are those above. The elided
`l'` (straight, curly or modifier apostrophe) goes before punctuation does, or it would stick to its noun for
good. Two additions: the text is put in Unicode NFKC first, so that a composed é equals a decomposed one and a
no-break space a space; and an answer made of articles only ("un", "une") keeps them.
"""

import re
import string
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["NORMALISERS", "Normaliser", "normaliser"]

_ELIDED = re.compile("\\bl['’\u02bc]\\s*", re.UNICODE)
_FRENCH = re.compile(r"\b(?:le|la|les|du|des|au|aux|un|une)\b", re.UNICODE)
_ENGLISH = re.compile(r"\b(?:a|an|the)\b", re.UNICODE)
_ASCII = frozenset(string.punctuation)


@dataclass(frozen=True, slots=True)
class Normaliser:
    """Fold texts by one named rule; its two methods are pure."""

    name: str
    rule: str
    fold: Callable[[str], str]

    def tokens(self, text: str) -> list[str]:
        """Return the folded words of the text, in order."""
        return self.fold(text).split()


def _is_punctuation(character: str) -> bool:
    return character in _ASCII or unicodedata.category(character).startswith("P")


def _without_punctuation(text: str) -> str:
    return "".join(character for character in text if not _is_punctuation(character))


def _without_ascii_punctuation(text: str) -> str:
    return "".join(character for character in text if character not in _ASCII)


def _space(text: str) -> str:
    return " ".join(text.split())


@lru_cache(maxsize=65_536)
def _fold_fr(text: str) -> str:
    lowered = unicodedata.normalize("NFKC", text).lower()
    bare = _space(_FRENCH.sub(" ", _without_punctuation(_ELIDED.sub(" ", lowered))))
    return bare or _space(_without_punctuation(lowered))


def _fold_fr_with_articles(text: str) -> str:
    return _space(_without_punctuation(unicodedata.normalize("NFKC", text).lower()))


def _fold_en(text: str) -> str:
    return _space(_ENGLISH.sub(" ", _without_ascii_punctuation(text.lower())))


def _fold_en_with_articles(text: str) -> str:
    return _space(_without_ascii_punctuation(text.lower()))


NORMALISERS: dict[str, Normaliser] = {
    each.name: each
    for each in (
        Normaliser("fr", "NFKC, lower case, no punctuation, no l' le la les du des au aux un une", _fold_fr),
        Normaliser("fr+articles", "NFKC, lower case, no punctuation", _fold_fr_with_articles),
        Normaliser("en", "SQuAD v2.0: lower case, no ASCII punctuation, no a an the", _fold_en),
        Normaliser("en+articles", "lower case, no ASCII punctuation", _fold_en_with_articles),
        Normaliser("raw", "nothing but runs of white space folded", _space),
    )
}


def normaliser(name: str) -> Normaliser:
    """Return the normaliser of that name; KeyError lists those that exist."""
    try:
        return NORMALISERS[name]
    except KeyError:
        raise KeyError(f"no normaliser {name!r}; there are {', '.join(NORMALISERS)}") from None
