"""The keys under which every format says the same thing: `author` and `language`."""

from collections.abc import Mapping
from urllib.parse import urlsplit

__all__ = ["standard", "web_address"]

_SAME = {
    "author": ("auteur", "authors", "auteurs", "autrice", "creator", "byline"),
    "language": ("lang", "langue", "locale"),
}


def standard(meta: Mapping[str, str]) -> dict[str, str]:
    """Return meta with what the author and the language are called here, and without empty values."""
    kept = {key: value.strip() for key, value in meta.items() if value.strip()}
    written = {key.casefold(): key for key in kept}
    for key, others in _SAME.items():
        for other in (key, *others):
            if key not in kept and other in written:
                kept[key] = kept.pop(written[other])
    return kept


def web_address(value: str) -> str:
    """Return an http or https address, or nothing: a source becomes a link on the page."""
    try:
        parts = urlsplit(value.strip())
    except ValueError:
        return ""
    return value.strip() if parts.scheme in {"http", "https"} and parts.netloc else ""
