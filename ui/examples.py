"""Questions to try, made by rules from a corpus and shown only where the reader answers them with confidence.

A rule turns a sentence that says one plain thing into the question it answers; the words taken out are what
the reader has to find again. A question whose answer it does not find, or finds elsewhere, is never shown.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from index.document import Document
from index.sentences import sentences
from qa.answer import Answer

__all__ = ["Draft", "drafts", "proven"]

# Articles looked at, characters of each, and questions tried for one that is shown.
_ARTICLES, _OPENING, _TRIES = 2000, 1500, 4
CONFIDENT = 0.6
_LONGEST = 90

_WORD = r"[A-ZÀ-Þ][\w’'-]+"
_NAME = rf"{_WORD}(?: (?:de |d’|d')?{_WORD}){{1,3}}"
_OF = r"(?:de la |de l’|de l'|de |du |d’|d')"
_OFFICE = (
    r"(?:président|présidente|patron|patronne|directeur|directrice|maire|ministre|cheffe?|fondateur|fondatrice|"
    r"secrétaire|PDG|porte-parole|entraîneur|entraîneuse|préfet|préfète|capitaine|procureure?|rectrice|recteur)"
)
_OFFICE_EN = (
    r"(?:president|chairman|chairwoman|head|director|mayor|minister|chief|founder|secretary|CEO|coach)"
)
_END = r"(?=[,.;:)])"
_THING = rf"(?:[Ll]e |[Ll]a |[Ll]’|[Ll]')[a-zà-ÿ-]+(?: {_OF}?[\w’'-]+){{0,4}}?"
_YEAR = r"(?:1[0-9]|20)\d\d"
_DONE = r"[a-zà-ÿ]+(?:é|i|u|t)e?"


@dataclass(frozen=True, slots=True)
class Draft:
    """Hold a question, the words that answer it, and the document they stand in."""

    question: str
    answer: str
    document_id: str


@dataclass(frozen=True, slots=True)
class _Rule:
    """Hold a pattern, whose group `answer` answers, and how the question is made of the others."""

    pattern: re.Pattern[str]
    question: Callable[[re.Match[str]], str]


def _who(found: re.Match[str]) -> str:
    return f"Qui est {found['role']} ?"


def _who_english(found: re.Match[str]) -> str:
    return f"Who is the {found['role']}?"


def _stands_for(found: re.Match[str]) -> str:
    name = re.sub(r"^(?:Le|La|Les|The) ", "", found["answer"])
    initials = "".join(word[0] for word in re.findall(r"[A-ZÀ-Þ][\w’']*", name))
    if initials != found["short"]:
        return ""
    return f"Que veut dire {found['short']} ?"


def _when(found: re.Match[str]) -> str:
    thing, verb = found["thing"], found["verb"]
    pronoun = "elle" if re.match(r"la ", thing, re.IGNORECASE) or verb.endswith("e") else "il"
    auxiliary = "a-t-" if found["aux"] == "a" else "est-"
    return f"Quand {thing[0].lower()}{thing[1:]} {auxiliary}{pronoun} {verb} ?"


def _how_many(found: re.Match[str]) -> str:
    thing, noun = found["thing"], found["noun"]
    de = "d'" if noun[0] in "aeéèiouhyâêîôû" else "de "
    return f"Combien {de}{noun} {found['verb']} {thing[0].lower()}{thing[1:]} ?"


_RULES = (
    _Rule(
        re.compile(
            rf"\b(?P<role>(?:le |la ){_OFFICE}(?: générale?)? {_OF}{_WORD}), (?P<answer>{_NAME}){_END}"
        ),
        _who,
    ),
    _Rule(
        re.compile(rf"(?P<answer>{_NAME}), (?P<role>(?:le |la ){_OFFICE}(?: générale?)? {_OF}{_WORD}){_END}"),
        _who,
    ),
    _Rule(
        re.compile(rf"(?P<answer>{_NAME}), (?:the )?(?P<role>{_OFFICE_EN} of (?:the )?{_WORD}){_END}"),
        _who_english,
    ),
    _Rule(re.compile(rf"(?P<answer>{_NAME}) \((?P<short>[A-Z]{{3,6}})\)"), _stands_for),
    _Rule(
        re.compile(
            rf"^(?P<thing>{_THING}) (?P<aux>a|est) (?P<verb>(?:été )?{_DONE})(?: \w+){{0,4}}? "
            rf"(?P<answer>en {_YEAR})\b"
        ),
        _when,
    ),
    _Rule(
        re.compile(
            rf"^(?P<thing>{_THING}) (?P<verb>compte|emploie|abrite|possède) "
            r"(?P<answer>\d[\d\s\u202f\u00a0]*) (?P<noun>[a-zà-ÿ-]{4,}s)\b"
        ),
        _how_many,
    ),
)


def drafts(documents: Iterable[Document]) -> Iterator[Draft]:
    """Yield questions that the beginnings of the first articles may answer, one an article."""
    seen: set[str] = set()
    for document in islice(documents, _ARTICLES):
        made = next(_drafted(document, seen), None)
        if made:
            seen.add(made.question)
            yield made


def _drafted(document: Document, seen: set[str]) -> Iterator[Draft]:
    opening = document.text[:_OPENING]
    for start, end in sentences(opening):
        sentence = opening[start:end]
        for rule in _RULES:
            found = rule.pattern.search(sentence)
            question = rule.question(found) if found else ""
            if found and question and question not in seen and len(question) <= _LONGEST:
                yield Draft(question, found["answer"].strip(), document.id)


def proven(
    made: Iterable[Draft],
    ask: Callable[[str], Answer],
    *,
    most: int,
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[str, ...]:
    """Return at most `most` of the questions, those answered with confidence by the words they were made of.

    Asks for `seconds` at most: a slow machine shows fewer examples, or none, and starts in time.
    """
    end = clock() + seconds
    kept: list[str] = []
    for draft in islice(made, _TRIES * most):
        if clock() >= end or len(kept) == most:
            break
        if _answers(ask(draft.question), draft):
            kept.append(draft.question)
    return tuple(kept)


def _answers(answer: Answer, draft: Draft) -> bool:
    """Tell whether an answer is confident, from the document asked about, and says what was taken out."""
    place = next((each for each in answer.passages if each.answer_start is not None), None)
    if answer.answer is None or place is None or answer.confidence < CONFIDENT:
        return False
    said, meant = answer.answer.casefold(), draft.answer.casefold()
    return place.document_id == draft.document_id and (said in meant or meant in said)
