"""How French words are reduced before they are compared: elisions, numbers, accents, stems."""

import re
import unicodedata
from typing import Any

__all__ = ["ANALYSIS_VERSION", "STOP_WORDS", "exact_analyzer", "prepare", "stem_analyzer"]

# Part of the manifest: an index made with other rules is rebuilt, not searched.
ANALYSIS_VERSION = "fr-1"

_ELISION = re.compile(
    r"(?<![^\W_])(?:[ldcsjmnt]|qu|jusqu|lorsqu|puisqu|quoiqu|quelqu|presqu|entr)['’‘\u02bc\u00b4]",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:[. \u00a0\u202f]\d{3})+(?!\d)")
_NOT_DIGIT = re.compile(r"\D")
_LIGATURES = (("œ", "oe"), ("Œ", "OE"), ("æ", "ae"), ("Æ", "AE"))

STOP_WORDS = """
a à ai aie aient aies ait alors au aucun aucune auquel aura aurait auraient aussi autre autres aux
auxquels avaient avais avait avec avez avons ayant ça car ce ceci cela celle celles celui ces cet cette
ceux chez comme comment dans de depuis des deux donc dont du elle elles en encore entre es est et étaient
étais était étant être eu eue eut eux fait furent fut ici il ils je jusque la là laquelle le lequel les
lesquelles lesquels leur leurs lors lorsque lui ma mais me même mes mien moi mon ne ni nos notre nous on
ont ou où par parce pas peu peut plus pour pourquoi puisque qu quand que quel quelle quelles quels qui
quoi sa sans se selon sera serait seront ses si son sont sous sur ta te tes toi ton tous tout toute
toutes tu un une vers vos votre vous y
"""


def prepare(text: str) -> str:
    """Return the text with elided words cut off and the digits of a number joined (3.076 → 3076)."""
    text = unicodedata.normalize("NFKC", text)
    for ligature, letters in _LIGATURES:
        # Forty times faster than a translation table, which looks up every character.
        text = text.replace(ligature, letters)
    text = _ELISION.sub(" ", text)
    return _THOUSANDS.sub(lambda match: _NOT_DIGIT.sub("", match[0]), text)


def stem_analyzer() -> Any:
    """Return the analysis that finds `élections` by `election`: accents off, stop words out, then stems.

    Accents go before the stemmer, not after: a word typed without them must reach the same stem.
    """
    from tantivy import Filter

    return _words().filter(Filter.stemmer("french")).build()


def exact_analyzer() -> Any:
    """Return the same analysis without stems, for what a stem blurs (names above all)."""
    return _words().build()


def _words() -> Any:
    """Return the steps both analyses share."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    stops = sorted({_plain(word) for word in STOP_WORDS.split()})
    builder = (
        TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(80)).filter(Filter.lowercase())
    )
    return builder.filter(Filter.ascii_fold()).filter(Filter.custom_stopword(stops))


def _plain(word: str) -> str:
    """Return the word without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
