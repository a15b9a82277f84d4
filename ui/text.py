"""Every sentence a visitor sees, in French and in English."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from qa.answer import Reason
from qa.dates import Period

__all__ = ["ENGLISH", "FRENCH", "LANGUAGES", "SURE", "Lang", "OpinionWords", "Words", "lang_of", "words"]

Lang = Literal["fr", "en"]
LANGUAGES: tuple[Lang, ...] = ("fr", "en")
# From here up an answer is called sure, likely; below, to be checked. The page's thresholds, not the model's.
SURE = (0.75, 0.45)


@dataclass(frozen=True, slots=True)
class OpinionWords:
    """Hold what is said around an opinion of an answer."""

    useful: str
    up: str
    down: str
    remark: str
    send: str
    kept: str
    thanks: str
    thanks_again: str
    failed: str


@dataclass(frozen=True, slots=True)
class Words:
    """Hold one language's sentences; the fields are named after where they stand."""

    lang: Lang
    tagline: str
    question: str
    placeholder: str
    ask: str
    other_language: str
    pending: str
    confidence: tuple[str, str, str]
    confidence_number: str
    evidence: str
    nearest: str
    more: tuple[str, str]
    hints: str
    see: str
    copy: str
    copied: str
    uncopied: str
    permalink: str
    untitled: str
    also_in: str
    and_more: str
    no_answer: str
    abstained: dict[Reason, str]
    rephrase: tuple[str, ...]
    read_out: str
    back: str
    close: str
    gone: tuple[str, str]
    changed: str
    promise: str
    widget_title: str
    widget_promise: str
    other_passages: str
    unreachable: tuple[str, str]
    understood: str
    opinion: OpinionWords
    demo: tuple[str, str, str, str, str]
    months: str
    day: Callable[[int, str, int], str]
    counted: Callable[[int, int], str]
    weekdays: str
    # One day, with its weekday; a stretch of days; whole month; whole year.
    days: tuple[str, str, str, str]

    def dated(self, iso: str | None) -> str:
        """Return an ISO date as people write it; anything else comes back as it is."""
        if not iso:
            return ""
        try:
            moment = date.fromisoformat(iso[:10])
        except ValueError:
            return iso
        return self.day(moment.day, self.months.split()[moment.month - 1], moment.year)

    def meant(self, period: Period | None) -> str:
        """Say which days a relative date means; empty where there is none."""
        if period is None:
            return ""
        first, last = (self.dated(day.isoformat()) for day in (period.start, period.end))
        month = self.months.split()[period.start.month - 1]
        year = period.start.year
        one, several, whole_month, whole_year = self.days
        if period.start == period.end:
            return one.format(weekday=self.weekdays.split()[period.start.weekday()], day=first)
        if (period.end - period.start).days > 300:
            return whole_year.format(year=year)
        if (period.end - period.start).days > 26:
            return whole_month.format(month=month, year=year)
        return several.format(first=first, last=last)

    def sure(self, confidence: float) -> str:
        """Say in words how sure an answer is."""
        return self.confidence[sum(confidence < threshold for threshold in SURE)]


FRENCH = Words(
    lang="fr",
    tagline="Vos articles répondent, mot pour mot.",
    question="Votre question",
    placeholder="Posez une question sur les articles…",
    ask="Demander",
    other_language="English",
    pending="Je cherche dans les articles…",
    confidence=("Réponse sûre", "Réponse probable", "Réponse à vérifier"),
    confidence_number="Confiance\u00a0: {percent}\u00a0%",
    evidence="Ce que disent les articles",
    nearest="Les passages les plus proches",
    more=("Voir un autre passage", "Voir {count} autres passages"),
    hints="Pour mieux demander",
    see="Voir dans l’article",
    copy="Copier la citation",
    copied="Citation copiée",
    uncopied="Copie impossible",
    permalink="Lien permanent",
    untitled="Sans titre",
    also_in="Aussi dans\u00a0: {titles}",
    and_more="{titles} et {count} autres",
    no_answer="Je ne trouve pas la réponse.",
    abstained={
        Reason.NOTHING_CLOSE: "Aucun article ne parle de cela.",
        Reason.NO_ANSWER_IN_PASSAGES: "Des articles en parlent, mais aucun ne répond à cette question.",
        Reason.CONTRADICTION: "Les articles se contredisent\u00a0: je ne tranche pas.",
        Reason.EMPTY_CORPUS: "Il n’y a encore aucun article.",
        Reason.NO_READER: "La lecture est désactivée\u00a0: voici les passages les plus proches.",
    },
    rephrase=(
        "Nommez la personne, le lieu ou l’événement.",
        "Posez une seule question à la fois.",
        "Essayez d’autres mots\u00a0: ceux qu’un journaliste emploierait.",
    ),
    read_out="Réponse\u00a0: {answer}. {sure}.",
    back="Retour aux questions",
    close="Fermer",
    gone=(
        "Cet article n’est plus là",
        "Il a été retiré ou renommé depuis cette réponse. Posez la question à nouveau.",
    ),
    changed="Cet article a changé depuis la réponse\u00a0: le passage n’est plus marqué.",
    promise="Chaque mot affiché vient d’un article. Rien n’est inventé, rien ne quitte ce serveur.",
    widget_title="Posez votre question",
    widget_promise="Chaque mot affiché vient d’un article.",
    other_passages="Autres passages",
    unreachable=("Le serveur ne répond pas", "Vérifiez votre connexion et réessayez."),
    understood="Question comprise\u00a0: {question}",
    opinion=OpinionWords(
        useful="Cette réponse vous aide-t-elle\u00a0?",
        up="Oui",
        down="Non",
        remark="Une remarque\u00a0? (facultatif)",
        send="Envoyer",
        kept=(
            "Conservé sur ce serveur avec la question et la réponse, "
            "sans rien qui permette de vous identifier."
        ),
        thanks="Merci, c’est noté.",
        thanks_again="Merci, votre remarque est notée.",
        failed="Votre avis n’a pas pu être envoyé.",
    ),
    demo=(
        "Un site comme un autre",
        "Le répondeur y tient en deux lignes.",
        "Dans la page",
        "Les deux lignes",
        "Ou dans un cadre",
    ),
    months="janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    day=lambda day, month, year: f"{'1er' if day == 1 else day} {month} {year}",
    counted=lambda articles, passages: (
        f"{articles:,} article{'s' * (articles > 1)} · {passages:,} passage{'s' * (passages > 1)}"
    ).replace(",", "\u202f"),
    weekdays="lundi mardi mercredi jeudi vendredi samedi dimanche",
    days=(
        "Soit le {weekday} {day}, d’après la date de l’article.",
        "Soit du {first} au {last}, d’après la date de l’article.",
        "Soit en {month} {year}, d’après la date de l’article.",
        "Soit en {year}, d’après la date de l’article.",
    ),
)

ENGLISH = Words(
    lang="en",
    tagline="Your articles answer, word for word.",
    question="Your question",
    placeholder="Ask a question about the articles…",
    ask="Ask",
    other_language="Français",
    pending="Looking through the articles…",
    confidence=("Sure answer", "Likely answer", "Answer to be checked"),
    confidence_number="Confidence: {percent}%",
    evidence="What the articles say",
    nearest="The nearest passages",
    more=("See another passage", "See {count} more passages"),
    hints="How to ask better",
    see="See in the article",
    copy="Copy the quotation",
    copied="Quotation copied",
    uncopied="Could not copy",
    permalink="Permalink",
    untitled="Untitled",
    also_in="Also in: {titles}",
    and_more="{titles} and {count} more",
    no_answer="I cannot find the answer.",
    abstained={
        Reason.NOTHING_CLOSE: "No article speaks of this.",
        Reason.NO_ANSWER_IN_PASSAGES: "Some articles come close, but none answers this question.",
        Reason.CONTRADICTION: "The articles contradict each other: I take no side.",
        Reason.EMPTY_CORPUS: "There are no articles yet.",
        Reason.NO_READER: "Reading is switched off: these are the closest passages.",
    },
    rephrase=(
        "Name the person, the place or the event.",
        "Ask one question at a time.",
        "Try other words: those a journalist would use.",
    ),
    read_out="Answer: {answer}. {sure}.",
    back="Back to the questions",
    close="Close",
    gone=(
        "This article is no longer here",
        "It was removed or renamed since this answer. Ask the question again.",
    ),
    changed="This article has changed since the answer: the passage is not marked any more.",
    promise="Every word shown comes from an article. Nothing is made up, nothing leaves this server.",
    widget_title="Ask a question",
    widget_promise="Every word shown comes from an article.",
    other_passages="Other passages",
    unreachable=("The server does not answer", "Check your connection and try again."),
    understood="Understood as: {question}",
    opinion=OpinionWords(
        useful="Does this answer help you?",
        up="Yes",
        down="No",
        remark="Any remark? (optional)",
        send="Send",
        kept="Kept on this server with the question and the answer, and nothing about you.",
        thanks="Thank you, noted.",
        thanks_again="Thank you, your remark is noted.",
        failed="Your opinion could not be sent.",
    ),
    demo=(
        "A site like any other",
        "Two lines put the answers on it.",
        "In the page",
        "The two lines",
        "Or in a frame",
    ),
    months="January February March April May June July August September October November December",
    day=lambda day, month, year: f"{day} {month} {year}",
    counted=lambda articles, passages: (
        f"{articles:,} article{'s' * (articles != 1)} · {passages:,} passage{'s' * (passages != 1)}"
    ),
    weekdays="Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    days=(
        "That is {weekday} {day}, by the article’s date.",
        "That is {first} to {last}, by the article’s date.",
        "That is {month} {year}, by the article’s date.",
        "That is {year}, by the article’s date.",
    ),
)


def words(lang: str) -> Words:
    """Return the sentences of a language; French for any language not spoken here."""
    return ENGLISH if lang == "en" else FRENCH


def lang_of(accept_language: str | None, asked: str | None = None) -> Lang:
    """Choose the language: the one asked for, else the browser's first of ours, else French."""
    if asked in LANGUAGES:
        return "en" if asked == "en" else "fr"
    for part in (accept_language or "").split(","):
        primary = part.split(";")[0].strip().lower().split("-")[0]
        if primary in LANGUAGES:
            return "en" if primary == "en" else "fr"
    return "fr"
