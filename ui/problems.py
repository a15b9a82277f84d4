"""What a program is told when it gets no answer: RFC 9457 problem details, in the visitor's language."""

from dataclasses import dataclass

from fastapi.responses import JSONResponse

from index.errors import CorpusLocked, FileError, QuestionError
from index.formats.registry import SUFFIXES
from qa.question import LONGEST, Fault, InvalidQuestionError
from ui.feedback import FeedbackFullError
from ui.limits import OverloadedError, QuotaError, TooSlowError
from ui.receipts import UnknownReceiptError
from ui.text import Lang

__all__ = ["MEDIA_TYPE", "PROBLEMS", "Problem", "RefusedError", "body_of", "problem_of", "response"]

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """Hold one kind of problem: its name, its HTTP status, and title and advice in each language."""

    name: str
    status: int
    fr: tuple[str, str]
    en: tuple[str, str]

    def said(self, lang: Lang) -> tuple[str, str]:
        """Return title and advice in a language."""
        return self.en if lang == "en" else self.fr


class RefusedError(Exception):
    """Name the problem a request is refused for."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


PROBLEMS = {
    problem.name: problem
    for problem in (
        Problem(
            "empty-question",
            422,
            ("La question est vide", "Écrivez au moins un mot."),
            ("The question is empty", "Write at least one word."),
        ),
        Problem(
            "long-question",
            422,
            (
                "La question est trop longue",
                f"Posez-la en {LONGEST:,} caractères au plus.".replace(",", "\u202f"),
            ),
            ("The question is too long", f"Ask it in {LONGEST:,} characters at most."),
        ),
        Problem(
            "unreadable-question",
            422,
            ("La question est illisible", "Elle contient des caractères qui ne sont pas du texte."),
            ("The question cannot be read", "It holds characters that are not text."),
        ),
        Problem(
            "invalid-request",
            422,
            ("La requête n’est pas valable", "Voyez le champ «\u00a0errors\u00a0» et /api/v1/openapi.json."),
            ("The request is not valid", "See the field “errors” and /api/v1/openapi.json."),
        ),
        Problem(
            "malformed",
            400,
            ("La requête est illisible", "Envoyez du JSON en UTF-8."),
            ("The request cannot be read", "Send JSON in UTF-8."),
        ),
        Problem(
            "too-large",
            413,
            ("La requête est trop grande", "Envoyez-la en plusieurs fois."),
            ("The request is too large", "Send it in several parts."),
        ),
        Problem(
            "not-found",
            404,
            ("Introuvable", "Rien ne porte ce nom ici."),
            ("Not found", "Nothing here has this name."),
        ),
        Problem(
            "method",
            405,
            ("Méthode non permise", "Voyez /api/v1/openapi.json."),
            ("Method not allowed", "See /api/v1/openapi.json."),
        ),
        Problem(
            "unauthorized",
            401,
            (
                "Accès refusé",
                "Envoyez le jeton d’administration\u00a0: «\u00a0Authorization: Bearer …\u00a0».",
            ),
            ("Access denied", "Send the administration token: “Authorization: Bearer …”."),
        ),
        Problem(
            "origin",
            403,
            ("Ce site n’est pas autorisé", "L’exploitant du serveur peut l’ajouter (--allow-origin)."),
            ("This site is not allowed", "The operator of the server can add it (--allow-origin)."),
        ),
        Problem(
            "quota",
            429,
            ("Trop de demandes en peu de temps", "Réessayez dans {seconds}\u00a0s."),
            ("Too many requests in a short time", "Try again in {seconds} s."),
        ),
        Problem(
            "busy",
            503,
            ("Beaucoup de monde en ce moment", "Réessayez dans {seconds}\u00a0s."),
            ("Many people are asking right now", "Try again in {seconds} s."),
        ),
        Problem(
            "slow",
            504,
            (
                "La réponse prend trop de temps",
                "Réessayez dans un instant, ou posez une question plus courte.",
            ),
            ("The answer takes too long", "Try again in a moment, or ask a shorter question."),
        ),
        Problem(
            "conflict",
            409,
            ("Le corpus est en cours de modification", "Réessayez dans {seconds}\u00a0s."),
            ("The corpus is being changed", "Try again in {seconds} s."),
        ),
        Problem(
            "unknown-answer",
            404,
            ("Cette réponse est trop ancienne", "Posez la question à nouveau pour donner votre avis."),
            ("This answer is too old", "Ask the question again to give your opinion."),
        ),
        Problem(
            "feedback-full",
            503,
            ("Les avis ne sont plus recueillis", "L’exploitant du serveur en a reçu beaucoup."),
            ("No more opinions are taken", "The operator of the server has received many."),
        ),
        Problem(
            "file-name",
            422,
            (
                "Ce nom de fichier ne convient pas",
                "Donnez un nom simple, sans barre oblique, avec son suffixe.",
            ),
            ("This file name will not do", "Give a plain name, without slashes, with its suffix."),
        ),
        Problem(
            "format",
            415,
            ("Ce format n’est pas lu", "Formats lus\u00a0: " + ", ".join(SUFFIXES) + "."),
            ("This format is not read", "Formats read: " + ", ".join(SUFFIXES) + "."),
        ),
        Problem(
            "unreadable-file",
            422,
            ("Rien n’a pu être lu dans ce fichier", "Vérifiez qu’il s’ouvre et qu’il contient du texte."),
            ("Nothing could be read in this file", "Check that it opens and that there is text in it."),
        ),
        Problem(
            "failed",
            500,
            ("Une erreur s’est produite", "Elle est consignée\u00a0; réessayez dans un instant."),
            ("Something went wrong", "It was logged; try again in a moment."),
        ),
    )
}

_FAULTS = {
    Fault.EMPTY: "empty-question",
    Fault.TOO_LONG: "long-question",
    Fault.UNREADABLE: "unreadable-question",
}

_KINDS: tuple[tuple[type[Exception], str], ...] = (
    (QuestionError, "unreadable-question"),
    (QuotaError, "quota"),
    (OverloadedError, "busy"),
    (TooSlowError, "slow"),
    (CorpusLocked, "conflict"),
    (FileError, "unreadable-file"),
    (UnknownReceiptError, "unknown-answer"),
    (FeedbackFullError, "feedback-full"),
)


def problem_of(error: Exception) -> tuple[Problem, int | None]:
    """Return the problem an error is for a visitor, and after how many seconds to try again."""
    if isinstance(error, InvalidQuestionError):
        return PROBLEMS[_FAULTS[error.fault]], None
    if isinstance(error, RefusedError):
        return PROBLEMS[error.name], None
    kind = next((name for kind, name in _KINDS if isinstance(error, kind)), "failed")
    return PROBLEMS[kind], getattr(error, "retry_after", 10 if kind == "conflict" else None)


def body_of(problem: Problem, lang: Lang, *, retry_after: int | None = None) -> dict[str, object]:
    """Return the members that RFC 9457 names."""
    title, advice = problem.said(lang)
    return {
        "type": f"urn:repondeur:problem:{problem.name}",
        "title": title,
        "status": problem.status,
        "detail": advice.format(seconds=retry_after),
    }


def response(problem: Problem, lang: Lang, *, retry_after: int | None = None, **more: object) -> JSONResponse:
    """Return the problem as an `application/problem+json` response."""
    headers = {"Content-Language": lang, "Cache-Control": "no-store"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    body = body_of(problem, lang, retry_after=retry_after)
    return JSONResponse({**body, **more}, problem.status, headers, MEDIA_TYPE)
