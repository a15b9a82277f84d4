"""What is wrong with a field of a request: its place, a name for programs, a sentence for people."""

from collections.abc import Iterable
from typing import Any

from ui.text import Lang

__all__ = ["field_errors"]

_TEXT, _INTEGER, _OBJECT = "Il faut du texte.", "Il faut un nombre entier.", "Il faut un objet."
# By pydantic's names; whatever is not among them is said in pydantic's own English.
_FRENCH = {
    "missing": "Ce champ manque.",
    "extra_forbidden": "Ce champ n’existe pas ici.",
    "string_too_short": "Il en faut au moins {min_length}\u00a0caractères.",
    "string_too_long": "Il en faut au plus {max_length}\u00a0caractères.",
    "too_short": "Il en faut au moins {min_length}.",
    "too_long": "Il en faut au plus {max_length}.",
    "greater_than_equal": "Il faut au moins {ge}.",
    "less_than_equal": "Il faut au plus {le}.",
    "string_type": _TEXT,
    "string_unicode": _TEXT,
    "int_type": _INTEGER,
    "int_parsing": _INTEGER,
    "int_parsing_size": _INTEGER,
    "int_from_float": _INTEGER,
    "list_type": "Il faut une liste.",
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "literal_error": "Valeurs possibles\u00a0: {expected}.",
    "json_invalid": "Ce n’est pas du JSON.",
    "unreadable": "Contient des caractères qui ne sont pas du texte.",
}


def field_errors(errors: Iterable[dict[str, Any]], lang: Lang) -> list[dict[str, str]]:
    """Return pydantic's errors as `errors` of a problem, in the visitor's language where it is known how."""
    return [
        {"field": ".".join(map(str, each["loc"])), "type": each["type"], "message": _said(each, lang)}
        for each in errors
    ]


def _said(error: dict[str, Any], lang: Lang) -> str:
    """Return the sentence of one error."""
    french = _FRENCH.get(error["type"])
    if lang == "en" or french is None:
        return str(error["msg"])
    known = {name: _written(value) for name, value in error.get("ctx", {}).items()}
    # One is no plural in French.
    return french.format(**known).replace("1\u00a0caractères.", "1\u00a0caractère.")


def _written(value: object) -> str:
    """Return a limit as French writes it."""
    if isinstance(value, int):
        return f"{value:,}".replace(",", "\u202f")
    return str(value).replace(" or ", " ou ")
