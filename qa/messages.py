"""The sentence for each reason of not answering, in French and English."""

from qa.answer import Reason

__all__ = ["explain"]

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


def explain(reason: Reason, lang: str = "fr") -> str:
    """Return the sentence that tells a visitor why there is no answer; French unless `lang` is `en`."""
    french, english = _SENTENCES[reason]
    return english if lang == "en" else french
