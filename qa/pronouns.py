"""Find a pronoun that nothing in its question explains, and put in its place whom it means."""

import re

from qa.asked import Asked, flat
from qa.rephrase import capital, joined, of, question_mark

__all__ = ["article_of", "plural", "resolve_pronoun"]

_ADJECTIVE = r"(?:possible|vrai|interdit|permis|obligatoire|necessaire|important|question|normal|utile|prevu)"
_IMPERSONAL = re.compile(
    r"\by[- ](?:a|avait|aura|aurait|eut)(?:[- ]t)?[- ]il\b|-y-il\b|"
    r"\b(?:peut|doit|pourrait|devrait)(?:-t)?-il y avoir|"
    r"\b(?:faut|fallait|faudra(?:it)?|vaut|suffit|reste|existe|manque|semble|parait|convient|pleut|neige|agit|"
    r"passe|arrive)(?:[- ]t)?[- ]il\b|\bs[' ]est[- ]il (?:passe|produit|agi)|[- ]il lieu\b|\bheure est-il\b|"
    rf"\best[- ]il (?:{_ADJECTIVE}|mis fin|arrive|\w+ (?:que|qu'|de|d'))|\bil (?:ne )?\w+ (?:pas )?y avoir|"
    r"\bil (?:n'|ne )?(?:y (?:a|avait|aura|eut|ait)|faut|fallait|faudra|pleut|neige|s'agit|suffit|semble|"
    rf"parait|existe|reste|manque|vaut mieux|convient|se passe|arrive que|est {_ADJECTIVE})"
)
_PLAIN = re.compile(
    r"(?<![\w'-])(?P<elided>(?:qu|lorsqu|puisqu)'|s')?(?P<pronoun>ils?|elles?|he|she|they)\b(?!-)"
)
_SEVERAL = re.compile(r"\b(?:ils|elles|leurs?|they|their)\b")
_SINGULAR = re.compile(r"\b(?P<pronoun>il|elle)\b")
_POSSESSIVE = re.compile(r"(?<![\w'-])(?P<word>son|sa|ses|leurs?|his|her|its|their)\s+(?P<noun>\w+)")
_DETERMINED = re.compile(r"\b(?:le|la|les|un|une|des|du|au|aux|ce|cet|cette|ces|the|an)\s+\w|\bl'\w")
_AUXILIARY = re.compile(r"\b(?:a|ont|est|sont|avait|was|is|has|had)\b")
_BE = re.compile(r"\s*(?:est|sont|etait|etaient|fut|sera|is|are|was|were)\b")
_OBJECT = re.compile(r"\bl'(?=(?:a|ont|avait|avaient|aura|aurait|eut)\b)")
_INDIRECT = re.compile(r"\blui\s+(?=\w)")
_MORE = re.compile(r" (?:de |d')?(?P<word>\w+)")
_ARTICLES = {"son": "le", "sa": "la", "ses": "les", "leur": "le", "leurs": "les"}
_ENGLISH = frozenset("his her its their".split())
_MATCHING = {"il": "quel", "elle": "quelle", "ils": "quels", "elles": "quelles"}


def plural(question: Asked) -> bool:
    """Tell whether the question speaks of several: ils, elles, leur, they."""
    return _SEVERAL.search(question.flat) is not None


def article_of(question: Asked) -> str | None:
    """Return the article of what the question speaks of: le for il, la for elle; None for another word."""
    found = _SINGULAR.search(question.flat)
    return {"il": "le", "elle": "la"}[found["pronoun"]] if found else None


def resolve_pronoun(question: Asked, name: str) -> str | None:
    """Return the question with a name for its unexplained pronoun; None where it has none."""
    if _IMPERSONAL.search(question.flat) or _dislocated(question):
        return None
    for rule in (_inverted, _plain, _possessive, _object, _indirect):
        made = rule(question, name)
        if made:
            return question_mark(capital(made))
    return None


def _dislocated(question: Asked) -> bool:
    """Tell whether the pronoun is explained after a comma: "Où est-il né, George Floyd ?"."""
    return any("," in question.text[:start] for start, _ in question.names)


def _unexplained(question: Asked, place: int) -> bool:
    """Tell whether nothing before a place could be what a pronoun there stands for."""
    return not question.content(question.after_lead, place)


def _inverted(question: Asked, name: str) -> str | None:
    """Put the name before the verb, as French doubles subjects: "Où George Floyd est-il mort ?"."""
    found, lead = question.inverted, question.lead
    if not found or not _unexplained(question, found.start()):
        return None
    text, start = question.text, found.start()
    if lead is None:
        return f"{name} {text[start : start + 1].lower()}{text[start + 1 :]}"
    repeated = lead["which"] and not lead["preposition"] and _agrees(lead["which"], found["pronoun"])
    # "Quel âge avait-il ?" has nothing more to say of the age: somebody else has it.
    if repeated and question.content(found.end()):
        return None
    if lead["what"]:
        return f"{name}, {text[:1].lower()}{text[1:]}"
    return f"{text[:start].rstrip()} {name} {text[start:]}"


def _agrees(which: str, pronoun: str) -> bool:
    """Tell whether the pronoun may repeat the question phrase itself: "Quelle entreprise a-t-elle … ?"."""
    word = which.split(maxsplit=1)[0].replace("'", "")
    return word == _MATCHING[pronoun] or (not word.startswith("quel") and pronoun.endswith("s"))


def _plain(question: Asked, name: str) -> str | None:
    """Put the name in the pronoun's place."""
    start = question.after_lead
    # A question phrase that ends in "qu'" has the pronoun right behind it.
    if start and question.flat[start - 1] == "'":
        start = question.flat.rindex("qu'", 0, start)
    found = _PLAIN.search(question.flat, start)
    if not found or not _unexplained(question, found.start()):
        return None
    before, elided = question.text[: found.start()], found["elided"] or ""
    head = before + ("si " if elided == "s'" else question.text[found.start() : found.start() + len(elided)])
    return joined(head, name) + question.text[found.end() :]


def _possessive(question: Asked, name: str) -> str | None:
    """Write "son siège" as "le siège de Google"."""
    found = _POSSESSIVE.search(question.flat, question.after_lead)
    if not found or not _owner_missing(question, found.start()):
        return None
    if found["word"] in _ENGLISH:
        return f"{question.text[: found.start()]}{name}'s {question.text[found.start('noun') :]}"
    end = _group_end(question, found.end())
    noun = question.text[found.start("noun") : end]
    article = _ARTICLES[found["word"]]
    # French writes "son" before a feminine vowel: what stands behind "sa" is never elided (la hauteur).
    group = joined("le ", noun) if article == "le" else f"{article} {noun}"
    return f"{question.text[: found.start()]}{group} {of(name)}{question.text[end:]}"


def _owner_missing(question: Asked, place: int) -> bool:
    """Tell whether nobody before a possessive could be the owner; a verb alone owns nothing."""
    lead, before = question.lead, question.flat[question.after_lead : place]
    if lead is None or (lead["which"] and not lead["preposition"]):
        return False
    if lead["who"] and not lead["preposition"] and not _BE.match(question.flat, lead.end()):
        return False
    named = any(question.after_lead <= start < place for start, _ in question.names)
    content = question.content(question.after_lead, place)
    if named or len(content) > 1 or _DETERMINED.search(before):
        return False
    auxiliary = _AUXILIARY.search(before)
    return not (content and auxiliary and auxiliary.start() > before.index(content[0]))


def _group_end(question: Asked, end: int) -> int:
    """Return where the noun's group ends: adjectives go with it, and "de campagne"."""
    while (more := _MORE.match(question.flat, end)) and question.content(more.start("word"), more.end()):
        end = more.end()
    return end


def _object(question: Asked, name: str) -> str | None:
    """Write "Qui l'a tué ?" as "Qui a tué George Floyd ?"."""
    found = _OBJECT.search(question.flat)
    if not found or not _unexplained(question, found.start()):
        return None
    # The participle: the first word behind the auxiliary that is not a function word.
    for word in re.compile(r"\w+").finditer(question.flat, found.end()):
        if question.content(*word.span()):
            end = word.end()
            before, verb = question.text[: found.start()], question.text[found.end() : end]
            return f"{before}{verb} {name}{question.text[end:]}"
    return None


def _indirect(question: Asked, name: str) -> str | None:
    """Write "Que lui reproche-t-on ?" as "Que reproche-t-on à Amazon ?"."""
    found = _INDIRECT.search(question.flat, question.after_lead)
    if not found or not question.lead:
        return None
    # "selon lui" is somebody else's; the clitic stands right behind the question phrase.
    if question.flat[question.after_lead : found.start()].strip() not in {"", "ne"}:
        return None
    rest = question.text[found.end() :].rstrip(" ?!.")
    to = {"le ": "au ", "les": "aux"}.get(flat(name)[:3])
    return f"{question.text[: found.start()]}{rest} {to + name[3:] if to else 'à ' + name}"
