"""What a report says of each figure and outcome, in French and English, for someone new to the subject."""

from typing import NamedTuple

__all__ = ["BREAKDOWNS", "FIGURE_TEXTS", "OUTCOMES", "Saying", "figure_text"]


class Saying(NamedTuple):
    """Hold a name and an explanation in both languages."""

    fr: str
    en: str
    fr_more: str = ""
    en_more: str = ""


_RECALL = Saying(
    "Passage trouvé dans les {k} premiers",
    "Passage found in the first {k}",
    "Part des questions dont un passage du bon article, réponse comprise, figure parmi les {k} premiers.",
    "Share of questions with a passage of the right article, answer included, among the first {k}.",
)
_DOCUMENT = Saying(
    "Article trouvé dans les {k} premiers",
    "Article found in the first {k}",
    "Le bon article est là, quel qu’en soit le passage.",
    "The right article is there, whichever passage of it.",
)
_HELD = Saying(
    "Réponse lisible dans les {k} premiers",
    "Answer readable in the first {k}",
    "Une réponse attendue est écrite dans un des {k} premiers passages, d’où qu’il vienne.",
    "A gold answer is written in one of the first {k} passages, whatever article it is from.",
)
# In French "les 1 premiers" is no phrase.
_FIRST = {
    "recall": Saying("Passage trouvé en premier", "Passage found first"),
    "document": Saying("Article trouvé en premier", "Article found first"),
    "answer_in_top": Saying("Réponse lisible dans le premier passage", "Answer readable in the first one"),
}
_CUTS = {"recall": _RECALL, "document": _DOCUMENT, "answer_in_top": _HELD}

FIGURE_TEXTS: dict[str, Saying] = {
    "mrr@10": Saying(
        "Rang réciproque moyen (MRR@10)", "Mean reciprocal rank (MRR@10)",
        "1 si le bon passage est premier, 1/2 s’il est deuxième, 1/3 s’il est troisième…, en moyenne.",
        "1 where the right passage comes first, 1/2 where second, 1/3 where third…, on average.",
    ),
    "mrr": Saying(
        "Rang réciproque moyen (MRR)", "Mean reciprocal rank (MRR)",
        "Sur les passages montrés avec la réponse.", "Over the passages shown with the answer.",
    ),
    "ndcg@10": Saying(
        "nDCG@10", "nDCG@10",
        "Comme le MRR, avec une pénalité de rang plus douce (logarithmique).",
        "Like MRR, with a gentler penalty of rank (logarithmic).",
    ),
    "exact_match": Saying(
        "Réponse exacte", "Exact match",
        "Même texte qu’une des réponses attendues, majuscules, ponctuation et articles mis à part\u00a0; "
        "se taire compte juste si la question est sans réponse.",
        "Same text as a gold answer, case, punctuation and articles aside; rightful silence counts.",
    ),
    "f1": Saying(
        "F1 des mots", "Word F1",
        "Mots communs entre la réponse et la meilleure réponse attendue\u00a0; se taire à raison vaut 1.",
        "Words shared with the best gold answer; rightful silence scores 1.",
    ),
    "answered_f1": Saying(
        "F1 des réponses données", "F1 of answers given",
        "Parmi les seules questions auxquelles une réponse a été donnée.",
        "Over the questions that were answered, only.",
    ),
    "answered_exact_match": Saying("Exactes parmi les réponses données", "Exact among answers given"),
    "no_answer_f1": Saying(
        "Silence à raison", "Rightful silence",
        "Part des questions sans réponse laissées sans réponse (NoAns F1 de SQuAD v2.0).",
        "Share of unanswerable questions left unanswered (SQuAD v2.0’s NoAns F1).",
    ),
    "has_answer_exact_match": Saying("Exactes, questions à réponse", "Exact, answerable questions"),
    "has_answer_f1": Saying("F1, questions à réponse", "F1, answerable questions"),
    "exact_match_with_articles": Saying("Exactes, articles comptés", "Exact, articles counted"),
    "f1_with_articles": Saying("F1, articles comptés", "F1, articles counted"),
    "forced_exact_match": Saying(
        "Exactes sans droit au silence", "Exact when forced to answer",
        "Meilleure réponse trouvée, même retenue\u00a0; questions à réponse.",
        "Best answer found, even if withheld; answerable questions.",
    ),
    "forced_f1": Saying("F1 sans droit au silence", "F1 when forced to answer"),
    "auroc": Saying(
        "AUROC, avec ou sans réponse", "AUROC, answerable or not",
        "Chance qu’une question à réponse reçoive plus de confiance qu’une sans\u00a0; 0,5 = hasard.",
        "Chance that an answerable question gets more confidence than an unanswerable one; .5 is chance.",
    ),
    "auprc": Saying("AUPRC, avec ou sans réponse", "AUPRC, answerable or not"),
    "auroc_right": Saying(
        "AUROC, juste ou fausse", "AUROC, right or wrong",
        "Chance qu’une réponse juste reçoive plus de confiance qu’une fausse.",
        "Chance that a right answer gets more confidence than a wrong one.",
    ),
    "auprc_right": Saying("AUPRC, juste ou fausse", "AUPRC, right or wrong"),
    "coverage": Saying(
        "Questions répondues", "Questions answered",
        "Couverture\u00a0: les autres ont reçu «\u00a0je ne sais pas\u00a0».",
        "Coverage: the others got “I do not know”.",
    ),
    "risk": Saying(
        "Erreurs parmi les réponses données", "Errors among the answers given",
        "Risque\u00a0: réponses trop différentes de l’attendue, ou données à une question sans réponse.",
        "Risk: answers too far from the gold one, or given to an unanswerable question.",
    ),
    "risk_exact": Saying("Risque (réponse inexacte)", "Risk (inexact answer)"),
    "aurc": Saying(
        "Aire risque-couverture (AURC)", "Area under risk-coverage (AURC)",
        "Risque moyen sur toutes les couvertures\u00a0; plus bas est mieux.",
        "Mean risk over all coverages; lower is better.",
    ),
    "aurc_perfect": Saying("AURC d’une confiance parfaite", "AURC of a perfect confidence"),
    "ece": Saying(
        "Erreur de calibration (ECE)", "Calibration error (ECE)",
        "Écart moyen entre la confiance annoncée et la part de réponses justes.",
        "Mean gap between the confidence told and the share of right answers.",
    ),
    "brier": Saying("Score de Brier", "Brier score"),
    "no_answer_recall": Saying("Questions sans réponse reconnues", "Unanswerable questions recognised"),
    "no_answer_precision": Saying("Silences à raison", "Silences that were right"),
    "over_abstention": Saying("Questions à réponse tues", "Answerable questions left unanswered"),
    "p50": Saying("Temps médian (ms)", "Median time (ms)"),
    "p95": Saying("95\u00a0% en moins de (ms)", "95% take less than (ms)"),
    "p99": Saying("99\u00a0% en moins de (ms)", "99% take less than (ms)"),
}  # fmt: skip

OUTCOMES: dict[str, Saying] = {
    "exact": Saying("Exacte", "Exact", "la réponse attendue, mot pour mot", "the gold answer, word for word"),
    "near": Saying("Proche", "Near", "les bons mots, pas les mêmes bornes", "the right words, other bounds"),
    "silent_rightly": Saying(
        "Silence à raison", "Rightful silence", "aucune réponse à trouver", "there was no answer to find"
    ),
    "withheld": Saying(
        "Réponse retenue",
        "Withheld",
        "le passage était là, rien n’a été répondu",
        "passage shown, no answer given",
    ),
    "misread": Saying(
        "Mal lue",
        "Misread",
        "le passage était là, la réponse est autre",
        "passage shown, another answer given",
    ),
    "not_found": Saying(
        "Passage manqué",
        "Not found",
        "aucun passage montré ne porte la réponse",
        "no passage shown holds the answer",
    ),
    "invented": Saying(
        "Réponse de trop",
        "Should be silent",
        "répondu à une question sans réponse",
        "answered an unanswerable question",
    ),
    "refused": Saying(
        "Refusée", "Refused", "la question n’a pas été acceptée", "the question was not accepted"
    ),
}

BREAKDOWNS: dict[str, Saying] = {
    "question_word": Saying("Mot interrogatif", "Question word"),
    "length": Saying("Longueur, en mots", "Length in words"),
    "style": Saying("Style", "Style"),
    "answerable": Saying("Réponse à trouver", "Answerable"),
    "document": Saying("Article", "Article"),
}


def figure_text(key: str) -> Saying:
    """Return what to say of a dotted key; the key itself where nothing is written of it."""
    name = key.partition(".")[2]
    if name in FIGURE_TEXTS:
        return FIGURE_TEXTS[name]
    kind, _, cut = name.partition("@")
    if kind in _CUTS and cut == "1":
        return _FIRST[kind]
    if kind in _CUTS:
        return Saying(*(text.format(k=cut) for text in _CUTS[kind]))
    return Saying(key, key)
