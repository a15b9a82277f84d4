"""Where the pages a sitemap lists lie beside it: as they are called on the site, or as savers name them."""

from collections.abc import Callable
from posixpath import normpath
from urllib.parse import unquote, urlsplit

__all__ = ["saved_page"]

_ENDINGS = ("", ".html", ".htm", "/index.html", "/index.htm", ".xhtml")


def saved_page(address: str, is_file: Callable[[str], bool]) -> tuple[str, list[str]]:
    """Return where below the sitemap's folder the page of this address lies, or nothing, and what was tried.

    `is_file` is asked for paths that never lead out of that folder.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", []
    path = normpath("/" + unquote(parts.path)).strip("/")
    if parts.query:
        path = f"{path}?{parts.query}"
    ways = [path, f"{parts.netloc}/{path}" if parts.netloc else path, path.rpartition("/")[2]]
    tried: list[str] = []
    for way in dict.fromkeys(ways):
        for ending in _ENDINGS:
            name = f"{way.rstrip('/')}{ending}".strip("/")
            if name and ".." not in name.split("/") and "\0" not in name and name not in tried:
                tried.append(name)
                if is_file(name):
                    return name, tried
    return "", tried
