"""Where the pages a sitemap lists lie beside it: as they are called on the site, or as savers name them."""

from collections.abc import Callable, Iterator
from posixpath import normpath
from urllib.parse import unquote, urlsplit

from index.formats.registry import is_read, suffix_of
from index.walk import printable

__all__ = ["page_suffix", "saved_page", "short"]

_ENDINGS = ("", ".html", ".htm", "/index.html", "/index.htm", ".xhtml")


def saved_page(address: str, is_file: Callable[[str], bool]) -> tuple[str, str]:
    """Return where below the sitemap's folder the page of this address lies, or nothing, and then why.

    `is_file` is asked for paths that never lead out of that folder, nor to what a folder would not show:
    whoever wrote the sitemap does not choose among the files beside it.
    """
    tried: list[str] = []
    refused = ""
    for name in dict.fromkeys(_names(address)):
        if any(part.startswith(".") for part in name.split("/")):
            refused = refused or f"{short(name)} is a hidden file, and these are not looked at"
            continue
        tried.append(name)
        if is_file(name):
            if page_suffix(name):
                return name, ""
            refused = refused or f"{short(name)} is no web page by its name: {is_read(suffix_of(name))}"
    looked = ", ".join(short(each) for each in tried[:3]) or "nothing: it names no page"
    return "", refused or f"no saved page for it beside the sitemap; looked for {looked}"


def page_suffix(name: str) -> str:
    """Return the suffix by which a page is read, nothing where it is none; without a suffix it is HTML."""
    if not is_read(suffix_of(name)):
        return suffix_of(name)
    # Savers keep the query in the name, and a dot in it begins no suffix.
    return "" if suffix_of(name.partition("?")[0]) else ".html"


def short(name: str) -> str:
    """Return a name for the report, cut where no reader would go on."""
    return printable(name if len(name) <= 120 else f"{name[:120]}…")


def _names(address: str) -> Iterator[str]:
    """Yield the paths under which the page of an address may be saved; none leads out of the folder."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return
    path = normpath("/" + unquote(parts.path)).strip("/")
    if parts.query:
        path = f"{path}?{parts.query}"
    for way in (path, f"{parts.netloc}/{path}" if parts.netloc else path, path.rpartition("/")[2]):
        for ending in _ENDINGS:
            name = f"{way.rstrip('/')}{ending}".strip("/")
            if name and ".." not in name.split("/") and "\0" not in name:
                yield name
