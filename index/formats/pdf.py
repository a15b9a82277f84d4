"""PDF: the text of its pages in paragraphs, through pypdf."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from index.formats.dates import day_of
from index.formats.items import Article, Item, Problem, Unreadable
from index.formats.limits import Given
from index.formats.naming import standard
from index.formats.prose import flowing
from index.titles import title_of_name, title_of_text

__all__ = ["read"]

_TAIL = 2048
_TOOLS = ("Microsoft Word - ", "Microsoft PowerPoint - ")
_NO_TITLES = frozenset({"untitled", "sans titre", "sans nom", "document", "none"})


def read(given: Given) -> Iterator[Item]:
    """Yield the article, and a problem for each page that cannot be read."""
    reader = _opened(given)
    pages: list[str] = []
    length = 0
    for number, page in enumerate(_pages(reader, given.limits.pages), 1):
        try:
            pages.append(page.extract_text())
        except (MemoryError, RecursionError):
            raise
        except Exception as error:
            yield Problem(f" page {number}", f"cannot be read: {_first_line(error)}")
            continue
        length += len(pages[-1])
        if length > given.limits.output:
            raise Unreadable(f"gives more than {given.limits.output} characters: split it", costly=True)
    text = flowing(pages)
    if not pages:
        raise Unreadable("none of its pages can be read")
    if not text.strip():
        raise Unreadable(f"no text in its {len(pages)} pages: a scan needs text recognition (OCR) first")
    if b"%%EOF" not in given.data[-_TAIL:]:
        yield Problem("", f"cut off or damaged at its end: the {len(pages)} pages that are there were read")
    yield _article(reader, text, given.stem)


def _opened(given: Given) -> Any:
    """Return the PDF, unlocked where no password is needed to read it."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(BytesIO(given.data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("password-protected: save it without a password")
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError) as error:
        raise Unreadable(f"not a readable PDF: {_first_line(error)}") from error
    return reader


def _pages(reader: Any, most: int) -> Iterator[Any]:
    """Yield the pages; Unreadable where there are none or too many."""
    try:
        count = len(reader.pages)
    except (MemoryError, RecursionError):
        raise
    except Exception as error:
        raise Unreadable(f"its pages cannot be found: {_first_line(error)}") from error
    if not count:
        raise Unreadable("no page in it: cut off or damaged")
    if count > most:
        raise Unreadable(f"{count} pages, {most} at most: split it")
    for number in range(count):
        yield reader.pages[number]


def _article(reader: Any, text: str, stem: str) -> Article:
    """Return the article with what the properties of the file say."""
    title = _property(lambda: reader.metadata.title)
    for tool in _TOOLS:
        title = title.removeprefix(tool)
    if title.casefold() in _NO_TITLES or title.endswith(
        (".doc", ".docx", ".odt", ".indd", ".qxd", ".tex", ".pdf")
    ):
        title = ""
    date = day_of(_property(lambda: reader.metadata.creation_date.date().isoformat()))
    meta = {
        "author": _property(lambda: reader.metadata.author),
        "language": _property(lambda: reader.root_object["/Lang"]),
    }
    return Article(
        text + "\n", title or title_of_text(text, stem) or title_of_name(stem), date, meta=standard(meta)
    )


def _property(get: Callable[[], object]) -> str:
    """Return a property as text, or nothing: what is damaged there costs only itself."""
    try:
        value = get()
    except MemoryError:
        raise
    except Exception:
        return ""
    return str(value).replace("\0", "").strip() if value else ""


def _first_line(error: Exception) -> str:
    """Return what an error says, in one short line."""
    return (str(error) or type(error).__name__).split("\n", 1)[0][:200]
