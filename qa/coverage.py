"""Cheap evidence beside the reader's own: does the passage name what is asked about, is the span of its kind.

A reader trained on passages that answer is too easily pleased by a passage about the right person. Whether
the names and figures of the question stand in it, and whether "combien" gets a number, tells much.
"""

import re
import unicodedata
from functools import lru_cache

__all__ = ["fits", "names_covered", "wants_short"]

_WORD = re.compile(r"\w+")
_STEM = 5
# Words that a question may begin a clause with, capitalised by habit: not names.
_EMPTY = frozenset(
    "qui que quoi quand comment combien pourquoi quel quelle quels quelles est les des the what".split()
)
_NUMBER = re.compile(
    r"\d|\b(un|une|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt|"
    r"trente|quarante|cinquante|soixante|cent|cents|mille|millier|milliers|million|millions|milliard|milliards|"
    r"dizaine|dizaines|douzaine|centaine|centaines|moitie|tiers|quart|double|triple|plusieurs|aucun|aucune)\b"
)
_TIME = re.compile(
    r"\d|\b(lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|janvier|fevrier|mars|avril|mai|juin|juillet|aout|"
    r"septembre|octobre|novembre|decembre|hier|demain|aujourd|matin|soir|soiree|nuit|midi|minuit|jour|jours|semaine|"
    r"semaines|mois|an|ans|annee|annees|siecle|printemps|ete|automne|hiver|rentree|heure|heures|fin|debut|apres|"
    r"avant|lendemain|veille|depuis|lors|noel|paques)\b"
)
_ASKS_NUMBER = re.compile(
    r"\bcombien\b|\bquel age\b|\bhow (many|much|old|long)\b|\bquel(le)?s? (montant|nombre|somme)s?\b"
)
_ASKS_TIME = re.compile(
    r"\bquand\b|\bquel(le)?s? (date|annee|jour|mois|heure|periode)s?\b|\bwhen\b|\bwhat (year|date|day)\b"
)

_ASKS_LENGTH = re.compile(r"\bcombien de temps\b|\bhow long\b|\bduree\b")
_UNIT = (
    r"(an|ans|annees?|mois|semaines?|jours?|heures?|minutes?|secondes?|siecles?|"
    r"years?|months?|weeks?|days?|hours?)"
)
# "un an", "pendant deux semaines", "quinze dernières années": how long, not when; "il y a un an" is when.
_LENGTH = re.compile(rf"^(pendant |durant |en )?(\w+ ){{1,3}}{_UNIT}$")
_ANCHOR = re.compile(
    r"\b(il y a|apres|avant|depuis|dans|plus tard|suivant|prochaine?s?|ago|later|before|after)\b"
)
# "qui" and "ou" within a question are a relative pronoun and, without its accent, "or".
_ASKS_NAME = re.compile(
    r"^(et |mais )?((a|de|avec|pour|chez|par|contre|selon|vers) |d'|d'apres )?(qui|ou)\b|\bwho\b|\bwhere\b|"
    r"\bquel(le)?s? (ville|pays|personne|entreprise|societe|organisation)s?\b"
)


def names_covered(question: str, text: str) -> float:
    """Return which share of the names and figures a question names stands in the text; 1 where it names none.

    Not of all its words: a good question says things in other words than the text does.
    """
    names = _names(question)
    return len(names & _stems(text)) / len(names) if names else 1.0


def fits(question: str, span: str) -> float:
    """Return 1 where the span is of the kind asked for (a number, a time), -1 where it is not, else 0."""
    asked, found = plain(question), plain(span).strip()
    if _ASKS_LENGTH.search(asked):
        return 1.0 if re.search(rf"\b{_UNIT}\b", found) else -1.0
    if _ASKS_NUMBER.search(asked):
        return 1.0 if _NUMBER.search(found) else -1.0
    if _ASKS_TIME.search(asked):
        lasting = _LENGTH.search(found) and not _ANCHOR.search(found) and "depuis" not in asked
        return 1.0 if _TIME.search(found) and not lasting else -1.0
    return 0.0


def wants_short(question: str) -> bool:
    """Tell whether a number, a time or a name is asked for, rather than a reason or a manner."""
    asked = plain(question).strip()
    return "où" in question.casefold() or any(
        kind.search(asked) for kind in (_ASKS_NUMBER, _ASKS_TIME, _ASKS_NAME)
    )


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
