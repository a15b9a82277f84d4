"""Tell what kind of answer a question asks for (a number, a time, how long), and whether a span is one.

Rules, because they are few and dear: a reader takes "pendant un an" for an answer to "quand" since most that
it learned from stood where such words stand. Both languages; accents and capitals play no part.
"""

import re
from functools import lru_cache

from qa.coverage import plain

__all__ = ["fits", "kind_asked", "wants_short"]

NUMBER, LENGTH, TIME, ANY = "number", "length", "time", "any"

_COUNTS = (
    r"\d[\d.,]*|une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|"
    r"vingt|trente|quarante|cinquante|soixante|cents?|mille|milliers?|millions?|milliards?|\w+aines?|quelques|plusieurs|"
    r"one|two|three|four|five|six|seven|eight|nine|ten|several|few"
)
_NUMBER = re.compile(
    rf"\d|\b(?:{_COUNTS}|moitie|tiers|quart|double|triple|aucune?|peu|beaucoup|nombreu\w+|half|twice|none|many)\b"
)
_TIME = re.compile(
    r"\d|\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|janvier|fevrier|mars|avril|mai|juin|juillet|aout|"
    r"septembre|octobre|novembre|decembre|hier|demain|aujourd|matin|soir|soiree|nuit|midi|minuit|jours?|semaines?|"
    r"mois|ans?|annees?|siecles?|decennies?|printemps|ete|automne|hiver|rentree|heures?|fin|debut|apres|avant|"
    r"lendemain|veille|depuis|lors|lorsqu\w*|quand|durant|pendant|moment|epoque|periode|antiquite|moyen age|"
    r"renaissance|prehistoire|guerres?|week-end|trimestre|semestre|noel|paques|today|yesterday|monday|tuesday|"
    r"wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|"
    r"october|november|december|century|after|before|since|during|when)\b|"
    # "dès la mort", "dès l'été": no plural article is followed by another.
    r"^des (?:l['\u2019]|(?:la|le|les|que) )"
)
_WHICH = r"\b(?:quel(?:le)?s?|which|what)\s+"
_DAY = r"(?:date|annee|jour|mois|heure|periode|epoque|siecle|year|day|time|month)s?\b"
_ASKS_LENGTH = re.compile(r"\bcombien de temps\b|\bhow long\b|\bduree\b")
_ASKS_NUMBER = re.compile(
    rf"\bcombien\b|\bhow (?:many|much|old)\b|{_WHICH}(?:age|montant|nombre|somme|number|amount)s?\b"
)
_ASKS_TIME = re.compile(rf"\bquand\b|\bwhen\b|{_WHICH}{_DAY}")
# What stands before "quand" and asks for something else makes it a conjunction: "Où était-il quand … ?".
_ASKS_OTHER = re.compile(
    r"^(?:(?:et|mais|alors|a|de|avec|pour|chez|par|dans|sur|and|but)\s+|d')*"
    r"(?:qui|que|qu'\w+|quoi|ou|comment|pourquoi|who|whom|what|where|why|how)\b|"
    rf"^(?:\w+\s+)?{_WHICH}(?!{_DAY})"
)
_BOTH = re.compile(r"\b(?:quand|when) (?:et|and)\b|\b(?:et|and) (?:quand|when)\b")
_UNIT = (
    r"(?:ans?|annees?|mois|semaines?|jours?|heures?|minutes?|secondes?|siecles?|"
    r"years?|months?|weeks?|days?|hours?|seconds?)"
)
_UNITS = re.compile(rf"\b{_UNIT}\b")
# "un an", "pendant près de deux semaines", "quinze dernières années": how long, not when.
_LASTING = re.compile(
    r"^(?:pendant |durant |en |for )?(?:environ |pres de |plus de |moins de |au moins |about |over |nearly )?"
    rf"(?:(?:ces|les|the) )?(?:(?:{_COUNTS})[ -]){{1,3}}(?:et demie? )?"
    rf"(?:dernier\w* |premier\w* |last )?{_UNIT}$"
)
_CLOCK = re.compile(r"\bquel(?:le)?s? heures?\b|\bwhat time\b")
# "qui" and "ou" within a question are a relative pronoun and, without its accent, "or".
_ASKS_NAME = re.compile(
    r"^(et |mais )?((a|de|avec|pour|chez|par|contre|selon|vers) |d'|d'apres )?(qui|ou)\b|\bwho\b|\bwhere\b|"
    r"\bquel(le)?s? (ville|pays|personne|entreprise|societe|organisation)s?\b"
)


@lru_cache(maxsize=1024)
def kind_asked(question: str) -> str:
    """Return the kind of answer: "number", "length", "time", or "any" where none can be told."""
    asked = plain(question).replace("\u2019", "'").strip()
    if _ASKS_LENGTH.search(asked):
        return LENGTH
    if _ASKS_NUMBER.search(asked):
        return NUMBER
    if _ASKS_TIME.search(asked) and not _ASKS_OTHER.search(asked) and not _BOTH.search(asked):
        return TIME
    return ANY


def fits(question: str, span: str) -> float:
    """Return 1 where the span is of the kind asked for, -1 where it is not, 0 where no kind is."""
    kind, found = kind_asked(question), plain(span).strip()
    if kind == ANY:
        return 0.0
    if kind == LENGTH:
        return 1.0 if _UNITS.search(found) else -1.0
    if kind == NUMBER:
        return 1.0 if _NUMBER.search(found) else -1.0
    return 1.0 if _TIME.search(found) and not (_LASTING.search(found) and _asks_a_point(question)) else -1.0


def _asks_a_point(question: str) -> bool:
    """Tell whether "pendant un an" is no answer to a question for a time: "depuis quand" takes it."""
    asked = plain(question)
    return "depuis" not in asked and "since" not in asked and not _CLOCK.search(asked)


def wants_short(question: str) -> bool:
    """Tell whether a number, a time or a name is asked for, rather than a reason or a manner."""
    asked = plain(question).strip()
    return "où" in question.casefold() or kind_asked(question) != ANY or _ASKS_NAME.search(asked) is not None
