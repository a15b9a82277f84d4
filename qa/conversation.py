"""Complete a follow-up with what the earlier questions were about, by rules; what stands alone stays.

    understand("Et pour combien de temps ?", [Turn("Quand Amazon a-t-il suspendu Rekognition ?")])
    "Pour combien de temps Amazon a-t-il suspendu Rekognition ?"

Three kinds of follow-up are known: a bare question word ("Pourquoi ?"), something else put in the place of
what was asked about ("Et Microsoft ?"), a pronoun that nothing in the question explains ("Où est-il mort ?").
What is made of them is shown to the visitor, so it has to be a sentence, not a bag of words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.asked import Asked, asked, flat
from qa.pronouns import article_of, plural, resolve_pronoun
from qa.question import LONGEST
from qa.rephrase import appended, capital, joined, name_like, predicate, question_mark, subject

__all__ = ["Turn", "understand"]

# Turns looked back at for whom a pronoun means.
_BACK = 3
_MOST_WORDS = 7
_ABOUT = re.compile(r"(?:qu'en est-il (?:de |du |d')|quid (?:de |du |d')|what about |how about )\s*")
# What an ellipsis cannot hold: with a verb of its own it is a question of its own.
_VERB = re.compile(
    r"\b(?:est|sont|etait|etaient|fut|sera|ont|avait|avaient|aura|va|vont|fait|font|peut|doit|veut|dit|is|are|was|"
    r"were|did|does|do|has|had|have|will|can)\b|-(?:t-)?(?:il|elle|ils|elles|on|ce)\b"
)
_DROPPED = re.compile(
    r"(?:(?:pour|chez|celui|celle|ceux|celles)\s+)?(?:pour\b|chez\b|de\b|du\b|d'|for\b|of\b|about\b)\s*(?=\S)"
)
_PLACED = re.compile(
    r"(?:en|a|au|aux|dans|sur|depuis|pendant|avant|apres|par|contre|in|at|on|since|during|with|avec)\s+"
)
_EVENT = re.compile(
    r"\bl'(?:a|ont|avait|avaient)(?:-t)?(?:-\w+)?\s+(?:deja\s+)?faite?s?\b|"
    r"\ble (?:fait|font|faisait|faisaient|fera)\b|\b(?:do|did|done) (?:that|so|it)\b"
)
_SAID = re.compile(
    r"\bl'(?:a|ont|avait|avaient)(?:-t)?(?:-\w+)? "
    r"(?:annonce|dit|declare|revele|affirme|explique|confirme|decide)\b"
)
_LAST = re.compile(r"c'(?:est|etait)\s+(?=\w)")
_COPULA = re.compile(r"\s*(?:est|sont|etait|etaient|fut|sera|is|are|was|were)\b")


@dataclass(frozen=True, slots=True)
class Turn:
    """Hold one earlier question, with its answer where it had one."""

    question: str
    answer: str | None = None


def understand(question: str, history: Sequence[Turn]) -> str | None:
    """Return the follow-up completed from earlier turns, oldest first; None where it stands alone.

    Earlier turns may be follow-ups themselves. None as well where the turns do not say what is missing:
    nothing is guessed.
    """
    known: list[Turn] = []
    for turn in history:
        known.append(Turn(_completed(turn.question, known) or turn.question, turn.answer))
    return _completed(question, known)


def _completed(question: str, known: Sequence[Turn]) -> str | None:
    if not known:
        return None
    new, last = asked(question), known[-1]
    made = _bare(new, last) or _instead(new, last) or _pronoun(new, known)
    return made if made and flat(made) != flat(question) and len(made) <= LONGEST else None


def _bare(new: Asked, last: Turn) -> str | None:
    """Complete a question word that has nothing to ask about: "Et pour combien de temps ?"."""
    turned = _LAST.match(new.flat)
    if turned and asked(new.text[turned.end() :]).lead:
        # "C'était quand ?" is "Quand ?".
        new = asked(new.text[turned.end() :])
    lead, before = new.lead, asked(last.question)
    if not lead or lead["what"]:
        return None
    event = _EVENT.search(new.flat, lead.end()) or _SAID.search(new.flat, lead.end())
    if not new.says_nothing(lead.end(), event.start() if event else None):
        return None
    if (new.inverted and not event) or (event and not new.says_nothing(event.end())):
        return None
    return _completed_by(new, before, last.answer, event)


def _completed_by(new: Asked, before: Asked, answer: str | None, event: re.Match[str] | None) -> str | None:
    """Say after a question phrase what the question before said after its own."""
    lead = new.lead
    if lead is None:
        return None
    alone = not lead["preposition"]
    named = lead["which"] and alone and not new.says_nothing(*lead.span("which"))
    told = predicate(before, None if named else answer)
    if told is None or (named and not before.asks_its_subject):
        return None
    if event and ((lead["who"] and alone) or event.re is _SAID):
        return question_mark(f"{capital(new.text.rstrip(' ?!.'))} ({told})")
    return (
        None if lead["who"] and alone else question_mark(f"{capital(new.text[: lead.end()].rstrip())} {told}")
    )


def _instead(new: Asked, last: Turn) -> str | None:
    """Put something else in the place of what was asked about: "Et Microsoft ?"."""
    about = _ABOUT.match(new.flat)
    if not (new.opened or about):
        return None
    given = new.text[about.end() if about else 0 :].strip(" ?!.")
    plain = flat(given)
    if (
        not given
        or (asked(given).lead and not about)
        or _VERB.search(plain)
        or len(plain.split()) > _MOST_WORDS
    ):
        return None
    if not asked(given).content(0):
        return None
    before = asked(last.question)
    if placed := _PLACED.match(plain):
        return _replaced_place(before, given, placed.end())
    dropped = _DROPPED.match(plain)
    return _replaced(before, given[dropped.end() if dropped else 0 :], last)


def _replaced_place(before: Asked, given: str, noun: int) -> str:
    """Put "en France" in the place of "en Allemagne", or at the end."""
    preposition = re.escape(flat(given[:noun]).strip())
    for start, end in before.names:
        found = re.search(rf"\b{preposition}\s+(?:l'|la\s|le\s|les\s)?$", before.flat[:start])
        if found:
            return question_mark(capital(before.text[: found.start()] + given + before.text[end:]))
    return appended(before, given)


def _replaced(before: Asked, given: str, last: Turn) -> str | None:
    """Put a name or a thing in the place of the one it is the pendant of."""
    thing = asked(given)
    head = next(iter(thing.content(0)))
    twin = re.search(rf"\b{re.escape(head)}\s+(?:de\s+l'|de\s+|du\s+|des\s+|d'|of\s+)", before.flat)
    if twin and (name := next((n for n in before.names if n[0] >= twin.end()), None)):
        same = given[flat(given).index(head) :]
        return question_mark(capital(before.text[: twin.start()] + same + before.text[name[1] :]))
    after = before.after_lead
    if before.asks_its_subject and name_like(last.answer) and not _COPULA.match(before.flat, after):
        # "Qui a interdit … ?" "Et IBM ?": the one asked for changes, unless the question is who somebody is.
        return question_mark(capital(f"{given} {before.text[after:].strip()}"))
    names = [span for span in before.names if flat(before.text[slice(*span)]) != flat(given)]
    place = before.doubled or (names[0] if names else None)
    if place is None or flat(given) == flat(before.text[slice(*place)]):
        return None
    return question_mark(capital(joined(before.text[: place[0]], given) + before.text[place[1] :]))


def _pronoun(new: Asked, known: Sequence[Turn]) -> str | None:
    """Say whom a pronoun means."""
    for turn in [*reversed(known)][:_BACK]:
        # Who somebody is says one name: several are the question's own subject.
        named = subject(asked(turn.question), None if plural(new) else turn.answer, article_of(new))
        if named:
            return resolve_pronoun(new, named)
    return None
