"""The sentence for each reason of not answering, and each fault of a question, in French and English."""

from qa.answer import Reason
from qa.question import LONGEST, Fault

__all__ = ["explain", "refusal"]

_SENTENCES = {
    Reason.NOTHING_CLOSE: (
        "Je ne trouve rien dans les articles qui parle de cela.",
        "I find nothing in the articles about this.",
    ),
    Reason.NO_ANSWER_IN_PASSAGES: (
        "Je ne trouve pas la réponse\u00a0: des passages en parlent, mais aucun ne répond à la question.",
        "I cannot find the answer: some passages are close, but none of them answers the question.",
    ),
    Reason.CONTRADICTION: (
        "Je ne peux pas trancher\u00a0: les articles donnent des réponses différentes.",
        "I cannot decide: the articles give different answers.",
    ),
    Reason.EMPTY_CORPUS: (
        "Aucun article n’est encore indexé.",
        "No article has been indexed yet.",
    ),
    Reason.NO_READER: (
        "La lecture est désactivée\u00a0: voici les passages les plus proches.",
        "Reading is switched off: these are the closest passages.",
    ),
}

_FAULTS = {
    Fault.EMPTY: (
        "La question est vide\u00a0: écrivez au moins un mot.",
        "The question is empty: write at least one word.",
    ),
    Fault.TOO_LONG: (
        f"La question est trop longue\u00a0: posez-la en {LONGEST:,} caractères au plus.".replace(
            ",", "\u202f"
        ),
        f"The question is too long: ask it in {LONGEST:,} characters at most.",
    ),
    Fault.UNREADABLE: (
        "La question est illisible\u00a0: envoyez-la en UTF-8, sans caractères de commande.",
        "The question cannot be read: send it as UTF-8, without control characters.",
    ),
}


def explain(reason: Reason, lang: str = "fr") -> str:
    """Return the sentence that tells a visitor why there is no answer; French unless `lang` is `en`."""
    french, english = _SENTENCES[reason]
    return english if lang == "en" else french


def refusal(fault: Fault, lang: str = "fr") -> str:
    """Return the sentence that tells why a question is refused; French unless `lang` is `en`."""
    french, english = _FAULTS[fault]
    return english if lang == "en" else french
