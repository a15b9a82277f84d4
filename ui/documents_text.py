"""Every sentence of the documents page, in French and in English."""

from dataclasses import dataclass

from ui.text import Lang

__all__ = ["DocumentWords", "document_words"]


@dataclass(frozen=True, slots=True)
class DocumentWords:
    """Hold one language's sentences; those with braces are filled in by the page's script."""

    questions: str
    documents: str
    intro: str
    token: str
    token_hint: str
    wrong: str
    open: str
    drop: str
    choose: str
    formats: str
    sending: str
    indexing: str
    waiting: str
    added: str
    updated: str
    unchanged: str
    duplicate: str
    partly: str
    lost: str
    folder: str
    large: str
    search: str
    count: tuple[str, str, str]
    found: tuple[str, str, str]
    empty: str
    see: str
    remove: str
    sure: str
    sure_detail: str
    cancel: str
    removed: str
    previous: str
    next: str
    page: str
    characters: str


_FRENCH = DocumentWords(
    questions="Questions",
    documents="Documents",
    intro="Ce que le répondeur lit. Tout changement vaut dès la question suivante.",
    token="Jeton d’administration",  # noqa: S106
    token_hint="La valeur de REPONDEUR_ADMIN_TOKEN. Il est oublié dès que vous quittez cette page.",  # noqa: S106
    wrong="Ce n’est pas le bon jeton.",
    open="Ouvrir",
    drop="Déposez des fichiers ici",
    choose="Choisir des fichiers",
    formats="Formats lus\u00a0: {formats}",
    sending="Envoi\u00a0: {percent}\u00a0%",
    indexing="Lecture et indexation…",
    waiting="En attente",
    added="Ajouté",
    updated="Mis à jour",
    unchanged="Déjà là, inchangé",
    duplicate="Déjà là sous un autre nom",
    partly="Articles lus\u00a0: {read}, laissés de côté\u00a0: {skipped}",
    lost="Le serveur ne répond pas. Vérifiez votre connexion et réessayez.",
    folder="C’est un dossier\u00a0: ouvrez-le et déposez ses fichiers.",
    large="Trop gros\u00a0: {limit}\u00a0Mo au plus.",
    search="Chercher un document",
    count=("Aucun document", "1 document", "{count} documents"),
    found=("Aucun document trouvé", "1 document trouvé", "{count} documents trouvés"),
    empty="Déposez un premier fichier pour que l’on puisse poser des questions.",
    see="Lire",
    remove="Retirer",
    sure="Retirer «\u00a0{title}\u00a0»\u00a0?",
    sure_detail="Plus aucune réponse ne viendra de ce document. Le fichier d’origine n’est pas touché.",
    cancel="Annuler",
    removed="«\u00a0{title}\u00a0» est retiré.",
    previous="Page précédente",
    next="Page suivante",
    page="Page {page} sur {pages}",
    characters="{count} caractères",
)

_ENGLISH = DocumentWords(
    questions="Questions",
    documents="Documents",
    intro="What the answers are read from. Any change counts from the next question on.",
    token="Administration token",  # noqa: S106
    token_hint="The value of REPONDEUR_ADMIN_TOKEN. It is forgotten as soon as you leave this page.",  # noqa: S106
    wrong="This is not the right token.",
    open="Open",
    drop="Drop files here",
    choose="Choose files",
    formats="Formats read: {formats}",
    sending="Sending: {percent}%",
    indexing="Reading and indexing…",
    waiting="Waiting",
    added="Added",
    updated="Updated",
    unchanged="Already there, unchanged",
    duplicate="Already there under another name",
    partly="Articles read: {read}, left out: {skipped}",
    lost="The server does not answer. Check your connection and try again.",
    folder="This is a folder: open it and drop its files.",
    large="Too large: {limit}\u00a0MB at most.",
    search="Search documents",
    count=("No documents", "1 document", "{count} documents"),
    found=("No document found", "1 document found", "{count} documents found"),
    empty="Drop a first file, so that questions can be asked.",
    see="Read",
    remove="Remove",
    sure="Remove “{title}”?",
    sure_detail="No answer will come from this document any more. The original file is not touched.",
    cancel="Cancel",
    removed="“{title}” is removed.",
    previous="Previous page",
    next="Next page",
    page="Page {page} of {pages}",
    characters="{count} characters",
)


def document_words(lang: Lang) -> DocumentWords:
    """Return the sentences of a language."""
    return _ENGLISH if lang == "en" else _FRENCH
