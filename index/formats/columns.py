"""Which column of a table is the text, the title, …: named by the caller, or guessed by name and said."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields

__all__ = ["Columns", "UnknownColumnError", "guess", "said"]

# Most likely first. Compared without case, accents and punctuation.
_NAMES = {
    "text": "text texte contenu content body corps articlebody fulltext textecomplet texteintegral article",
    "title": "title titre headline intitule libelle",
    "date": "date datepublication datedepublication published publishedat publicationdate pubdate publiele "
    "created createdat datecreation datedecreation",
    "id": "id identifiant guid docid documentid identifier",
    "url": "url lien link permalink permalien canonical canonicalurl source adresse",
}


@dataclass(frozen=True, slots=True)
class Columns:
    """Name the columns of a table, None to guess each by its name."""

    text: str | None = None
    title: str | None = None
    date: str | None = None
    id: str | None = None
    url: str | None = None

    def named(self) -> dict[str, str]:
        """Return the columns the caller named, by role."""
        return {role: column for role, column in asdict(self).items() if column is not None}


class UnknownColumnError(Exception):
    """Say that a table has no such column, and which it has."""

    def __init__(self, role: str, column: str, existing: Sequence[str]) -> None:
        shown = ", ".join(repr(each) for each in existing[:40]) or "none"
        super().__init__(f"no column {column!r} for the {role} (--{role}-column); its columns are: {shown}")


def guess(existing: Sequence[str], columns: Columns) -> tuple[dict[str, str], dict[str, str]]:
    """Return the column of each role that has one, and those of them that are guesses.

    Raises UnknownColumnError where a column the caller named is not there.
    """
    named = columns.named()
    for role, column in named.items():
        if column not in existing:
            raise UnknownColumnError(role, column, existing)
    plain = {_plain(column): column for column in reversed(existing) if column not in named.values()}
    guesses = {}
    for role in (each.name for each in fields(Columns)):
        found = [plain[name] for name in _NAMES[role].split() if name in plain]
        if role not in named and found:
            guesses[role] = found[0]
    return {**guesses, **named}, guesses


def said(guesses: Mapping[str, str]) -> str:
    """Return guesses as a line for the log, or nothing where each column is called as its role."""
    if all(role == column for role, column in guesses.items()):
        return ""
    shown = ", ".join(f"{role} from {column!r}" for role, column in guesses.items())
    return f"{shown} (guessed by name: --text-column and its like say otherwise)"


def _plain(name: str) -> str:
    """Return a column's name without case, accents and punctuation."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[^a-z0-9]", "", apart)
