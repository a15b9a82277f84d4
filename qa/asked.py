"""Take a question apart by its function words: opening, question phrase, subject, names. French and English.

    Et    pourquoi   Amazon    l'a-t-il         fait ?
    └ opening └ lead   └ subject └ verb, inverted

No tagger: a word is content unless it is on a list. Who uses this leaves a question alone when in doubt.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache

__all__ = ["Asked", "asked", "flat"]

_PREPOSITION = (
    r"(?:jusqu'(?:a|en)|d'apres|grace a|a cause de|a|de|pour|avec|chez|dans|depuis|pendant|par|sur|sous|"
    r"contre|vers|en|selon|avant|apres|d'|for|since|by|with|from|in|at|on|until|to|of)"
)
_NOT_A_NOUN = r"(?!(?:est|sont|etai\w*|fut|sera|is|are|was|were|a|ont|did|do|does)\b)"
_LEAD = re.compile(
    rf"(?:(?P<preposition>{_PREPOSITION})\s*)?(?:"
    r"(?P<what>qu'est-ce\s+(?:que?\b|qu'|qui\b)|que\b|qu'(?!en\b)|what\b(?!\s+(?:about|is the)\b))"
    r"|(?P<who>qui\s+est-ce\s+qu(?:i\b|e\b|')|qui\b|whom?\b|quoi\b)"
    rf"|(?P<which>(?:(?:quel(?:le)?s?|which|how\s+many)\s+|combien\s+d(?:e\s+|')){_NOT_A_NOUN}\w+"
    r"|(?:lequel|laquelle|lesquel(?:le)?s)\b)"
    r"|(?P<how>quel(?:le)?s?\b|combien(?:\s+de\s+temps)?\b|quand\b|ou\b|comment\b|pourquoi\b|when\b|where\b|why\b|"
    r"how(?:\s+(?:long|much|often|old))?\b)"
    r")(?:\s*est-ce\s+qu(?:e\b|'))?",
)
_OPENING = re.compile(r"(?:(?:et|mais|alors|donc|puis|and|but|so)\b[\s,]*)+")
_INVERTED = re.compile(
    r"(?:\b(?:ne|se|me|le|la|les|lui|leur|y|en)\s+|\b[nslmt]')*\b"
    r"(?:\w+(?:[- ]t[- ]|-)|(?:est|sont|etait|etaient|fut|furent|sera) )(?P<pronoun>ils?|elles?)\b"
)
_WORD = re.compile(r"\w+")
_FUNCTION = frozenset(
    "a ai alors an and apres are as at au aussi aux avait avant avec avez avoir avons by c ca ce ceci "
    "cela celle celles celui ces cet cette ceux chez ci combien comment contre d dans de depuis des did "
    "do does donc du elle elles en encore est et etaient etait etre eu for from furent fut had has have "
    "he her him his how i il ils in is it its je jusqu l la laquelle le lequel les lesquels leur leurs "
    "long lui m mais me meme mes mon much n ne nous of on ont or ou par pas pendant plus pour pourquoi "
    "puis qu quand que quel quelle quelles quels qui quoi s sa se selon ses she si so son sont sous sur t "
    "ta te that the their them then there they this to tous tout tres tu un une until vers vous was were "
    "what when where which who whom why will with y".split()
)
# Nouns that say nothing by themselves: "à quelle date ?" asks about something else.
_EMPTY = frozenset(
    "temps date jour jours annee annees an ans mois heure heures moment lieu endroit but raison raisons prix "
    "fois cas exactement precisement deja ensuite ainsi vrai duree time date day year place reason exactly "
    "then".split()
)
# The apostrophe of Créac’h is within the name; those of l’usine, Lorsqu’il and Amazon's are not.
_WITHIN = r"(?:(?<=\w\w\w)(?<!qu)['’](?!s\b)[a-zà-öø-ÿ]\w*)?"
_NAME = re.compile(rf"[^\W\d_a-zà-öø-ÿ][\w&.-]*{_WITHIN}(?:(?:[ ]|['’])[^\W\d_a-zà-öø-ÿ][\w&-]*{_WITHIN})*")


@lru_cache(maxsize=4096)
def flat(text: str) -> str:
    """Return the text in lower case without diacritics, character for character: offsets stay."""
    return "".join(map(_plain, text))


def _plain(character: str) -> str:
    if character in "\u2019\u02bc":
        return "'"
    base = unicodedata.normalize("NFD", character)[0].lower()
    return base if len(base) == 1 else character


@dataclass(frozen=True)
class Asked:
    """Hold a question without its opening ("Et", "And") and know its parts; offsets are of `text`."""

    text: str
    opened: bool

    @cached_property
    def flat(self) -> str:
        """Return the text to match rules on."""
        return flat(self.text)

    @cached_property
    def lead(self) -> re.Match[str] | None:
        """Return the question phrase it begins with."""
        return _LEAD.match(self.flat)

    @property
    def after_lead(self) -> int:
        """Return where the question phrase ends; 0 where there is none."""
        return self.lead.end() if self.lead else 0

    @cached_property
    def inverted(self) -> re.Match[str] | None:
        """Return the verb group with its pronoun: `l'a-t-il`."""
        return _INVERTED.search(self.flat, self.after_lead)

    @cached_property
    def names(self) -> tuple[tuple[int, int], ...]:
        """Return the spans of names: capitalised, and not merely the first word of a sentence."""
        found = (match.span() for match in _NAME.finditer(self.text))
        kept = [(a, b) for a, b in found if flat(self.text[a:b]) not in _FUNCTION]
        return tuple((a, b) for a, b in kept if a or self._opens_with_a_name(b))

    def _opens_with_a_name(self, end: int) -> bool:
        """Tell whether the first word is capital for itself: an acronym, a name of two words, no question."""
        first = self.text[:end]
        return not self.lead and (first.isupper() or " " in first or self._opens_its_verb(end))

    def _opens_its_verb(self, end: int) -> bool:
        return bool(self.inverted and not self.content(end, self.inverted.start()))

    def content(self, start: int, end: int | None = None) -> list[str]:
        """Return the words of a stretch that are not on the list of function words."""
        words: list[str] = _WORD.findall(self.flat[start:end])
        return [word for word in words if word not in _FUNCTION]

    def says_nothing(self, start: int, end: int | None = None) -> bool:
        """Tell whether nothing in a stretch tells what it is about."""
        return all(word in _EMPTY for word in self.content(start, end))

    @property
    def asks_its_subject(self) -> bool:
        """Tell whether who or what does something is asked for: "Quelle entreprise a interdit … ?"."""
        lead = self.lead
        return bool(lead and (lead["who"] or lead["which"]) and not lead["preposition"] and not self.inverted)

    @property
    def doubled(self) -> tuple[int, int] | None:
        """Return the subject that the inverted pronoun repeats: `Amazon` in "quand Amazon a-t-il …"."""
        if self.inverted is None or not self.content(self.after_lead, self.inverted.start()):
            return None
        stretch = self.text[self.after_lead : self.inverted.start()]
        start = self.after_lead + len(stretch) - len(stretch.lstrip())
        return start, start + len(stretch.strip())


@lru_cache(maxsize=1024)
def asked(question: str) -> Asked:
    """Return a question taken apart."""
    opening = _OPENING.match(flat(question))
    rest = question[opening.end() :] if opening else question
    return Asked(rest, opening is not None) if rest.strip(" ?!.") else Asked(question, opened=False)
