"""Write a question anew from parts of others: elisions, capitals, question marks."""

import re

from qa.asked import Asked, flat

__all__ = ["appended", "capital", "joined", "name_like", "of", "predicate", "question_mark", "subject"]

_VOWEL = re.compile(r"[aeiouyœæ]|h(?=[aeiou])")
_ELIDED = re.compile(r"\b(?:(d|l|qu|n|s)(?:e\s+|'))$")
_LONGEST_ANSWER = 80


def name_like(answer: str | None) -> bool:
    """Tell whether an answer is a name: a few words, the first and the last of them capitalised."""
    words = (answer or "").split()
    return 0 < len(words) <= 6 and words[0][0].isupper() and words[-1][0].isupper()


def subject(question: Asked, answer: str | None, article: str | None = None) -> str | None:
    """Return whom a question was about: its answer if it asked who, else its subject, its first name.

    With an article (le, la), what bears a name goes before the name where it has that article: le phare du
    Créac’h for "il", la mairie de Paris for "elle".
    """
    lead = question.lead
    if lead and (lead["who"] or lead["which"]) and not lead["preposition"] and name_like(answer):
        return answer
    if question.doubled:
        return question.text[slice(*question.doubled)]
    if not question.names:
        return None
    start, end = question.names[0]
    before = question.flat[:start]
    bearer = (
        re.search(rf"\b{article} (?P<noun>\w+) (?:d'|de l'|(?:du|de la|des|de) )$", before)
        if article
        else None
    )
    if bearer and question.content(*bearer.span("noun")):
        return question.text[bearer.start() : end]
    own = re.search(r"(?:\bl'|\b(?:la|le|les) )$", before)
    return question.text[own.start() if own else start : end]


def predicate(question: Asked, answer: str | None) -> str | None:
    """Return what a question says without its question phrase; its answer stands for that where it can."""
    rest = question.text[question.after_lead :].strip(" ?!.")
    if not question.content(question.after_lead):
        return None
    lead = question.lead
    if not lead:
        return rest
    if question.asks_its_subject and name_like(answer):
        return f"{answer} {rest}"
    if lead["what"] and answer and len(answer) <= _LONGEST_ANSWER:
        return f"{rest} {answer}"
    return rest


def appended(question: Asked, more: str) -> str:
    """Return the question with something more at its end."""
    return question_mark(capital(f"{question.text.rstrip(' ?!.')} {more}"))


def joined(before: str, name: str) -> str:
    """Return both, the last little word of the first as French writes it before the second."""
    elided = _ELIDED.search(flat(before))
    if not elided:
        return before + name
    start, letters = elided.start(), before[elided.start() : elided.start() + len(elided[1])]
    return before[:start] + letters + ("'" if _VOWEL.match(flat(name)) else "e ") + name


def of(name: str) -> str:
    """Return "de" and a name: d'Amazon, du groupe, des Alpes, de l'ACLU."""
    for article, short in (("le ", "du "), ("les ", "des ")):
        if flat(name).startswith(article):
            return short + name[len(article) :]
    return joined("de ", name)


def capital(text: str) -> str:
    """Return the text with a capital first."""
    return text[:1].upper() + text[1:]


def question_mark(text: str) -> str:
    """Return the text as a question, its spaces tidied."""
    english = re.search(r"\b(?:who|what|when|where|why|how|which|did|does|is the)\b", flat(text))
    return " ".join(text.rstrip(" ?!.").split()) + ("?" if english else " ?")
